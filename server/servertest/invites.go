package servertest

import (
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testInvites(t *testing.T, w *world) {
	w.room("den")
	add := func(i shared.Invite) {
		i.By, i.Created = w.owner.Author(), w.millis()
		w.must(w.s.AddInvite(w.ctx, i))
	}
	come := func(code string, id shared.UserID) (shared.RoomID, error) {
		room, _, err := w.s.Accept(w.ctx, code, server.Account{User: shared.User{ID: id, Name: string(id), Role: shared.RoleGuest}}, w.tick())
		return room, err
	}
	t.Run("it leads to its room, or to the first", func(t *testing.T) {
		add(shared.Invite{Code: "den", Room: "den"})
		add(shared.Invite{Code: "any"})
		den, err := come("den", "dan")
		w.must(err)
		first, err := come("any", "fay")
		w.must(err)
		if den != "den" || first != w.lobby {
			t.Errorf("they arrived in %q and %q", den, first)
		}
	})
	t.Run("used up, it lets nobody in and leaves nobody behind", func(t *testing.T) {
		add(shared.Invite{Code: "once", MaxUses: 1})
		_, err := come("once", "first")
		w.must(err)
		_, err = come("once", "second")
		w.wants(err, server.ErrSpent)
		if _, err := w.s.User(w.ctx, "second"); err == nil {
			t.Error("the refused guest exists")
		}
		_, err = w.s.Invite(w.ctx, "once", w.tick())
		w.wants(err, server.ErrSpent)
	})
	t.Run("who is in already costs no use", func(t *testing.T) {
		room, ev, err := w.s.AcceptAs(w.ctx, "den", shared.User{ID: "dan", Name: "dan"}, w.tick())
		if err != nil || room != "den" || len(ev) != 0 {
			t.Errorf("got %q, %v, %v", room, ev, err)
		}
		i, err := w.s.Invite(w.ctx, "den", w.tick())
		w.must(err)
		if i.Uses != 1 {
			t.Errorf("used %d times, want 1", i.Uses)
		}
		_, ev, err = w.s.AcceptAs(w.ctx, "den", shared.User{ID: "fay", Name: "fay"}, w.tick())
		if err != nil || len(ev) != 1 || ev[0].Joined == nil || ev[0].Joined.ID != "fay" {
			t.Errorf("got %+v, %v", ev, err)
		}
	})
	t.Run("expired, revoked and unknown", func(*testing.T) {
		add(shared.Invite{Code: "soon", Expires: w.millis()})
		_, err := come("soon", "late")
		w.wants(err, server.ErrSpent)
		add(shared.Invite{Code: "gone"})
		w.must(w.s.RevokeInvite(w.ctx, "gone"))
		_, err = come("gone", "late")
		w.wants(err, server.ErrSpent)
		_, err = come("nosuch", "late")
		w.wants(err, server.ErrNotFound)
		w.wants(w.s.RevokeInvite(w.ctx, "nosuch"), server.ErrNotFound)
	})
	t.Run("a handle in use is refused, and the use not counted", func(t *testing.T) {
		before, err := w.s.Invite(w.ctx, "any", w.tick())
		w.must(err)
		guest := server.Account{User: shared.User{ID: "ada2", Name: "Ada", Handle: "ada", Role: shared.RoleMember}, Hash: "x"}
		_, _, err = w.s.Accept(w.ctx, "any", guest, w.tick())
		w.wants(err, server.ErrTaken)
		after, err := w.s.Invite(w.ctx, "any", w.tick())
		w.must(err)
		if after.Uses != before.Uses {
			t.Errorf("uses went from %d to %d", before.Uses, after.Uses)
		}
	})
	t.Run("the list holds those that work, newest first", func(t *testing.T) {
		list, err := w.s.Invites(w.ctx, w.tick())
		w.must(err)
		if len(list) != 2 || list[0].Code != "any" || list[1].Code != "den" {
			t.Errorf("got %+v", list)
		}
	})
}
