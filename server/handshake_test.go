package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hubbub/shared"
)

func TestWhatIsWrongWithAHandshake(t *testing.T) {
	const proxy = "a proxy in front of the server probably removed this"
	for _, test := range []struct {
		name    string
		change  map[string]string // "" removes
		field   string
		says    []string
		saysNot []string
	}{
		{"nothing", nil, "", nil, nil},
		{"a proxy that knows no WebSocket", map[string]string{"Upgrade": "", "Connection": "close"}, "Upgrade", []string{
			`the header Upgrade is missing (it has to be "websocket")`, `the header Connection is "close" (it has to be "Upgrade")`, proxy,
		}, []string{"Sec-"}},
		{"Upgrade alone", map[string]string{"Upgrade": ""}, "Upgrade", []string{"Upgrade is missing", proxy}, []string{"header Connection", "Sec-"}},
		{"another upgrade", map[string]string{"Upgrade": "h2c"}, "Upgrade", []string{`Upgrade is "h2c"`, proxy}, nil},
		{"Connection alone", map[string]string{"Connection": "keep-alive"}, "Connection", []string{`Connection is "keep-alive"`, proxy}, []string{"header Upgrade", "Sec-"}},
		{"no version", map[string]string{"Sec-WebSocket-Version": ""}, "Sec-WebSocket-Version", []string{"Sec-WebSocket-Version is missing", proxy}, []string{"header Upgrade"}},
		{"an old client", map[string]string{"Sec-WebSocket-Version": "8"}, "Sec-WebSocket-Version", []string{`Sec-WebSocket-Version is "8" (it has to be "13")`}, []string{proxy}},
		{"no key", map[string]string{"Sec-WebSocket-Key": ""}, "Sec-WebSocket-Key", []string{"Sec-WebSocket-Key is missing", proxy}, nil},
		{"a short key", map[string]string{"Sec-WebSocket-Key": "c2hvcnQ="}, "Sec-WebSocket-Key", []string{"16 bytes in base64"}, []string{proxy}},
		{"a novel", map[string]string{"Upgrade": strings.Repeat("x", 10000)}, "Upgrade", []string{"xxx"}, []string{strings.Repeat("x", 100)}},
		{"a page that somebody opens", map[string]string{
			"Upgrade": "", "Connection": "", "Sec-WebSocket-Version": "", "Sec-WebSocket-Key": "",
		}, "Upgrade", []string{"Upgrade is missing", "Connection is missing", "Sec-WebSocket-Version is missing", "Sec-WebSocket-Key is missing"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/ws", nil)
			for name, value := range map[string]string{
				"Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
			} {
				r.Header.Set(name, value)
			}
			for name, value := range test.change {
				r.Header.Del(name)
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			e := notHandshake(r)
			if e == nil {
				e = new(shared.Error)
			}
			if e.Field != test.field {
				t.Errorf("field %q, want %q", e.Field, test.field)
			}
			for _, part := range test.says {
				if !strings.Contains(e.Message, part) {
					t.Errorf("%q does not say %q", e.Message, part)
				}
			}
			for _, part := range test.saysNot {
				if strings.Contains(e.Message, part) {
					t.Errorf("%q says %q", e.Message, part)
				}
			}
		})
	}
}

func TestTheAnswerToNoHandshakeAsksForOne(t *testing.T) {
	s, r, w := new(Server), httptest.NewRequest("GET", "/ws", nil), httptest.NewRecorder()
	if s.requireUpgrade(w, r) {
		t.Fatal("a plain GET is a handshake")
	}
	got := w.Result()
	if got.StatusCode != http.StatusUpgradeRequired || got.Header.Get("Upgrade") != "websocket" ||
		got.Header.Get("Connection") != "Upgrade" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %v", got.Status, got.Header)
	}
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
	w = httptest.NewRecorder()
	if s.requireUpgrade(w, r); w.Code != http.StatusUpgradeRequired || w.Header().Get("Upgrade") != "" {
		t.Errorf("over HTTP/2: %d %v", w.Code, w.Header())
	}
}
