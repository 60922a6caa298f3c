// A picture of the conversation on the whole screen, with those before and after
// it. ← and → go there, or a finger that swipes; Enter shows its own size or all
// of it; Esc leaves, and so does the way back on a phone.
"use strict";

(() => {
  let dialog = null, links = [], at = 0;
  let entered = false; // it has an entry in the history: on a phone, back closes it

  function button(name, label, path, act) {
    const b = document.createElement("button");
    b.type = "button";
    b.className = "icon " + name;
    b.title = label;
    b.setAttribute("aria-label", label);
    b.innerHTML = '<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="' + path + '"/></svg>';
    b.onclick = act;
    return b;
  }

  function build(words) {
    dialog = document.createElement("dialog");
    dialog.className = "lightbox";
    const stage = document.createElement("div"), img = document.createElement("img");
    stage.className = "stage";
    stage.tabIndex = -1;
    const caption = document.createElement("p"), save = document.createElement("a");
    caption.setAttribute("dir", "auto");
    caption.setAttribute("aria-live", "polite");
    save.className = "icon save";
    save.title = words.save;
    save.setAttribute("aria-label", words.save);
    save.innerHTML = '<svg class="i" viewBox="0 0 20 20" aria-hidden="true"><path d="M10 3v10M5.500 9l4.500 4.500L14.500 9M4 16.500h12"/></svg>';
    stage.append(img);
    const bar = document.createElement("header");
    bar.append(caption, button("zoom", words.zoom, "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4", zoom), save,
      button("close", words.close, "M5 5l10 10M15 5L5 15", () => dialog.close()));
    dialog.append(bar, button("before", words.before, "M12 4l-6 6 6 6", () => go(-1)), stage,
      button("after", words.after, "M8 4l6 6-6 6", () => go(1)));
    img.onclick = zoom;
    stage.onclick = (e) => { if (e.target === stage) dialog.close(); };
    swipes(stage);
    dialog.addEventListener("keydown", (e) => {
      e.stopPropagation(); // these keys mean something else outside
      if (e.isComposing) return;
      if (e.key === "ArrowLeft") go(-1);
      else if (e.key === "ArrowRight") go(1);
      else if (e.key === "Enter" && !e.target.closest("button, a")) zoom();
    });
    dialog.addEventListener("close", () => {
      if (entered && history.state?.layer) history.back();
      else entered = false;
      dialog.remove();
      dialog = null;
      (links[at]?.isConnected ? links[at] : document.getElementById("composer"))?.focus();
    });
    document.body.append(dialog);
  }

  visualViewport.addEventListener("resize", () => dialog?.classList.toggle("pinched", visualViewport.scale > 1));

  // swipes has a finger go to the pictures beside this one, unless it moves about
  // in a larger one. The browser does not take its way for scrolling: see the
  // stage's touch-action.
  function swipes(stage) {
    let from = null;
    stage.addEventListener("touchstart", (e) => {
      const fits = !dialog.matches(".whole, .pinched");
      const { clientX: x, clientY: y } = e.touches[0];
      from = fits && e.touches.length === 1 ? { x, y } : null;
    }, { passive: true });
    stage.addEventListener("touchend", (e) => {
      if (!from) return;
      const to = e.changedTouches[0], x = to.clientX - from.x, y = to.clientY - from.y;
      from = null;
      if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) go(x < 0 ? 1 : -1);
    });
  }

  function zoom() { dialog.classList.toggle("whole"); }

  function go(by) {
    if (!links[at + by]) return;
    at += by;
    show();
  }

  function show() {
    const link = links[at], img = dialog.querySelector("img");
    const name = link.querySelector("img").alt;
    dialog.classList.remove("whole");
    img.src = link.querySelector("img").src; // what is there, until the whole picture is
    const whole = new Image();
    whole.onload = () => { if (links[at] === link) img.src = whole.src; };
    whole.src = link.href;
    img.alt = name;
    dialog.setAttribute("aria-label", name);
    dialog.querySelector("p").textContent = name + (links.length > 1 ? "  " + (at + 1) + " / " + links.length : "");
    Object.assign(dialog.querySelector(".save"), { href: link.href, download: name });
    for (const [where, by] of [["before", -1], ["after", 1]]) dialog.querySelector("." + where).disabled = !links[at + by];
    dialog.querySelector(".stage").focus();
  }

  document.addEventListener("click", (e) => {
    const link = e.target.closest?.("a.picture");
    if (!link || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    e.stopPropagation();
    links = [...document.querySelectorAll("a.picture")];
    at = links.indexOf(link);
    build(hubbubFiles.words());
    dialog.showModal();
    show();
    if (matchMedia("(max-width: 640px)").matches) {
      history.pushState({ layer: true }, "");
      entered = true;
    }
  }, true);

  addEventListener("popstate", (e) => {
    if (!entered) return;
    if (links[at]?.isConnected) e.stopImmediatePropagation(); // the page is the same, and what lies under the picture stays
    entered = false;
    dialog?.close();
  }, true);
})();
