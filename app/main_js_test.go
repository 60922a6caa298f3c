package app

import (
	"os"
	"syscall/js"
	"testing"
)

// Node before 21 has no navigator, which says the reader's language, and no Node
// has a location: here the site's origin is left out of what is shown.
func TestMain(m *testing.M) {
	if !js.Global().Get("navigator").Truthy() {
		js.Global().Set("navigator", map[string]any{"language": "en"})
	}
	js.Global().Set("location", map[string]any{"origin": ""})
	for name, exports := range map[string]string{"dates": "hubbubFormats, hubbubDay", "plain": "hubbubPlain"} {
		script, err := os.ReadFile("../web/script/" + name + ".js")
		if err != nil {
			panic(err)
		}
		js.Global().Call("eval", string(script)+";Object.assign(globalThis, {"+exports+"})")
	}
	os.Exit(m.Run())
}
