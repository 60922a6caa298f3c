package app

import (
	"strings"
	"testing"
	"time"

	"hubbub/app/client"
	"hubbub/shared"
)

func fresh(id string) client.Push {
	return client.Push{Push: shared.Push{ID: id, Message: id}, Fresh: true}
}

func TestToastsGoByThemselvesButNotFromUnderTheHand(t *testing.T) {
	var (
		ts     toasts
		start  = time.Unix(1_795_000_000, 0)
		second = func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
		pushes []client.Push // the newest first
	)
	check := func(when int, want string) {
		t.Helper()
		var got []string
		for _, p := range ts.current(pushes, second(when)) {
			got = append(got, p.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("after %d s: %q, want %q", when, got, want)
		}
	}
	old := fresh("old")
	old.Fresh = false
	pushes = []client.Push{old}
	check(0, "")
	pushes = []client.Push{fresh("a"), old}
	check(0, "a")
	pushes = []client.Push{fresh("d"), fresh("c"), fresh("b"), fresh("a"), old}
	check(5, "d c b")
	check(7, "d c b")
	pushes[2].Opened = true // on another device
	check(8, "d c")
	ts.held = true
	check(60, "d c")
	ts.held = false
	check(60, "")
	pushes = append([]client.Push{fresh("e")}, pushes...)
	check(61, "e")
	ts.due["e"] = time.Time{} // dismissed
	check(62, "")
	ts.held = true
	check(63, "")
}

func TestALongToastStaysLonger(t *testing.T) {
	var ts toasts
	long, start := fresh("x"), time.Unix(1_795_000_000, 0)
	long.Message = strings.Repeat("long ", 40)
	pushes := []client.Push{long}
	if len(ts.current(pushes, start)) != 1 || len(ts.current(pushes, start.Add(19*time.Second))) != 1 {
		t.Error("it went too early")
	}
	if len(ts.current(pushes, start.Add(21*time.Second))) != 0 {
		t.Error("it stayed")
	}
}

func TestAPushLeadsToAPathOfThisServerWhereverThatIs(t *testing.T) {
	for _, c := range []struct {
		base, address, want string
		here                bool
	}{
		{"", "/r/lobby", "/r/lobby", true},
		{"/chat", "/r/lobby", "/chat/r/lobby", true},
		{"/chat", "/chat/r/lobby", "/chat/r/lobby", true},
		{"/chat", "/chatter", "/chat/chatter", true},
		{"", "https://example.org/x", "", false},
		{"", "", "", false},
	} {
		m := newModel(shared.View{Lang: "en", Base: c.base}, client.Options{})
		if path, here := m.pathOf(c.address); path != c.want || here != c.here {
			t.Errorf("%q under %q: %q, %v", c.address, c.base, path, here)
		}
	}
}

func TestTheLineToTrySendsWhatTheTokenMay(t *testing.T) {
	m := houseOf("a", nil)
	for _, c := range []struct {
		token shared.Token
		want  []string
	}{
		{shared.Token{Scopes: []shared.Scope{shared.ScopePush}}, []string{"/push", `"userId":"me"`, "Bearer s3cret"}},
		{shared.Token{Scopes: []shared.Scope{shared.ScopePost, shared.ScopeRead}}, []string{"/api/v1/post", `"room":"a"`, "Bearer s3cret"}},
		{shared.Token{Scopes: []shared.Scope{shared.ScopeRead}}, []string{"/api/v1/people", "Bearer s3cret"}},
		{shared.Token{Scopes: []shared.Scope{shared.ScopePost}, Room: "a"}, []string{"curl -d 'Hello' /hooks/s3cret"}},
	} {
		c.token.Secret = "s3cret"
		line := m.example(&c.token)
		for _, want := range c.want {
			if !strings.Contains(line, want) {
				t.Errorf("%v: %s lacks %s", c.token.Scopes, line, want)
			}
		}
	}
}
