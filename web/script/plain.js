// Names, as they are compared: as package tokens does it with what was said.
"use strict";

// hubbubPlain is a text in lower case and, of Latin and Greek, without accents.
var hubbubPlain = (() => {
  const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ı: "i", ς: "σ", ё: "е" };

  return (text) => text.normalize("NFKC").toLowerCase()
    .replace(/[\x00-\x7f\p{Script=Latin}\p{Script=Greek}]\p{M}*/gu, (c) => [...c.normalize("NFD")][0])
    .replace(/[ßæœøłđıςё]/g, (c) => LETTERS[c]);
})();
