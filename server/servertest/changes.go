package servertest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubbub/server"
	"hubbub/shared"
)

func (w *world) edit(m shared.MessageRef, text string) shared.Event {
	w.t.Helper()
	said := server.Said{Post: shared.Post{Text: text}, HTML: "<p><em>" + text + "</em></p>"}
	ev, err := w.s.Edit(w.ctx, w.owner.Author(), m, said, w.tick())
	w.must(err)
	return ev
}

func (w *world) react(by shared.User, m shared.MessageRef, emoji string, on bool) (shared.Event, error) {
	return w.s.React(w.ctx, by.Author(), shared.React{Room: m.Room, Seq: m.Seq, Emoji: emoji, On: on}, w.tick())
}

// now is a message as it is.
func (w *world) message(m shared.MessageRef) *shared.Message {
	w.t.Helper()
	ev, err := w.s.Message(w.ctx, m)
	w.must(err)
	return ev.Message
}

func testEdits(t *testing.T, w *world) {
	t.Run("who is no longer in the room changes nothing there, whoever let them", func(*testing.T) {
		gus := w.guest("gus")
		m := shared.MessageRef{Room: w.lobby, Seq: w.say(gus, w.lobby, "in time").Seq}
		_, err := w.s.RemoveMember(w.ctx, w.owner.Author(), w.lobby, gus.ID, w.tick())
		w.must(err)
		before := len(w.log(w.lobby))
		_, err = w.s.Edit(w.ctx, gus.Author(), m, server.Said{Post: shared.Post{Text: "late"}}, w.tick())
		w.wants(err, server.ErrNotFound)
		_, err = w.react(gus, m, "👍", true)
		w.wants(err, server.ErrNotFound)
		if now := w.message(m); now.Text != "said in time" || len(now.Reactions) > 0 || len(w.log(w.lobby)) != before {
			t.Errorf("the message is %+v", now)
		}
	})
	first := w.say(w.owner, w.lobby, "k1")
	m := shared.MessageRef{Room: w.lobby, Seq: first.Seq}
	t.Run("an edit is an event, and the message says it", func(t *testing.T) {
		ev := w.edit(m, "better")
		if ev.Seq != first.Seq+1 || ev.Edited == nil || ev.Edited.Of != m.Seq || ev.Edited.Text != "better" {
			t.Errorf("got %+v", ev)
		}
		got := w.message(m)
		if got.Text != "better" || got.HTML != "<p><em>better</em></p>" || got.Edited != ev.At || got.Rev != ev.Seq {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("what it said before can be read", func(t *testing.T) {
		w.edit(m, "best")
		versions, err := w.s.Versions(w.ctx, m)
		w.must(err)
		var said []string
		for _, v := range versions {
			said = append(said, v.Text)
		}
		if diff := cmp.Diff([]string{"said k1", "better", "best"}, said); diff != "" || versions[0].At != first.At || versions[2].At != w.message(m).Edited {
			t.Errorf("%s\n%+v", diff, versions)
		}
	})
	t.Run("an edit that is read later has what the message says then", func(t *testing.T) {
		for _, ev := range w.log(w.lobby) {
			if ev.Edited != nil && ev.Edited.Text != "best" {
				t.Errorf("got %+v", ev.Edited)
			}
		}
	})
	t.Run("the same text again is nothing new", func(*testing.T) {
		_, err := w.s.Edit(w.ctx, w.owner.Author(), m, server.Said{Post: shared.Post{Text: "best"}}, w.tick())
		w.wants(err, server.ErrNoChange)
	})
	t.Run("a resend of the first text finds the message as it is", func(t *testing.T) {
		again, fresh, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "k1", Text: "said k1"}}, w.tick())
		w.must(err)
		if fresh || again.Seq != first.Seq || again.Message.Text != "best" {
			t.Errorf("got %+v fresh=%v", again, fresh)
		}
		_, _, err = w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "k1", Text: "best"}}, w.tick())
		w.wants(err, server.ErrKeyUsed)
	})
	t.Run("what is no message cannot be edited", func(*testing.T) {
		for _, seq := range []shared.Seq{1, 999} {
			_, err := w.s.Edit(w.ctx, w.owner.Author(), shared.MessageRef{Room: w.lobby, Seq: seq}, server.Said{Post: shared.Post{Text: "x"}}, w.tick())
			w.wants(err, server.ErrNotFound)
		}
		w.log(w.lobby)
	})
}

func testDeletions(t *testing.T, w *world) {
	eve := w.guest("eve")
	first := w.say(eve, w.lobby, "k1")
	m := shared.MessageRef{Room: w.lobby, Seq: first.Seq}
	w.edit(m, "better")
	_, err := w.react(w.owner, m, "👍", true)
	w.must(err)
	t.Run("a message that was deleted keeps its place and says nothing", func(t *testing.T) {
		ev, err := w.s.Delete(w.ctx, w.owner.Author(), m, w.tick())
		w.must(err)
		if ev.Deleted == nil || *ev.Deleted != (shared.Deleted{Of: m.Seq, Author: "eve"}) || ev.By.ID != "owner" {
			t.Errorf("got %+v", ev)
		}
		want := &shared.Message{Key: "k1", Deleted: true, Rev: ev.Seq}
		if diff := cmp.Diff(want, w.message(m)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("nothing of what it said is left", func(t *testing.T) {
		for _, ev := range w.log(w.lobby) {
			if ev.Edited != nil && (ev.Edited.Text != "" || ev.Edited.HTML != "") {
				t.Errorf("got %+v", ev.Edited)
			}
		}
		versions, err := w.s.Versions(w.ctx, m)
		if err != nil || len(versions) != 0 {
			t.Errorf("got %+v, %v", versions, err)
		}
	})
	t.Run("it is not unread", func(t *testing.T) {
		w.say(eve, w.lobby, "k2")
		state, err := w.s.RoomOf(w.ctx, w.lobby, "owner")
		w.must(err)
		if state.Unread != 1 {
			t.Errorf("%d unread, want 1", state.Unread)
		}
	})
	t.Run("nothing becomes of it any more", func(*testing.T) {
		_, err := w.s.Delete(w.ctx, w.owner.Author(), m, w.tick())
		w.wants(err, server.ErrNoChange)
		_, err = w.s.Edit(w.ctx, w.owner.Author(), m, server.Said{Post: shared.Post{Text: "back"}}, w.tick())
		w.wants(err, server.ErrNotFound)
		_, err = w.react(w.owner, m, "👍", true)
		w.wants(err, server.ErrNotFound)
	})
	t.Run("a resend brings nothing back", func(t *testing.T) {
		again, fresh, err := w.s.Post(w.ctx, eve.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "k1", Text: "said k1"}}, w.tick())
		w.must(err)
		if fresh || !again.Message.Deleted {
			t.Errorf("got %+v fresh=%v", again.Message, fresh)
		}
	})
}

func testReactions(t *testing.T, w *world) {
	eve := w.guest("eve")
	m := shared.MessageRef{Room: w.lobby, Seq: w.say(w.owner, w.lobby, "k1").Seq}
	for _, step := range []struct {
		by    shared.User
		emoji string
		on    bool
		want  error
	}{
		{w.owner, "👍", true, nil},
		{eve, "🎉", true, nil},
		{eve, "👍", true, nil},
		{eve, "👍", true, server.ErrNoChange},
		{w.owner, "👍", false, nil},
		{w.owner, "👍", false, server.ErrNoChange},
	} {
		_, err := w.react(step.by, m, step.emoji, step.on)
		w.wants(err, step.want)
	}
	want := []shared.Reaction{{Emoji: "👍", Users: []shared.UserID{"eve"}}, {Emoji: "🎉", Users: []shared.UserID{"eve"}}}
	if diff := cmp.Diff(want, w.message(m).Reactions); diff != "" {
		t.Error(diff)
	}
	t.Run("a message bears so many", func(t *testing.T) {
		for i := range shared.MaxReactions - len(want) {
			_, err := w.react(w.owner, m, fmt.Sprint("x", i), true)
			w.must(err)
		}
		_, err := w.react(w.owner, m, "one more", true)
		w.wants(err, server.ErrFull)
		_, err = w.react(w.owner, m, "🎉", true)
		w.must(err)
	})
}

func testReplies(t *testing.T, w *world) {
	eve := w.guest("eve")
	first := w.say(eve, w.lobby, "k1")
	answer := server.Said{Post: shared.Post{Room: w.lobby, Key: "a", Text: "yes", Reply: first.Seq}, Mentions: []shared.UserID{"eve"}}
	ev, _, err := w.s.Post(w.ctx, w.owner.Author(), answer, w.tick())
	w.must(err)
	want := shared.Quote{Seq: first.Seq, By: eve.Author(), Text: "said k1"}
	read := func() shared.Quote { return *w.message(shared.MessageRef{Room: w.lobby, Seq: ev.Seq}).Reply }
	if diff := cmp.Diff(want, *ev.Message.Reply) + cmp.Diff(want, read()); diff != "" {
		t.Error(diff)
	}
	t.Run("it shows the message as it is now", func(t *testing.T) {
		edit := w.edit(shared.MessageRef{Room: w.lobby, Seq: first.Seq}, "better")
		want.Text, want.Rev = "better", edit.Seq
		if diff := cmp.Diff(want, read()); diff != "" {
			t.Error(diff)
		}
		gone, err := w.s.Delete(w.ctx, eve.Author(), shared.MessageRef{Room: w.lobby, Seq: first.Seq}, w.tick())
		w.must(err)
		want.Text, want.Rev, want.Deleted = "", gone.Seq, true
		if diff := cmp.Diff(want, read()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a resend answers the same", func(t *testing.T) {
		again, fresh, err := w.s.Post(w.ctx, w.owner.Author(), answer, w.tick())
		if err != nil || fresh || again.Seq != ev.Seq {
			t.Errorf("got %+v, %v, %v", again, fresh, err)
		}
		answer.Reply = 0
		_, _, err = w.s.Post(w.ctx, w.owner.Author(), answer, w.tick())
		w.wants(err, server.ErrKeyUsed)
	})
	t.Run("what is no message cannot be answered", func(*testing.T) {
		for i, seq := range []shared.Seq{1, 999} {
			p := shared.Post{Room: w.lobby, Key: fmt.Sprint("n", i), Text: "x", Reply: seq}
			_, _, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: p}, w.tick())
			w.wants(err, server.ErrNotFound)
		}
		w.log(w.lobby)
	})
}
