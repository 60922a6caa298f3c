package servertest

import (
	"slices"
	"sync"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testDirect(t *testing.T, w *world) {
	eve, bob := w.guest("eve"), w.guest("bob")
	open := func(by shared.User, id shared.RoomID, circle ...shared.UserID) (shared.RoomID, bool) {
		t.Helper()
		room, fresh, err := w.s.Direct(w.ctx, by.Author(), circle, id, w.tick())
		w.must(err)
		return room, fresh
	}
	sees := func(u shared.User, room shared.RoomID) bool {
		t.Helper()
		rooms, err := w.s.RoomsOf(w.ctx, u.ID)
		w.must(err)
		return slices.ContainsFunc(rooms, func(r shared.RoomState) bool { return r.ID == room })
	}

	t.Run("one set of people is one conversation", func(t *testing.T) {
		pair, fresh := open(eve, "pair", "bob", "eve")
		if pair != "pair" || !fresh {
			t.Errorf("got %q, fresh %v", pair, fresh)
		}
		if again, fresh := open(bob, "other", "bob", "eve"); again != pair || fresh {
			t.Errorf("again it is %q, fresh %v", again, fresh)
		}
		if three, _ := open(eve, "three", "bob", "eve", "owner"); three != "three" {
			t.Errorf("with one more it is %q", three)
		}
		if notes, _ := open(eve, "notes", "eve"); notes != "notes" {
			t.Errorf("alone it is %q", notes)
		}
	})
	t.Run("it is closed, has no name, and tells who the others are", func(t *testing.T) {
		want := shared.Room{ID: "three", Closed: true, Direct: true}
		if r, err := w.s.Room(w.ctx, "three"); err != nil || r != want {
			t.Errorf("got %+v, %v", r, err)
		}
		if r, member, err := w.s.Access(w.ctx, "three", "bob"); err != nil || r != want || !member {
			t.Errorf("bob has access %+v, %v, %v", r, member, err)
		}
		r, err := w.s.RoomOf(w.ctx, "three", "bob")
		w.must(err)
		if len(r.People) != 2 || r.People[0] != w.owner || r.People[1] != eve || r.Members != 3 {
			t.Errorf("got %+v", r)
		}
		if folded, _ := fold(w.log("three")); folded != want {
			t.Errorf("the log makes %+v", folded)
		}
		if r, err := w.s.RoomOf(w.ctx, "notes", "eve"); err != nil || len(r.People) != 0 || r.Members != 1 {
			t.Errorf("got %+v, %v", r, err)
		}
		open, err := w.s.OpenRooms(w.ctx, w.owner.ID)
		if err != nil || slices.ContainsFunc(open, func(r shared.RoomState) bool { return r.Direct }) {
			t.Errorf("the directory has %+v, %v", open, err)
		}
	})
	t.Run("nobody sees it before something is said, but who began it", func(t *testing.T) {
		if !sees(eve, "pair") || sees(bob, "pair") {
			t.Error("the wrong one sees it")
		}
		w.say(eve, "pair", "hi")
		if !sees(bob, "pair") {
			t.Error("it is not seen although something was said")
		}
		r, err := w.s.RoomOf(w.ctx, "pair", "bob")
		if err != nil || r.Unread != 1 {
			t.Errorf("got %+v, %v", r, err)
		}
	})
	t.Run("who has to be shown it is known until they were", func(t *testing.T) {
		if hidden, err := w.s.HiddenFrom(w.ctx, "pair"); err != nil || !slices.Equal(hidden, []shared.UserID{"bob"}) {
			t.Errorf("hidden from %v, %v", hidden, err)
		}
		w.must(w.s.Show(w.ctx, "bob", "pair"))
		w.wants(w.s.Show(w.ctx, "bob", "pair"), server.ErrNoChange)
		if hidden, err := w.s.HiddenFrom(w.ctx, "pair"); err != nil || len(hidden) != 0 {
			t.Errorf("hidden from %v, %v", hidden, err)
		}
	})
	t.Run("hidden until somebody else says something", func(t *testing.T) {
		last, err := w.s.Last(w.ctx, "pair")
		w.must(err)
		w.must(w.s.Hide(w.ctx, "eve", "pair", last+7))
		if sees(eve, "pair") {
			t.Error("she sees it")
		}
		w.say(eve, "pair", "from my other device")
		if sees(eve, "pair") {
			t.Error("her own word shows it")
		}
		w.say(bob, "pair", "well?")
		if !sees(eve, "pair") {
			t.Error("an answer does not show it")
		}
	})
	t.Run("what was not seen keeps it from being hidden", func(t *testing.T) {
		w.must(w.s.Show(w.ctx, "eve", "pair"))
		last, err := w.s.Last(w.ctx, "pair")
		w.must(err)
		w.wants(w.s.Hide(w.ctx, "eve", "pair", last-1), server.ErrNoChange)
		if !sees(eve, "pair") {
			t.Error("it is hidden")
		}
	})
	t.Run("a room cannot be hidden, nor somebody else's conversation", func(*testing.T) {
		w.wants(w.s.Hide(w.ctx, "eve", w.lobby, 99), server.ErrNoChange)
		w.wants(w.s.Hide(w.ctx, w.owner.ID, "pair", 99), server.ErrNoChange)
	})
	t.Run("with nobody there is none", func(t *testing.T) {
		_, _, err := w.s.Direct(w.ctx, eve.Author(), []shared.UserID{"eve", "nobody"}, "ghost", w.tick())
		w.wants(err, server.ErrNotFound)
		if _, err := w.s.Room(w.ctx, "ghost"); err == nil {
			t.Error("half of it was kept")
		}
	})
	t.Run("nobody leaves it, also not who has to go", func(t *testing.T) {
		_, err := w.s.RemoveMember(w.ctx, eve.Author(), "pair", eve.ID, w.tick())
		w.wants(err, server.ErrNoChange)
		_, evs, err := w.s.Exclude(w.ctx, w.owner.Author(), eve.ID, shared.StandingBanned, w.tick())
		w.must(err)
		for _, ev := range evs {
			if ev.Room != w.lobby {
				t.Errorf("left %s", ev.Room)
			}
		}
		_, _, err = w.s.Direct(w.ctx, w.owner.Author(), []shared.UserID{"eve", "owner"}, "late", w.tick())
		w.wants(err, server.ErrNotFound)
		w.must(w.s.Readmit(w.ctx, eve.ID))
		if !sees(eve, "pair") {
			t.Error("it is not there when she is back")
		}
		_, err = w.s.AddMember(w.ctx, w.owner.Author(), w.lobby, eve.ID, w.tick())
		w.must(err)
	})
	t.Run("however many begin it at once, it is one", func(t *testing.T) {
		const crowd = 20
		found, made := make([]shared.RoomID, crowd), make([]bool, crowd)
		var all sync.WaitGroup
		for i := range crowd {
			by, id, at := []shared.User{bob, w.owner}[i%2], shared.RoomID("race"+string(rune('a'+i))), w.tick()
			all.Go(func() {
				var err error
				if found[i], made[i], err = w.s.Direct(w.ctx, by.Author(), []shared.UserID{"bob", "owner"}, id, at); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(slices.Compact(slices.Clone(found))); n != 1 {
			t.Errorf("there are %d: %v", n, found)
		}
		if n := len(slices.DeleteFunc(slices.Clone(made), func(fresh bool) bool { return !fresh })); n != 1 {
			t.Errorf("%d were told that theirs is the new one", n)
		}
	})
}
