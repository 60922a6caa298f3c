package servertest

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// bot makes one.
func (w *world) bot(id, owner shared.UserID) shared.User {
	w.t.Helper()
	u := shared.User{ID: id, Name: string(id), Role: shared.RoleBot, Owner: owner}
	w.must(w.s.AddBot(w.ctx, u, w.tick()))
	return u
}

// token makes one, of which only the rest must be given.
func (w *world) token(id string, of, by shared.UserID, scopes ...shared.Scope) server.Session {
	w.t.Helper()
	now := w.tick()
	s := server.Session{
		ID: id, User: of, Hash: sha256.Sum256([]byte(id)), Device: "CI", Created: now, Seen: now, Expires: server.Never,
		Name: "token " + id, Scopes: scopes, Author: by,
	}
	w.must(w.s.AddSession(w.ctx, s))
	return s
}

func (w *world) login(id string, of shared.UserID) server.Session {
	w.t.Helper()
	now := w.tick()
	s := server.Session{
		ID: id, User: of, Hash: sha256.Sum256([]byte(id)), Device: "Firefox on Linux",
		Created: now, Seen: now, Expires: now.Add(24 * time.Hour),
	}
	w.must(w.s.AddSession(w.ctx, s))
	return s
}

func (w *world) wantSession(s server.Session, want error) {
	w.t.Helper()
	_, _, err := w.s.Session(w.ctx, s.Hash, w.tick())
	w.wants(err, want)
}

func testBots(t *testing.T, w *world) {
	eve := w.guest("eve")
	w.bot("zed", w.owner.ID)
	w.bot("Bob", w.owner.ID)
	w.bot("amy", eve.ID)
	list := func(owner shared.UserID) (ids []shared.UserID) {
		all, err := w.s.Bots(w.ctx, owner)
		w.must(err)
		for _, b := range all {
			ids = append(ids, b.ID)
		}
		return ids
	}
	t.Run("a bot is a user with a role and an owner", func(t *testing.T) {
		u, err := w.s.User(w.ctx, "amy")
		w.must(err)
		if want := (shared.User{ID: "amy", Name: "amy", Role: shared.RoleBot, Owner: eve.ID}); u != want {
			t.Errorf("got %+v, want %+v", u, want)
		}
	})
	t.Run("an owner's bots, or all, by name; people are none", func(t *testing.T) {
		if got := list(w.owner.ID); !slices.Equal(got, []shared.UserID{"Bob", "zed"}) {
			t.Errorf("the owner's are %q", got)
		}
		if got := list(""); !slices.Equal(got, []shared.UserID{"amy", "Bob", "zed"}) {
			t.Errorf("all are %q", got)
		}
		if got := list("nobody"); len(got) != 0 {
			t.Errorf("nobody's are %q", got)
		}
	})
	t.Run("an id is given once", func(*testing.T) {
		w.wants(w.s.AddBot(w.ctx, shared.User{ID: "amy", Name: "x", Role: shared.RoleBot, Owner: w.owner.ID}, w.tick()), server.ErrTaken)
	})
	t.Run("in a room, the log says whose it is", func(t *testing.T) {
		ev, err := w.s.AddMember(w.ctx, w.owner.Author(), w.lobby, "amy", w.tick())
		w.must(err)
		log := w.log(w.lobby)
		if got := log[len(log)-1].Joined; *got != *ev.Joined || got.Owner != eve.ID || got.Role != shared.RoleBot {
			t.Errorf("the log has %+v, the event %+v", got, ev.Joined)
		}
	})
}

func testTokens(t *testing.T, w *world) {
	eve, bot := w.guest("eve"), w.bot("bot", w.owner.ID)
	w.login("laptop", w.owner.ID)
	ci := w.token("ci", bot.ID, w.owner.ID, shared.ScopePush, shared.ScopePost)
	own := w.token("own", eve.ID, eve.ID, shared.ScopeRead)
	hook := w.token("hook", bot.ID, eve.ID, shared.ScopePost)
	list := func(author shared.UserID, at time.Time) (ids []string) {
		all, err := w.s.Tokens(w.ctx, author, at)
		w.must(err)
		for _, k := range all {
			ids = append(ids, k.ID)
		}
		return ids
	}
	t.Run("a token is a session with a name, scopes and who made it", func(t *testing.T) {
		s, u, err := w.s.Session(w.ctx, ci.Hash, w.tick())
		w.must(err)
		if u != bot || s.Name != ci.Name || !slices.Equal(s.Scopes, ci.Scopes) || s.Author != w.owner.ID || !s.Expires.Equal(server.Never) {
			t.Errorf("got %+v of %+v", s, u)
		}
	})
	t.Run("a webhook's has its room", func(t *testing.T) {
		s := w.token("hooked", bot.ID, w.owner.ID, shared.ScopePost)
		w.must(w.s.EndSession(w.ctx, s.ID))
		s.Room = w.lobby
		w.must(w.s.AddSession(w.ctx, s))
		got, _, err := w.s.Session(w.ctx, s.Hash, w.tick())
		w.must(err)
		k, err := w.s.Token(w.ctx, s.ID, w.tick())
		w.must(err)
		if got.Room != w.lobby || k.Room != w.lobby {
			t.Errorf("the session speaks in %q, the token in %q", got.Room, k.Room)
		}
		w.must(w.s.EndSession(w.ctx, s.ID))
	})
	t.Run("those that one made, or all, the newest first; logins are none", func(t *testing.T) {
		if got := list(w.owner.ID, w.tick()); !slices.Equal(got, []string{"ci"}) {
			t.Errorf("the owner's are %q", got)
		}
		if got := list("", w.tick()); !slices.Equal(got, []string{"hook", "own", "ci"}) {
			t.Errorf("all are %q", got)
		}
	})
	t.Run("a token is told with its people, without its secret", func(t *testing.T) {
		k, err := w.s.Token(w.ctx, "ci", w.tick())
		w.must(err)
		if k.Name != ci.Name || k.User != bot.Author() || k.By != w.owner.Author() || !slices.Equal(k.Scopes, ci.Scopes) ||
			int64(k.Created) != ci.Created.UnixMilli() || k.Seen != 0 || k.Expires != 0 || k.Secret != "" || k.Room != "" {
			t.Errorf("got %+v", k)
		}
		_, err = w.s.Token(w.ctx, "laptop", w.tick())
		w.wants(err, server.ErrNotFound)
		_, err = w.s.Token(w.ctx, "nothing", w.tick())
		w.wants(err, server.ErrNotFound)
	})
	t.Run("it says when it was used last, and when it ends", func(t *testing.T) {
		used, end := w.tick(), w.tick().Add(time.Hour)
		w.must(w.s.TouchSession(w.ctx, "own", used, end))
		k, err := w.s.Token(w.ctx, "own", w.tick())
		w.must(err)
		if int64(k.Seen) != used.UnixMilli() || int64(k.Expires) != end.UnixMilli() {
			t.Errorf("got %+v", k)
		}
		_, err = w.s.Token(w.ctx, "own", end)
		w.wants(err, server.ErrNotFound)
		if got := list("", end); !slices.Equal(got, []string{"hook", "ci"}) {
			t.Errorf("after its end there are %q", got)
		}
	})
	t.Run("signing out everywhere leaves tokens", func(*testing.T) {
		login := w.login("phone", eve.ID)
		w.must(w.s.EndSessions(w.ctx, eve.ID, ""))
		w.wantSession(login, server.ErrNotFound)
		w.wantSession(own, nil)
	})
	t.Run("ending tokens ends all that speak for a user, whoever made them, and no login", func(*testing.T) {
		login, other := w.login("desk", bot.ID), w.token("other", w.owner.ID, w.owner.ID, shared.ScopeAdmin)
		w.must(w.s.EndTokens(w.ctx, bot.ID))
		w.wantSession(ci, server.ErrNotFound)
		w.wantSession(hook, server.ErrNotFound)
		w.wantSession(login, nil)
		w.wantSession(other, nil)
		w.wantSession(own, nil)
	})
}
