// Package load measures a Hubbub: how many connections it takes, what it
// delivers, how fast, and how it stands everybody coming back at once. hubbub
// load is its command.
package load
