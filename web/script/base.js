// Where the server is on its host: "" at its root, or a path like "/chat". This
// script comes from there. What a browser keeps for the whole host is named with
// it, so that the servers of one host do not meddle with each other.
"use strict";

var hubbubBase = new URL(document.currentScript.src).pathname.replace(/\/web\/[^/]*$/, "");

function hubbubName(name) {
  return hubbubBase ? hubbubBase + " " + name : name;
}
