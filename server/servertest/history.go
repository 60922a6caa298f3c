package servertest

import (
	"fmt"
	"strings"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func testHistory(t *testing.T, w *world) {
	for i := range 30 {
		w.say(w.owner, w.lobby, fmt.Sprint("k", i))
	}
	last := shared.Seq(32) // two events before the messages
	zero := shared.Seq(0)
	cases := []struct {
		name         string
		q            shared.HistoryQuery
		from, to     shared.Seq
		older, newer bool
	}{
		{"the newest", shared.HistoryQuery{Before: shared.MaxSeq, Limit: 10}, last - 9, last, true, false},
		{"before one", shared.HistoryQuery{Before: 11, Limit: 5}, 6, 10, true, true},
		{"the oldest", shared.HistoryQuery{Before: 4, Limit: 5}, 1, 3, false, true},
		{"after one", shared.HistoryQuery{After: ref(shared.Seq(10)), Limit: 5}, 11, 15, true, true},
		{"from the beginning", shared.HistoryQuery{After: &zero, Limit: 5}, 1, 5, false, true},
		{"to the end", shared.HistoryQuery{After: ref(last - 2), Limit: 5}, last - 1, last, true, false},
		{"around one", shared.HistoryQuery{Around: 16, Limit: 7}, 13, 19, true, true},
		{"around the first, the later side fills the page", shared.HistoryQuery{Around: 1, Limit: 7}, 1, 7, false, true},
		{"around the last, the earlier side does", shared.HistoryQuery{Around: last, Limit: 7}, last - 6, last, true, false},
		{"around one alone", shared.HistoryQuery{Around: 16, Limit: 1}, 16, 16, true, true},
		{"around what is not there yet", shared.HistoryQuery{Around: last + 9, Limit: 3}, last - 2, last, true, false},
		{"all", shared.HistoryQuery{Before: shared.MaxSeq, Limit: 100}, 1, last, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.q.Room = w.lobby
			p, err := w.s.History(w.ctx, c.q)
			w.must(err)
			if len(p.Events) == 0 || p.Room != w.lobby {
				t.Fatalf("got %+v", p)
			}
			from, to := p.Events[0].Seq, p.Events[len(p.Events)-1].Seq
			if from != c.from || to != c.to || len(p.Events) != int(c.to-c.from+1) || p.Older != c.older || p.Newer != c.newer {
				t.Errorf("got %d to %d (%d events), older %v, newer %v; want %d to %d, %v, %v",
					from, to, len(p.Events), p.Older, p.Newer, c.from, c.to, c.older, c.newer)
			}
		})
	}
	t.Run("after the end there is nothing", func(t *testing.T) {
		evs, err := w.s.After(w.ctx, w.lobby, last, 10)
		if err != nil || len(evs) != 0 {
			t.Errorf("got %v, %v", evs, err)
		}
	})
	t.Run("an empty page says where the log is", func(t *testing.T) {
		p, err := w.s.History(w.ctx, shared.HistoryQuery{Room: w.lobby, After: ref(last), Limit: 5})
		w.must(err)
		if len(p.Events) != 0 || !p.Older || p.Newer {
			t.Errorf("after the end: %+v", p)
		}
		p, err = w.s.History(w.ctx, shared.HistoryQuery{Room: w.lobby, Before: 1, Limit: 5})
		w.must(err)
		if len(p.Events) != 0 || p.Older || !p.Newer {
			t.Errorf("before the beginning: %+v", p)
		}
	})
	t.Run("no such room", func(*testing.T) {
		_, err := w.s.History(w.ctx, shared.HistoryQuery{Room: "nowhere", Before: shared.MaxSeq, Limit: 5})
		w.wants(err, server.ErrNotFound)
	})
}

// testLongMessages fills a room with messages of which a few make a page.
func testLongMessages(t *testing.T, w *world) {
	const essays = 40
	for i := range essays {
		p := shared.Post{Room: w.lobby, Key: fmt.Sprint(i), Text: strings.Repeat("文\"", shared.MaxText/2)}
		_, _, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: p}, w.tick())
		w.must(err)
	}
	last := shared.Seq(2 + essays)
	fits := func(t *testing.T, what string, evs []shared.Event) {
		t.Helper()
		page := shared.Frame{ID: 1, OK: &shared.OK{Page: &shared.Page{Room: w.lobby, Events: evs}}}
		if n := len(page.Encode()); len(evs) < 2 || n > shared.MaxPageBytes {
			t.Errorf("%s: %d events in %d bytes, want several in at most %d", what, len(evs), n, shared.MaxPageBytes)
		}
	}
	ask := func(q shared.HistoryQuery) shared.Page {
		q.Room, q.Limit = w.lobby, shared.MaxPage
		p, err := w.s.History(w.ctx, q)
		w.must(err)
		return p
	}
	t.Run("after one, the page ends early", func(t *testing.T) {
		evs, err := w.s.After(w.ctx, w.lobby, 2, shared.MaxPage)
		w.must(err)
		fits(t, "after", evs)
		if evs[0].Seq != 3 {
			t.Errorf("it begins at %d, want 3", evs[0].Seq)
		}
	})
	t.Run("before one, it begins late", func(t *testing.T) {
		p := ask(shared.HistoryQuery{Before: shared.MaxSeq})
		fits(t, "before", p.Events)
		if p.Events[len(p.Events)-1].Seq != last || !p.Older || p.Newer {
			t.Errorf("it ends at %d of %d, older %v, newer %v", p.Events[len(p.Events)-1].Seq, last, p.Older, p.Newer)
		}
	})
	t.Run("around one, that one is in it", func(t *testing.T) {
		p := ask(shared.HistoryQuery{Around: 20})
		fits(t, "around", p.Events)
		if from, to := p.Events[0].Seq, p.Events[len(p.Events)-1].Seq; from >= 20 || to <= 20 || !p.Older || !p.Newer {
			t.Errorf("it goes from %d to %d, older %v, newer %v", from, to, p.Older, p.Newer)
		}
	})
	t.Run("page by page, the log is whole", func(*testing.T) { w.log(w.lobby) })
}

func ref[T any](v T) *T { return &v }
