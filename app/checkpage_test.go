//go:build !js

package app

import (
	"strings"
	"testing"

	"hubbub/app/i18n/checks"
)

func TestTheCheckLoadsNothingOfTheApp(t *testing.T) {
	p := render(t, allBuilt, views("Ada")["check"])
	if strings.Contains(p.raw, "/web/app.2.js") || strings.Contains(p.raw, ".wasm") {
		t.Error(p.raw)
	}
}

func TestTheCheckSaysHowItIsDoneWithoutScript(t *testing.T) {
	p := render(t, built{}, views("Ada")["check"])
	p.one("p", "id", "unscripted")
	p.one("ul", "id", "checks", "hidden", "")
	if got := textOf(p.one("pre", "id", "command")); got != "hubbub check https://chat.example.org" {
		t.Errorf("%q", got)
	}
	for _, proxy := range checks.Proxies() {
		if pre := p.one("div", "id", "proxy-"+proxy.ID); !strings.Contains(textOf(pre), proxy.Settings) {
			t.Errorf("the settings of %s are changed: %q", proxy.Name, textOf(pre))
		}
	}
}
