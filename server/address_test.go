package server

import (
	"errors"
	"testing"
)

func TestWhereAServerIs(t *testing.T) {
	for _, test := range []struct {
		url, path, site, base string
	}{
		{"", "", "", ""},
		{"https://chat.example.org", "", "https://chat.example.org", ""},
		{"https://chat.example.org/", "/", "https://chat.example.org", ""},
		{"HTTPS://Example.org:443/chat/", "", "https://example.org", "/chat"},
		{"http://example.org:80/a/b.c~d_e-1", "", "http://example.org", "/a/b.c~d_e-1"},
		{"https://example.org/Chat", "/Chat", "https://example.org", "/Chat"},
		{"https://example.org", "/chat/", "https://example.org", "/chat"},
		{"", "/chat", "", "/chat"},
	} {
		site, base, err := Options{URL: test.url, Path: test.path}.address()
		if err != nil || site != test.site || base != test.base {
			t.Errorf("URL %q, Path %q: %q and %q, %v", test.url, test.path, site, base, err)
		}
	}
}

func TestAURLIsASchemeAHostAndPerhapsAPath(t *testing.T) {
	for _, url := range []string{
		"chat.example.org", "ftp://x", "https://", "https://u@x", "https://x?q", "://", "https://x/a b", "https://x//y",
		"https://x/../y", "https://x/.", `https://x/"><script>`, "https://x/é", "https://x/a;b", "https://x/chat#top",
	} {
		if _, _, err := (Options{URL: url}).address(); !errors.Is(err, ErrBadURL) {
			t.Errorf("%q: %v, want ErrBadURL", url, err)
		}
	}
}

func TestAPathIsOneThatCanBeWrittenEverywhere(t *testing.T) {
	for _, path := range []string{"chat", "//chat", "/a//b", "/..", "/a/./b", "/a b", "/%63", `/"`, "/{x}", "/é", "https://x/chat"} {
		if _, _, err := (Options{Path: path}).address(); !errors.Is(err, ErrBadPath) {
			t.Errorf("%q: %v, want ErrBadPath", path, err)
		}
	}
	if _, _, err := (Options{URL: "https://x/chat", Path: "/talk"}).address(); !errors.Is(err, ErrBadPath) {
		t.Errorf("another than the URL's: %v, want ErrBadPath", err)
	}
}
