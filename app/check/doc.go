// Package check looks at the way to a Hubbub from a terminal, as the page
// /check does from a browser: name, connection, certificate, proxies, the
// WebSocket and how long it lives. hubbub check is its command.
package check
