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

const hubbub = { worker: null, install: null, waiting: false };

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

async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  try {
    hubbub.worker = await navigator.serviceWorker.register("/sw.js");
  } catch (err) {
    console.warn("no service worker:", err);
    return;
  }
  if (hubbub.worker.waiting) announceUpdate();
  hubbub.worker.addEventListener("updatefound", () => {
    const next = hubbub.worker.installing;
    next.addEventListener("statechange", () => {
      if (next.state === "installed" && navigator.serviceWorker.controller) announceUpdate();
    });
  });
}

// ---- keeping ----------------------------------------------------------------

// A browser may refuse storage altogether; then nothing is kept.
function hubbubRecall(key) {
  try { return localStorage.getItem(key) || ""; } catch { return ""; }
}
function hubbubKeep(key, value) {
  try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* not kept */ }
}

// ---- loading ----------------------------------------------------------------

// counted is response with its progress, of total uncompressed bytes, told to
// the element with the id boot-progress.
function counted(response, total) {
  const bar = document.getElementById("boot-progress");
  if (!bar || !total || !response.body) return response;
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

async function startApp(url, total) {
  if (!url || typeof WebAssembly !== "object") return;
  const go = new Go();
  const response = await fetch(url);
  if (!response.ok) throw new Error("the app answered " + response.status);
  const wasm = await WebAssembly.instantiateStreaming(counted(response, total), go.importObject);
  await go.run(wasm.instance);
}

{
  const here = document.getElementById("boot").dataset;
  startApp(here.wasm, Number(here.size)).catch((err) => {
    document.documentElement.dataset.boot = "failed"; // the page goes on by forms
    console.warn("the app did not start:", err);
  });
  window.addEventListener("load", startWorker);
}
