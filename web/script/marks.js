// What the page's icons say of unread messages while it is not in view: the
// number on the app's icon, the dot on the tab's.
"use strict";

function hubbubMarks(count, dot) {
  const icon = document.querySelector("link[rel=icon][data-dot]");
  if (icon) {
    icon.dataset.plain ||= icon.href;
    icon.href = count > 0 || dot ? icon.dataset.dot : icon.dataset.plain;
  }
  if (!navigator.setAppBadge) return;
  const done = count > 0 ? navigator.setAppBadge(count) : dot ? navigator.setAppBadge() : navigator.clearAppBadge();
  done.catch(() => {}); // not installed
}
