//go:build !js

package app

import (
	"encoding/json"
	"strings"
	"testing"

	"hubbub/shared"
)

func TestUnderAPathEveryPageStaysUnderIt(t *testing.T) {
	for screen, v := range views("Ada") {
		v.Base, v.Lang = "/chat", "en"
		p, links := render(t, allBuilt, v), 0
		for _, n := range p.all("*") {
			for _, a := range n.Attr {
				switch a.Key {
				case "href", "src", "action", "data-wasm":
					links++
					if !strings.HasPrefix(a.Val, "/chat/") && !strings.HasPrefix(a.Val, "https://example.org/") {
						t.Errorf("%s: <%s %s=%q>", screen, n.Data, a.Key, a.Val)
					}
				}
			}
		}
		var got shared.View
		if err := json.Unmarshal([]byte(textOf(p.one("script", "id", "view"))), &got); err != nil || got.Base != "/chat" {
			t.Errorf("%s: the app hears of the base %q, %v", screen, got.Base, err)
		}
		if links < 6 {
			t.Errorf("%s: %d links were looked at", screen, links)
		}
	}
}
