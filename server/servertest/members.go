package servertest

import (
	"testing"

	"hubbub/server"
)

func testMembers(t *testing.T, w *world) {
	eve := w.guest("eve")
	w.room("den")
	t.Run("in, and out again", func(t *testing.T) {
		ev, err := w.s.AddMember(w.ctx, w.owner.Author(), "den", eve.ID, w.tick())
		w.must(err)
		if ev.Joined == nil || *ev.Joined != eve || ev.By.ID != w.owner.ID {
			t.Errorf("the event is %+v", ev)
		}
		_, member, err := w.s.Access(w.ctx, "den", eve.ID)
		if err != nil || !member {
			t.Errorf("member %v, %v", member, err)
		}
		users, err := w.s.Members(w.ctx, "den")
		if err != nil || len(users) != 2 {
			t.Errorf("members %+v, %v", users, err)
		}
		ev, err = w.s.RemoveMember(w.ctx, eve.Author(), "den", eve.ID, w.tick())
		w.must(err)
		if ev.Left == nil || ev.Left.ID != eve.ID {
			t.Errorf("the event is %+v", ev)
		}
		if _, member, _ := w.s.Access(w.ctx, "den", eve.ID); member {
			t.Error("she is still in")
		}
	})
	t.Run("twice is no change, and no event", func(t *testing.T) {
		before := len(w.log("den"))
		_, err := w.s.RemoveMember(w.ctx, eve.Author(), "den", eve.ID, w.tick())
		w.wants(err, server.ErrNoChange)
		_, err = w.s.AddMember(w.ctx, w.owner.Author(), "den", w.owner.ID, w.tick())
		w.wants(err, server.ErrNoChange)
		if after := len(w.log("den")); after != before {
			t.Errorf("the log grew from %d to %d", before, after)
		}
	})
	t.Run("nobody, and nowhere", func(*testing.T) {
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), "den", "nobody", w.tick())
		w.wants(err, server.ErrNotFound)
		_, err = w.s.AddMember(w.ctx, w.owner.Author(), "nowhere", eve.ID, w.tick())
		w.wants(err, server.ErrNotFound)
		_, err = w.s.Members(w.ctx, "nowhere")
		w.wants(err, server.ErrNotFound)
	})
	t.Run("a new member has read what was before", func(t *testing.T) {
		w.say(w.owner, "den", "old")
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), "den", eve.ID, w.tick())
		w.must(err)
		r, err := w.s.RoomOf(w.ctx, "den", eve.ID)
		w.must(err)
		if r.Unread != 0 || r.Read != r.Last || r.Members != 2 {
			t.Errorf("got %+v", r)
		}
	})
}
