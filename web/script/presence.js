// Presence: when somebody uses this page, and when what they say about
// themselves ends.
"use strict";

// hubbubActivity calls tell when somebody does something in the page while it
// is in view: at once, and then at most once a minute.
function hubbubActivity(tell) {
  let last = 0;
  const used = () => {
    const now = Date.now();
    if (document.hidden || now >= last && now - last < 60000) return;
    last = now;
    tell();
  };
  for (const type of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart", "focus"]) {
    addEventListener(type, used, { capture: true, passive: true });
  }
  document.addEventListener("visibilitychange", used);
  used();
}

// hubbubSpan is a length of time in words: "30 minutes".
function hubbubSpan(language, n, unit) {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(n);
}

// hubbubUntil is when a choice ends: after so many minutes, with today or this
// week, at a time of one's own that must be to come, or never, which is 0.
function hubbubUntil(choice, at) {
  const now = Date.now();
  if (choice === "custom") {
    const time = new Date(at).getTime();
    return time > now ? time : 0;
  }
  if (+choice) return now + choice * 60000;
  if (!choice) return 0;
  const end = new Date();
  end.setHours(0, 0, 0, 0);
  end.setDate(end.getDate() + (choice === "week" ? (7 - end.getDay()) % 7 + 1 : 1)); // a week ends with Sunday
  return end.getTime();
}
