// A page that has nothing to show without the server: looks from time to time
// whether it answers again, and then loads what was asked for.
"use strict";

function hubbubAlone() {
  document.documentElement.dataset.shell = "alone";
  let timer, pause = 2000;
  async function look() {
    clearTimeout(timer);
    try {
      const answer = await fetch(hubbubBase + "/healthz", { cache: "no-store" });
      if (answer.ok) return location.reload();
    } catch { /* still out of reach */ }
    timer = setTimeout(look, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, 60000);
  }
  window.addEventListener("online", look);
  timer = setTimeout(look, pause * Math.random()); // not at once: the page may be what does not come
}
