package server_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

func TestAnybodyMayCheckTheConnection(t *testing.T) {
	s := newSite(t)
	if v := s.visitor().get("/check").want(t, http.StatusOK).view(t); v.Screen != shared.ScreenCheck {
		t.Errorf("before there is an owner: %+v", v)
	}
	ada, _ := s.owner()
	for _, v := range []*visitor{s.visitor(), ada} {
		if v := v.get("/check").want(t, http.StatusOK).view(t); v.Screen != shared.ScreenCheck {
			t.Errorf("%+v", v)
		}
	}
}

func TestFactsAreTheRequestAsItArrived(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.URL = "https://Chat.Example.org:443/"
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	v := s.visitor()
	v.header.Set("X-Forwarded-For", "192.0.2.7")
	v.header.Set("Connection", "Upgrade")
	v.header.Set("Upgrade", "websocket"+strings.Repeat("!", 500))
	a := v.get("/check/facts").want(t, http.StatusOK)
	var facts shared.Facts
	a.decode(t, &facts)
	if facts.Origin != "https://chat.example.org" || facts.Host != mustURL(t, s.url).Host || facts.TLS || facts.Version != "v1" {
		t.Errorf("where: %+v", facts)
	}
	if facts.Address != "192.0.2.7" || !slices.Equal(facts.Forwarded, []string{"X-Forwarded-For"}) {
		t.Errorf("who: %+v", facts)
	}
	if facts.Connection != "Upgrade" || !strings.HasPrefix(facts.Upgrade, "websocket!") || len(facts.Upgrade) != 200 {
		t.Errorf("headers: %+v", facts)
	}
	if facts.Now != shared.Millis(s.clock.Now().UnixMilli()) || facts.Attempt != nil {
		t.Errorf("when: %+v", facts)
	}
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers: %v", a.Header)
	}
}

// attempt is what the server remembers under a name.
func (v *visitor) attempt(name string) *shared.Attempt {
	v.t.Helper()
	var facts shared.Facts
	v.get("/check/facts?attempt="+name).want(v.t, http.StatusOK).decode(v.t, &facts)
	return facts.Attempt
}

func TestTheServerRemembersHowAWebSocketWasTried(t *testing.T) {
	s := newSite(t)
	v := s.visitor()

	v.get("/echo?attempt=stripped").want(t, http.StatusUpgradeRequired)
	if got := v.attempt("stripped"); got == nil || got.Upgrade != "" || got.Connection != "" {
		t.Errorf("without headers: %+v", got)
	}

	url := "ws" + strings.TrimPrefix(s.url, "http") + "/echo?attempt="
	conn, _, err := websocket.Dial(t.Context(), url+"whole", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {s.url}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseNow(); err != nil {
		t.Error(err)
	}
	if got := v.attempt("whole"); got == nil || got.Upgrade != "websocket" || got.Connection != "Upgrade" || got.Origin != s.url {
		t.Errorf("as it should be: %+v", got)
	}

	elsewhere := http.Header{"Origin": {"https://elsewhere.example"}}
	_, resp, err := websocket.Dial(t.Context(), url+"foreign", &websocket.DialOptions{HTTPHeader: elsewhere})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("from elsewhere: %v", err)
	}
	if got := v.attempt("foreign"); got == nil || got.Origin != "https://elsewhere.example" {
		t.Errorf("from elsewhere: %+v", got)
	}

	long := strings.Repeat("n", shared.MaxKey+1)
	v.get("/echo?attempt=" + long)
	for _, name := range []string{"", "never", long} {
		if got := v.attempt(name); got != nil {
			t.Errorf("%q: %+v", name, got)
		}
	}
	for range 64 {
		v.get("/echo?attempt=newer")
	}
	if v.attempt("whole") != nil || v.attempt("newer") == nil {
		t.Error("it remembers for ever, or nothing")
	}
}

func TestAnybodySignedInCanPushToThemselvesAndHearIt(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	eve := s.guest(ada, "Eve")
	s.visitor().do("POST", "/check/push", "", "").want(t, http.StatusUnauthorized)

	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(s.url, "http")+"/ws", &websocket.DialOptions{HTTPClient: eve.client})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	read := func() (frame shared.Frame) {
		t.Helper()
		_, message, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = shared.Decode(message, func(f shared.Frame) error { frame = f; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return frame
	}
	pushed := func() *shared.Push {
		t.Helper()
		f := read()
		if f.Live != nil { // it has what there was
			f = read()
		}
		return f.Pushed
	}
	register := shared.Frame{ID: 1, Register: &shared.Register{Event: shared.CheckEvent}}
	if err := conn.Write(t.Context(), websocket.MessageText, register.Encode()); err != nil {
		t.Fatal(err)
	}
	if f := read(); f.OK == nil || f.OK.Registered == nil {
		t.Fatalf("%s", f.Encode())
	}
	if f := read(); f.Live == nil {
		t.Fatalf("%s", f.Encode())
	}
	var answer shared.PushAnswer
	eve.do("POST", "/check/push?name=mine", "", "").want(t, http.StatusOK).decode(t, &answer)
	if answer.Connections != 1 || answer.Stored {
		t.Errorf("%+v", answer)
	}
	if p := pushed(); p == nil || p.Event != shared.CheckEvent || p.Collapse != "mine" {
		t.Errorf("%+v", p)
	}
	if kept := eve.must("pushes", shared.PushQuery{}).Pushes; len(kept) > 0 {
		t.Errorf("it is kept: %+v", kept)
	}
	eve.do("POST", "/check/push?name="+strings.Repeat("x", 1000), "", "").want(t, http.StatusBadRequest)
}
