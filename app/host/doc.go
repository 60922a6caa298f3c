// Package host is the program hubbub: settings and subcommands, and the one
// place that puts store, server, app and assets together. Only it sees
// everything. Whoever embeds Hubbub does the same by hand, see
// docs/embedding.md.
package host
