// Package torture proves what Hubbub promises about messages: real clients
// post through a network that breaks and to a server that is killed, and
// afterwards everything acknowledged must be in the log and on every screen,
// once, in order, without a gap. hubbub torture is its command.
package torture
