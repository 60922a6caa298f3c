// The connection check: looks at the way to the server piece by piece.
"use strict";
{
  const { text, limits, order, results, fill, figure, show } = checkPage;
  const { base, patience, within, askFacts, open, echo } = checkWay;

  // ?idle=1,2 tries other lengths of silence, in seconds.
  const asked = new URLSearchParams(location.search).get("idle");
  const idle = asked === null ? limits.idle : asked.split(",").map(Number).filter((s) => s > 0 && s <= 280);

  // ---- the checks -------------------------------------------------------------

  async function checkAddress() {
    try {
      checkPage.facts = await askFacts();
    } catch (err) {
      return { state: "fail", figure: location.origin, finding: "no-facts", values: [err.message] };
    }
    const { facts } = checkPage;
    if (facts.origin !== location.origin) {
      return { state: "fail", figure: location.origin, finding: "origin", values: [facts.origin, location.origin + base] };
    }
    if (!window.isSecureContext) return { state: "warn", figure: location.origin, finding: "insecure" };
    return { state: "ok", figure: location.origin };
  }

  async function checkServer() {
    const answer = await fetch(base + "/readyz", { cache: "no-store", signal: AbortSignal.timeout(patience) });
    const version = checkPage.facts?.version || "";
    if (!answer.ok) return { state: "fail", figure: "Hubbub " + version, finding: "unready" };
    return { state: "ok", figure: fill(text.Stores, [version]) };
  }

  async function checkClock() {
    if (!checkPage.facts) return { state: "note", figure: text.Skipped };
    for (let i = 0; i < 4; i++) await askFacts();
    const { offset, trip } = checkWay.clock();
    const apart = Math.max(0, Math.abs(offset) - trip / 2) / 1000;
    const line = { state: "ok", figure: fill(text.Apart, [figure(apart)]) };
    if (apart <= limits.clock_ok) return line;
    return { ...line, state: apart <= limits.clock_warn ? "warn" : "fail", finding: "skewed" };
  }

  let conn = null; // at /echo, once it opened

  async function checkUpgrade() {
    const attempt = "a" + Math.random().toString(36).slice(2), began = performance.now();
    try {
      conn = await open("/echo?attempt=" + attempt);
      return { state: "ok", figure: fill(text.Opened, [figure(performance.now() - began)]) };
    } catch (err) {
      return { state: "fail", figure: err.message, ...await whyNoUpgrade(attempt, err.message) };
    }
  }

  // whyNoUpgrade asks the server how the attempt reached it: a page cannot see.
  async function whyNoUpgrade(attempt, message) {
    const facts = await askFacts(attempt).catch(() => null);
    const seen = facts?.attempt;
    if (!seen) return { finding: "lost", values: [message] };
    if (!/websocket/i.test(seen.upgrade) || !/upgrade/i.test(seen.connection)) return { finding: "stripped" };
    if (seen.origin !== facts.origin) return { finding: "origin", values: [facts.origin, seen.origin + base] };
    return { finding: "unanswered", values: [message] };
  }

  async function checkSubprotocol() {
    let chat;
    try {
      chat = await open("/ws", limits.protocol);
    } catch (err) {
      const plain = await open("/ws").catch(() => null); // where nobody asks for one, none is missed
      plain?.close();
      if (plain) return { state: "fail", figure: err.message, finding: "no-subprotocol" };
      return { state: "fail", figure: err.message, finding: "no-socket", values: [err.message] };
    }
    try {
      return await greet(chat);
    } finally {
      chat.close();
    }
  }

  // greet says hello as nobody, which a server refuses in so many words.
  async function greet(chat) {
    if (chat.socket.protocol !== limits.protocol) {
      return { state: "fail", figure: chat.socket.protocol, finding: "no-subprotocol" };
    }
    let said = "";
    try {
      chat.send(JSON.stringify({ id: 1, hello: { token: "connection-check" } }));
      said = await within(patience, chat.next(), "hello");
      if (JSON.parse(said).error.code === "unauthorized") return { state: "ok", figure: limits.protocol };
    } catch (err) {
      said = said || err.message;
    }
    return { state: "fail", figure: limits.protocol, finding: "no-hello", values: [said.slice(0, 200)] };
  }

  async function checkRoundTrip() {
    const trips = [], until = performance.now() + limits.trips_time * 1000;
    try {
      await echo(conn, "first"); // the first one finds cold caches
      while (trips.length < limits.trips && (trips.length < 3 || performance.now() < until)) {
        trips.push(await echo(conn, "trip " + trips.length));
      }
    } catch (err) {
      conn = await open("/echo").catch(() => null);
      return { state: "fail", figure: err.message, finding: "stalled", values: [err.message] };
    }
    trips.sort((a, b) => a - b);
    const at = (q) => trips[Math.min(trips.length - 1, Math.floor(q * trips.length))];
    const line = { state: "ok", figure: fill(text.Trips, [at(.5), at(.95), at(1)].map(figure)), bars: histogram(trips) };
    return at(.5) <= limits.slow ? line : { ...line, state: "warn", finding: "slow" };
  }

  // histogram counts how many lie between two steps, leaving out empty ends.
  function histogram(trips) {
    const bars = [...limits.steps, Infinity].map((step, i) => {
      const from = i ? limits.steps[i - 1] : 0;
      const label = step === Infinity ? "> " + from + " ms" : from + "–" + step + " ms";
      return { label, count: trips.filter((t) => t >= from && t < step).length };
    });
    while (bars[0].count === 0) bars.shift();
    while (bars.at(-1).count === 0) bars.pop();
    return bars;
  }

  async function checkFrames() {
    let passed = 0;
    for (const size of limits.sizes) {
      try {
        await echo(conn, "x".repeat(size));
        passed = size;
      } catch {
        return { state: "fail", figure: fill(text.Sizes, [passed]), finding: "too-large", values: [size] };
      }
    }
    return { state: "ok", figure: fill(text.Sizes, [passed]) };
  }

  // needsSocket is a check that makes no sense before one opened.
  const needsSocket = (check) => async () => conn ? check() : { state: "note", figure: text.Skipped };

  async function checkWorker() {
    if (!window.isSecureContext || !navigator.serviceWorker) return { state: "warn", finding: "no-worker" };
    try {
      const worker = await within(patience, navigator.serviceWorker.register(base + "/sw.js"), "register");
      const ready = async () => { // not serviceWorker.ready: it never says that installing failed
        const it = worker.active || worker.waiting || worker.installing;
        if (!it) throw new Error("redundant");
        if (worker.active) return;
        await new Promise((done) => it.addEventListener("statechange", done, { once: true }));
        return ready();
      };
      await within(patience, ready(), "install");
      return { state: "ok", figure: text.Runs };
    } catch (err) {
      return { state: "fail", finding: "worker-failed", values: [err.message] };
    }
  }

  // keepSomething proves that this browser keeps what it is given.
  function keepSomething() {
    return new Promise((done, fail) => {
      const request = indexedDB.open("hubbub-check", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("kept");
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        const change = request.result.transaction("kept", "readwrite");
        change.objectStore("kept").put("something", "key");
        change.onabort = () => fail(change.error);
        change.oncomplete = () => {
          request.result.close();
          indexedDB.deleteDatabase("hubbub-check");
          done();
        };
      };
    });
  }

  async function checkStorage() {
    try {
      await within(patience, keepSomething(), "indexedDB");
    } catch (err) {
      return { state: "fail", finding: "no-storage", values: [err.message] };
    }
    const persists = async (ask) => {
      const kept = await navigator.storage?.[ask]?.();
      if (kept) return { state: "ok", figure: text.Kept };
      const again = ask === "persisted" && navigator.storage?.persist ? () => persists("persist") : null;
      return { state: "note", figure: text.Cleared, finding: "transient", ask: again };
    };
    return persists("persisted");
  }

  async function checkNotifications() {
    if (!window.isSecureContext || !window.Notification) return { state: "note", finding: "no-notices" };
    switch (Notification.permission) {
      case "granted": return { state: "ok", figure: text.Allowed };
      case "denied": return { state: "note", figure: text.Denied, finding: "refused" };
    }
    return { state: "note", figure: text.Unasked };
  }

  // frame waits for a frame that is wanted.
  async function frame(chat, wanted) {
    for (;;) {
      const frames = (await chat.next()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
      const found = frames.find(wanted);
      if (found) return found;
    }
  }

  // checkPush has the server tell us something, as programs tell people things,
  // and hears it on a connection of the chat's.
  async function checkPush() {
    if (results.get("subprotocol").state !== "ok") return { state: "note", figure: text.Skipped };
    const chat = await open("/ws", limits.protocol);
    try {
      chat.send(JSON.stringify({ id: 1, register: { event: limits.event } }));
      const answer = await within(patience, frame(chat, (f) => f.id === 1), "register");
      if (answer.error?.code === "unauthorized") return { state: "note", figure: text.SignIn };
      if (answer.error) throw new Error(answer.error.message);
      return await pushOnce(chat);
    } catch (err) {
      return { state: "fail", finding: "no-push", values: [err.message] };
    } finally {
      chat.close();
    }
  }

  async function pushOnce(chat) {
    const name = "p" + Math.random().toString(36).slice(2), began = performance.now();
    const arrived = frame(chat, (f) => f.pushed?.collapse === name).then(() => performance.now() - began);
    arrived.catch(() => {}); // where the request fails, nobody waits for it
    const answer = await fetch(base + "/check/push?name=" + name, { method: "POST", signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(answer.status + " " + answer.statusText);
    const { devices } = await answer.json();
    const took = fill(text.Pushed, [figure(await within(patience, arrived, "push"))]);
    return { state: "ok", figure: took + "; " + (devices ? fill(text.Devices, [devices]) : text.NoDevices) };
  }

  // ---- silence ----------------------------------------------------------------

  // silence leaves a connection alone for so many seconds, and then tries it.
  // It returns the seconds after which it was found dead, or 0.
  async function silence(length) {
    const began = performance.now();
    const quiet = await open("/echo").catch(() => null);
    if (!quiet) return 0.001;
    let cut = 0;
    await new Promise((done) => {
      const timer = setTimeout(done, length * 1000);
      quiet.onend = () => { cut = performance.now() - began; clearTimeout(timer); done(); };
    });
    if (!cut) await echo(quiet, "still there").catch(() => { cut = performance.now() - began; });
    quiet.close();
    return cut / 1000;
  }

  async function checkIdle() {
    const alive = new Set(), cuts = [];
    const say = (s) => s.map((n) => figure(n) + " s").join(", ");
    const progress = () => [
      alive.size ? fill(text.Alive, [say([...alive])]) : "",
      cuts.length ? fill(text.CutAfter, [say([Math.min(...cuts)])]) : "",
    ].filter(Boolean).join(" · ");
    const going = () => [progress(), fill(text.Going, [say(idle.filter((s) => !alive.has(s)))])].filter(Boolean).join(" · ");
    show("idle", { state: "wait", figure: going() });
    await Promise.all(idle.map(async (length) => {
      const cut = await silence(length);
      cut ? cuts.push(cut) : alive.add(length);
      if (alive.size + cuts.length < idle.length && !cuts.length) show("idle", { state: "wait", figure: going() });
    }));
    if (!cuts.length) return { state: "ok", figure: progress() };
    const early = Math.min(...cuts) <= limits.beat + 5; // seconds that a beat may be late
    return { state: early ? "fail" : "warn", figure: progress(), ...(early ? { finding: "cut" } : { finding: "cut-later" }) };
  }

  // ---- all of it --------------------------------------------------------------

  const steps = {
    address: checkAddress, server: checkServer, clock: checkClock, upgrade: checkUpgrade,
    subprotocol: needsSocket(checkSubprotocol), roundtrip: needsSocket(checkRoundTrip), frames: needsSocket(checkFrames),
    worker: checkWorker, storage: checkStorage, notifications: checkNotifications, push: needsSocket(checkPush),
    idle: needsSocket(checkIdle),
  };

  async function run(name) {
    let result;
    try {
      result = await steps[name]();
    } catch (err) {
      result = { state: "fail", finding: "broken", values: [err.message] };
    }
    show(name, result);
  }

  async function runAll() {
    let silent = null; // goes on beside the others, once it is known that a WebSocket opens
    for (const name of order) {
      if (name === "idle") continue;
      await run(name);
      if (name === "upgrade") silent = run("idle");
    }
    conn?.close();
    await silent;
  }

  checkPage.begin();
  runAll();
}
