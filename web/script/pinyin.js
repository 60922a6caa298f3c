// Chinese names are found by how they are said: 李文 by "liwen", "lw", "wen".
// The table for that is fetched when the first such name is looked for.
"use strict";

// hubbubSpells reports whether a name is said like some letters: 2 from its
// beginning, 1 from a later character on, 0 not, or not yet known.
// hubbubSpells.ready, set by the app, is called when more is known.
var hubbubSpells = (() => {
  const TABLE = hubbubBase + "{{pinyin.txt}}", FIRST = 0x4e00, LAST = 0x9fff;
  let table = null, asked = false;

  function load() {
    if (asked) return;
    asked = true;
    fetch(TABLE).then(async (answer) => {
      if (!answer.ok) throw new Error("the table answered " + answer.status);
      const [, syllables, codes, several] = (await answer.text()).split("\n");
      table = { syllables: syllables.split(" "), codes, several: new Map() };
      for (const one of several.trim().split(" ")) table.several.set(one[0], one.slice(1).split(","));
      spells.ready?.();
    }).catch(() => { asked = false; }); // another time
  }

  // said is how a character may be typed; what is not Chinese, as it stands. The
  // table writes ü as v, as keyboards do; the query comes without its dots.
  function said(c) {
    const code = c.codePointAt(0);
    if (code < FIRST || code > LAST) return [hubbubPlain(c)];
    return spelt(c, code).flatMap((way) => way.includes("v") ? [way, way.replace("v", "u")] : [way]);
  }

  function spelt(c, code) {
    if (table.several.has(c)) return table.several.get(c);
    const at = 2 * (code - FIRST);
    const n = (table.codes.charCodeAt(at) - 97) * 26 + table.codes.charCodeAt(at + 1) - 97;
    return n >= 0 ? [table.syllables[n]] : [];
  }

  // from reports whether the characters from i on are said like letters: of each
  // some at the beginning.
  function from(name, i, letters) {
    if (!letters) return true;
    if (i === name.length) return false;
    if (name[i] === " ") return from(name, i + 1, letters);
    return said(name[i]).some((way) => {
      for (let n = way.length; n > 0; n--) {
        if (letters.startsWith(way.slice(0, n)) && from(name, i + 1, letters.slice(n))) return true;
      }
      return false;
    });
  }

  function spells(name, query) {
    if (!/[\u4e00-\u9fff]/.test(name) || !/^[a-z ']+$/.test(query)) return 0;
    if (!table) {
      load();
      return 0;
    }
    const letters = query.replace(/[ ']/g, ""), chars = [...name];
    if (from(chars, 0, letters)) return 2;
    return chars.some((c, i) => i > 0 && said(c).length > 0 && from(chars, i, letters)) ? 1 : 0;
  }
  return spells;
})();
