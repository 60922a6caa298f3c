// How dates are written in the reader's language, by the browser's Intl.
"use strict";

// hubbubDay is the day of the reader's that a time is in: a number, greater for
// later days, when it begins and when the next one does.
function hubbubDay(at) {
  const t = new Date(at), y = t.getFullYear(), m = t.getMonth(), d = t.getDate();
  return [(y * 100 + m) * 100 + d, new Date(y, m, d).getTime(), new Date(y, m, d + 1).getTime()];
}

const hubbubFormatsMade = new Map(); // by language

// hubbubFormats are what writes the clock, a day and both in full. The browser's
// own kind of a language goes before the language alone.
function hubbubFormats(language) {
  if (!hubbubFormatsMade.has(language)) {
    const locale = (navigator.language || "").startsWith(language) ? navigator.language : language;
    const format = (options) => new Intl.DateTimeFormat(locale, options);
    hubbubFormatsMade.set(language, {
      clock: format({ hour: "numeric", minute: "2-digit" }),
      day: format({ weekday: "long", day: "numeric", month: "long" }),
      full: format({ dateStyle: "long", timeStyle: "short" }),
    });
  }
  return hubbubFormatsMade.get(language);
}
