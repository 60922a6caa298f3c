// The way to the server, as the connection check walks it: requests and
// WebSockets that do not wait for ever.
"use strict";

const checkWay = (() => {
  const { limits, seconds } = checkPage;
  const base = location.pathname.replace(/\/check\/?$/, "");
  let clock = { offset: 0, trip: Infinity }; // of the quickest answer so far, in milliseconds

  const patience = limits.patience * 1000;

  function within(ms, promise, what) {
    let timer;
    const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(what + ": " + seconds(ms))), ms); });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
  }

  // askFacts asks the server what it sees of us, and measures its clock.
  async function askFacts(attempt) {
    const sent = Date.now(), began = performance.now();
    const answer = await fetch(base + "/check/facts" + (attempt ? "?attempt=" + attempt : ""),
      { cache: "no-store", signal: AbortSignal.timeout(patience) });
    const trip = performance.now() - began;
    const body = await answer.text();
    let seen;
    try { seen = JSON.parse(body); } catch { /* somebody else's page */ }
    if (!answer.ok || !seen || !seen.origin) throw new Error(answer.status + " " + answer.statusText);
    if (trip < clock.trip) clock = { offset: seen.now - (sent + trip / 2), trip };
    return seen;
  }

  const socketURL = (path) => location.origin.replace(/^http/, "ws") + base + path;

  // open resolves with an open WebSocket whose messages wait in order.
  function open(path, protocol) {
    const socket = protocol ? new WebSocket(socketURL(path), protocol) : new WebSocket(socketURL(path));
    const waiting = [], heard = [];
    const closed = (event) => new Error("close " + event.code + (event.reason ? " " + event.reason : ""));
    let over = null;
    const opened = new Promise((done, fail) => {
      socket.onopen = () => done(conn);
      socket.onclose = (event) => {
        over = closed(event);
        conn.onend();
        fail(over);
        for (const w of waiting.splice(0)) w.fail(over);
      };
    });
    socket.onmessage = (event) => waiting.length ? waiting.shift().done(event.data) : heard.push(event.data);
    const conn = {
      socket,
      onend: () => {},
      over: () => over,
      send: (data) => socket.send(data),
      next: () => heard.length ? Promise.resolve(heard.shift())
        : over ? Promise.reject(over) : new Promise((done, fail) => waiting.push({ done, fail })),
      close: () => socket.close(),
    };
    return within(patience, opened, "open").catch((err) => { socket.close(); throw err; });
  }

  // echo sends a message and expects it back. It returns the milliseconds.
  async function echo(conn, data) {
    const began = performance.now();
    conn.send(data);
    if (await within(patience, conn.next(), "echo") !== data) throw new Error("changed");
    return performance.now() - began;
  }

  return { base, patience, within, askFacts, clock: () => clock, open, echo };
})();
