// The service worker, told something by the server while no page may be open.
"use strict";

const ASK_PATIENCE = 1500; // ms for a page to answer
const ACK_PAUSES = [0, 1000, 4000]; // ms before each try to reach the server

// Every push shows a notification, whatever it holds: Safari withdraws the
// subscription of who does not, Chrome shows one of its own words.
self.addEventListener("push", (event) => event.waitUntil(pushed(event)));

async function pushed(event) {
  const push = readPush(event.data);
  const tag = push.tag || push.id || "hubbub";
  if (push.gone) return takeBack(push, tag);
  const before = await self.registration.getNotifications({ tag }).catch(() => []);
  const looking = push.event !== "test" && (await lookingAt()); // who tries wants to see it
  const seen = looking && (push.room ? await ask(looking, { seen: push.room }) : true);
  const fresh = !before.some((n) => n.data?.id === push.id);
  await self.registration.showNotification(push.title || (push.room ? push.from : "") || (push.room ? words().message : blank()), {
    body: push.room ? wordsOf(push) : push.message,
    tag, // what comes twice, or collapses, replaces what is there,
    renotify: !seen && !push.quiet && fresh && before.length > 0, // and makes itself heard when it is new
    silent: !!seen || push.quiet,
    icon: BASE + BUILD.icon,
    dir: "auto",
    data: { id: push.id, to: push.to, url: push.url, room: push.room, seq: push.seq },
  });
  await Promise.all([push.room ? mark(push.badge) : acknowledge(push, false), seen && withdraw(looking, push, tag)]);
}

// takeBack closes what a device was told before. It shows something, silently,
// as every push must, and closes that too.
async function takeBack(push, tag) {
  const nothing = "gone";
  await self.registration.showNotification(blank(), { tag: nothing, silent: true, icon: BASE + BUILD.icon });
  for (const n of await self.registration.getNotifications()) {
    const told = n.tag === tag && (push.room ? n.data?.seq <= push.seq : n.data?.id === push.id);
    if (n.tag === nothing || told) n.close();
  }
  if (push.room) await mark(push.badge);
}

// wordsOf says a message of a room as far as the server was allowed to.
function wordsOf(push) {
  const { from, many } = words();
  const lines = [];
  if (push.message) lines.push(push.title ? push.from + ": " + push.message : push.message);
  else if (push.from) lines.push(push.title ? from.replace("%", () => push.from) : words().message);
  if (push.count > 1) lines.push(many.replace("%", push.count));
  return lines.join("\n");
}

// mark puts the number of messages that wait on the app's icon.
async function mark(count) {
  if (!self.navigator.setAppBadge) return;
  await (count > 0 ? self.navigator.setAppBadge(count) : self.navigator.clearAppBadge()).catch(() => {});
}

// readPush is what a push says: nothing when it is empty or not from our server.
function readPush(data) {
  try {
    const push = data.json();
    const kinds = { id: "", to: "", title: "", message: "", url: "", event: "", tag: "", room: "", from: "", seq: 0, count: 0, badge: 0, quiet: false, gone: false };
    const read = {};
    for (const [field, none] of Object.entries(kinds)) read[field] = typeof push[field] === typeof none ? push[field] : none;
    return read;
  } catch {
    return { message: "" };
  }
}

// words are those of a notification, in the browser's language.
function words() {
  return BUILD.words[self.navigator.language.split("-")[0]] || BUILD.words.en;
}

function blank() {
  return words().blank;
}

// lookingAt is the page of ours that somebody looks at, or nothing.
async function lookingAt() {
  const all = await self.clients.matchAll({ type: "window" }).catch(() => []);
  return all.find((client) => ours(client) && client.focused && client.visibilityState === "visible");
}

function ours(client) {
  return client.url.startsWith(self.registration.scope);
}

// withdraw takes a notification back that the page which is looked at shows by
// itself. It was shown before, and silently: that is what platforms ask for.
async function withdraw(client, push, tag) {
  if (!push.id || !push.room && !(await ask(client, { shown: push.id }))) return;
  for (const n of await self.registration.getNotifications({ tag })) {
    if (n.data?.id === push.id) n.close();
  }
}

// ask has a page answer, see notify.js. One that does not is as good as none.
function ask(client, question) {
  return new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => done(event.data);
    setTimeout(() => done(null), ASK_PATIENCE);
    client.postMessage(question, [channel.port2]);
  });
}

// acknowledge tells the server that a push arrived, or that it was opened.
async function acknowledge(push, opened) {
  if (!push.id || !push.to) return;
  for (const pause of ACK_PAUSES) {
    await new Promise((done) => setTimeout(done, pause));
    try {
      const answer = await command("ack", { push: push.id, to: push.to, opened });
      if (answer.ok || answer.status < 500 && answer.status !== 429) return;
    } catch { /* no network */ }
  }
}

function command(name, body) {
  return fetch(BASE + "/api/v1/" + name, {
    method: "POST",
    credentials: "same-origin",
    keepalive: true,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const push = event.notification.data || {};
  event.waitUntil(Promise.all([open(push.url), !push.room && acknowledge(push, true)]));
});

// open shows where a push leads, in a page of ours that is there if it can: what
// was typed there stays. Without an address any page of ours will do.
async function open(url) {
  const target = new URL(url?.startsWith("/") ? BASE + url : url || BASE + "/", self.location.origin).href;
  const pages = (await self.clients.matchAll({ type: "window" })).filter(ours);
  const page = pages.find((p) => p.focused) || pages.find((p) => p.visibilityState === "visible") || pages[0];
  if (!page || !target.startsWith(self.registration.scope)) return self.clients.openWindow(target);
  const shown = await page.focus().catch(() => page);
  if (!url || (await ask(shown, { open: target.slice(self.location.origin.length) }))) return shown;
  return shown.navigate(target).catch(() => self.clients.openWindow(target));
}

// A push service may end a subscription for another. Who had none here, or
// signed out since, gets none.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew()));

async function subscribeAnew() {
  const answer = await command("devices", {});
  if (!answer.ok) return;
  const { devices } = await answer.json();
  if (!devices.key || !devices.devices.some((d) => d.here)) return;
  const subscription = await self.registration.pushManager.subscribe({
    userVisibleOnly: true, applicationServerKey: devices.key,
  });
  await command("device", subscription.toJSON());
}
