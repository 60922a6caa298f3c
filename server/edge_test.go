package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestOrigin(t *testing.T) {
	for _, test := range []struct {
		name, url, host, origin string
		tls, want               bool
	}{
		{"a program sends none", "", "chat.example.org", "", false, true},
		{"its own host", "", "localhost:8080", "http://localhost:8080", false, true},
		{"its own host over TLS", "", "chat.example.org", "https://chat.example.org", true, true},
		{"a default port is left out", "", "chat.example.org:80", "http://chat.example.org", false, true},
		{"another scheme", "", "chat.example.org", "https://chat.example.org", false, false},
		{"another port", "", "localhost:8080", "http://localhost:8081", false, false},
		{"a sandboxed page", "", "localhost:8080", "null", false, false},
		{"the URL, behind a proxy", "https://chat.example.org/", "10.0.0.7:8080", "https://chat.example.org", false, true},
		{"the URL with its default port", "https://chat.example.org:443", "x", "https://chat.example.org", false, true},
		{"the host when a URL is set", "https://chat.example.org", "10.0.0.7", "http://10.0.0.7", false, false},
		{"a name that only begins alike", "https://chat.example.org", "x", "https://chat.example.org.evil.test", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			site, _, err := parseSite(test.url)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("GET", "/ws", nil)
			r.Host = test.host
			if test.tls {
				r.TLS = new(tls.ConnectionState)
			}
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			if got := (&Server{site: site}).originAllowed(r); got != test.want {
				t.Errorf("allowed: %v, want %v", got, test.want)
			}
		})
	}
}

func TestEveryCommandOfTheFrameHasAFunction(t *testing.T) {
	byName := make(map[string]bool)
	for _, c := range commands() {
		byName[c.name] = true
	}
	frame := reflect.TypeFor[shared.Frame]()
	for i := range frame.NumField() {
		name, _, _ := strings.Cut(frame.Field(i).Tag.Get("json"), ",")
		if name == "ok" {
			break // replies follow
		}
		if name != "id" && name != "hello" && name != "ping" && name != "look" && name != "register" && !byName[name] {
			t.Errorf("nothing carries out %q", name)
		}
	}
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for code, want := range map[shared.Code]int{
		shared.CodeMalformed: 400, shared.CodeUnknown: 404, shared.CodeInvalid: 400,
		shared.CodeUnauthorized: 401, shared.CodeForbidden: 403, shared.CodeNotFound: 404,
		shared.CodeTaken: 409, shared.CodeKeyReused: 409, shared.CodeArchived: 409,
		shared.CodeTooFast: 429, shared.CodeTooLarge: 413, shared.CodeGone: 410,
		shared.CodeUnavailable: 503, shared.CodeUnsupported: 415, shared.CodeInternal: 500,
	} {
		if got := status(code); got != want {
			t.Errorf("%s is %d, want %d", code, got, want)
		}
	}
}

func TestAFormLeadsOnlyToThisSite(t *testing.T) {
	for next, want := range map[string]string{
		"/r/abc?x=1": "/r/abc?x=1", "/": "/", "": "/", "r/abc": "/",
		"//evil.test": "/", "/\\evil.test": "/", "https://evil.test/": "/", "/\n/evil.test": "/", "javascript:x": "/",
		"/../evil": "/", "/r/../../evil": "/", "/%2e%2e/evil": "/", "/r/abc?x=..": "/r/abc?x=..",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	for _, test := range []struct{ cookie, header, want string }{
		{"", "", "en"},
		{"", "zh-CN,zh;q=0.9,en;q=0.8", "zh"},
		{"", "de,en;q=0.7,zh;q=0.3", "en"},
		{"", "en;q=0.2, zh-Hant;q=0.5", "zh"},
		{"", "zh;q=0", "en"},
		{"", "zh;q=much", "en"},
		{"en", "zh", "en"},
		{"zh", "en", "zh"},
		{"<x>", "zh", "zh"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", test.header)
		if test.cookie != "" {
			r.AddCookie(&http.Cookie{Name: langCookie, Value: test.cookie})
		}
		if got := language(r); got != test.want {
			t.Errorf("cookie %q, header %q: %s, want %s", test.cookie, test.header, got, test.want)
		}
	}
}

func TestZone(t *testing.T) {
	for value, want := range map[string]string{
		"Asia/Shanghai": "Asia/Shanghai", "UTC": "UTC", "": "", "Local": "", "../etc/passwd": "", "Mars/Olympus": "", "<x>": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: zoneCookie, Value: value})
		if got := zone(r); got != want {
			t.Errorf("%q is %q, want %q", value, got, want)
		}
	}
}

func TestDeviceName(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                                  "Firefox on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0":                   "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"curl/8.5.0":              "curl/8.5.0",
		"":                        "unknown device",
		"\xff\xfe":                "unknown device",
		strings.Repeat("x", 1000): "unknown device",
	} {
		if got := deviceName(agent); got != want {
			t.Errorf("%.40q is %q, want %q", agent, got, want)
		}
	}
}

func TestPasswords(t *testing.T) {
	p := newPasswords()

	t.Run("a third at once comes back later", func(t *testing.T) {
		for range hashers {
			release, err := p.acquire()
			if err != nil {
				t.Fatal(err)
			}
			defer release()
		}
		_, err := p.matches("correct horse", "")
		e := shared.AsError(err)
		w := httptest.NewRecorder()
		if got := setStatus(w, e); got != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
			t.Errorf("got %d %v, want 429 with Retry-After", got, w.Header())
		}
	})

	t.Run("only the right one matches", func(t *testing.T) {
		hash, err := p.hash("correct horse")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("the hash is %q", hash)
		}
		for password, want := range map[string]bool{"correct horse": true, "wrong horse": false, "": false} {
			if got, err := p.matches(password, hash); err != nil || got != want {
				t.Errorf("%q: %v, %v; want %v", password, got, err, want)
			}
		}
	})

	t.Run("nobody's hash matches nothing and costs the same", func(t *testing.T) {
		if ok, err := p.matches("correct horse", ""); ok || err != nil {
			t.Errorf("got %v, %v", ok, err)
		}
		if !strings.HasPrefix(decoy, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("the decoy has other costs: %s", decoy)
		}
	})
}

// probeStore is a Store of which only Probe is asked.
type probeStore struct {
	Store
	probe func(context.Context) error
}

func (s probeStore) Probe(ctx context.Context) error { return s.probe(ctx) }

func TestReadiness(t *testing.T) {
	options := func(probe func(context.Context) error) Options {
		return withDefaults(Options{Store: probeStore{probe: probe}, Log: slog.New(slog.DiscardHandler)})
	}

	t.Run("asks the store once a second, however many ask", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var probes atomic.Int32
			h := newHealth(options(func(context.Context) error { probes.Add(1); return nil }))
			for range 100 {
				if err := h.ready(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n := probes.Load(); n != 1 {
				t.Errorf("%d probes, want 1", n)
			}
			time.Sleep(probeEvery)
			_ = h.ready(t.Context())
			if n := probes.Load(); n != 2 {
				t.Errorf("%d probes after a second, want 2", n)
			}
		})
	})

	t.Run("recovers by itself", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			failure := errors.New("disk full")
			h := newHealth(options(func(context.Context) error { return failure }))
			if err := h.ready(t.Context()); !errors.Is(err, failure) {
				t.Errorf("got %v, want %v", err, failure)
			}
			failure = nil
			time.Sleep(probeEvery)
			if err := h.ready(t.Context()); err != nil {
				t.Errorf("after recovery: %v", err)
			}
		})
	})

	t.Run("a store that hangs is not ready, and holds up no shutdown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := newHealth(options(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }))
			go func() {
				time.Sleep(time.Second)
				_ = h.stop(context.Background())
			}()
			if err := h.ready(t.Context()); err == nil {
				t.Error("it says ready")
			}
		})
	})
}
