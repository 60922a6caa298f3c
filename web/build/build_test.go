package main

import (
	"strings"
	"testing"
)

func TestALinkBecomesThePathOfWhatWasBuilt(t *testing.T) {
	b := newBundle(brotliFast)
	b.add("icon.svg", "image/svg+xml", []byte("<svg/>"))
	b.addAt("/favicon.ico", "image/png", []byte("png"))
	svg := b.find("icon.svg").Path
	for text, want := range map[string]string{
		`src="{{icon.svg}}"`:         `src="` + svg + `"`,
		"{{icon.svg}}{{icon.svg}}":   svg + svg,
		"{{favicon.ico}}":            "/favicon.ico",
		"{{unknown.css}} stays":      "{{unknown.css}} stays", // TestNoPlaceForAnAssetIsLeftEmpty finds it
		"icon.svg {icon.svg} {{icon": "icon.svg {icon.svg} {{icon",
		"":                           "",
	} {
		if got := b.link(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if b.find("unknown.css").Path != "" {
		t.Error("what was not built has a path")
	}
}

func TestTheServerKnowsNoDatabase(t *testing.T) {
	for _, dep := range deps(t, "./server") {
		for _, bad := range []string{"hubbub/app", "hubbub/web", "hubbub/server/sqlstore", "modernc.org/", "github.com/jackc/", "github.com/lib/pq", "github.com/pressly/", "github.com/maxence-charriere/"} {
			if strings.HasPrefix(dep, bad) {
				t.Errorf("the server links %s", dep)
			}
		}
	}
}
