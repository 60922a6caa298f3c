//go:build e2e

package e2e

import (
	"testing"
)

// checked opens the check and waits until all but the long silence is tried, or
// all where idle says how long that is.
func (p *person) checked(path string) {
	p.t.Helper()
	p.open(path)
	p.wait("the check to end", `document.documentElement.dataset.check === "done"`)
}

// line is how a check went: its state and what its line says.
func (p *person) line(name string) (state, says string) {
	p.t.Helper()
	state = eval[string](p, `document.getElementById("line-" + %s).dataset.state`, name)
	return state, p.text("#line-" + name)
}

func TestEverythingIsWellOnAServerOfOnesOwn(t *testing.T) {
	h := start(t)
	p := h.visitor(t, "anybody")
	p.checked("/check?idle=0.2,0.5")
	for _, name := range []string{"address", "server", "clock", "upgrade", "subprotocol", "roundtrip", "frames", "worker", "idle"} {
		if state, says := p.line(name); state != "ok" {
			t.Errorf("%s is %s: %s", name, state, says)
		}
	}
}

func TestTheCheckLooksAsItShould(t *testing.T) {
	h := start(t)
	p := h.visitor(t, "anybody")
	for _, language := range []string{"en", "zh"} {
		p.cookie("hubbub_lang", language)
		p.eachLook("check-"+language, func() { p.checked("/check?idle=0.2,0.5") })
	}
}
