package servertest

import (
	"slices"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testPresence(t *testing.T, w *world) {
	eve := w.guest("eve")
	tea := shared.Status{Emoji: "🍵", Text: "Tea", Until: 100}
	statuses := func(now shared.Millis, want ...shared.Presence) {
		t.Helper()
		got, err := w.s.Statuses(w.ctx, now)
		w.must(err)
		slices.SortFunc(got, func(a, b shared.Presence) int { return len(a.User) - len(b.User) })
		if !slices.Equal(got, want) {
			t.Errorf("at %d got %+v, want %+v", now, got, want)
		}
	}
	wants := func(t *testing.T, got shared.Presence, err error, want shared.Presence) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	t.Run("at first nobody says anything", func(*testing.T) { statuses(0) })
	t.Run("a status and do not disturb are set each by itself", func(t *testing.T) {
		p, err := w.s.SetStatus(w.ctx, eve.ID, tea)
		wants(t, p, err, shared.Presence{User: eve.ID, Status: tea})
		p, err = w.s.SetDND(w.ctx, eve.ID, 200)
		wants(t, p, err, shared.Presence{User: eve.ID, DND: 200, Status: tea})
		p, err = w.s.SetDND(w.ctx, w.owner.ID, shared.Forever)
		wants(t, p, err, shared.Presence{User: w.owner.ID, DND: shared.Forever})
		statuses(99, p0(eve.ID, 200, tea), p0(w.owner.ID, shared.Forever, shared.Status{}))
	})
	t.Run("what has ended is not listed", func(*testing.T) {
		statuses(100, p0(eve.ID, 200, tea), p0(w.owner.ID, shared.Forever, shared.Status{})) // its dnd holds
		statuses(200, p0(w.owner.ID, shared.Forever, shared.Status{}))
	})
	t.Run("both can be changed and cleared", func(t *testing.T) {
		p, err := w.s.SetStatus(w.ctx, eve.ID, shared.Status{Text: "Gone"})
		wants(t, p, err, p0(eve.ID, 200, shared.Status{Text: "Gone"}))
		p, err = w.s.SetDND(w.ctx, w.owner.ID, 0)
		wants(t, p, err, shared.Presence{User: w.owner.ID})
		statuses(1e15, p0(eve.ID, 200, shared.Status{Text: "Gone"}))
		p, err = w.s.SetStatus(w.ctx, eve.ID, shared.Status{})
		wants(t, p, err, p0(eve.ID, 200, shared.Status{}))
		statuses(200)
	})
	t.Run("nobody by that id", func(*testing.T) {
		_, err := w.s.SetStatus(w.ctx, "nobody", tea)
		w.wants(err, server.ErrNotFound)
		_, err = w.s.SetDND(w.ctx, "nobody", 1)
		w.wants(err, server.ErrNotFound)
	})
	t.Run("who shares a room is acquainted, and with oneself", func(t *testing.T) {
		w.room("attic")
		_, err := w.s.RemoveMember(w.ctx, eve.Author(), w.lobby, eve.ID, w.tick())
		w.must(err)
		bob := w.guest("bob")
		others := []shared.UserID{eve.ID, bob.ID, w.owner.ID, "nobody"}
		for user, want := range map[shared.UserID][]shared.UserID{
			bob.ID: {bob.ID, w.owner.ID}, eve.ID: {eve.ID}, w.owner.ID: {bob.ID, w.owner.ID},
		} {
			if got, err := w.s.Acquainted(w.ctx, user, others); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s knows %q, %v; want %q", user, got, err, want)
			}
		}
	})
}

func p0(user shared.UserID, dnd shared.Millis, s shared.Status) shared.Presence {
	return shared.Presence{User: user, DND: dnd, Status: s}
}
