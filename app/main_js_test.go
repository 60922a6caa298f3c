package app

import (
	"os"
	"syscall/js"
	"testing"
)

// Node before 21 has no navigator, which says the reader's language.
func TestMain(m *testing.M) {
	if !js.Global().Get("navigator").Truthy() {
		js.Global().Set("navigator", map[string]any{"language": "en"})
	}
	os.Exit(m.Run())
}
