// Completion: a list over a text area that finishes what is being typed after
// ":" (emoji), "@" (people) or "#" (rooms). A text area that wants it has the
// attribute data-complete. While an input method composes, no key is ours.
"use strict";

// hubbubComplete.source, set by the app, returns the candidates for "@" or "#"
// as JSON: [{"text": "@ada", "name": "Ada Lovelace", "detail": "@ada"}]. When
// it has more of them than it had, it calls refresh. words are what we say.
var hubbubComplete = (() => {
  const MOST = 8;
  const hub = { source: () => "[]", words: {}, refresh };
  let open = null; // {input, kind, from, to, query, items, active}
  let dismissed = null; // the text before what Escape was pressed on
  let list = null;

  const composing = (e) => e.isComposing || e.keyCode === 229;
  const coarse = () => matchMedia("(pointer: coarse)").matches;

  // token finds what is being typed before the caret. Code is left alone, and so
  // are addresses, times, and headings.
  function token(text) {
    const found = /(^|[^])([:@#])([\p{L}\p{M}\p{N}_.+-]*)$/u.exec(text);
    if (!found) return null;
    const [, before, kind, query] = found;
    const from = text.length - query.length - 1;
    if (/[\w/.:@#]/.test(before) || (text.slice(0, from).match(/`/g) || []).length % 2) return null;
    // After a letter that is no Latin one a space is not usual, a colon is.
    if (kind === ":" && /[\p{L}\p{N}]/u.test(before) && !/^[\w+-]*$/.test(query)) return null;
    if (kind === ":" && query.length < 2 || query.length > 40) return null;
    return { kind, query, from, to: text.length };
  }

  function emoji(query) {
    return hubbubEmoji.search(query.replace(/_/g, " "), MOST).map((e) => ({
      text: hubbubEmoji.inTone(e), face: hubbubEmoji.inTone(e), name: ":" + e.codes[0] + ":", detail: hubbubEmoji.label(e), e,
    }));
  }

  // fit is how well a candidate matches, 0 best; undefined: not at all.
  function fit(item, query) {
    const said = hubbubPlain(item.text.slice(1)), name = hubbubPlain(item.name);
    if (said.startsWith(query) || name.startsWith(query)) return 0;
    if (name.split(/[\s._-]+/).some((word) => word.startsWith(query))) return 1;
    if (name.includes(query)) return 2;
  }
  let known = null; // {place, list}: asked for when a word begins
  function candidates(kind, query, place) {
    if (kind === ":") return emoji(query);
    if (known?.place !== place) known = { place, list: JSON.parse(hub.source(kind)) };
    query = hubbubPlain(query);
    return known.list.map((item, order) => [fit(item, query), order, item]).filter(([rank]) => rank !== undefined)
      .sort(([a, x], [b, y]) => a - b || x - y).slice(0, MOST).map(([, , item]) => ({ face: kind, ...item }));
  }

  function look(input) {
    const text = input.value.slice(0, input.selectionStart);
    const at = input.selectionStart === input.selectionEnd && token(text);
    if (!at) return shut(true);
    const place = text.slice(0, at.from + 1);
    if (place === dismissed) return shut();
    if (at.kind === ":" && !hubbubEmoji.ready()) {
      hubbubEmoji.load().then(refresh, () => {}); // without a network there is no list
      return shut();
    }
    const items = candidates(at.kind, at.query, place);
    const done = items.length === 1 && items[0].text === text.slice(at.from);
    if (!items.length || done) return shut();
    dismissed = null;
    show({ input, ...at, items, active: 0 });
  }

  // refresh looks once more: there is more to choose from.
  function refresh() {
    known = null;
    const input = document.activeElement;
    if (input?.dataset?.complete) look(input);
  }

  function show(what) {
    open = what;
    const { input } = open;
    if (!list) {
      list = Object.assign(document.createElement("div"), { id: "completion", className: "completion" });
      list.setAttribute("role", "listbox");
      list.addEventListener("mousedown", (e) => e.preventDefault()); // the text area keeps the focus
      list.addEventListener("click", (e) => {
        const i = [...list.children].indexOf(e.target.closest("[role=option]"));
        if (i >= 0 && open) accept(i);
      });
    }
    list.setAttribute("aria-label", hub.words[open.kind] || "");
    list.replaceChildren(...open.items.map(option));
    (input.closest("dialog, main") || document.body).append(list); // a dialog lies over everything else
    list.hidden = false;
    input.setAttribute("aria-controls", list.id);
    mark(open.active);
    place(input);
  }

  function option(item, i) {
    const element = document.createElement("div");
    element.id = "completion-" + i;
    element.setAttribute("role", "option");
    for (const part of ["face", "name", "detail"]) {
      const span = Object.assign(document.createElement("span"), { className: part === "face" && open.kind !== ":" ? "sign" : part, textContent: item[part] || "" });
      span.dir = "auto";
      if (part === "face") span.setAttribute("aria-hidden", "true");
      element.append(span, " ");
    }
    return element;
  }

  function mark(i) {
    open.active = i;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === i)));
    list.children[i].scrollIntoView({ block: "nearest" });
    open.input.setAttribute("aria-activedescendant", "completion-" + i);
  }

  // place puts the list over the text area, or under it where there is no room.
  function place(input) {
    const at = (input.closest(".box") || input).getBoundingClientRect(), gap = 4;
    list.style.setProperty("--width", Math.min(at.width, 400) + "px");
    list.style.setProperty("--x", at.left + "px");
    const height = list.offsetHeight;
    list.style.setProperty("--y", (at.top - height - gap >= gap ? at.top - height - gap : at.bottom + gap) + "px");
  }

  // shut closes the list. A word that is over is no longer dismissed.
  function shut(over) {
    if (over) dismissed = known = null;
    if (!open) return;
    open.input.removeAttribute("aria-activedescendant");
    open.input.removeAttribute("aria-controls");
    open = null;
    list.hidden = true;
    list.remove();
  }

  function accept(i) {
    const { input, from, to, items } = open, { text, e } = items[i];
    shut(true);
    if (e) hubbubEmoji.use(text);
    const space = /^\s/.test(input.value.slice(to)) ? "" : " ";
    input.focus({ preventScroll: true });
    hubbubInsert(input, from, to, text + space);
    if (!space) input.setSelectionRange(input.selectionStart + 1, input.selectionStart + 1);
  }

  // replaceNamed turns ":tada:" into what it names, at its last colon. Undo
  // brings the letters back, and they stay.
  function replaceNamed(input) {
    const to = input.selectionStart, text = input.value.slice(0, to);
    const found = /:([\w+-]{2,}):$/.exec(text);
    const e = found && token(text.slice(0, -1)) && hubbubEmoji.named(found[1]);
    if (!e) return false;
    hubbubInsert(input, found.index, to, hubbubEmoji.inTone(e));
    hubbubEmoji.use(hubbubEmoji.inTone(e));
    return true;
  }

  addEventListener("input", (e) => {
    const input = e.target;
    if (!input.dataset?.complete || e.isComposing && !coarse()) return; // a phone's keyboard composes every word
    if (e.inputType === "historyUndo") input.setSelectionRange(input.selectionEnd, input.selectionEnd); // not with the word marked
    if (e.data?.endsWith(":") && replaceNamed(input)) return shut(true);
    e.inputType?.startsWith("insert") || open ? look(input) : shut();
  }, true);
  addEventListener("compositionend", (e) => { if (e.target.dataset?.complete) look(e.target); }, true);

  addEventListener("keydown", (e) => {
    if (!open || e.target !== open.input || composing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    const n = open.items.length;
    switch (e.key) {
      case "ArrowDown": mark((open.active + 1) % n); break;
      case "ArrowUp": mark((open.active + n - 1) % n); break;
      case "Enter": case "Tab":
        if (e.shiftKey) return;
        accept(open.active);
        break;
      case "Escape":
        dismissed = open.input.value.slice(0, open.from + 1);
        shut();
        break;
      default: return;
    }
    e.preventDefault();
    e.stopImmediatePropagation(); // neither sends nor leaves
  }, true);

  document.addEventListener("selectionchange", () => {
    if (open && open.input.selectionStart !== open.to) shut();
  });
  addEventListener("focusout", (e) => { if (open && e.target === open.input) shut(); }, true);
  addEventListener("resize", () => { if (open) place(open.input); });
  return hub;
})();
