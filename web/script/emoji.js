// Emoji: the table, which is fetched when something first asks for it, its
// search, and what this browser remembers of its reader's taste.
"use strict";

var hubbubEmoji = (() => {
  const TABLE = hubbubBase + "{{emoji.txt}}";
  const RECENT = "hubbub.emoji.recent", TONE = "hubbub.emoji.tone"; // as app/emoji.go has them
  const KEPT = 27; // recent ones
  let table = null, loading = null;

  // An entry's words are in lower case, each after a space.
  function entry(line, order) {
    const [emoji, group, toned, version, codes, name, tags, zh, zhTags] = line.split("\t");
    return {
      emoji, name, zh, order, group: Number(group), toned: toned === "1", version: parseFloat(version), codes: codes.split(" "),
      names: ` ${codes} ${name} ${zh} ${codes.replace(/[_-]/g, " ")}`.toLowerCase(),
      tags: ` ${tags} ${zhTags}`.toLowerCase().replace(/[,，]/g, " "),
    };
  }

  function load() {
    loading ??= fetch(TABLE).then(async (answer) => {
      if (!answer.ok) throw new Error("the emoji answered " + answer.status);
      const lines = (await answer.text()).split("\n").filter((line) => line && line[0] !== "#");
      const found = { list: lines.map(entry), byCode: new Map(), byEmoji: new Map() };
      for (const e of found.list) {
        for (const code of e.codes) if (!found.byCode.has(code)) found.byCode.set(code, e);
        found.byEmoji.set(e.emoji, e);
      }
      return table = found;
    }).catch((err) => { loading = null; throw err; }); // another time
    return loading;
  }

  // rank is how well e fits a word, 0 best; undefined: not at all. What is not
  // written with spaces is found within words too.
  function rank(e, word) {
    if (e.codes.includes(word)) return 0;
    if (e.codes[0].startsWith(word)) return 1;
    if (e.name === word || e.zh === word) return 1;
    if (e.names.includes(" " + word)) return 2;
    if ((e.tags + " ").includes(" " + word + " ")) return 3;
    if (e.tags.includes(" " + word)) return 4;
    if (/[^\x00-\x7f]/.test(word)) {
      if (e.names.includes(word)) return 3;
      if (e.tags.includes(word)) return 5;
    }
  }

  // search returns the entries that all words of query fit, best first; of those
  // that fit as well, the ones used lately.
  function search(query, most) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const used = recent().map(plain);
    const found = [];
    for (const e of table ? table.list : []) {
      let worst = used.includes(e.emoji) ? -0.5 : 0;
      for (const word of words) worst += rank(e, word) ?? Infinity;
      if (worst < Infinity && drawn(e)) found.push([worst, e]);
    }
    found.sort(([a, x], [b, y]) => a - b || x.order - y.order);
    return found.slice(0, most).map(([, e]) => e);
  }

  const MODIFIER = /[\u{1f3fb}-\u{1f3ff}]/gu;
  // A tone follows every body that can have one; not the hands that people hold.
  const BASE = /(?!🤝\u200d)(\p{Emoji_Modifier_Base})\ufe0f?/gu;

  function tone() { return Number(hubbubRecall(TONE)) || 0; }
  function inTone(e, n = tone()) {
    return n && e.toned ? e.emoji.replace(BASE, "$1" + String.fromCodePoint(0x1f3fa + n)) : e.emoji;
  }
  // plain is an emoji without tones, as the table has it.
  function plain(emoji) {
    const bare = emoji.replace(MODIFIER, "");
    return !table || table.byEmoji.has(bare) ? bare : bare.replace(/^(.)/u, "$1\ufe0f");
  }

  function recent() { return hubbubRecall(RECENT).split(" ").filter(Boolean); }
  function use(emoji) {
    hubbubKeep(RECENT, [emoji, ...recent().filter((other) => other !== emoji)].slice(0, KEPT).join(" "));
  }

  // A system draws the emoji that were there when it was made. Of each version
  // one is tried; where even the oldest has no colours, all are left in.
  const drawable = new Map();
  let brush = null;
  function drawn(e) {
    const flag = /^[\u{1f1e6}-\u{1f1ff}]/u.test(e.emoji);
    const kind = flag ? "flags" : e.version;
    if (!flag && e.version <= 5) return true;
    if (!drawable.has(kind)) drawable.set(kind, tries("😀") ? tries(e.emoji) : true);
    return drawable.get(kind);
  }
  function tries(emoji) {
    if (!brush) {
      brush = Object.assign(document.createElement("canvas"), { width: 24, height: 24 }).getContext("2d", { willReadFrequently: true });
      brush.font = "16px " + getComputedStyle(document.documentElement).getPropertyValue("--emoji");
    }
    if (brush.measureText(emoji).width > 1.6 * brush.measureText("😀").width) return false; // in pieces
    const [red, blue] = ["#f00", "#00f"].map((colour) => {
      brush.clearRect(0, 0, 24, 24);
      brush.fillStyle = colour;
      brush.fillText(emoji, 2, 18);
      return brush.getImageData(0, 0, 24, 24).data.join();
    });
    return red === blue && /[^0,]/.test(red); // it has colours of its own
  }

  function label(e) { return document.documentElement.lang.startsWith("zh") ? e.zh : e.name; }

  return {
    load, search, tone, inTone, plain, recent, use, drawn, label,
    ready: () => table !== null,
    list: () => table.list,
    entry: (emoji) => table.byEmoji.get(plain(emoji)),
    named: (code) => table?.byCode.get(code),
    setTone: (n) => hubbubKeep(TONE, n ? String(n) : ""),
  };
})();
