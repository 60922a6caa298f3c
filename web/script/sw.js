// The service worker: keeps the app's files, so that a second visit loads none
// and a visit without network opens the app all the same. What it keeps is named
// by its content: a new build is a new worker with a new store. Other programs,
// other Hubbubs among them, may be under other paths of the same host.
"use strict";

const BUILD = /* BUILD */ null;
const BASE = new URL(self.registration.scope).pathname.replace(/\/$/, "");
const KEEP = BUILD.keep.map((path) => BASE + path);
const LATER = BUILD.later.map((path) => BASE + path); // kept from its first use on
const STORES = (BASE && BASE + " ") + "hubbub-";
const STORE = STORES + BUILD.version;
const PAGES = /^\/($|r\/|join\/|setup$|signin$|recover\/|check$)/; // that the server draws
const PATIENCE = 5000; // ms: a network that takes longer is as good as none

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const store = await caches.open(STORE);
    await store.addAll(KEEP);
    for (const path of LATER) { // an older build may have had use for it
      const used = await caches.match(path, { ignoreVary: true });
      if (used) await store.put(path, used);
    }
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(STORES) && name !== STORE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// A waiting worker takes over when a page says so: because its reader pressed
// "Update", or because the page, which came from the network, is of this very
// build. A page of another build is told that it is; one of another server is left
// alone.
self.addEventListener("message", (event) => {
  if (event.data === "update") {
    event.waitUntil(self.skipWaiting());
  } else if (event.data.files.every((file) => KEEP.includes(file))) {
    event.waitUntil(self.skipWaiting());
  } else if (event.data.files.every((file) => file.startsWith(BASE + "/web/"))) {
    event.source.postMessage("other build");
  }
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = url.pathname.slice(BASE.length);
  if (path.startsWith("/web/")) {
    event.respondWith(kept(request));
  } else if (request.mode === "navigate" && PAGES.test(path)) {
    event.respondWith(page(request));
  }
});

// An older page may ask for files of its own build: those come from the
// network, or from whichever store still has them.
async function kept(request) {
  const here = await caches.match(request, { ignoreVary: true });
  if (here) return here;
  const answer = await fetch(request);
  if (answer.ok && LATER.includes(new URL(request.url).pathname)) {
    await (await caches.open(STORE)).put(request, answer.clone());
  }
  return answer;
}

// isProxys reports whether a proxy answered for a server that does not. What
// the server itself says carries its policy.
function isProxys(answer) {
  return [502, 503, 504].includes(answer.status) && !answer.headers.has("Content-Security-Policy");
}

// The server draws a page if it can. If not, the app opens with what this
// browser keeps, and goes on trying by itself.
async function page(request) {
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  try {
    const answer = await Promise.race([fetch(request), late]);
    if (answer && !isProxys(answer)) return answer;
  } catch { /* no network */ }
  return (await caches.match(BASE + BUILD.shell, { ignoreVary: true })) || Response.error();
}
