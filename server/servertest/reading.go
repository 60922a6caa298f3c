package servertest

import (
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testReading(t *testing.T, w *world) {
	eve := w.guest("eve")
	for _, key := range []string{"a", "b", "c"} {
		w.say(w.owner, w.lobby, key)
	}
	mine := w.say(eve, w.lobby, "mine")
	state := func() shared.RoomState {
		rooms, err := w.s.RoomsOf(w.ctx, eve.ID)
		w.must(err)
		if len(rooms) != 1 {
			t.Fatalf("she is in %+v", rooms)
		}
		return rooms[0]
	}
	t.Run("the messages of others count", func(t *testing.T) {
		if r := state(); r.Unread != 3 || r.Last != mine.Seq {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("it moves forward, never back, never past the end", func(t *testing.T) {
		m, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: mine.Seq - 2})
		w.must(err)
		if m.Seq != mine.Seq-2 || m.Last != mine.Seq || m.Unread != 1 {
			t.Errorf("got %+v", m)
		}
		m, err = w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: 1})
		w.must(err)
		if m.Seq != mine.Seq-2 {
			t.Errorf("it went back to %d", m.Seq)
		}
		m, err = w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: shared.MaxSeq})
		w.must(err)
		if m.Seq != mine.Seq || m.Unread != 0 {
			t.Errorf("got %+v, the end is %d", m, mine.Seq)
		}
		w.say(w.owner, w.lobby, "d")
		if r := state(); r.Unread != 1 {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("counted up to a bound", func(t *testing.T) {
		for i := range shared.MaxUnread + 5 {
			w.say(w.owner, w.lobby, "many"+string(rune('A'+i%26))+string(rune('A'+i/26)))
		}
		if r := state(); r.Unread != shared.MaxUnread {
			t.Errorf("%d unread, want %d", r.Unread, shared.MaxUnread)
		}
	})
	t.Run("who is not in the room has nothing unread, and nothing to mark", func(t *testing.T) {
		w.room("den")
		w.say(w.owner, "den", "unheard")
		_, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: "den", Seq: 1})
		w.wants(err, server.ErrNotFound)
		r, err := w.s.RoomOf(w.ctx, "den", eve.ID)
		w.must(err)
		if r.ID != "den" || r.Last != 3 || r.Unread != 0 || r.Members != 1 {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("no such room", func(*testing.T) {
		_, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: "nowhere", Seq: 1})
		w.wants(err, server.ErrNotFound)
		_, err = w.s.RoomOf(w.ctx, "nowhere", eve.ID)
		w.wants(err, server.ErrNotFound)
	})
	t.Run("only what others said counts, not what happened", func(t *testing.T) {
		w.room("hall")
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), "hall", eve.ID, w.tick())
		w.must(err)
		w.rename("hall", "great hall")
		w.say(eve, "hall", "mine")
		w.say(w.owner, "hall", "theirs")
		r, err := w.s.RoomOf(w.ctx, "hall", eve.ID)
		w.must(err)
		if r.Unread != 1 {
			t.Errorf("got %+v", r)
		}
	})
}
