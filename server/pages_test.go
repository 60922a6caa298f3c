package server_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func TestARoomsPage(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	var seqs []shared.Seq
	for i := range 60 {
		ev := ada.must("post", shared.Post{Room: lobby, Key: fmt.Sprint(i), Text: fmt.Sprint("message ", i)}).Event
		seqs = append(seqs, ev.Seq)
	}

	t.Run("has the newest messages in it", func(t *testing.T) {
		v := ada.get("/r/"+string(lobby)).want(t, http.StatusOK).view(t)
		if v.Screen != shared.ScreenChat || v.Room != lobby || v.Welcome.You.Name != "Ada" || v.Key == "" || v.FirstTime {
			t.Errorf("the view is %+v", v)
		}
		n := len(v.Page.Events)
		if n != shared.DefaultPage || !v.Page.Older || v.Page.Newer || v.Page.Events[n-1].Seq != seqs[59] {
			t.Errorf("%d events, older %v, newer %v", n, v.Page.Older, v.Page.Newer)
		}
	})

	t.Run("opens around the message of a permalink", func(t *testing.T) {
		v := ada.get(fmt.Sprintf("/r/%s/%d", lobby, seqs[5])).want(t, http.StatusOK).view(t)
		if v.At != seqs[5] || v.Page.Events[0].Seq > seqs[5] {
			t.Errorf("at %d, from %d", v.At, v.Page.Events[0].Seq)
		}
		for _, bad := range []string{"0", "-1", "x", "99999999999999999999"} {
			ada.get("/r/"+string(lobby)+"/"+bad).want(t, http.StatusNotFound)
		}
	})

	t.Run("sends without wasm", func(t *testing.T) {
		ada.form("/r/"+string(lobby), "key", "form1", "text", "by form").wantTo(t, "/r/"+string(lobby))
		v := ada.get("/r/" + string(lobby)).view(t)
		if last := v.Page.Events[len(v.Page.Events)-1]; last.Message.Text != "by form" {
			t.Errorf("the last event is %+v", last)
		}
	})

	t.Run("keeps the text that was not sent", func(t *testing.T) {
		long := strings.Repeat("x", shared.MaxText+1)
		v := ada.form("/r/"+string(lobby), "key", "form2", "text", long).want(t, http.StatusRequestEntityTooLarge).view(t)
		if v.Screen != shared.ScreenChat || v.Form["text"] != long || v.Form["key"] != "form2" || v.Error.Field != "text" {
			t.Errorf("the error is %+v, the form has %d characters", v.Error, len(v.Form["text"]))
		}
	})

	t.Run("is a notice for a room that one is not in", func(t *testing.T) {
		v := ada.get("/r/nosuchroom").want(t, http.StatusNotFound).view(t)
		if v.Screen != shared.ScreenNotice || v.Error.Code != shared.CodeNotFound {
			t.Errorf("the page is %+v", v)
		}
	})

	t.Run("is what home leads to, the last one first", func(t *testing.T) {
		other := ada.must("create", shared.NewRoom{Name: "zoo"}).Room.ID
		ada.get("/r/"+string(other)).want(t, http.StatusOK)
		ada.get("/").wantTo(t, "/r/"+string(other))
		ada.must("leave", shared.RoomRef{Room: other})
		ada.get("/").wantTo(t, "/r/"+string(lobby))
	})

	t.Run("speaks the reader's language, in their colours", func(t *testing.T) {
		v := s.visitor()
		v.header.Set("Accept-Language", "zh-CN")
		v.header.Set("Cookie", "hubbub_theme=dark")
		if got := v.get("/signin").view(t); got.Lang != "zh" || got.Theme != "dark" {
			t.Errorf("%s, %s", got.Lang, got.Theme)
		}
		if got := s.visitor().get("/signin").view(t); got.Lang != "en" || got.Theme != "system" {
			t.Errorf("%s, %s", got.Lang, got.Theme)
		}
	})
}

func TestSomebodyInNoRoomSeesTheChat(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	ada.must("leave", shared.RoomRef{Room: lobby})
	if v := ada.get("/").want(t, http.StatusOK).view(t); v.Screen != shared.ScreenChat || v.Room != "" || v.Welcome == nil {
		t.Errorf("the page is %+v", v)
	}
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	code := ada.must("invite", shared.NewInvite{}).Invite.Code
	for _, path := range []string{
		"/", "/signin", "/setup", "/join/" + code, "/join/" + code + "/qr.png", "/join/x", "/r/" + string(lobby), "/r/x",
		"/check", "/check/facts", "/nowhere", "/healthz", "/readyz", "/api/v1/post", "/ws", "/panic",
	} {
		a := ada.get(path)
		for name, want := range map[string]string{
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		if cc := a.Header.Get("Cache-Control"); path != "/ws" && !strings.Contains(cc, "no-store") {
			t.Errorf("%s: Cache-Control is %q", path, cc)
		}
		wantPolicy(t, a.Header.Get("Content-Security-Policy"))
	}
}

// wantPolicy parses a Content-Security-Policy and checks each directive.
func wantPolicy(t *testing.T, policy string) {
	t.Helper()
	want := map[string]string{
		"default-src": "'none'", "script-src": "'self' 'wasm-unsafe-eval'", "style-src": "'self'",
		"img-src": "'self' data: blob:", "media-src": "'self' blob:", "connect-src": "'self'",
		"manifest-src": "'self'", "worker-src": "'self'", "base-uri": "'none'", "form-action": "'self'",
		"frame-ancestors": "'none'",
	}
	for directive := range strings.SplitSeq(policy, ";") {
		name, sources, _ := strings.Cut(strings.TrimSpace(directive), " ")
		if want[name] != sources {
			t.Errorf("%s is %q, want %q", name, sources, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("the policy lacks %v", want)
	}
}

func TestOtherSitesCannotActForAReader(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	for _, test := range []struct{ name, header, value string }{
		{"by origin", "Origin", "https://evil.test"},
		{"by a sandboxed page", "Origin", "null"},
		{"by the browser's word", "Sec-Fetch-Site", "cross-site"},
		{"by a sibling site", "Sec-Fetch-Site", "same-site"},
		{"by the other scheme", "Origin", strings.Replace(s.url, "http:", "https:", 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			evil := &visitor{site: s, t: t, client: ada.client, header: http.Header{test.header: {test.value}}}
			evil.form("/r/"+string(lobby), "key", "e", "text", "spam").want(t, http.StatusForbidden)
			evil.form("/signout").want(t, http.StatusForbidden)
			evil.do("POST", "/api/v1/post", "text/plain", `{"room":"`+string(lobby)+`","key":"e","text":"spam"}`).want(t, http.StatusForbidden)
		})
	}
	own := &visitor{site: s, t: t, client: ada.client, header: http.Header{"Origin": {s.url}, "Sec-Fetch-Site": {"same-origin"}}}
	own.form("/r/"+string(lobby), "key", "own", "text", "hello").wantTo(t, "/r/")
	foreign := &visitor{site: s, t: t, client: ada.client, header: http.Header{
		"Origin": {"https://evil.test"}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
	}}
	foreign.get("/ws").want(t, http.StatusForbidden)
}

func TestARequestMayNotBeEndless(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	huge := strings.Repeat("x", 70<<10)
	ada.form("/r/"+string(lobby), "key", "k", "text", huge).want(t, http.StatusRequestEntityTooLarge)
	ada.form("/signin", "handle", huge).want(t, http.StatusRequestEntityTooLarge)
	ada.refused(shared.CodeTooLarge, "post", shared.Post{Room: lobby, Key: "k", Text: huge})
}

func TestAHastyUserIsToldWhenToComeBack(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Live.UserRate, o.Live.UserBurst = 1, 3 })
	ada, lobby := s.owner()
	for i := range 3 {
		ada.must("post", shared.Post{Room: lobby, Key: fmt.Sprint(i), Text: "hi"})
	}
	if e := ada.refused(shared.CodeTooFast, "post", shared.Post{Room: lobby, Key: "3", Text: "hi"}); e.RetryAfter != 1 {
		t.Errorf("retry_after is %d, want 1", e.RetryAfter)
	}
	line := ada.socket("")
	line.say(shared.Frame{ID: 2, Post: &shared.Post{Room: lobby, Key: "3", Text: "hi"}})
	if f := line.hear(func(f shared.Frame) bool { return f.ID == 2 }); f.Error == nil || f.Error.Code != shared.CodeTooFast {
		t.Errorf("the socket got %+v: the limit is the user's, not the connection's", f)
	}
}

// brokenStore is a Store whose disk is full when it is told so.
type brokenStore struct {
	server.Store
	broken *bool
}

var errDiskFull = errors.New("disk full")

func (s brokenStore) Probe(ctx context.Context) error {
	if *s.broken {
		return errDiskFull
	}
	return s.Store.Probe(ctx)
}

func (s brokenStore) SetProfile(ctx context.Context, id shared.UserID, p shared.Profile) (shared.User, error) {
	if *s.broken {
		return shared.User{}, errDiskFull
	}
	return s.Store.SetProfile(ctx, id, p)
}

func TestAStoreThatTakesNoWrites(t *testing.T) {
	broken := false
	s := newSite(t, func(o *server.Options) { o.Store = brokenStore{o.Store, &broken} })
	ada, lobby := s.owner()
	ada.get("/readyz").want(t, http.StatusOK)
	broken = true
	s.clock.advance(2e9)
	ada.get("/readyz").want(t, http.StatusServiceUnavailable)
	ada.get("/healthz").want(t, http.StatusOK)
	if e := ada.refused(shared.CodeUnavailable, "profile", shared.Profile{Name: "A"}); strings.Contains(e.Message, "disk full") || e.RetryAfter == 0 {
		t.Errorf("the client is told %+v", e)
	}
	if n := strings.Count(s.log.String(), "store failed"); n != 1 {
		t.Errorf("it is logged %d times, want once", n)
	}
	ada.get("/r/"+string(lobby)).want(t, http.StatusOK)
	broken = false
	s.clock.advance(2e9)
	ada.get("/readyz").want(t, http.StatusOK)
}

func TestAPanicCostsOneRequest(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.Assets = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("an asset panicked") })
	})
	v := s.visitor()
	for path, said := range map[string]string{"/panic": "a page panicked", "/web/x": "an asset panicked"} {
		v.get(path).want(t, http.StatusInternalServerError)
		if log := s.log.String(); !strings.Contains(log, said) || !strings.Contains(log, "goroutine ") {
			t.Errorf("%s: the panic and its stack are not in the log", path)
		}
	}
	v.get("/healthz").want(t, http.StatusOK)
}

func TestTheLogKeepsSecrets(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	token := ada.client.Jar.Cookies(mustURL(t, s.url))[0].Value
	code := ada.must("invite", shared.NewInvite{}).Invite.Code
	s.visitor().form("/join/"+code, "name", "Bob").wantTo(t, "/r/")
	s.visitor().get("/setup?token="+setupToken).want(t, http.StatusGone)
	s.visitor().form("/signin", "handle", "ada", "password", "wrong horse").want(t, http.StatusUnauthorized)
	ada.must("post", shared.Post{Room: lobby, Key: "a1", Text: "the words"})
	log := s.log.String()
	for _, secret := range []string{token, code, setupToken, "horse", "the words"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if !strings.Contains(log, `route="POST /join/{code}"`) {
		t.Errorf("the log names no routes:\n%s", log)
	}
}

func TestWithoutPagesTheAPIWorksAlone(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Pages = nil })
	var e shared.Error
	s.visitor().get("/").want(t, http.StatusNotFound).decode(t, &e)
	if e.Code != shared.CodeNotFound {
		t.Errorf("got %+v", e)
	}
	s.visitor().do("POST", "/api/v1/post", "", "{}").want(t, http.StatusUnauthorized)
}
