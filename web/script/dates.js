// How dates are written in the reader's language, by the browser's Intl.
"use strict";

const hubbubFormatsMade = new Map(); // by language

// hubbubFormats are what writes the clock, a day and both in full. The browser's
// own kind of a language goes before the language alone.
function hubbubFormats(language) {
  if (!hubbubFormatsMade.has(language)) {
    const locale = navigator.language.startsWith(language) ? navigator.language : language;
    const format = (options) => new Intl.DateTimeFormat(locale, options);
    hubbubFormatsMade.set(language, {
      clock: format({ hour: "numeric", minute: "2-digit" }),
      day: format({ weekday: "long", day: "numeric", month: "long" }),
      full: format({ dateStyle: "long", timeStyle: "short" }),
    });
  }
  return hubbubFormatsMade.get(language);
}
