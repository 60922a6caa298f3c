package servertest

import (
	"fmt"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
	"hubbub/shared/tokens"
)

// words looks for each of some words, the last of which may not be finished.
func words(typed ...string) server.Query {
	var q server.Query
	for i, word := range typed {
		if c, ok := tokens.Word(word, i == len(typed)-1); ok {
			q.All = append(q.All, c)
		}
	}
	return q
}

// finds fails unless user finds exactly these messages, in this order.
func (w *world) finds(user shared.UserID, q server.Query, want ...shared.Event) {
	w.t.Helper()
	if q.Limit == 0 {
		q.Limit = 20
	}
	hits, err := w.s.Find(w.ctx, user, q)
	w.must(err)
	same := len(hits) == len(want)
	for i := range hits {
		same = same && hits[i].Event.Room == want[i].Room && hits[i].Event.Seq == want[i].Seq && hits[i].Event.Message != nil
		if i > 0 && hits[i].Place >= hits[i-1].Place {
			w.t.Errorf("a later hit is at place %d, after %d", hits[i].Place, hits[i-1].Place)
		}
	}
	if !same {
		w.t.Errorf("%s found %+v, want %+v", user, hits, want)
	}
}

// write is say with a text.
func (w *world) write(by shared.User, room shared.RoomID, text string) shared.Event {
	w.t.Helper()
	post := shared.Post{Room: room, Key: fmt.Sprint("w", w.tick().UnixNano()), Text: text}
	ev, _, err := w.s.Post(w.ctx, by.Author(), server.Said{Post: post}, w.now)
	w.must(err)
	return ev
}

func testFinding(t *testing.T, w *world) {
	bob := w.guest("bob")
	w.room("garden")
	first := w.write(w.owner, w.lobby, "We deploy on Thursday, see https://example.org")
	second := w.write(bob, w.lobby, "会议室见，明天下午 deploying v1.4")
	third := w.write(w.owner, "garden", "Deploys are for gardens; the meeting room is 会议室")

	t.Run("words in any form, the newest first", func(t *testing.T) {
		w.finds(w.owner.ID, words("deployed"), third, second, first)
		w.finds(w.owner.ID, words("thurs"), first)
		w.finds(w.owner.ID, words("nowhere"))
		w.finds(w.owner.ID, words("deploy", "see"), first)
	})
	t.Run("parts of runs and phrases", func(t *testing.T) {
		w.finds(w.owner.ID, words("议"), third, second)
		w.finds(w.owner.ID, words("会议室见"), second)
		w.finds(w.owner.ID, words("v1.4"), second)
		phrase, _ := tokens.Phrase("on Thursday")
		w.finds(w.owner.ID, server.Query{All: []tokens.Clause{phrase}}, first)
	})
	t.Run("only rooms that one is in now", func(t *testing.T) {
		w.finds(bob.ID, words("deploy"), second, first)
		_, err := w.s.AddMember(w.ctx, w.owner.Author(), "garden", bob.ID, w.tick())
		w.must(err)
		w.finds(bob.ID, words("deploy"), third, second, first)
		_, err = w.s.RemoveMember(w.ctx, w.owner.Author(), "garden", bob.ID, w.tick())
		w.must(err)
		w.finds(bob.ID, words("deploy"), second, first)
		w.finds(bob.ID, server.Query{Rooms: []shared.RoomID{"garden"}})
		w.finds("stranger", words("deploy"))
	})
	t.Run("by whom, where, with what, without what", func(t *testing.T) {
		q := words("deploy")
		q.By = []shared.UserID{bob.ID}
		w.finds(w.owner.ID, q, second)
		q = words("deploy")
		q.Rooms = []shared.RoomID{"garden"}
		w.finds(w.owner.ID, q, third)
		q = words("deploy")
		q.None = words("garden").All
		w.finds(w.owner.ID, q, second, first)
		w.finds(w.owner.ID, server.Query{Marks: []string{tokens.Link}}, first)
		w.finds(w.owner.ID, server.Query{By: []shared.UserID{}})
		w.finds(w.owner.ID, server.Query{None: words("deploy").All})
	})
	t.Run("pages", func(t *testing.T) {
		q := words("deploy")
		q.Limit = 2
		hits, err := w.s.Find(w.ctx, w.owner.ID, q)
		w.must(err)
		if len(hits) != 2 {
			t.Fatalf("got %+v", hits)
		}
		q.Before = hits[1].Place
		w.finds(w.owner.ID, q, first)
	})
}

func testFindingByDate(_ *testing.T, w *world) {
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	at := func(when time.Time) shared.Event {
		w.now = when
		return w.write(w.owner, w.lobby, "dated")
	}
	before, on := at(day.Add(-time.Hour)), at(day.Add(12*time.Hour))
	wrong := at(day.Add(-48 * time.Hour)) // a clock jumped back, and later forth again
	after, again := at(day.Add(30*time.Hour)), at(day.Add(13*time.Hour))

	q := words("dated")
	q.From, q.Until = shared.Millis(day.UnixMilli()), shared.Millis(day.Add(24*time.Hour).UnixMilli())
	w.finds(w.owner.ID, q, again, on)
	q.From = 0
	w.finds(w.owner.ID, q, again, wrong, on, before)
	q.From, q.Until = shared.Millis(day.Add(24*time.Hour).UnixMilli()), 0
	w.finds(w.owner.ID, q, after)
	q.From, q.Until = shared.Millis(day.Add(480*time.Hour).UnixMilli()), 0
	w.finds(w.owner.ID, q)
	q.From, q.Until = 0, shared.Millis(day.Add(-480*time.Hour).UnixMilli())
	w.finds(w.owner.ID, q)
}

func testFindingWhatChanged(t *testing.T, w *world) {
	ev := w.write(w.owner, w.lobby, "the old wording")
	other := w.write(w.owner, w.lobby, "another wording")
	ref := shared.MessageRef{Room: w.lobby, Seq: ev.Seq}

	t.Run("an edit is found by what it says now, in its old place", func(t *testing.T) {
		said := server.Said{Post: shared.Post{Room: w.lobby, Text: "新的 wording"}}
		_, err := w.s.Edit(w.ctx, w.owner.Author(), ref, said, w.tick())
		w.must(err)
		w.finds(w.owner.ID, words("old"))
		w.finds(w.owner.ID, words("新"), ev)
		w.finds(w.owner.ID, words("wording"), other, ev)
	})
	t.Run("a reaction changes nothing", func(t *testing.T) {
		_, err := w.s.React(w.ctx, w.owner.Author(), shared.React{Room: w.lobby, Seq: ev.Seq, Emoji: "👍", On: true}, w.tick())
		w.must(err)
		w.finds(w.owner.ID, words("新"), ev)
	})
	t.Run("what was deleted is not found", func(t *testing.T) {
		_, err := w.s.Delete(w.ctx, w.owner.Author(), ref, w.tick())
		w.must(err)
		w.finds(w.owner.ID, words("新"))
		w.finds(w.owner.ID, words("wording"), other)
	})
	t.Run("a resend is found once", func(t *testing.T) {
		p := server.Said{Post: shared.Post{Room: w.lobby, Key: "twice", Text: "resent"}}
		once, _, err := w.s.Post(w.ctx, w.owner.Author(), p, w.tick())
		w.must(err)
		_, _, err = w.s.Post(w.ctx, w.owner.Author(), p, w.tick())
		w.must(err)
		w.finds(w.owner.ID, words("resent"), once)
	})
}
