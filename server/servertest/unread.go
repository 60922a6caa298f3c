package servertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubbub/server"
	"hubbub/shared"
)

func testRounds(t *testing.T, w *world) {
	eve := w.guest("eve")
	for _, key := range []string{"a", "b", "c"} {
		w.say(w.owner, w.lobby, key)
	}
	last, err := w.s.Last(w.ctx, w.lobby)
	w.must(err)
	for _, step := range []struct {
		name         string
		seq          shared.Seq
		round        int64
		want, unread int
		wantRound    int64
	}{
		{"forward", last, 0, 0, 0, 0},
		{"back within the round is nothing", last - 2, 0, 0, 0, 0},
		{"back in the next round", last - 2, 1, -2, 2, 1},
		{"an old mark of the round before does not undo it", last, 0, -2, 2, 1},
		{"forward in the round", last - 1, 1, -1, 1, 1},
		{"the same again", last - 1, 1, -1, 1, 1},
		{"the next round again, at the end", last + 9, 4, 0, 0, 4},
		{"all of it", 0, 5, -int(last), 3, 5},
	} {
		t.Run(step.name, func(t *testing.T) {
			m, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: step.seq, Round: step.round})
			w.must(err)
			want := shared.ReadMark{Room: w.lobby, Seq: last + shared.Seq(step.want), Round: step.wantRound, Last: last, Unread: step.unread}
			if diff := cmp.Diff(want, m); diff != "" {
				t.Error(diff)
			}
			r, err := w.s.RoomOf(w.ctx, w.lobby, eve.ID)
			if err != nil || r.Read != want.Seq || r.Round != want.Round || r.Unread != want.Unread {
				t.Errorf("the room says %+v, %v", r, err)
			}
		})
	}
}

func testMentions(t *testing.T, w *world) {
	eve, bob := w.guest("eve"), w.guest("bob")
	w.room("den")
	_, err := w.s.AddMember(w.ctx, w.owner.Author(), "den", eve.ID, w.tick())
	w.must(err)
	say := func(by shared.User, room shared.RoomID, calls ...shared.UserID) shared.MessageRef {
		t.Helper()
		said := server.Said{Post: shared.Post{Room: room, Key: shared.NewID(), Text: "hey"}, Mentions: calls}
		ev, _, err := w.s.Post(w.ctx, by.Author(), said, w.tick())
		w.must(err)
		return shared.MessageRef{Room: room, Seq: ev.Seq}
	}
	wants := func(t *testing.T, room shared.RoomID, want ...shared.Seq) {
		t.Helper()
		rooms, err := w.s.RoomsOf(w.ctx, eve.ID)
		w.must(err)
		for _, r := range rooms {
			if diff := cmp.Diff(want, r.Mentions); r.ID == room && diff != "" {
				t.Errorf("in the list: %s", diff)
			}
		}
		r, err := w.s.RoomOf(w.ctx, room, eve.ID)
		w.must(err)
		m, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: room})
		w.must(err)
		if diff := cmp.Diff(want, r.Mentions) + cmp.Diff(want, m.Mentions); diff != "" {
			t.Errorf("by itself: %s", diff)
		}
	}
	say(w.owner, w.lobby)
	say(w.owner, w.lobby, bob.ID)
	say(eve, w.lobby, eve.ID, shared.Everybody)
	me := say(w.owner, w.lobby, eve.ID)
	all := say(bob, w.lobby, shared.Everybody, eve.ID)
	den := say(w.owner, "den", shared.Everybody)
	t.Run("those that call one, or everybody, once each, but one's own", func(t *testing.T) {
		wants(t, w.lobby, me.Seq, all.Seq)
		wants(t, "den", den.Seq)
	})
	t.Run("an edit calls, or stops calling", func(t *testing.T) {
		late := say(w.owner, w.lobby)
		for _, calls := range [][]shared.UserID{{eve.ID}, nil} {
			said := server.Said{Post: shared.Post{Text: "hey you" + string(rune('a'+len(calls)))}, Mentions: calls}
			_, err := w.s.Edit(w.ctx, w.owner.Author(), late, said, w.tick())
			w.must(err)
			want := []shared.Seq{me.Seq, all.Seq}
			if calls != nil {
				want = append(want, late.Seq)
			}
			wants(t, w.lobby, want...)
		}
	})
	t.Run("what is deleted calls nobody", func(t *testing.T) {
		_, err := w.s.Delete(w.ctx, bob.Author(), all, w.tick())
		w.must(err)
		wants(t, w.lobby, me.Seq)
	})
	t.Run("what is read is not listed, and what is unread again is", func(t *testing.T) {
		_, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: me.Seq})
		w.must(err)
		wants(t, w.lobby)
		_, err = w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: me.Seq - 1, Round: 1})
		w.must(err)
		wants(t, w.lobby, me.Seq)
	})
	t.Run("to who is not there nothing calls", func(t *testing.T) {
		r, err := w.s.RoomOf(w.ctx, "den", bob.ID)
		if err != nil || r.Mentions != nil {
			t.Errorf("got %+v, %v", r, err)
		}
	})
}
