package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

const setupToken = "the-setup-token"

// site is a whole server on a real database and a real listener.
type site struct {
	t     *testing.T
	url   string
	base  string // what its paths begin with
	store server.Store
	chat  *server.Server
	clock *clock
	log   *logBuffer
}

// jsonPages draws a page as the View it shows.
type jsonPages struct{}

func (jsonPages) Render(w io.Writer, v shared.View) error {
	if v.Path == "/panic" {
		panic("a page panicked")
	}
	return json.NewEncoder(w).Encode(v)
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// logBuffer keeps what the server logs, down to debug.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// newSite starts a server that has no owner yet.
func newSite(t *testing.T, change ...func(*server.Options)) *site {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, store: store, log: new(logBuffer), clock: &clock{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	options := server.Options{
		Store: store, Pages: jsonPages{}, SetupToken: setupToken, Version: "v1", Now: s.clock.Now,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&options)
	}
	handler, err := server.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	s.url, s.chat = web.URL, handler
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := handler.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		web.Close()
		if err := store.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

// visitor is one browser.
type visitor struct {
	site   *site
	t      *testing.T
	client *http.Client
	header http.Header // sent with every request
}

func (s *site) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	transport := new(http.Transport)
	s.t.Cleanup(transport.CloseIdleConnections)
	return &visitor{site: s, t: s.t, header: make(http.Header), client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response that was read to its end.
type answer struct {
	*http.Response
	body string
}

func (v *visitor) do(method, path, contentType, body string) *answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.site.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return &answer{resp, string(b)}
}

func (v *visitor) get(path string) *answer { v.t.Helper(); return v.do("GET", path, "", "") }

// form posts pairs of names and values.
func (v *visitor) form(path string, pairs ...string) *answer {
	v.t.Helper()
	form := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return v.do("POST", path, "application/x-www-form-urlencoded", form.Encode())
}

// api carries out a command and returns its outcome.
func (v *visitor) api(verb string, body any) (shared.OK, *shared.Error) {
	v.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	a := v.do("POST", "/api/v1/"+verb, "application/json", string(b))
	if a.StatusCode != http.StatusOK {
		e := new(shared.Error)
		a.decode(v.t, e)
		return shared.OK{}, e
	}
	var ok shared.OK
	a.decode(v.t, &ok)
	return ok, nil
}

// must is api for what has to work.
func (v *visitor) must(verb string, body any) shared.OK {
	v.t.Helper()
	ok, e := v.api(verb, body)
	if e != nil {
		v.t.Fatalf("%s %+v: %s: %s", verb, body, e.Code, e.Message)
	}
	return ok
}

// refused is api for what must fail with code.
func (v *visitor) refused(code shared.Code, verb string, body any) *shared.Error {
	v.t.Helper()
	_, e := v.api(verb, body)
	if e == nil || e.Code != code {
		v.t.Errorf("%s %+v: got %+v, want %s", verb, body, e, code)
		return &shared.Error{}
	}
	return e
}

func (a *answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%s answered %q: %v", a.Request.URL.Path, a.body, err)
	}
}

func (a *answer) view(t *testing.T) shared.View {
	t.Helper()
	var v shared.View
	a.decode(t, &v)
	return v
}

func (a *answer) want(t *testing.T, status int) *answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s answered %d %s, want %d", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status)
	}
	return a
}

// wantTo checks for a redirect to a path that begins with prefix.
func (a *answer) wantTo(t *testing.T, prefix string) *answer {
	t.Helper()
	a.want(t, http.StatusSeeOther)
	if to := a.Header.Get("Location"); !strings.HasPrefix(to, prefix) {
		t.Fatalf("%s leads to %s, want %s…", a.Request.URL.Path, to, prefix)
	}
	return a
}

// sessionCookie is the one that a sets, or nil.
func (a *answer) sessionCookie() *http.Cookie {
	for _, c := range a.Cookies() {
		if c.Name == "hubbub_session" {
			return c
		}
	}
	return nil
}

// owner claims the server as Ada and returns her browser and the first room.
func (s *site) owner() (*visitor, shared.RoomID) {
	s.t.Helper()
	v := s.visitor()
	to := v.form("/setup", "token", setupToken, "server", "Riverside", "name", "Ada", "handle", "ada", "password", "correct horse").
		wantTo(s.t, s.base+"/r/").Header.Get("Location")
	room, _, _ := strings.Cut(strings.TrimPrefix(to, s.base+"/r/"), "?")
	return v, shared.RoomID(room)
}

// guest lets somebody with just a name in, by an invite of host's.
func (s *site) guest(host *visitor, name string) *visitor {
	s.t.Helper()
	v := s.visitor()
	v.form("/join/"+host.must("invite", shared.NewInvite{}).Invite.Code, "name", name).wantTo(s.t, "/r/")
	return v
}

// member lets somebody with an account in. The session is put into the store,
// because hashing passwords takes its time.
func (s *site) member(name, handle string) *visitor {
	s.t.Helper()
	account := server.Account{Hash: "none", User: shared.User{
		ID: shared.UserID(shared.NewID()), Name: name, Handle: handle, Role: shared.RoleMember,
	}}
	if _, _, err := s.store.Accept(s.t.Context(), s.invite().Code, account, s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
	v := s.visitor()
	v.header.Set("Authorization", "Bearer "+s.session(account.ID))
	return v
}

// invite is a link of the owner's.
func (s *site) invite() shared.Invite {
	s.t.Helper()
	ada, err := s.store.Account(s.t.Context(), "ada")
	if err != nil {
		s.t.Fatal(err)
	}
	i := shared.Invite{Code: shared.NewID(), By: ada.Author(), Created: shared.Millis(s.clock.Now().UnixMilli())}
	if err := s.store.AddInvite(s.t.Context(), i); err != nil {
		s.t.Fatal(err)
	}
	return i
}

// session signs a user in without a password.
func (s *site) session(user shared.UserID) (token string) {
	s.t.Helper()
	token = shared.NewSecret()
	now := s.clock.Now()
	err := s.store.AddSession(s.t.Context(), server.Session{
		ID: shared.NewID(), User: user, Hash: hash(token), Created: now, Seen: now, Expires: now.Add(90 * 24 * time.Hour),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// me is who v is signed in as.
func (v *visitor) me() shared.User {
	v.t.Helper()
	home := v.get("/")
	if home.StatusCode == http.StatusSeeOther {
		home = v.get(home.Header.Get("Location"))
	}
	view := home.view(v.t)
	if view.Welcome == nil {
		v.t.Fatalf("not signed in: %s", home.body)
	}
	return view.Welcome.You
}

func mustURL(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
