package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

// portal is a site with logins of its own, which embeds a server.
type portal struct {
	mu     sync.Mutex
	logins map[string]server.Identity // guarded by mu: by token
	broken error                      // guarded by mu
}

func newPortal(t *testing.T, change ...func(*server.Options)) (*portal, *site) {
	t.Helper()
	p := &portal{logins: map[string]server.Identity{
		"ada's":  {ID: "17", Name: "Ada", Role: shared.RoleAdmin},
		"bob's":  {ID: "42", Name: "Bob"},
		"none's": {ID: "", Name: "Nobody"},
	}}
	return p, newSite(t, append([]func(*server.Options){func(o *server.Options) {
		o.AuthToken, o.Cookie, o.Name, o.SignIn = p.find, "portal", "Portal", "/login?from=chat"
	}}, change...)...)
}

func (p *portal) find(_ context.Context, token string) (server.Identity, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken != nil {
		return server.Identity{}, p.broken
	}
	identity, ok := p.logins[token]
	if !ok {
		return server.Identity{}, server.ErrUnknownToken
	}
	return identity, nil
}

func (p *portal) set(token string, i server.Identity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logins[token] = i
}

func (p *portal) forget(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.logins, token)
}

// as is somebody's browser, signed in at the portal.
func (s *site) as(token string) *visitor {
	v := s.visitor()
	v.client.Jar.SetCookies(mustURL(s.t, s.url), []*http.Cookie{{Name: "portal", Value: token, Path: "/"}})
	return v
}

// connect opens a socket of v's and says first, and returns the answer.
func (v *visitor) connect(first string) (*caller, shared.Frame) {
	v.t.Helper()
	header := http.Header{}
	for _, c := range v.client.Jar.Cookies(mustURL(v.t, v.site.url)) {
		header.Add("Cookie", c.String())
	}
	c, _, err := websocket.Dial(v.t.Context(), "ws"+strings.TrimPrefix(v.site.url, "http")+"/ws", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = c.CloseNow() })
	caller := &caller{town: &town{TB: v.t}, ws: c}
	caller.send(first)
	f, err := caller.take(&caller.replies)
	if err != nil {
		v.t.Fatal(err)
	}
	return caller, f
}

func TestASitesOwnPeopleAreKnownByTheSitesOwnTokens(t *testing.T) {
	p, s := newPortal(t)
	ada, bob := s.as("ada's"), s.as("bob's")
	if me := ada.me(); me.ID != "17" || me.Name != "Ada" || me.Role != shared.RoleAdmin {
		t.Errorf("Ada is %+v", me)
	}
	if me := bob.me(); me.ID != "42" || me.Role != shared.RoleMember {
		t.Errorf("Bob is %+v", me)
	}
	view := ada.get(ada.get("/").wantTo(t, "/r/").Header.Get("Location")).view(t)
	if view.Server != "Portal" {
		t.Errorf("the server is called %q", view.Server)
	}
	listening, welcome := bob.connect(`{"id":1,"hello":{}}`)
	if welcome.OK == nil || len(welcome.OK.Welcome.Rooms) != 1 {
		t.Fatalf("Bob is told %s", welcome.Encode())
	}
	ada.must("post", shared.Post{Room: view.Room, Key: "k", Text: "hi"})
	for {
		if f := listening.hear(); f.Event != nil && f.Event.Message != nil && f.Event.Message.Text == "hi" {
			break
		}
	}
	p.set("bob's", server.Identity{ID: "42", Name: "Robert"})
	if me := bob.me(); me.Name != "Robert" {
		t.Errorf("after a change of name, Bob is %+v", me)
	}
	if got := names(ada.must("people", shared.Nothing{}).Users); strings.Join(got, " ") != "Ada Robert" {
		t.Errorf("the people are %v", got)
	}
}

func TestATokenThatIsNobodysIsTurnedAway(t *testing.T) {
	p, s := newPortal(t)
	s.as("stranger's").get("/").wantTo(t, "/signin")
	s.as("stranger's").get("/signin?next=/r/x").wantTo(t, "/login?from=chat&next=%2Fr%2Fx")
	c, f := s.visitor().connect(`{"register":{"token":"stranger's"}}`)
	if f.Error == nil || f.Error.Code != shared.CodeUnauthorized {
		t.Errorf("a stranger is told %s", f.Encode())
	}
	c.hearClose(websocket.StatusPolicyViolation)
	s.as("none's").do("POST", "/api/v1/people", "", "").want(t, http.StatusInternalServerError)
	p.mu.Lock()
	p.broken = errors.New("the site's database is away")
	p.mu.Unlock()
	s.as("ada's").do("POST", "/api/v1/people", "", "").want(t, http.StatusServiceUnavailable)
	if log := s.log.String(); !strings.Contains(log, "the site's database is away") || strings.Contains(log, "ada's") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestDropEndsEverythingOfSomebodys(t *testing.T) {
	p, s := newPortal(t)
	bob := s.as("bob's")
	chatting, _ := bob.connect(`{"id":1,"hello":{}}`)
	listening, _ := bob.connect(`{"register":{}}`)
	other, _ := s.as("ada's").connect(`{"id":1,"hello":{}}`)
	p.forget("bob's")
	if err := s.chat.Drop(t.Context(), "42"); err != nil {
		t.Fatal(err)
	}
	chatting.hearClose(websocket.StatusPolicyViolation)
	listening.hearClose(websocket.StatusPolicyViolation)
	other.do(shared.Frame{Ping: &shared.Nothing{}})
	bob.do("POST", "/api/v1/people", "", "").want(t, http.StatusUnauthorized)
}

func TestWhoWasNeverHereFindsWhatTheSitePushed(t *testing.T) {
	p, s := newPortal(t)
	n := shared.NewPush{UserID: "99", Message: "welcome", ID: "first"}
	answer, err := s.chat.Push(t.Context(), n)
	if err != nil || answer.ID != "first" || !answer.Stored || answer.Connections != 0 {
		t.Fatalf("got %+v, %v", answer, err)
	}
	ada := s.as("ada's")
	p.set("eve's", server.Identity{ID: "99", Name: "Eve"})
	eve, f := s.visitor().connect(`{"register":{"token":"eve's"}}`)
	if f.OK == nil || f.OK.Registered.UserID != "99" {
		t.Fatalf("Eve is told %s", f.Encode())
	}
	pushed := eve.hear().Pushed
	if pushed == nil || pushed.Message != "welcome" {
		t.Fatalf("Eve hears %+v", pushed)
	}
	if live := eve.hear().Live; live == nil || live.Seq != pushed.Seq {
		t.Errorf("Eve is told she has everything up to %+v", live)
	}
	eve.do(shared.Frame{Ack: &shared.Ack{Push: pushed.ID}})
	status, err := s.chat.PushStatus(t.Context(), "first")
	if err != nil || len(status.Receipts) != 1 || status.Receipts[0].Delivered == 0 {
		t.Errorf("the status is %+v, %v", status, err)
	}
	if got := names(ada.must("people", shared.Nothing{}).Users); len(got) != 1 {
		t.Errorf("who only listens is among the people: %v", got)
	}
	if err := s.chat.ClearPush(t.Context(), "first"); err != nil {
		t.Fatal(err)
	}
	if again := eve.hear().Pushed; again == nil || !again.Cleared {
		t.Errorf("Eve hears %+v", again)
	}
	_, err = s.chat.Push(t.Context(), shared.NewPush{UserID: "99", Message: "another", ID: "first"})
	if !errors.Is(err, &shared.Error{Code: shared.CodeKeyReused}) {
		t.Errorf("the same id for another push: %v", err)
	}
}

func TestWithoutHooksNobodyMayPush(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	bob := s.member("Bob", "bob")
	body := `{"userId":"` + string(ada.me().ID) + `","message":"hi"}`
	s.visitor().do("POST", "/push", "application/json", body).want(t, http.StatusUnauthorized)
	bob.do("POST", "/push", "application/json", body).want(t, http.StatusForbidden)
}

func TestPushAuthDecidesAlone(t *testing.T) {
	s := newSite(t, func(o *server.Options) {
		o.PushAuth = func(r *http.Request) error {
			if r.Header.Get("X-Key") != "the site's" {
				return errors.New("no key")
			}
			return nil
		}
	})
	ada, _ := s.owner()
	body := `{"userId":"` + string(ada.me().ID) + `","message":"hi","id":"one"}`
	ada.do("POST", "/push", "application/json", body).want(t, http.StatusForbidden)
	backend := s.visitor()
	backend.header.Set("X-Key", "the site's")
	backend.do("POST", "/push", "application/json", body).want(t, http.StatusOK)
	backend.get("/push/one").want(t, http.StatusOK)
	if pushes := ada.must("pushes", shared.PushQuery{}).Pushes; len(pushes) != 1 || pushes[0].Sender != "" {
		t.Errorf("Ada was told %+v", pushes)
	}
}

func TestTwoServersInOneProcessDoNotMeet(t *testing.T) {
	_, one := newPortal(t)
	_, two := newPortal(t)
	here, _ := one.as("bob's").connect(`{"register":{}}`)
	there, _ := two.as("bob's").connect(`{"register":{}}`)
	for _, c := range []*caller{here, there} {
		if f := c.hear(); f.Live == nil {
			t.Fatalf("it hears %s", f.Encode())
		}
	}
	if _, err := one.chat.Push(t.Context(), shared.NewPush{UserID: "42", Message: "for one"}); err != nil {
		t.Fatal(err)
	}
	if heard := here.hear().Pushed; heard == nil || heard.Message != "for one" {
		t.Errorf("here it is %+v", heard)
	}
	there.hearNothing()
	if err := one.chat.Drop(t.Context(), "42"); err != nil {
		t.Fatal(err)
	}
	here.hearClose(websocket.StatusPolicyViolation)
	there.hearNothing()
}

func TestTheSiteSaysSomethingAsAMember(t *testing.T) {
	_, s := newPortal(t)
	bob := s.as("bob's")
	room := bob.get(bob.get("/").wantTo(t, "/r/").Header.Get("Location")).view(t).Room
	post := shared.Post{Room: room, Key: "order-7", Text: "your order is on its way"}
	ev, err := s.chat.Post(t.Context(), "42", post)
	if err != nil || ev.By.Name != "Bob" || ev.Message.Text != post.Text {
		t.Fatalf("got %+v, %v", ev, err)
	}
	if again, err := s.chat.Post(t.Context(), "42", post); err != nil || again.Seq != ev.Seq {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	if _, err := s.chat.Post(t.Context(), "nobody", post); !errors.Is(err, &shared.Error{Code: shared.CodeNotFound}) {
		t.Errorf("as nobody: %v", err)
	}
	s.as("ada's").me()
	if _, err := s.chat.Post(t.Context(), "17", shared.Post{Room: "elsewhere", Key: "k", Text: "x"}); !errors.Is(err, &shared.Error{Code: shared.CodeNotFound}) {
		t.Errorf("in no room: %v", err)
	}
}

func TestWhoIsBannedHereIsOutWhateverTheSiteSays(t *testing.T) {
	_, s := newPortal(t)
	ada, bob := s.as("ada's"), s.as("bob's")
	me := bob.me()
	ada.me()
	live, welcome := bob.connect(`{"id":1,"hello":{}}`)
	if welcome.OK == nil {
		t.Fatalf("Bob is told %s", welcome.Encode())
	}
	ada.must("role", shared.RoleChange{User: me.ID, Role: shared.RoleGuest}) // a site has no owner here
	ada.must("ban", shared.UserRef{User: me.ID})
	live.hearClose(websocket.StatusPolicyViolation)
	bob.refused(shared.CodeForbidden, "people", shared.Nothing{})
	for _, first := range []string{`{"id":1,"hello":{}}`, `{"id":1,"register":{}}`} {
		if _, f := bob.connect(first); f.Error == nil || f.Error.Code != shared.CodeForbidden {
			t.Errorf("%s is answered %s", first, f.Encode())
		}
	}
	bob.get("/events").want(t, http.StatusForbidden)
	ada.must("readmit", shared.UserRef{User: me.ID})
	bob.must("people", shared.Nothing{})
}
