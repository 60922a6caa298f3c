// Being notified while no page is open: whether this browser can, is, and
// turning it on and off. Nothing here rejects: what went wrong is in the answer.
"use strict";

var hubbubNotify = (() => {
  const MOMENT = 3000; // ms to read a message in, here or elsewhere, before it rings
  let looked = ""; // the room that somebody looks at here
  const read = {}; // by room: the position up to which it was read
  const shown = new Set(); // ids of pushes that this page showed by itself
  const waiting = new Map(); // by id: who asks whether it will

  async function registration() {
    return hubbub.worker || (await navigator.serviceWorker.getRegistration(hubbubBase + "/"));
  }

  // look compares with the server's key: what was subscribed with another one
  // reaches nobody any more.
  async function look(key) {
    if (!isSecureContext) return "insecure";
    if (!navigator.serviceWorker || !window.PushManager || !window.Notification) {
      return navigator.standalone === false ? "install" : "none"; // iPhones: only for what is on the home screen
    }
    if (Notification.permission === "denied") return "blocked";
    const worker = await registration();
    if (!worker) return "none";
    const subscription = await worker.pushManager.getSubscription();
    const on = subscription && Notification.permission === "granted" && madeWith(subscription, key);
    return on ? "on" : "off";
  }

  function madeWith(subscription, key) {
    const used = subscription.options?.applicationServerKey;
    if (!used) return true; // not told
    const text = btoa(String.fromCharCode(...new Uint8Array(used)));
    return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") === key;
  }

  async function subscribe(key) {
    const worker = await registration();
    const { pushManager } = worker.active ? worker : await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: key };
    try {
      return await pushManager.subscribe(options);
    } catch (err) {
      const old = err.name === "InvalidStateError" && (await pushManager.getSubscription());
      if (!old) throw err;
      await old.unsubscribe(); // it was made with another key: of another server's, or lost
      return pushManager.subscribe(options);
    }
  }

  navigator.serviceWorker?.addEventListener("message", async ({ data, ports: [port] }) => {
    if (data.open) {
      const running = document.documentElement.dataset.phase;
      if (running) goappNav(data.open);
      port.postMessage(!!running);
    } else if (data.seen) {
      port.postMessage(data.seen === looked);
    } else if (data.shown) {
      if (shown.has(data.shown)) return port.postMessage(true);
      waiting.set(data.shown, port); // it may be on its way on the socket
    }
  });

  // close takes away what this browser shows and nobody needs any more.
  async function close(over) {
    const worker = navigator.serviceWorker && (await registration());
    for (const n of worker ? await worker.getNotifications() : []) {
      if (n.data && over(n.data)) n.close();
    }
  }

  // ring shows a message of a room where no push will: Web Push shows it
  // otherwise. The same one again, of another tab, is shown once.
  async function ring(message) {
    if (window.Notification?.permission !== "granted" || message.room === looked) return;
    const worker = navigator.serviceWorker && (await registration());
    if (!worker || (await worker.pushManager?.getSubscription().catch(() => null))) return;
    await new Promise((done) => setTimeout(done, MOMENT));
    if (message.room === looked || read[message.room] >= message.seq) return;
    const { id, room, seq, url, title, body } = message;
    const tag = "room " + room;
    const before = await worker.getNotifications({ tag });
    if (before.some((n) => n.data?.seq >= seq)) return;
    const icon = document.querySelector("link[rel=apple-touch-icon]")?.href;
    await worker.showNotification(title, { body, tag, icon, dir: "auto", renotify: before.length > 0, data: { id, room, seq, url } });
  }

  return {
    // look says which room somebody looks at here, or "".
    look(room) {
      looked = room;
    },
    // read says how far rooms were read: what is shown of that goes.
    read(positions) {
      Object.assign(read, positions);
      close(({ room, seq }) => room && read[room] >= seq).catch(() => {});
    },
    // over says which pushes need not be shown any more.
    over: (ids) => close(({ id, room }) => !room && ids.includes(id)).catch(() => {}),
    ring: (message) => ring(message).catch(() => {}),
    state: (key) => look(key).catch(() => "none"),
    // on must be called by a press: it may ask for permission.
    async on(key) {
      try {
        if ((await Notification.requestPermission()) !== "granted") return { error: "" };
        return { device: JSON.stringify(await subscribe(key)) };
      } catch (err) {
        return { error: err.message || err.name };
      }
    },
    async off() {
      try {
        const worker = await registration();
        await (await worker.pushManager.getSubscription()).unsubscribe();
      } catch { /* there was none */ }
    },
    // shows notes that this page shows a push by itself.
    shows(id) {
      shown.add(id);
      waiting.get(id)?.postMessage(true);
      waiting.delete(id);
    },
  };
})();
