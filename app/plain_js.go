package app

import (
	"strings"
	"syscall/js"
	"unicode/utf8"
)

// plain is a name as names are compared: in lower case, without accents.
func plain(name string) string {
	if utf8.RuneCountInString(name) == len(name) { // it is ASCII
		return strings.ToLower(name)
	}
	return js.Global().Call("hubbubPlain", name).String()
}
