// Package shared is the language both sides speak: what a message, a room and
// a frame are, what is valid, and how errors are told. The server and the
// browser app compile the same types, so both encode identical JSON.
//
// It imports the standard library only and must stay small in wasm: no
// behaviour of the server or of the screen belongs here.
package shared
