package server_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

// way is how a request says who it speaks for.
type way struct {
	name   string
	header http.Header
	who    string // "" is nobody
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// ways are those that a request has, good and bad, and what goes before what.
func (tn *town) ways() []way {
	ada, bob := tn.token("ada"), tn.token("bob")
	cookie := func(token string) string { return "hubbub_session=" + token }
	headers := func(authorization, cookie string) http.Header {
		h := make(http.Header)
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		if cookie != "" {
			h.Set("Cookie", cookie)
		}
		return h
	}
	return []way{
		{"nothing", headers("", ""), ""},
		{"a cookie", headers("", cookie(ada)), "ada"},
		{"a cookie with a bad token", headers("", cookie("guessed")), ""},
		{"a bearer token", headers("Bearer "+ada, ""), "ada"},
		{"a bearer token, the scheme in capitals", headers("BEARER  "+ada, ""), "ada"},
		{"a bad bearer token", headers("Bearer guessed", ""), ""},
		{"URL credentials", headers(basic("ada", ada), ""), "ada"},
		{"URL credentials with a name that nobody has", headers(basic("nobody", ada), ""), "ada"},
		{"URL credentials without a name", headers(basic("", ada), ""), "ada"},
		{"URL credentials without a token", headers(basic(ada, ""), ""), ""},
		{"URL credentials with a bad token", headers(basic("ada", "guessed"), ""), ""},
		{"Basic that is no base64", headers("Basic "+ada, ""), ""},
		{"a bearer token and another's cookie", headers("Bearer "+bob, cookie(ada)), "bob"},
		{"URL credentials and another's cookie", headers(basic("x", bob), cookie(ada)), "bob"},
		{"a bad bearer token and a good cookie", headers("Bearer guessed", cookie(ada)), ""},
		{"Bearer without a token and a good cookie", headers("Bearer", cookie(ada)), ""},
		{"Basic without a token and a good cookie", headers(basic("ada", ""), cookie(ada)), ""},
		{"Basic that is no base64 and a good cookie", headers("Basic ?", cookie(ada)), ""},
		{"a proxy's own scheme and a good cookie", headers("Negotiate YII=", cookie(ada)), "ada"},
	}
}

func TestTheWaysToSayWhoOneIs(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	for _, w := range tn.ways() {
		t.Run("on the socket: "+w.name, func(t *testing.T) { tn.wantHello(t, w, "") })
		t.Run("on the socket, for pushes alone: "+w.name, func(t *testing.T) { tn.wantRegistered(t, w, "") })
		t.Run("over HTTP: "+w.name, func(t *testing.T) { tn.wantHTTP(t, w) })
	}
	good, bad := tn.token("bob"), "guessed"
	for _, w := range tn.ways() {
		w.who = "bob"
		t.Run("hello's token counts, whatever the request had: "+w.name, func(t *testing.T) { tn.wantHello(t, w, good) })
		t.Run("register's token counts, whatever the request had: "+w.name, func(t *testing.T) { tn.wantRegistered(t, w, good) })
		w.who = ""
		t.Run("a bad one in hello is not made good by the request: "+w.name, func(t *testing.T) { tn.wantHello(t, w, bad) })
	}
}

// wantHello says hello and expects to be who w says.
func (tn *town) wantHello(t *testing.T, w way, token string) {
	t.Helper()
	tn.wantToBe(t, w, shared.Frame{Hello: &shared.Hello{Token: token}}, func(ok shared.OK) bool {
		return ok.Welcome != nil && string(ok.Welcome.You.ID) == w.who
	})
}

// wantRegistered is wantHello for who says register instead.
func (tn *town) wantRegistered(t *testing.T, w way, token string) {
	t.Helper()
	tn.wantToBe(t, w, shared.Frame{Register: &shared.Register{Token: token}}, func(ok shared.OK) bool {
		return ok.Registered != nil && string(ok.Registered.UserID) == w.who
	})
}

// wantToBe says the first thing on a connection and expects a reply that fits,
// or for nobody an error and code 1008.
func (tn *town) wantToBe(t *testing.T, w way, first shared.Frame, fits func(shared.OK) bool) {
	t.Helper()
	c, err := tn.tryDial(w.name, "", &websocket.DialOptions{HTTPHeader: w.header.Clone()})
	if err != nil {
		t.Fatal(err)
	}
	ok, err := c.try(first)
	switch {
	case w.who == "" && (err == nil || shared.AsError(err).Code != shared.CodeUnauthorized):
		t.Errorf("got %+v, %v; want unauthorized", ok, err)
	case w.who == "":
		c.hearClose(websocket.StatusPolicyViolation)
	case err != nil || !fits(ok):
		t.Errorf("got %+v, %v; want %s", ok, err, w.who)
	}
}

// wantHTTP asks for something and expects an answer, or 401.
func (tn *town) wantHTTP(t *testing.T, w way) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", tn.http.URL+"/api/v1/profile", strings.NewReader(`{"name":"is `+w.who+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = w.header.Clone()
	resp, err := tn.http.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		t.Fatal(err)
	case w.who == "" && resp.StatusCode != http.StatusUnauthorized:
		t.Errorf("got %s %s, want 401", resp.Status, body)
	case w.who == "" && !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer "):
		t.Errorf("asks for %q: Basic would have browsers ask for a password", resp.Header.Get("WWW-Authenticate"))
	case w.who != "" && !strings.Contains(string(body), `"id":"`+w.who+`"`):
		t.Errorf("got %s %s, want %s", resp.Status, body, w.who)
	}
}

func TestAnotherSitesPageIsNobodyWhateverItSends(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	for _, w := range tn.ways() {
		t.Run(w.name, func(t *testing.T) {
			h := w.header.Clone()
			h.Set("Origin", "https://evil.example")
			if _, err := tn.tryDial(w.name, "", &websocket.DialOptions{HTTPHeader: h}); err == nil || !strings.Contains(err.Error(), "403") {
				t.Errorf("got %v, want 403", err)
			}
		})
	}
}

func TestOnAListedSitesPageEveryWayCountsButTheCookie(t *testing.T) {
	tn := newTown(t, server.Options{Origins: []string{"https://shop.example"}})
	tn.moveIn("bob")
	for _, w := range tn.ways() {
		if w.header.Get("Cookie") != "" && w.who == "ada" {
			w.who = ""
		}
		w.header.Set("Origin", "https://shop.example")
		t.Run(w.name, func(t *testing.T) { tn.wantHello(t, w, "") })
	}
}

func TestSubprotocols(t *testing.T) {
	tn := newTown(t, server.Options{})
	for _, c := range []struct {
		name    string
		offered []string
		status  int
		chosen  string
	}{
		{"none is version 1", nil, http.StatusSwitchingProtocols, ""},
		{"the known one", []string{"hubbub.v1"}, http.StatusSwitchingProtocols, "hubbub.v1"},
		{"the known one among others", []string{"mqtt, hubbub.v1"}, http.StatusSwitchingProtocols, "hubbub.v1"},
		{"the known one in a header of its own", []string{"mqtt", "hubbub.v1"}, http.StatusSwitchingProtocols, "hubbub.v1"},
		{"another", []string{"mqtt"}, http.StatusBadRequest, ""},
		{"others", []string{"mqtt, chat"}, http.StatusBadRequest, ""},
		{"one of tomorrow", []string{"hubbub.v2"}, http.StatusBadRequest, ""},
		{"one that begins alike", []string{"hubbub.v11"}, http.StatusBadRequest, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := upgrading()
			for _, o := range c.offered {
				headers = append(headers, "Sec-WebSocket-Protocol: "+o)
			}
			resp, _ := tn.handshake(t, "GET /ws HTTP/1.1", headers...)
			if resp.StatusCode != c.status || resp.Header.Get("Sec-WebSocket-Protocol") != c.chosen {
				t.Fatalf("got %s with %q, want %d with %q", resp.Status, resp.Header.Get("Sec-WebSocket-Protocol"), c.status, c.chosen)
			}
			if c.status != http.StatusBadRequest {
				return
			}
			if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), shared.Subprotocol) {
				t.Errorf("%s does not name the known ones", body)
			}
		})
	}
}
