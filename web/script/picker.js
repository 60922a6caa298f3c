// The emoji picker: a dialog near what opened it, on a phone a sheet at the
// bottom. The focus stays in its search, or on its list; the arrow keys move a
// mark through the grid. A group is drawn when it comes into view.
"use strict";

// hubbubPick lets its reader choose an emoji and promises it; "" for none. words
// are what the picker says. The focus goes back to where it was.
var hubbubPick = (() => {
  const MOST = 120; // results of a search
  const GROUPS = ["😀", "👋", "🐻", "🍎", "🚗", "⚽", "💡", "❤️", "🏁"]; // that stand for the table's
  let dialog = null;

  function node(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  const button = (label, face, more = {}) => node("button", { type: "button", "aria-label": label, title: label, ...more }, face);

  // build makes the parts that stay as long as the picker is open.
  function build(words) {
    const p = {
      words, cells: [], active: -1, sections: [],
      search: node("input", {
        type: "text", class: "input", role: "combobox", "aria-label": words.search, placeholder: words.search, dir: "auto",
        "aria-expanded": "true", "aria-controls": "picker-list", "aria-autocomplete": "list",
        autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "done",
      }),
      tone: button(words.tone, "", { class: "icon", "aria-expanded": "false" }),
      tones: node("div", { class: "picker-tones", role: "group", "aria-label": words.tone, hidden: "" }),
      groups: node("div", { class: "picker-groups", role: "group", "aria-label": words.groups }),
      list: node("div", { class: "picker-list", id: "picker-list", role: "listbox", tabindex: "0", "aria-label": words.title }),
      state: node("p", { class: "picker-state", role: "status" }),
      name: node("p", { class: "picker-name", "aria-hidden": "true" }),
    };
    const close = button(words.close, "", { class: "icon picker-close" });
    close.innerHTML = `<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15"/></svg>`;
    close.addEventListener("click", () => p.dialog.close());
    p.dialog = node("dialog", { class: "picker", "aria-label": words.title },
      node("div", { class: "picker-head" }, p.search, p.tone, close), p.tones, p.groups, p.state, p.list, p.name);
    return p;
  }

  // section is a group of the grid: its cells are numbers from first to before
  // end. It has its height before it has its cells.
  function section(p, title, emoji) {
    const first = p.cells.length;
    p.cells.push(...emoji);
    const grid = node("div", { class: "picker-grid", role: "presentation" });
    const element = node("div", { role: "group", "aria-label": title, class: "picker-group" },
      node("div", { class: "picker-title", "aria-hidden": "true" }, title), grid);
    const s = { element, grid, first, end: p.cells.length, full: false };
    p.sections.push(s);
    p.list.append(element);
    return s;
  }

  function fill(p, s) {
    if (s.full) return;
    s.full = true;
    const cells = document.createDocumentFragment();
    for (let i = s.first; i < s.end; i++) {
      const { face, e } = p.cells[i];
      const label = e ? hubbubEmoji.label(e) : face;
      cells.append(node("div", { id: "picker-" + i, role: "option", class: "picker-cell", "aria-label": label, title: label, "aria-selected": "false" }, face));
    }
    s.grid.append(cells);
  }

  const cell = (e) => ({ face: hubbubEmoji.inTone(e), e });
  const used = (emoji) => ({ face: emoji, e: hubbubEmoji.entry(emoji) });

  // draw shows the groups, or what the search finds.
  function draw(p) {
    p.sight?.disconnect();
    p.list.replaceChildren();
    p.list.scrollTop = 0;
    p.cells = [];
    p.sections = [];
    const query = p.search.value.trim();
    if (query) {
      const found = hubbubEmoji.search(query, MOST);
      const s = section(p, p.words.title, found.map(cell));
      fill(p, s);
      p.state.textContent = found.length ? "" : p.words.none;
    } else {
      p.state.textContent = "";
      const recent = hubbubEmoji.recent();
      if (recent.length) section(p, p.words.recent, recent.map(used));
      const all = hubbubEmoji.list().filter(hubbubEmoji.drawn);
      p.words.group.forEach((title, n) => section(p, title, all.filter((e) => e.group === n).map(cell)));
    }
    p.columns = columns(p);
    p.sight = new IntersectionObserver((seen) => {
      for (const one of seen) if (one.isIntersecting) fill(p, p.sections.find((s) => s.element === one.target));
    }, { root: p.list, rootMargin: "200px" });
    for (const s of p.sections) {
      s.grid.style.setProperty("--rows", Math.ceil((s.end - s.first) / p.columns));
      p.sight.observe(s.element);
    }
    drawGroups(p, !query);
    mark(p, query && p.cells.length ? 0 : -1);
  }

  function columns(p) {
    return p.sections[0] ? getComputedStyle(p.sections[0].grid).gridTemplateColumns.split(" ").length : 1;
  }

  function drawGroups(p, shown) {
    p.groups.hidden = !shown;
    if (!shown) return;
    const extra = p.sections.length - p.words.group.length; // the recent ones
    p.groups.replaceChildren(...p.sections.map((s, i) => {
      const label = s.element.getAttribute("aria-label");
      const b = button(label, i < extra ? "🕘" : GROUPS[i - extra]);
      b.addEventListener("click", () => {
        fill(p, s);
        p.list.scrollTop = s.element.offsetTop;
      });
      return b;
    }));
  }

  function drawTones(p) {
    const now = hubbubEmoji.tone(), faces = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];
    p.tone.textContent = faces[now];
    p.tone.setAttribute("aria-label", p.words.tone + ": " + p.words.tones[now]);
    p.tones.replaceChildren(...faces.map((face, n) => {
      const b = button(p.words.tones[n], face, { "aria-pressed": String(n === now) });
      b.addEventListener("click", () => {
        hubbubEmoji.setTone(n);
        openTones(p, false);
        drawTones(p);
        draw(p);
        p.tone.focus();
      });
      return b;
    }));
  }

  function openTones(p, open) {
    p.tones.hidden = !open;
    p.tone.setAttribute("aria-expanded", String(open));
    if (open) p.tones.querySelector("[aria-pressed=true]").focus();
  }

  // mark moves the mark to a cell, -1 for none.
  function mark(p, to) {
    const now = () => document.getElementById("picker-" + p.active);
    now()?.setAttribute("aria-selected", "false");
    p.active = to;
    if (to >= 0) fill(p, p.sections.find((s) => to < s.end));
    const element = now();
    for (const owner of [p.search, p.list]) {
      element ? owner.setAttribute("aria-activedescendant", element.id) : owner.removeAttribute("aria-activedescendant");
    }
    element?.setAttribute("aria-selected", "true");
    element?.scrollIntoView({ block: "nearest" });
    tell(p, to);
  }

  // tell names a cell at the bottom, with what can be typed for it.
  function tell(p, i) {
    const { face, e } = p.cells[i] || {};
    p.name.replaceChildren(...(face ? [node("span", { class: "picker-face" }, face), " " + (e ? hubbubEmoji.label(e) : ""),
      node("span", { class: "detail" }, e ? " :" + e.codes[0] + ":" : "")] : []));
  }

  // beside is the cell above or below: in the next row, which may be shorter or
  // of another group.
  function beside(p, i, down) {
    const n = p.sections.findIndex((s) => i < s.end), s = p.sections[n], column = (i - s.first) % p.columns;
    const next = i + (down ? p.columns : -p.columns);
    if (next >= s.first && next < s.end) return next;
    const rowOf = (j) => Math.floor((j - s.first) / p.columns);
    if (down && rowOf(s.end - 1) > rowOf(i)) return s.end - 1;
    const other = p.sections[n + (down ? 1 : -1)];
    if (!other) return i;
    const length = other.end - other.first;
    const row = down ? 0 : Math.floor((length - 1) / p.columns) * p.columns;
    return other.first + Math.min(length - 1, row + column);
  }

  function moved(p, key) {
    if (!p.cells.length) return -1;
    const last = p.cells.length - 1, i = p.active;
    if (i < 0) return key === "ArrowDown" || key === "ArrowRight" ? 0 : -1;
    switch (key) {
      case "ArrowDown": return beside(p, i, true);
      case "ArrowUp": return beside(p, i, false);
      case "ArrowLeft": return Math.max(0, i - 1);
      case "ArrowRight": return Math.min(last, i + 1);
    }
  }

  function pressed(p, e) {
    e.stopPropagation(); // no key of the page's
    if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target !== p.search && e.target !== p.list) return;
    if (e.key === "Enter" || e.key === " " && e.target === p.list) {
      e.preventDefault();
      if (p.active >= 0) p.dialog.close(p.cells[p.active].face);
    } else if (e.key.startsWith("Arrow")) {
      if (p.active < 0 && e.target === p.search && (e.key === "ArrowLeft" || e.key === "ArrowRight")) return; // the caret's
      e.preventDefault();
      p.columns = columns(p); // the window may have another size now
      mark(p, moved(p, e.key));
    } else if (e.target === p.list && e.key.length === 1 && e.key !== " ") {
      p.search.focus(); // the letter goes there
    }
  }

  // place puts the dialog over what opened it, or under it, within the window.
  function place(p, anchor) {
    const at = anchor.getBoundingClientRect(), box = p.dialog.getBoundingClientRect(), gap = 6;
    const above = at.top - box.height - gap;
    const y = above >= gap ? above : Math.min(at.bottom + gap, innerHeight - box.height - gap);
    const x = Math.min(Math.max(gap, at.right - box.width), innerWidth - box.width - gap);
    p.dialog.style.setProperty("--x", Math.max(gap, x) + "px");
    p.dialog.style.setProperty("--y", Math.max(gap, y) + "px");
  }

  function listen(p) {
    const number = (e) => {
      const id = e.target.closest(".picker-cell")?.id;
      return id ? Number(id.slice("picker-".length)) : -1;
    };
    p.dialog.addEventListener("keydown", (e) => pressed(p, e));
    p.dialog.addEventListener("click", (e) => {
      const box = p.dialog.getBoundingClientRect();
      const inside = e.clientX >= box.left && e.clientX <= box.right && e.clientY >= box.top && e.clientY <= box.bottom;
      if (e.target === p.dialog && !inside) p.dialog.close();
    });
    p.list.addEventListener("click", (e) => {
      const i = number(e);
      if (i >= 0) p.dialog.close(p.cells[i].face);
    });
    p.list.addEventListener("pointerover", (e) => {
      const i = number(e);
      if (i >= 0 && e.pointerType === "mouse") tell(p, i);
    });
    const search = (e) => { if (!e.isComposing) draw(p); };
    p.search.addEventListener("input", search);
    p.search.addEventListener("compositionend", () => draw(p));
    p.tone.addEventListener("click", () => openTones(p, p.tones.hidden));
  }

  return async (anchor, words) => {
    if (dialog) return "";
    const p = build(words);
    dialog = p.dialog;
    document.body.append(p.dialog);
    listen(p);
    drawTones(p);
    const chosen = new Promise((done) => p.dialog.addEventListener("close", () => done(p.dialog.returnValue)));
    p.dialog.showModal();
    place(p, anchor);
    (matchMedia("(pointer: coarse)").matches ? p.list : p.search).focus(); // no keyboard over the emoji
    try {
      await hubbubEmoji.load();
      draw(p);
    } catch {
      p.state.textContent = words.failed;
    }
    const emoji = await chosen;
    p.sight?.disconnect();
    p.dialog.remove();
    dialog = null;
    if (emoji) hubbubEmoji.use(emoji);
    return emoji;
  };
})();

// hubbubPickInto puts what is chosen into a text area, where its caret is.
async function hubbubPickInto(id, anchor, words) {
  const emoji = await hubbubPick(anchor, words);
  const input = document.getElementById(id);
  if (!input) return;
  input.focus({ preventScroll: true });
  if (emoji) hubbubInsert(input, input.selectionStart, input.selectionEnd, emoji);
}

// hubbubInsert replaces a part of a text area as if it was typed, so that the
// browser's undo takes it back, and whoever listens to the text hears of it.
function hubbubInsert(input, from, to, text) {
  input.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return;
  input.setRangeText(text, from, to, "end");
  input.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}
