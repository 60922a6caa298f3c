// What a profile needs that a browser does better than the app.
"use strict";

// hubbubPortrait sends a picture, or takes it away, without its bytes passing
// through the app. It resolves to what the server said, "" when nothing.
async function hubbubPortrait(path, file) {
  try {
    const answer = await fetch(path, file ? { method: "POST", body: file } : { method: "DELETE" });
    return await answer.text();
  } catch {
    return "";
  }
}

// hubbubZones offers the time zones that this browser knows, those of here first.
function hubbubZones(id) {
  const list = document.getElementById(id);
  if (!list || list.firstChild || !Intl.supportedValuesOf) return;
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const zone of [here, ...Intl.supportedValuesOf("timeZone")]) list.append(new Option(zone, zone));
}
