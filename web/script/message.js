// What can be pressed in a message's text. The text is HTML that the server
// made: no component of the app hears of it.
"use strict";

document.addEventListener("click", (event) => {
  const copy = event.target.closest(".listing > button");
  if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.nextElementSibling.textContent);

  // A link to a room of this server leads there in this window.
  const link = event.target.closest(".text a[target]");
  if (link && link.origin === location.origin && link.pathname.startsWith(hubbubBase + "/r/")) link.removeAttribute("target");
}, true);
