// The files of messages that are being written or not sent yet. Their bytes stay
// on this side: in the browser's database until the message is posted, and from
// there to the server. The app knows them by key.
"use strict";

var hubbubFiles = (() => {
  const AT_ONCE = 3; // uploads; the server takes a few from each person
  const AGAIN = 10e3; // ms: after it failed, while nobody has sent it
  const GOOD_FOR = 20 * 3600e3; // ms: the server forgets what is not posted within a day
  const entries = new Map(); // by key: { record, settled, url, upload, progress, failed }
  let text = {}; // sentences of the screen

  // The database.
  let opening = null;
  function open() {
    opening ??= new Promise((done, fail) => {
      const request = indexedDB.open(hubbubName("hubbub-files"), 1);
      request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "key" });
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        request.result.onclose = () => { opening = null; };
        done(request.result);
      };
    }).catch((err) => { opening = null; throw err; });
    return opening;
  }
  async function run(mode, work) {
    const db = await open();
    return new Promise((done, fail) => {
      const transaction = db.transaction("files", mode, { durability: mode === "readwrite" ? "strict" : "default" });
      const request = work(transaction.objectStore("files"));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  }
  // A browser that keeps nothing has the file as long as the page lives.
  const keep = (record) => run("readwrite", (files) => files.put(record)).catch(() => {});
  const recall = (key) => run("readonly", (files) => files.get(key)).catch(() => undefined);

  function enter(record) {
    const entry = { record, settled: true, url: "", upload: null, progress: -1, failed: "" };
    if (/^image\/(png|jpeg|gif|webp|avif)$/.test(record.type)) entry.url = URL.createObjectURL(record.blob);
    entries.set(record.key, entry);
    return entry;
  }
  async function find(key) {
    const known = entries.get(key);
    if (known) return known;
    const record = await recall(key);
    return entries.get(key) || (record && enter(record));
  }
  const waiting = (room) => [...entries.values()].filter((e) => e.record.room === room && !e.record.sent);
  const restored = run("readonly", (files) => files.getAll()).then(
    (all) => { for (const record of all) if (!record.sent && !entries.has(record.key)) begin(enter(record)); }, () => {});
  // What waits above the composer is uploaded already; for what was sent, the app
  // says when.
  function begin(entry) {
    if (entries.has(entry.record.key) && !entry.record.sent) upload(entry).catch(() => {});
  }

  // Uploading.
  let busy = 0;
  const queue = [];
  async function slot() {
    if (busy >= AT_ONCE) await new Promise((go) => queue.push(go)); else busy++;
    return () => { const next = queue.shift(); if (next) next(); else busy--; };
  }
  const locked = (key, work) =>
    navigator.locks ? navigator.locks.request(hubbubName("hubbub-file ") + key, work) : work();

  function send(entry) {
    const { record } = entry;
    return new Promise((done, fail) => {
      const xhr = entry.xhr = new XMLHttpRequest();
      xhr.open("POST", hubbubBase + "/files?" + new URLSearchParams({ room: record.room, name: record.name }));
      xhr.setRequestHeader("Content-Type", "application/octet-stream");
      xhr.upload.onprogress = (e) => { entry.progress = e.lengthComputable ? e.loaded / e.total : 0; draw(record.key); };
      xhr.onload = () => {
        let said;
        try { said = JSON.parse(xhr.response); } catch { /* a proxy's page */ }
        if (xhr.status === 200 && said) done(said.id);
        else if (xhr.status === 413) fail({ code: "too_large", message: said?.message || fill(text.large, record.name) });
        else fail(said?.code ? said : { code: "unavailable", message: text.failed });
      };
      xhr.onerror = xhr.onabort = () => fail({ code: "unavailable", message: text.waits });
      xhr.send(record.blob);
    });
  }

  // upload returns what the server calls a file, and asks it once.
  function upload(entry) {
    const { key } = entry.record;
    entry.failed = "";
    entry.upload ??= locked(key, async () => {
      const leave = await slot();
      try {
        const kept = (await recall(key)) || entry.record; // another tab may have been faster
        if (kept.id && Date.now() - kept.at < GOOD_FOR) return (entry.record.id = kept.id);
        if (!entries.has(key)) throw { code: "not_found", message: text.gone };
        entry.progress = 0;
        draw(key);
        const id = await send(entry);
        Object.assign(entry.record, { id, at: Date.now() });
        if (entries.has(key)) await keep(entry.record); else takeBack(id);
        return id;
      } finally {
        leave();
      }
    }).catch((err) => {
      entry.failed = err.message || String(err);
      if (err.code === "unavailable") setTimeout(() => begin(entry), AGAIN);
      throw err.code ? err : { code: "unavailable", message: String(err) };
    }).finally(() => { entry.upload = entry.xhr = null; entry.progress = -1; draw(key); });
    draw(key);
    return entry.upload;
  }
  const takeBack = (id) => fetch(hubbubBase + "/files/" + id, { method: "DELETE" }).catch(() => {});

  async function carry(room, keys, done) {
    try {
      const ids = await Promise.all(keys.map(async (key) => {
        const entry = await find(key);
        if (!entry) throw { code: "not_found", message: text.gone };
        return upload(entry);
      }));
      done(ids, null);
    } catch (err) {
      done(null, JSON.stringify(err));
    }
  }

  async function forget(keys, posted) {
    for (const key of keys) {
      const entry = await find(key);
      entries.delete(key);
      entry?.xhr?.abort();
      if (!posted && entry?.record.id) takeBack(entry.record.id);
      if (entry?.url) setTimeout(() => URL.revokeObjectURL(entry.url), 5000); // the message's own picture is still to come
      run("readwrite", (files) => files.delete(key)).catch(() => {});
    }
  }

  // Adding.
  let count = 0;
  async function add(tray, list) {
    const room = tray.getAttribute("room"), limit = +tray.getAttribute("limit"), most = +tray.getAttribute("most");
    if (!limit) return;
    tray.said = "";
    for (const blob of list) {
      if (waiting(room).length >= most) { tray.said = fill(text.many, most); break; }
      if (blob.size > limit) { tray.said = fill(text.large, blob.name) + " " + size(limit); continue; }
      const record = { key: Date.now().toString(36) + "-" + count++ + Math.random().toString(36).slice(2, 8),
        room, name: blob.name || "file", type: blob.type, size: blob.size, blob, sent: false };
      const entry = enter(record);
      entry.settled = false;
      begin(entry);
      keep(record).then(() => {
        entry.settled = true;
        if (!entries.has(record.key)) run("readwrite", (files) => files.delete(record.key)).catch(() => {});
        if (tray.eager && waiting(room).every((e) => e.settled)) {
          tray.eager = false;
          tray.closest(".compose").querySelector("form.box").requestSubmit();
        }
      });
    }
    tray.draw();
    document.getElementById("composer")?.focus();
  }

  // Drawing.
  const fill = (sentence, value) => (sentence || "%").replace("%", () => value);
  function size(n) {
    let unit = 0;
    for (; n >= 1024 && unit < 4; unit++) n /= 1024;
    return (unit && n < 10 ? n.toFixed(1) : Math.round(n)).toLocaleString(document.documentElement.lang) + " " + ["B", "KB", "MB", "GB", "TB"][unit];
  }
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }
  function draw(key) {
    for (const node of document.querySelectorAll("hubbub-file")) if (node.getAttribute("key") === key) node.draw();
  }

  // One file: its picture or name, and how far it has come.
  customElements.define("hubbub-file", class extends HTMLElement {
    static observedAttributes = ["key"];
    attributeChangedCallback() { this.replaceChildren(); this.draw(); }
    async draw() {
      const key = this.getAttribute("key"), entry = await find(key);
      if (!entry || key !== this.getAttribute("key")) return;
      const { record } = entry;
      if (!this.firstChild) {
        if (entry.url) this.append(make("img", { src: entry.url, alt: record.name }));
        this.append(make("span", { class: "name", dir: "auto" }, record.name), make("span", { class: "size" }),
          make("progress", { max: 1, "aria-label": record.name }));
      }
      const [note, bar] = [this.querySelector(".size"), this.querySelector("progress")];
      note.textContent = entry.failed || (entry.progress > 0 && entry.progress < 1 ? Math.round(100 * entry.progress) + " %" : size(record.size));
      bar.hidden = entry.progress < 0;
      if (entry.progress < 1) bar.value = Math.max(0, entry.progress); else bar.removeAttribute("value"); // it is being looked at
      this.classList.toggle("failed", Boolean(entry.failed) && entry.failed !== text.waits);
      this.classList.toggle("there", Boolean(record.id));
      this.onchanged?.(entry);
    }
  });

  // What the next message of a room is to have.
  customElements.define("hubbub-tray", class extends HTMLElement {
    static observedAttributes = ["room"];
    said = "";
    connectedCallback() { restored.then(() => this.draw()); }
    attributeChangedCallback() { this.said = ""; if (this.isConnected) this.draw(); }
    draw() {
      const mine = waiting(this.getAttribute("room"));
      const had = new Map([...this.querySelectorAll("li")].map((chip) => [chip.dataset.key, chip]));
      const list = make("ul", { class: "attachments" }, ...mine.map((e) => had.get(e.record.key) || this.chip(e)));
      const note = make("p", { class: "error", role: "alert" }, this.said);
      this.replaceChildren(...(this.said ? [note] : []), ...(mine.length ? [list] : []));
    }
    chip(entry) {
      const { key, name } = entry.record;
      const file = make("hubbub-file", { key });
      const retry = make("button", { type: "button", class: "link" }, text.retry || "");
      const remove = make("button", { type: "button", class: "icon remove", "aria-label": fill(text.remove, name), title: fill(text.remove, name) });
      remove.innerHTML = '<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15"/></svg>';
      retry.onclick = () => begin(entry);
      remove.onclick = async () => {
        const chip = remove.closest("li"), next = chip.nextElementSibling || chip.previousElementSibling;
        await forget([key], false);
        this.draw();
        (next?.querySelector(".remove") || document.getElementById("composer"))?.focus();
      };
      file.onchanged = (e) => { retry.hidden = !e.failed; };
      retry.hidden = true;
      const chip = make("li", { class: "attached" }, file, retry, remove);
      chip.dataset.key = key;
      return chip;
    }
  });

  // Where files come from.
  const theTray = () => document.querySelector("dialog[open], [role=dialog]") ? null : document.querySelector("hubbub-tray");
  document.addEventListener("change", (e) => {
    if (!e.target.matches?.(".attach input")) return;
    const tray = theTray();
    if (tray) add(tray, [...e.target.files]);
    e.target.value = "";
  });
  document.addEventListener("paste", (e) => {
    const tray = theTray(), files = [...(e.clipboardData?.files || [])];
    if (!tray || !files.length || e.clipboardData.types.includes("text/plain")) return; // a spreadsheet's picture of its text
    e.preventDefault();
    add(tray, files);
  });
  const brings = (e) => e.dataTransfer?.types.includes("Files");
  const aim = (on) => document.querySelector(".compose")?.classList.toggle("drop", on);
  document.addEventListener("dragover", (e) => {
    if (!brings(e)) return;
    e.preventDefault(); // else the browser opens the file in place of the app
    const tray = theTray();
    e.dataTransfer.dropEffect = tray ? "copy" : "none";
    aim(Boolean(tray));
  });
  document.addEventListener("dragleave", (e) => { if (!e.relatedTarget) aim(false); });
  document.addEventListener("drop", (e) => {
    if (!brings(e)) return;
    e.preventDefault();
    aim(false);
    const tray = theTray();
    if (tray) add(tray, [...e.dataTransfer.files]);
  });
  addEventListener("online", () => { // what is in a tray; the app sees to what is sent
    for (const e of entries.values()) if (e.failed) begin(e);
  });

  return {
    words(sentences) { return (text = sentences || text); }, // those of the screen
    // waiting returns the keys of what the next message of a room is to have, or
    // null while some are not kept yet: then the form is sent again.
    waiting(room) {
      const mine = waiting(room);
      if (mine.every((e) => e.settled)) return mine.map((e) => e.record.key);
      document.querySelector("hubbub-tray").eager = true;
      return null;
    },
    // sent says that they are in a message now.
    sent(keys) {
      for (const key of keys) {
        const entry = entries.get(key);
        entry.record.sent = true;
        keep(entry.record);
      }
      document.querySelector("hubbub-tray")?.draw();
    },
    carry(room, keys, done) { carry(room, keys, done); },
    forget(keys, posted) { forget(keys, posted); },
    // clear drops all, where somebody signs out.
    clear: (user) => user ? run("readwrite", (files) => files.clear()).catch(() => {}) : Promise.resolve(),
  };
})();
