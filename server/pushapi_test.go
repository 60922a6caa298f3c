package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// program is somebody with a token.
func (s *site) program(secret string) *visitor {
	v := s.visitor()
	v.header.Set("Authorization", "Bearer "+secret)
	return v
}

// withScopes is a program of the owner's, for some things only.
func (v *visitor) withScopes(scopes ...shared.Scope) *visitor {
	v.t.Helper()
	return v.site.program(v.must("token", shared.TokenRequest{Name: "program", Scopes: scopes}).Token.Secret)
}

// push posts a body to /push, and expects it to be taken.
func (v *visitor) push(format string, args ...any) (answer shared.PushAnswer) {
	v.t.Helper()
	v.do("POST", "/push", "application/json", fmt.Sprintf(format, args...)).want(v.t, http.StatusOK).decode(v.t, &answer)
	return answer
}

func (v *visitor) status(id string) (status shared.PushStatus) {
	v.t.Helper()
	v.get("/push/"+id).want(v.t, http.StatusOK).decode(v.t, &status)
	return status
}

func (a *answer) wantError(t *testing.T, status int, code shared.Code, field string) {
	t.Helper()
	a.want(t, status)
	var e shared.Error
	a.decode(t, &e)
	if e.Code != code || e.Field != field || e.Message == "" {
		t.Errorf("%s %s says %+v, want %s about %q", a.Request.Method, a.Request.URL.Path, e, code, field)
	}
}

func TestAPushOverHTTP(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	bob := s.member("Bob", "bob")
	to := bob.me().ID
	ci := ada.withScopes(shared.ScopePush)

	answer := ci.push(`{"userId":%q,"event":"deploy","message":"v1.4 is live","id":"build-1","title":"Deployed","url":"/r/x","ttl":3600,"collapse":"d"}`, to)
	if want := (shared.PushAnswer{ID: "build-1", Stored: true}); answer != want {
		t.Errorf("the answer is %+v, want %+v", answer, want)
	}
	kept := bob.must("pushes", shared.PushQuery{}).Pushes
	if len(kept) != 1 {
		t.Fatalf("Bob has %+v", kept)
	}
	at := shared.Millis(s.clock.Now().UnixMilli())
	want := shared.Push{
		ID: kept[0].ID, Seq: 1, At: at, Event: "deploy", Title: "Deployed", Message: "v1.4 is live", URL: "/r/x",
		Collapse: "d", Sender: string(ada.me().ID), From: "Ada", Expires: at + 3_600_000,
	}
	if kept[0] != want {
		t.Errorf("Bob has %+v, want %+v", kept[0], want)
	}

	t.Run("a handle will do, and is who has it now", func(t *testing.T) {
		ci.push(`{"userId":"@bob","message":"hi","id":"by-handle"}`)
		if got := ci.status("by-handle"); got.UserID != to {
			t.Errorf("the status is %+v", got)
		}
		if _, err := s.store.SetPassword(t.Context(), to, "robert", "none"); err != nil {
			t.Fatal(err)
		}
		s.member("Another Bob", "bob")
		ci.do("POST", "/push", "", `{"userId":"@bob","message":"hi","id":"by-handle"}`).wantError(t, 409, shared.CodeKeyReused, "id")
		ci.do("POST", "/push", "", `{"userId":"@nobody","message":"hi"}`).wantError(t, 404, shared.CodeNotFound, "")
	})
	t.Run("without an id the server makes one, which names it from then on", func(t *testing.T) {
		id := ci.push(`{"userId":%q,"message":"hi"}`, to).ID
		if got := ci.status(id); got.UserID != to || got.ID != id {
			t.Errorf("the status is %+v", got)
		}
	})
	t.Run("what is left out of a change stays", func(t *testing.T) {
		s.clock.advance(time.Minute)
		ci.do("PATCH", "/push/build-1", "application/json", `{"message":"v1.5 is live","id":"ignored"}`).want(t, http.StatusOK)
		got := bob.must("pushes", shared.PushQuery{}).Pushes[0]
		if got.ID != want.ID || got.Seq != 4 || got.Message != "v1.5 is live" || got.Title != "Deployed" || got.At != at {
			t.Errorf("it is now %+v", got)
		}
		ci.do("PATCH", "/push/build-1", "", `{}`).wantError(t, 400, shared.CodeInvalid, "message")
		ci.do("PATCH", "/push/build-1", "", `{"url":"javascript:x"}`).wantError(t, 400, shared.CodeInvalid, "url")
		ci.do("PATCH", "/push/none", "", `{"message":"x"}`).wantError(t, 404, shared.CodeNotFound, "")
	})
	t.Run("what was taken back is gone, and can be neither changed nor taken back again", func(t *testing.T) {
		ci.do("DELETE", "/push/build-1", "", "").want(t, http.StatusOK)
		for _, p := range bob.must("pushes", shared.PushQuery{}).Pushes {
			if p.ID == want.ID {
				t.Errorf("Bob still has %+v", p)
			}
		}
		if got := ci.status("build-1"); !got.Cleared {
			t.Errorf("the status is %+v", got)
		}
		ci.do("DELETE", "/push/build-1", "", "").wantError(t, 410, shared.CodeGone, "")
		ci.do("PATCH", "/push/build-1", "", `{"message":"x"}`).wantError(t, 410, shared.CodeGone, "")
		ci.do("DELETE", "/push/none", "", "").wantError(t, 404, shared.CodeNotFound, "")
	})
	t.Run("a push is its sender's alone", func(t *testing.T) {
		other := ada.must("bot", shared.NewBot{Name: "Other"}).Bot
		secret := ada.must("token", shared.TokenRequest{Name: "o", User: other.ID, Scopes: []shared.Scope{"push"}}).Token.Secret
		p := s.program(secret)
		p.get("/push/build-1").want(t, 404)
		p.do("DELETE", "/push/build-1", "", "").want(t, 404)
		if p.push(`{"userId":%q,"message":"mine","id":"build-1"}`, to).ID != "build-1" {
			t.Error("an id is not its sender's own")
		}
	})
	t.Run("what makes no sense is told by field", func(t *testing.T) {
		for body, field := range map[string]string{
			`{"message":"x"}`:                                                "userId",
			fmt.Sprintf(`{"userId":%q}`, to):                                 "message",
			fmt.Sprintf(`{"userId":%q,"message":"x","ttl":2419201}`, to):     "ttl",
			fmt.Sprintf(`{"userId":%q,"message":"x","id":"no spaces"}`, to):  "id",
			fmt.Sprintf(`{"userId":%q,"message":"x","event":"a b"}`, to):     "event",
			fmt.Sprintf(`{"userId":%q,"message":"x","url":"//evil.se"}`, to): "url",
		} {
			ci.do("POST", "/push", "", body).wantError(t, 400, shared.CodeInvalid, field)
		}
		ci.do("POST", "/push", "", `{"userId":"nobody","message":"x"}`).wantError(t, 404, shared.CodeNotFound, "")
		for _, body := range []string{"", "{", "[]", `{"userId":1}`, `{"ttl":1.5}`, `{} {}`} {
			ci.do("POST", "/push", "", body).wantError(t, 400, shared.CodeMalformed, "")
		}
		huge := make([]byte, 65<<10)
		for i := range huge {
			huge[i] = ' '
		}
		ci.do("POST", "/push", "", string(huge)).wantError(t, 413, shared.CodeTooLarge, "")
	})
}

func TestARequestThatBreaksOffIsNoFailureOfTheServers(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	token := ada.must("token", shared.TokenRequest{Name: "x", Scopes: []shared.Scope{"admin"}}).Token.Secret
	for _, path := range []string{"/push", "/api/v1/push"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{", path, token)
		_ = conn.(*net.TCPConn).CloseWrite()
		answer, err := io.ReadAll(conn)
		_ = conn.Close()
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400 ") {
			t.Errorf("%s answers %.60q, %v", path, answer, err)
		}
	}
	if strings.Contains(s.log.String(), "level=ERROR") {
		t.Errorf("the operator reads\n%s", s.log)
	}
}

func TestAddressesOfPushesSayWhichMethodsTheyTake(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	for path, methods := range map[string]string{"/push": "POST", "/push/x": "GET, PATCH, DELETE", "/events": "GET"} {
		for _, method := range []string{"PUT", "OPTIONS"} {
			a := ada.withScopes(shared.ScopeAdmin).do(method, path, "", "{}")
			a.wantError(t, http.StatusMethodNotAllowed, shared.CodeUnknown, "")
			if got := a.Header.Get("Allow"); got != methods {
				t.Errorf("%s allows %q, want %q", path, got, methods)
			}
		}
	}
	ada.get("/push").want(t, http.StatusMethodNotAllowed)
}

func TestWhichTokenIsForWhat(t *testing.T) {
	s := newSite(t)
	ada, room := s.owner()
	to := ada.me().ID
	ada.withScopes(shared.ScopePush).push(`{"userId":%q,"message":"x","id":"p"}`, to)
	push := fmt.Sprintf(`{"userId":%q,"message":"x"}`, to)
	const push1, post1, read1 = shared.ScopePush, shared.ScopePost, shared.ScopeRead
	routes := []struct {
		method, path, body string
		scope              shared.Scope
	}{
		{"POST", "/push", push, push1},
		{"GET", "/push/p", "", push1},
		{"PATCH", "/push/p", `{"message":"y"}`, push1},
		{"DELETE", "/push/p", "", push1},
		{"POST", "/api/v1/push", push, push1},
		{"POST", "/api/v1/receipts", `{"id":"p"}`, push1},
		{"POST", "/api/v1/post", fmt.Sprintf(`{"room":%q,"key":"k","text":"x"}`, room), post1},
		{"POST", "/api/v1/pushes", `{}`, read1},
		{"POST", "/api/v1/ack", `{"push":"none"}`, read1},
		{"POST", "/api/v1/members", fmt.Sprintf(`{"room":%q}`, room), read1},
		{"HEAD", "/events", "", read1},
		{"POST", "/api/v1/invite", `{}`, shared.ScopeAdmin},
		{"POST", "/api/v1/token", `{"name":"x","scopes":["admin"]}`, shared.ScopeAdmin},
		{"POST", "/api/v1/bot", `{"name":"x"}`, shared.ScopeAdmin},
	}
	for _, scope := range shared.Scopes() {
		program := ada.withScopes(scope)
		for _, r := range routes {
			got := program.do(r.method, r.path, "", r.body).StatusCode
			if may := got == http.StatusOK || got == http.StatusGone; may != (scope == r.scope || scope == shared.ScopeAdmin) ||
				!may && got != http.StatusForbidden {
				t.Errorf("%s %s with the scope %s answers %d", r.method, r.path, scope, got)
			}
		}
	}
	t.Run("without a token, or with one that is none, nothing", func(t *testing.T) {
		for _, v := range []*visitor{s.visitor(), s.program("nonsense"), s.program(shared.NewSecret())} {
			for _, r := range routes {
				a := v.do(r.method, r.path, "", r.body).want(t, http.StatusUnauthorized)
				if a.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s does not say how to sign in", r.path)
				}
			}
		}
	})
	t.Run("a member's login does not push, and nor does a token of theirs", func(t *testing.T) {
		bob := s.member("Bob", "bob")
		bob.do("POST", "/push", "", push).want(t, http.StatusForbidden)
		bob.refused(shared.CodeForbidden, "token", shared.TokenRequest{Name: "x", Scopes: []shared.Scope{push1}})
		token := bob.must("token", shared.TokenRequest{Name: "x", Scopes: []shared.Scope{read1}}).Token.Secret
		s.program(token).do("POST", "/push", "", push).want(t, http.StatusForbidden)
	})
	t.Run("a withdrawn token is none", func(t *testing.T) {
		token := ada.must("token", shared.TokenRequest{Name: "x", Scopes: []shared.Scope{push1}}).Token
		program := s.program(token.Secret)
		program.push("%s", push)
		ada.must("withdraw", shared.TokenRef{ID: token.ID})
		program.do("POST", "/push", "", push).want(t, http.StatusUnauthorized)
	})
}

func TestPushAuthDecidesInTokensStead(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.PushAuth = func(r *http.Request) error {
			switch r.Header.Get("X-Key") {
			case "right":
				return nil
			case "late":
				return shared.Errorf(shared.CodeTooFast, "the quota is used up")
			}
			return errors.New("the key is wrong")
		}
	})
	ada, _ := s.owner()
	body := fmt.Sprintf(`{"userId":%q,"message":"x","id":"p"}`, ada.me().ID)
	site := s.visitor()
	site.header.Set("X-Key", "right")
	site.push("%s", body)
	if p := ada.must("pushes", shared.PushQuery{}).Pushes; len(p) != 1 || p[0].Sender != "" {
		t.Errorf("Ada has %+v", p)
	}
	site.do("PATCH", "/push/p", "", `{"message":"y"}`).want(t, http.StatusOK)
	site.get("/push/p").want(t, http.StatusOK)
	site.do("DELETE", "/push/p", "", "").want(t, http.StatusOK)
	site.header.Set("X-Key", "late")
	site.do("POST", "/push", "", body).wantError(t, http.StatusTooManyRequests, shared.CodeTooFast, "")
	token := ada.withScopes(shared.ScopePush)
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		token.do(method, "/push/p", "", "{}").wantError(t, http.StatusForbidden, shared.CodeForbidden, "")
	}
	token.do("POST", "/push", "", body).wantError(t, http.StatusForbidden, shared.CodeForbidden, "")
}

func TestAProgramInHasteIsToldWhenToComeBack(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.Live.UserRate, o.Live.UserBurst = 1, 20 })
	ada, _ := s.owner()
	ci, other := ada.withScopes(shared.ScopePush), ada.must("bot", shared.NewBot{Name: "Other"}).Bot
	secret := ada.must("token", shared.TokenRequest{Name: "o", User: other.ID, Scopes: []shared.Scope{"push"}}).Token.Secret
	body := fmt.Sprintf(`{"userId":%q,"message":"x"}`, ada.me().ID)
	for range 200 {
		ci.push("%s", body)
	}
	a := ci.do("POST", "/push", "", body)
	a.wantError(t, http.StatusTooManyRequests, shared.CodeTooFast, "")
	if a.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", a.Header.Get("Retry-After"))
	}
	s.program(secret).push("%s", body) // it costs nobody else
	s.clock.advance(time.Second)
	ci.push("%s", body)
}

func TestAnIDIsUsedOnceForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	clock := &clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	var owner, secret string
	for year := range 3 {
		store, err := sqlstore.Open(t.Context(), path, sqlstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		handler, err := server.New(t.Context(), server.Options{
			Store: store, Pages: jsonPages{}, SetupToken: setupToken, Now: clock.Now, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		web := httptest.NewServer(handler)
		s := &site{t: t, url: web.URL, store: store, clock: clock}
		if year == 0 {
			ada, _ := s.owner()
			owner = string(ada.me().ID)
			secret = ada.must("token", shared.TokenRequest{Name: "ci", Scopes: []shared.Scope{"push", "read"}}).Token.Secret
		}
		ci := s.program(secret)
		for range 2 {
			if a := ci.push(`{"userId":%q,"message":"once","id":"build-1"}`, owner); a.ID != "build-1" {
				t.Errorf("the answer is %+v", a)
			}
		}
		ci.do("POST", "/push", "", fmt.Sprintf(`{"userId":%q,"message":"twice","id":"build-1"}`, owner)).
			wantError(t, http.StatusConflict, shared.CodeKeyReused, "id")
		if last, err := store.LastPush(t.Context(), shared.UserID(owner)); err != nil || last != 1 {
			t.Errorf("the log ends at %d, %v", last, err)
		}
		ci.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		if err := handler.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		web.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
		clock.advance(365 * 24 * time.Hour)
	}
}

func TestAPushIsKeptForItsTime(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	ci, to := ada.withScopes(shared.ScopePush), ada.me().ID
	for ttl, id := range map[int]string{60: "minute", 3600: "hour"} {
		ci.push(`{"userId":%q,"message":"x","id":%q,"ttl":%d}`, to, id, ttl)
	}
	ci.push(`{"userId":%q,"message":"x","id":"week"}`, to)
	if ci.push(`{"userId":%q,"message":"x","id":"now","ttl":0}`, to).Stored {
		t.Error("what is for now is stored")
	}
	for _, step := range []struct {
		wait time.Duration
		left int
	}{{59 * time.Second, 3}, {time.Second, 2}, {59 * time.Minute, 1}, {7*24*time.Hour - time.Hour - time.Millisecond, 1}, {time.Millisecond, 0}} {
		s.clock.advance(step.wait)
		if got := ada.must("pushes", shared.PushQuery{}).Pushes; len(got) != step.left {
			t.Errorf("after another %s there are %d, want %d", step.wait, len(got), step.left)
		}
	}
	ci.do("PATCH", "/push/hour", "", `{"message":"y"}`).wantError(t, http.StatusGone, shared.CodeGone, "")
	if got := ci.status("hour"); got.Expires >= shared.Millis(s.clock.Now().UnixMilli()) {
		t.Errorf("the status is %+v", got)
	}
}

func TestReceiptsSayWhenEachConnectionHadIt(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	ci, to := ada.withScopes(shared.ScopePush), ada.me().ID
	page, first := s.program(ada.must("token", shared.TokenRequest{Name: "Page", Scopes: []shared.Scope{"read"}}).Token.Secret).stream(nil)
	start := shared.Millis(s.clock.Now().UnixMilli())
	if got := ci.push(`{"userId":%q,"message":"x","id":"p"}`, to); got.Connections != 1 {
		t.Errorf("%d connections listen", got.Connections)
	}
	pushed := page.push()
	if got := ci.until("p", func(st shared.PushStatus) bool { return len(st.Receipts) > 0 }); got.Receipts[0] !=
		(shared.Receipt{To: first.Connection, Kind: "connection", Device: "Page", Accepted: start}) {
		t.Errorf("after it was written: %+v", got)
	}
	s.clock.advance(time.Second)
	page.visitor.must("ack", shared.Ack{Push: pushed.ID, To: first.Connection})
	s.clock.advance(time.Second)
	page.visitor.must("ack", shared.Ack{Push: pushed.ID, To: first.Connection, Opened: true})
	s.clock.advance(time.Second)
	page.visitor.must("ack", shared.Ack{Push: pushed.ID, To: first.Connection, Opened: true})
	want := shared.Receipt{
		To: first.Connection, Kind: "connection", Device: "Page", Accepted: start, Delivered: start + 1000, Opened: start + 2000,
	}
	if got := ci.status("p").Receipts; len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	heard := page.next()
	for heard.Live != nil { // it may say only now that it has everything
		heard = page.next()
	}
	if opened := heard.Ack; opened == nil || opened.Push != pushed.ID || !opened.Opened {
		t.Errorf("other connections hear %+v", heard)
	}

	t.Run("somebody else's acknowledgement says nothing", func(t *testing.T) {
		s.member("Bob", "bob").must("ack", shared.Ack{Push: pushed.ID, Opened: true})
		if got := ci.status("p").Receipts; len(got) != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

// until asks for a push's status until it is as wanted: what a connection took
// is noted a little later.
func (v *visitor) until(id string, good func(shared.PushStatus) bool) shared.PushStatus {
	v.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		status := v.status(id)
		if good(status) || time.Now().After(deadline) {
			return status
		}
	}
}
