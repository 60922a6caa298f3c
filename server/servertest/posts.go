package servertest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubbub/server"
	"hubbub/shared"
)

func testPosts(t *testing.T, w *world) {
	t.Run("who is not in the room says nothing there, whoever let them", func(*testing.T) {
		gus := w.guest("gus")
		said := w.say(gus, w.lobby, "in time")
		_, err := w.s.RemoveMember(w.ctx, w.owner.Author(), w.lobby, gus.ID, w.tick())
		w.must(err)
		before := len(w.log(w.lobby))
		_, _, err = w.s.Post(w.ctx, gus.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "late", Text: "late"}}, w.tick())
		w.wants(err, server.ErrNotFound)
		again, fresh, err := w.s.Post(w.ctx, gus.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "in time", Text: "said in time"}}, w.tick())
		w.must(err)
		if fresh || again.Seq != said.Seq || len(w.log(w.lobby)) != before {
			t.Errorf("a resend of what was said in time: %+v, fresh %v", again, fresh)
		}
	})
	eve := w.guest("eve")
	w.room("den")
	first := w.say(w.owner, w.lobby, "k1")
	t.Run("a message is the next event of its room", func(t *testing.T) {
		last, err := w.s.Last(w.ctx, w.lobby)
		w.must(err)
		if first.Seq != last || first.Message == nil || first.Message.Text != "said k1" || first.By != w.owner.Author() {
			t.Errorf("got %+v, the last is %d", first, last)
		}
	})
	t.Run("the same key again changes nothing and returns the first", func(t *testing.T) {
		again, fresh, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "k1", Text: "said k1"}}, w.tick())
		w.must(err)
		if fresh || again.Seq != first.Seq || again.At != first.At || !cmp.Equal(again.Message, first.Message) {
			t.Errorf("got %+v fresh=%v, want %+v", again, fresh, first)
		}
	})
	t.Run("the same key with another text is refused", func(*testing.T) {
		_, _, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "k1", Text: "other"}}, w.tick())
		w.wants(err, server.ErrKeyUsed)
	})
	t.Run("what a key stored can be asked for", func(t *testing.T) {
		got, err := w.s.Posted(w.ctx, w.owner.Author(), shared.Post{Room: w.lobby, Key: "k1", Text: "said k1"})
		w.must(err)
		if got.Seq != first.Seq || !cmp.Equal(got.Message, first.Message) {
			t.Errorf("got %+v, want %+v", got, first)
		}
		_, err = w.s.Posted(w.ctx, w.owner.Author(), shared.Post{Room: w.lobby, Key: "k1", Text: "other"})
		w.wants(err, server.ErrKeyUsed)
		_, err = w.s.Posted(w.ctx, w.owner.Author(), shared.Post{Room: w.lobby, Key: "k0", Text: "said k1"})
		w.wants(err, server.ErrNotFound)
	})
	t.Run("a key is one's own, in one room", func(t *testing.T) {
		a, b := w.say(eve, w.lobby, "k1"), w.say(w.owner, "den", "k1")
		if a.Seq != first.Seq+1 || b.Room != "den" {
			t.Errorf("got %+v and %+v", a, b)
		}
	})
	t.Run("a refused post leaves no gap", func(t *testing.T) {
		before := w.say(w.owner, w.lobby, "k2")
		_, _, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "k2", Text: "other"}}, w.tick())
		w.wants(err, server.ErrKeyUsed)
		if after := w.say(w.owner, w.lobby, "k3"); after.Seq != before.Seq+1 {
			t.Errorf("%d follows %d", after.Seq, before.Seq)
		}
		w.log(w.lobby)
	})
	t.Run("no such room", func(*testing.T) {
		_, _, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: "nowhere", Key: "k", Text: "x"}}, w.tick())
		w.wants(err, server.ErrNotFound)
	})
}
