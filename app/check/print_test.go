//go:build !js

package check

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"hubbub/app/faultproxy"
)

func TestTheReportCanBeReadInATerminal(t *testing.T) {
	url := behind(t, faultproxy.Front{NoUpgrade: true}, newServer(t))
	var out, errs bytes.Buffer
	code := Run(t.Context(), nil, []string{url + "/check", "--quick"}, &out, &errs)
	if code != 1 || errs.Len() > 0 {
		t.Errorf("exit code %d, %s", code, errs.String())
	}
	for _, want := range []string{
		url + "\n\nok    Name           127.0.0.1\n", "FAIL  WebSocket      426 Upgrade Required\n      A proxy takes",
		"note  Round trip     not tried", "\nSomething is broken.\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
	for line := range strings.Lines(out.String()) {
		if len(line) > 81 {
			t.Errorf("wider than a terminal: %q", line)
		}
	}
}

func TestWhatCannotBeTriedIsSaidInASentence(t *testing.T) {
	for args, want := range map[string]string{
		"":                             "give one address",
		"http://a.example b.example":   "give one address",
		"ftp://a.example":              "ftp://a.example",
		"https://":                     "not an address",
		"--idle 1h a.example":          "--idle",
		"--idle -1s a.example":         "--idle",
		"--slow a.example":             "slow",
		"https://a.example --nonsense": "give one address",
	} {
		var out, errs bytes.Buffer
		if code := Run(t.Context(), nil, strings.Fields(args), &out, &errs); code != 2 || !strings.Contains(errs.String(), want) {
			t.Errorf("%q: exit code %d, %s%s", args, code, out.String(), errs.String())
		}
	}
	var out, errs bytes.Buffer
	if code := Run(t.Context(), nil, []string{"--help"}, &out, &errs); code != 0 || !strings.Contains(out.String(), "--quick") {
		t.Errorf("help: %d %s", code, out.String())
	}
}

func TestAnAddressMayBeGivenInManyWays(t *testing.T) {
	for raw, want := range map[string]string{
		"chat.example.org":                  "https://chat.example.org",
		"https://chat.example.org/":         "https://chat.example.org",
		"https://chat.example.org/check":    "https://chat.example.org",
		"http://localhost:8080/chat/?x=y#z": "http://localhost:8080/chat",
	} {
		u, err := parseSite(raw)
		if err != nil || u.String() != want {
			t.Errorf("%s: %v %v, want %s", raw, u, err, want)
		}
	}
	r := newRun(settings{site: mustSite(t, "https://Chat.Example.org:443")})
	if r.origin() != "https://chat.example.org" || r.plain != "Chat.Example.org:80" {
		t.Errorf("%s, %s", r.origin(), r.plain)
	}
}

func TestAHistogramCountsBetweenItsSteps(t *testing.T) {
	got := histogram([]float64{1, 1.5, 2, 7, 2000}, []float64{1, 2, 5, 10})
	want := []bar{{"1–2 ms", 2}, {"2–5 ms", 1}, {"5–10 ms", 1}, {"> 10 ms", 1}}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
}

func mustSite(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := parseSite(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
