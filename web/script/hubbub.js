// hubbub.js: a page of any site hears the pushes of a Hubbub server.
//
//   <script src="https://chat.example.org/hubbub.js"></script>      or
//   import "https://chat.example.org/hubbub.js";
//
//   const hub = Hubbub.connect("https://chat.example.org", {
//     token,                // a token with the scope read, or a function that
//                           //   returns one, or a promise of one
//     events: ["deploy"],   // without: all
//     onpush(push) {},      // {id, seq, at, event, title, message, url, …}
//     onchange(push) {},    // it says something else now, or was opened elsewhere
//     onclear(push) {},     // it was taken back, or a newer one took its place
//     onstate(state) {},    // "connecting", "live", "waiting" or "closed"
//     onerror(error) {},    // {code, message}: refused; it does not try again
//     storage: sessionStorage, // goes on where it was after a reload; without: afresh
//   });
//   hub.opened(push);       // somebody pressed it
//   hub.close();
//
// Each push comes once, and is acknowledged. A lost connection is made again,
// and brings what came meanwhile. docs/push.md tells the rest.
globalThis.Hubbub = { connect(url, options = {}) {
  const { origin, pathname } = new URL(url, location.href);
  const base = origin + pathname.replace(/\/+$/, "");
  const events = options.events?.length ? options.events : [""];
  const key = "hubbub " + base + " " + events.join(" ");
  const have = new Map(); // the newest pushes, by id
  const queue = []; // acknowledgements
  let at = {}; // where to go on: {user, epoch, after}
  let link, timer, silence, state, warned;
  let tries = 0, deaf = 0; // deaf: sockets in a row that brought nothing

  try { at = JSON.parse(options.storage.getItem(key)) || {}; } catch { /* none */ }

  function tell(handler, value) {
    try { options[handler]?.(value); } catch (e) { setTimeout(() => { throw e; }); }
  }
  function become(now) {
    if (state !== now) tell("onstate", state = now);
  }
  function reach(after) {
    at.after = after;
    try { options.storage?.setItem(key, JSON.stringify(at)); } catch { /* full */ }
  }

  async function open() {
    clearTimeout(timer);
    timer = 0;
    const me = link = { flying: new Set(), socket: deaf < 2 };
    become("connecting");
    arm(me, 20000);
    try {
      me.token = await (typeof options.token === "function" ? options.token() : options.token);
      if (link === me) await (me.socket ? socket : stream)(me);
    } catch { drop(me); }
  }
  function arm(me, ms = 45000) {
    me.last = Date.now();
    clearTimeout(silence);
    silence = setTimeout(drop, ms, me);
  }
  function drop(me, wait) {
    if (link !== me) return;
    link = undefined;
    clearTimeout(silence);
    me.end?.();
    queue.unshift(...me.flying);
    me.flying.clear();
    if (!me.heard) deaf = me.socket ? deaf + 1 : 0;
    if (!me.heard && !me.socket && !warned) console.warn(warned = `hubbub: cannot reach ${base}; is ${location.origin} among its --origins?`);
    become("waiting");
    timer = setTimeout(open, wait ?? Math.random() * Math.min(30000, 500 * 2 ** tries++));
  }
  function close(error) {
    const me = link;
    link = undefined;
    clearTimeout(timer);
    clearTimeout(silence);
    timer = 0;
    me?.end?.();
    for (const type of ["online", "pageshow", "visibilitychange"]) removeEventListener(type, wake, true);
    become("closed");
    if (error) tell("onerror", error);
  }
  // What a page missed while it was frozen, or without a network, it gets now.
  function wake() {
    if (globalThis.document?.hidden) return;
    if (timer) open(tries = 0);
    else if (link && Date.now() - link.last > 25000) drop(link, 0);
    else link?.probe?.();
  }

  function socket(me) {
    const ws = new WebSocket(base.replace(/^http/, "ws") + "/ws", "hubbub.v1");
    const replies = new Map();
    let id = 0;
    const send = (frame, done) => {
      if (ws.readyState !== 1) return; // it closes: what is not answered goes out again
      replies.set(++id, done);
      ws.send(JSON.stringify({ id, ...frame }));
    };
    me.end = () => ws.close();
    me.probe = () => { send({ ping: {} }); arm(me, ws.readyState === 1 ? 5000 : 20000); };
    me.ack = (ack, done) => send({ ack }, (f) => done(temporary(f.error)));
    ws.onopen = () => ws.send(events.map((event, i) => JSON.stringify({
      register: { event, token: i ? undefined : me.token, after: at.after, epoch: at.epoch },
    })).join("\n"));
    ws.onclose = () => drop(me);
    ws.onmessage = (e) => {
      deaf = 0;
      arm(me);
      for (const line of e.data.split("\n")) {
        if (!line || link !== me) continue;
        const f = JSON.parse(line);
        if (!f.id) take(me, f);
        replies.get(f.id)?.(f);
        replies.delete(f.id);
      }
    };
  }

  // Where no WebSocket passes: server-sent events, with a token.
  async function stream(me) {
    const abort = new AbortController();
    const headers = me.token ? { Authorization: "Bearer " + me.token } : {};
    const resume = at.after === undefined ? {} : { "Last-Event-ID": at.epoch + ":" + at.after };
    const again = setTimeout(() => drop(me, deaf = 1), 300000); // sockets may pass by then
    me.end = () => { clearTimeout(again); abort.abort(); };
    me.ack = (ack, done) => fetch(base + "/api/v1/ack", { method: "POST", headers, body: JSON.stringify({ ...ack, to: me.to }) })
      .then(async (r) => r.ok ? 0 : temporary(await r.json())).catch(() => 1).then(done);
    const answer = await fetch(base + "/events?" + new URLSearchParams(events.map((e) => ["event", e])), {
      headers: { ...headers, ...resume }, signal: abort.signal, cache: "no-store",
    });
    if (!answer.ok) return take(me, { error: await answer.json() });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = "", part; !(part = await reader.read()).done;) {
      arm(me);
      const blocks = (text + part.value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        const data = /^data: (.*)/m.exec(block);
        if (data && link === me) take(me, JSON.parse(data[1]), /^id: .*:(\d+)/m.exec(block));
      }
    }
    drop(me);
  }

  // temporary is after how many seconds to try again, or 0.
  function temporary(error) {
    return error && /^(too_fast|unavailable|internal|)$/.test(error.code ?? "") ? error.retry_after || 1 : 0;
  }

  function take(me, f, id) {
    if (f.error) {
      const wait = temporary(f.error);
      return wait ? drop(me, wait * 1000 * (1 + Math.random())) : close(f.error);
    }
    me.heard = true;
    if (f.ok?.registered) registered(me, f.ok.registered);
    if (f.pushed) pushed(f.pushed);
    if (f.ack && opened(f.ack.push)) tell("onchange", have.get(f.ack.push));
    if (f.live && !f.live.room) {
      me.sure = true;
      tries = 0;
      reach(f.live.seq);
      become("live");
    }
    if (id) reach(+id[1]);
    else if (f.pushed && me.sure) reach(f.pushed.seq);
  }

  // A position is of one person's log. Until it is live a connection brings
  // what was missed, event by event: breaking off then must not lose the rest.
  function registered(me, r) {
    me.to = r.connection;
    if (at.epoch !== r.epoch || at.user !== r.userId || at.after > r.last) {
      const another = at.user && at.user !== r.userId;
      at = { user: r.userId, epoch: r.epoch };
      have.clear();
      if (another) return drop(me, 0);
    }
    me.sure ||= me.socket && events.length < 2 && at.after !== undefined;
    acknowledge();
  }

  function pushed(push) {
    const known = have.get(push.id);
    if (!push.cleared) acknowledge({ push: push.id });
    if (known?.seq >= push.seq) return;
    have.delete(push.id);
    have.set(push.id, push);
    if (have.size > 1000) have.delete(have.keys().next().value);
    if (push.cleared) return tell("onclear", push);
    for (const old of push.collapse ? have.values() : []) {
      if (old.collapse !== push.collapse || old.sender !== push.sender || old.id === push.id || old.cleared) continue;
      old.cleared = true;
      tell("onclear", old);
    }
    tell(known && options.onchange ? "onchange" : "onpush", push);
  }

  // opened reports whether that is news.
  function opened(id) {
    const push = have.get(id);
    return push && !push.opened && (push.opened = true);
  }

  function acknowledge(more) {
    if (more) queue.push(more);
    const me = link;
    while (me?.to && queue.length && me.flying.size < 16) {
      const ack = queue.shift();
      me.flying.add(ack);
      me.ack(ack, (wait) => {
        if (!me.flying.delete(ack)) return; // it waits for the next connection
        if (wait) queue.push(ack);
        setTimeout(acknowledge, wait * 1000);
      });
    }
  }

  for (const type of ["online", "pageshow", "visibilitychange"]) addEventListener(type, wake, true);
  open();
  return {
    close: () => close(),
    opened: (push) => {
      opened(push.id);
      acknowledge({ push: push.id, opened: true });
    },
  };
} };
