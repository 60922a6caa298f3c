package servertest

import (
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testClaim(t *testing.T, w *world) {
	t.Run("nobody claims a server twice", func(t *testing.T) {
		second := server.Account{User: shared.User{ID: "mallory", Name: "Mallory", Handle: "mallory", Role: shared.RoleOwner}}
		w.wants(w.s.Claim(w.ctx, second, "Mine", shared.Room{ID: "mine", Name: "mine"}, w.tick()), server.ErrClaimed)
		if _, err := w.s.User(w.ctx, "mallory"); err == nil {
			t.Error("the second claim left a user behind")
		}
		if _, err := w.s.Room(w.ctx, "mine"); err == nil {
			t.Error("the second claim left a room behind")
		}
	})
	t.Run("the first room begins with its creation and its owner", func(t *testing.T) {
		log := w.log(w.lobby)
		if len(log) != 2 || log[0].Created == nil || log[1].Joined == nil || log[1].Joined.ID != w.owner.ID {
			t.Errorf("the log is %+v", log)
		}
	})
	t.Run("the name and the epoch stay", func(t *testing.T) {
		name, err := w.s.ServerName(w.ctx)
		w.must(err)
		epoch, err := w.s.Epoch(w.ctx)
		w.must(err)
		if again, _ := w.s.Epoch(w.ctx); name != "Studio" || epoch == "" || again != epoch {
			t.Errorf("name %q, epoch %q then %q", name, epoch, again)
		}
	})
	t.Run("a write can be proven", func(*testing.T) { w.must(w.s.Probe(w.ctx)) })
}

func testPeople(t *testing.T, w *world) {
	eve := w.guest("eve")
	t.Run("an account is found by its handle, with its hash", func(t *testing.T) {
		a, err := w.s.Account(w.ctx, "ada")
		w.must(err)
		if a.User != w.owner || a.Hash != "hash" {
			t.Errorf("got %+v", a)
		}
		_, err = w.s.Account(w.ctx, "nobody")
		w.wants(err, server.ErrNotFound)
		_, err = w.s.Account(w.ctx, "")
		w.wants(err, server.ErrNotFound)
	})
	t.Run("a guest with a password is a member", func(t *testing.T) {
		u, err := w.s.SetPassword(w.ctx, eve.ID, "eve", "secret")
		w.must(err)
		if u.Role != shared.RoleMember || u.Handle != "eve" {
			t.Errorf("got %+v", u)
		}
	})
	t.Run("a handle belongs to one", func(*testing.T) {
		_, err := w.s.SetPassword(w.ctx, eve.ID, "ada", "secret")
		w.wants(err, server.ErrTaken)
	})
	t.Run("a new name is everywhere, in old messages too", func(t *testing.T) {
		w.say(eve, w.lobby, "before")
		_, err := w.s.SetProfile(w.ctx, eve.ID, shared.Profile{Name: "Eve Adams"})
		w.must(err)
		log := w.log(w.lobby)
		joined, said := log[len(log)-2], log[len(log)-1]
		if said.By.Name != "Eve Adams" || joined.Joined == nil || joined.Joined.Name != "Eve Adams" {
			t.Errorf("the log says %+v and %+v", joined, said)
		}
	})
	t.Run("nobody by that id", func(*testing.T) {
		_, err := w.s.User(w.ctx, "nobody")
		w.wants(err, server.ErrNotFound)
		_, err = w.s.SetProfile(w.ctx, "nobody", shared.Profile{Name: "x"})
		w.wants(err, server.ErrNotFound)
	})
}
