package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

func TestSignIn(t *testing.T) {
	s := newSite(t)
	s.owner()

	t.Run("leads back to where one wanted to go", func(t *testing.T) {
		v := s.visitor()
		v.get("/r/abc?x=1").wantTo(t, "/signin?next=%2Fr%2Fabc%3Fx%3D1")
		page := v.get("/signin?next=%2Fr%2Fabc").want(t, http.StatusOK).view(t)
		if page.Screen != shared.ScreenSignIn || page.Form["next"] != "/r/abc" {
			t.Errorf("the page is %+v", page)
		}
		v.form("/signin", "handle", "Ada", "password", "correct horse", "next", "/r/abc").wantTo(t, "/r/abc")
		v.get("/signin").wantTo(t, "/")
	})

	t.Run("never leads to another site", func(t *testing.T) {
		to := s.visitor().form("/signin", "handle", "ada", "password", "correct horse", "next", "//evil.test").Header.Get("Location")
		if to != "/" {
			t.Errorf("it leads to %q", to)
		}
	})

	t.Run("says the same of a wrong password and an unknown handle", func(t *testing.T) {
		wrong := s.visitor().form("/signin", "handle", "ada", "password", "wrong horse", "next", "/r/abc").want(t, http.StatusUnauthorized)
		page := wrong.view(t)
		if page.Form["handle"] != "ada" || page.Form["next"] != "/r/abc" || strings.Contains(wrong.body, "wrong horse") {
			t.Errorf("the form is %v in %s", page.Form, wrong.body)
		}
		unknown := s.visitor().form("/signin", "handle", "eve", "password", "wrong horse").want(t, http.StatusUnauthorized).view(t)
		if page.Error.Message != unknown.Error.Message {
			t.Errorf("%q and %q differ", page.Error.Message, unknown.Error.Message)
		}
	})
}

func TestPasswordsCannotBeGuessedForLong(t *testing.T) {
	s := newSite(t)
	s.owner()
	limited := false
	for i := range 11 { // the limit by handle
		a := s.visitor().form("/signin", "handle", "eve", "password", "guess number")
		limited = a.StatusCode == http.StatusTooManyRequests
		if limited && (i < 10 || a.Header.Get("Retry-After") == "") {
			t.Fatalf("attempt %d: %d %v", i, a.StatusCode, a.Header)
		}
	}
	if !limited {
		t.Error("the 11th attempt was let through")
	}
}

func TestTheSessionCookie(t *testing.T) {
	t.Run("is out of reach of scripts and of other sites", func(t *testing.T) {
		s := newSite(t)
		v := s.visitor()
		c := v.form("/setup", "token", setupToken, "name", "Ada", "handle", "ada", "password", "correct horse").sessionCookie()
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure || c.MaxAge != 90*24*3600 {
			t.Errorf("the cookie is %+v", c)
		}
		if len(c.Value) < 50 {
			t.Errorf("the token is short: %q", c.Value)
		}
	})

	t.Run("travels over https alone when the server's URL is https", func(t *testing.T) {
		s := newSite(t, func(o *server.Options) { o.URL = "https://chat.example.org" })
		v := s.visitor()
		v.header.Set("Origin", "https://chat.example.org")
		c := v.form("/setup", "token", setupToken, "name", "Ada", "handle", "ada", "password", "correct horse").sessionCookie()
		if c == nil || !c.Secure {
			t.Errorf("the cookie is %+v", c)
		}
	})

	t.Run("lasts 90 days after the last use", func(t *testing.T) {
		s := newSite(t)
		ada, _ := s.owner()
		for range 3 {
			s.clock.advance(80 * 24 * time.Hour)
			ada.must("directory", shared.Nothing{})
		}
		s.clock.advance(91 * 24 * time.Hour)
		ada.refused(shared.CodeUnauthorized, "directory", shared.Nothing{})
	})
}

func TestSignOut(t *testing.T) {
	t.Run("ends this session and its sockets, and no other", func(t *testing.T) {
		s := newSite(t)
		ada, _ := s.owner()
		other := s.session(ada.me().ID)
		mine, theirs := ada.socket(""), s.visitor().socket(other)
		out := ada.form("/signout").wantTo(t, "/signin")
		if c := out.sessionCookie(); c == nil || c.MaxAge >= 0 {
			t.Errorf("the cookie stays: %+v", c)
		}
		wantClosed(t, mine)
		ada.refused(shared.CodeUnauthorized, "directory", shared.Nothing{})
		theirs.say(shared.Frame{ID: 2, Ping: &shared.Nothing{}})
		theirs.hear(func(f shared.Frame) bool { return f.ID == 2 && f.OK != nil })
	})

	t.Run("everywhere ends all of them", func(t *testing.T) {
		s := newSite(t)
		ada, _ := s.owner()
		other := s.session(ada.me().ID)
		sockets := []*socket{ada.socket(""), s.visitor().socket(other)}
		ada.form("/signout", "everywhere", "1").wantTo(t, "/signin")
		for _, c := range sockets {
			wantClosed(t, c)
		}
		bot := s.visitor()
		bot.header.Set("Authorization", "Bearer "+other)
		bot.refused(shared.CodeUnauthorized, "directory", shared.Nothing{})
	})

	t.Run("is no error for who is not signed in", func(t *testing.T) {
		newSite(t).visitor().form("/signout").wantTo(t, "/signin")
	})
}

func TestTheAPISession(t *testing.T) {
	s := newSite(t)
	s.owner()
	bot := s.visitor()
	var got struct {
		Token string
		User  shared.User
	}
	bot.do("POST", "/api/v1/session", "application/json", `{"handle":"ada","password":"correct horse"}`).
		want(t, http.StatusOK).decode(t, &got)
	if got.User.Handle != "ada" || got.Token == "" {
		t.Fatalf("got %+v", got)
	}
	bot.header.Set("Authorization", "Bearer "+got.Token)
	bot.must("directory", shared.Nothing{})
	bot.do("DELETE", "/api/v1/session", "", "").want(t, http.StatusOK)
	bot.refused(shared.CodeUnauthorized, "directory", shared.Nothing{})
	bot.do("POST", "/api/v1/session", "", `{"handle":"ada","password":"wrong horse"}`).want(t, http.StatusUnauthorized)
	bot.do("POST", "/api/v1/session", "", `{"handle"`).want(t, http.StatusBadRequest)
}

func TestANewPassword(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	elsewhere := s.session(ada.me().ID)
	there := s.visitor().socket(elsewhere)

	ada.refused(shared.CodeInvalid, "password", shared.NewPassword{Handle: "ada", Current: "wrong horse", New: "battery staple"})
	if e := ada.refused(shared.CodeInvalid, "password", shared.NewPassword{Handle: "ada", Current: "correct horse", New: "short"}); e.Field != "new" {
		t.Errorf("the error speaks of %q, want new", e.Field)
	}
	ada.must("password", shared.NewPassword{Handle: "ada", Current: "correct horse", New: "battery staple"})
	wantClosed(t, there)
	ada.must("directory", shared.Nothing{})
	s.visitor().form("/signin", "handle", "ada", "password", "correct horse").want(t, http.StatusUnauthorized)
	s.visitor().form("/signin", "handle", "ada", "password", "battery staple").wantTo(t, "/")

	bob := s.guest(ada, "Bob")
	bob.refused(shared.CodeTaken, "password", shared.NewPassword{Handle: "ada", New: "correct horse"})
	bob.refused(shared.CodeForbidden, "create", shared.NewRoom{Name: "bob's"})
	line := bob.socket("")
	if you := bob.must("password", shared.NewPassword{Handle: "bob", New: "correct horse"}).You; you.Role != shared.RoleMember {
		t.Errorf("a guest with an account is %+v", you)
	}
	line.say(shared.Frame{ID: 2, Create: &shared.NewRoom{Name: "bob's"}})
	line.hear(func(f shared.Frame) bool {
		if f.Error != nil {
			t.Errorf("an open connection does not know of the account: %v", f.Error)
		}
		return f.ID == 2
	})
}

// socket is a connection that said hello.
type socket struct {
	t  *testing.T
	ws *websocket.Conn
	in []shared.Frame
}

// socket connects with the visitor's cookie, or with a token.
func (v *visitor) socket(token string) *socket {
	v.t.Helper()
	ws, resp, err := websocket.Dial(v.t.Context(), v.site.url+"/ws", &websocket.DialOptions{
		HTTPClient: v.client, HTTPHeader: v.header.Clone(),
	})
	if err != nil {
		v.t.Fatalf("%v %v", err, resp)
	}
	v.t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(1 << 20)
	s := &socket{t: v.t, ws: ws}
	s.say(shared.Frame{ID: 1, Hello: &shared.Hello{Token: token}})
	s.hear(func(f shared.Frame) bool { return f.OK != nil && f.OK.Welcome != nil })
	return s
}

func (s *socket) say(f shared.Frame) {
	s.t.Helper()
	if err := s.ws.Write(s.t.Context(), websocket.MessageText, f.Encode()); err != nil {
		s.t.Fatal(err)
	}
}

// next returns the next frame, or why there is none.
func (s *socket) next() (shared.Frame, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
	defer cancel()
	for len(s.in) == 0 {
		_, message, err := s.ws.Read(ctx)
		if err != nil {
			return shared.Frame{}, err
		}
		err = shared.Decode(message, func(f shared.Frame) error { s.in = append(s.in, f); return nil })
		if err != nil {
			return shared.Frame{}, err
		}
	}
	f := s.in[0]
	s.in = s.in[1:]
	return f, nil
}

// hear reads until a frame is the one that was waited for.
func (s *socket) hear(is func(shared.Frame) bool) shared.Frame {
	s.t.Helper()
	for {
		f, err := s.next()
		if err != nil {
			s.t.Fatalf("it was never heard: %v", err)
		}
		if is(f) {
			return f
		}
	}
}

// wantClosed reads what is left until the server closes the connection because
// its session is over.
func wantClosed(t *testing.T, s *socket) {
	t.Helper()
	for {
		if _, err := s.next(); err != nil {
			if code := websocket.CloseStatus(err); code != websocket.StatusPolicyViolation {
				t.Errorf("it ended with %d (%v), want %d", code, err, websocket.StatusPolicyViolation)
			}
			return
		}
	}
}
