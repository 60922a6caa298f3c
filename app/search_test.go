package app

import (
	"slices"
	"testing"
)

func TestWhatIsHeldIsFoundAndMarkedWhereItStands(t *testing.T) {
	for _, c := range []struct {
		text, query string
		want        []string
	}{
		{"你好，世界 Tea", "tea", []string{"你好，世界 ", "Tea", ""}},
		{"im Café", "CAFÉ", []string{"im ", "Café", ""}},
		{"im Café", "cafe", []string{"im Café"}},
		{"eine Straße", "strasse", []string{"eine Straße"}},
		{"tea", "coffee", nil},
	} {
		if got := heldExcerpt(c.text, c.query); !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q, want %q", c.query, c.text, got, c.want)
		}
	}
}
