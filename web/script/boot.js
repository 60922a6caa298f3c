// The loader: fetches and starts the wasm while the page that the server drew
// stays usable, and watches for a newer build. It covers nothing. The goapp…
// names are what go-app's runtime looks for.
"use strict";

var goappNav = () => {};
var goappUpdatedBeforeWasmLoaded = false;
var goappOnUpdate = () => { goappUpdatedBeforeWasmLoaded = true; };
var goappAppInstallChangedBeforeWasmLoaded = false;
var goappOnAppInstallChange = () => { goappAppInstallChangedBeforeWasmLoaded = true; };
var goappGetenv = () => "";

const hubbub = { worker: null, install: null, waiting: false, files: [] };

// ---- installing -------------------------------------------------------------

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  hubbub.install = event;
  goappOnAppInstallChange();
});
window.addEventListener("appinstalled", () => {
  hubbub.install = null;
  goappOnAppInstallChange();
});

function goappIsAppInstalled() {
  return navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;
}
function goappIsAppInstallable() {
  return !goappIsAppInstalled() && hubbub.install !== null;
}
async function goappShowInstallPrompt() {
  const prompt = hubbub.install;
  if (!prompt) return;
  hubbub.install = null;
  await prompt.prompt();
}

// ---- updating ---------------------------------------------------------------

// hubbubUpdate takes the waiting build into use; the page reloads when it is.
function hubbubUpdate() {
  if (!hubbub.worker || !hubbub.worker.waiting) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  hubbub.worker.waiting.postMessage("update");
}
function goappTryUpdate() {
  if (!hubbub.worker) return announceUpdate(); // nothing to prepare: a reload brings it
  hubbub.worker.update().catch(() => {}); // offline: another time
}
function announceUpdate() {
  if (hubbub.waiting) return;
  hubbub.waiting = true;
  goappOnUpdate();
}

// The files this page was made of say which build it is. Whether a worker is of
// another one, only the worker knows: it answers "other build" or nothing.
hubbub.files = [...document.head.querySelectorAll(`[href^="${hubbubBase}/web/"], [src^="${hubbubBase}/web/"]`)]
  .map((e) => e.getAttribute("href") || e.getAttribute("src"));

function ask(worker) {
  if (worker) worker.postMessage({ files: hubbub.files });
}
function watch(worker) {
  if (!worker) return;
  worker.addEventListener("statechange", () => {
    if (worker.state === "installed" && navigator.serviceWorker.controller) ask(worker);
  });
}

async function startWorker() {
  const container = navigator.serviceWorker;
  if (!container) return; // an address that is neither https nor localhost
  container.addEventListener("message", (event) => {
    if (event.data === "other build") announceUpdate();
  });
  container.addEventListener("controllerchange", () => ask(container.controller));
  try {
    hubbub.worker = await container.register(hubbubBase + "/sw.js");
  } catch (err) {
    console.warn("no service worker:", err);
    return;
  }
  ask(hubbub.worker.waiting);
  watch(hubbub.worker.installing);
  hubbub.worker.addEventListener("updatefound", () => watch(hubbub.worker.installing));
}

// ---- keeping ----------------------------------------------------------------

// A browser may refuse storage altogether; then nothing is kept.
function hubbubRecall(key) {
  try { return localStorage.getItem(hubbubName(key)) || ""; } catch { return ""; }
}
function hubbubKeep(key, value) {
  const name = hubbubName(key);
  try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch { /* not kept */ }
}

// ---- loading ----------------------------------------------------------------

// showProgress adds a line that fills, and returns what fills it.
function showProgress() {
  const bar = document.createElement("progress");
  bar.id = "boot-progress";
  bar.value = 0;
  bar.setAttribute("aria-hidden", "true"); // the page is there to read already
  document.body.append(bar);
  return bar;
}

// counted is response with its progress, of total uncompressed bytes, on bar.
function counted(response, total, bar) {
  let loaded = 0;
  const body = response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      bar.value = Math.min(1, loaded / total);
      controller.enqueue(chunk);
    },
  }));
  return new Response(body, { headers: { "Content-Type": "application/wasm" } });
}

async function fetchApp(url, total, bar) {
  const here = await self.caches?.match(url, { ignoreVary: true }).catch(() => null);
  const response = await fetch(url);
  if (!response.ok) throw new Error("the app answered " + response.status);
  // The browser keeps the compiled code of a response that it made itself.
  return here || !total ? response : counted(response, total, bar);
}

// warmUp does what takes a browser a while the first time, as long as it has
// nothing else to do: the app is on its way, and will ask for it.
function warmUp() {
  for (const format of Object.values(hubbubFormats(document.documentElement.lang || "en"))) format.format(0);
  hubbubRecall("");
}

async function startApp(url, total) {
  if (!url || typeof WebAssembly !== "object") return;
  const go = new Go();
  const bar = showProgress();
  let wasm;
  try {
    wasm = await WebAssembly.instantiateStreaming(fetchApp(url, total, bar), go.importObject);
  } finally {
    bar.remove();
  }
  await go.run(wasm.instance);
  throw new Error("the app ended"); // it never should
}

{
  const here = document.getElementById("boot").dataset, page = document.documentElement;
  const shell = page.dataset.shell !== undefined;
  if (shell) page.dataset.theme = /(?:^|; )hubbub_theme=(light|dark)/.exec(document.cookie)?.[1] ?? "system";
  startApp(here.wasm, Number(here.size)).catch((err) => {
    page.dataset.boot = "failed"; // the page goes on by forms
    console.warn("the app does not run:", err);
    if (shell) hubbubAlone();
  });
  (self.requestIdleCallback ?? setTimeout)(warmUp);
  // Whoever has to sign in sees nothing of what others saw. What was not sent
  // waits for its author.
  if (here.screen === "signin") hubbubShelf.forget().catch(() => {});
  window.addEventListener("load", startWorker);
}
