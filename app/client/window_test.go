package client

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hubbub/shared"
)

// logOf is the log of a room with n messages, by turns of ada and bob.
func logOf(room shared.RoomID, n int) []shared.Event {
	log := make([]shared.Event, 0, n)
	for len(log) < n {
		seq := shared.Seq(len(log) + 1)
		by := []shared.Author{{ID: "ada", Name: "Ada"}, {ID: "bob", Name: "Bob"}}[seq%2]
		log = append(log, shared.Event{
			Room: room, Seq: seq, By: by,
			Message: &shared.Message{Key: fmt.Sprintf("k%d", seq), Text: fmt.Sprintf("message %d", seq)},
		})
	}
	return log
}

// pageOf answers a query as the server does.
func pageOf(log []shared.Event, q *shared.HistoryQuery) shared.Page {
	limit, last := q.Limit, len(log)
	if limit == 0 {
		limit = shared.DefaultPage
	}
	var from, to int // log[from:to]
	switch {
	case q.After != nil:
		from = min(int(*q.After), last)
		to = min(from+limit, last)
	case q.Around != 0:
		from = min(max(int(q.Around)-1-limit/2, 0), last)
		to = min(from+limit, last)
	default:
		to = int(min(q.Before-1, shared.Seq(last)))
		from = max(to-limit, 0)
	}
	return shared.Page{Room: q.Room, Events: log[from:to:to], Older: from > 0, Newer: to < last}
}

// seqs returns the first and last position of a window, and fails when they
// are not all there in between.
func seqs(t interface{ Fatalf(string, ...any) }, events []shared.Event) (first, last shared.Seq) {
	if len(events) == 0 {
		return 0, 0
	}
	for i := range events {
		if want := events[0].Seq + shared.Seq(i); events[i].Seq != want {
			t.Fatalf("event %d has seq %d, want %d", i, events[i].Seq, want)
		}
	}
	return events[0].Seq, events[len(events)-1].Seq
}

func TestAnEventIsAppliedByItsSeq(t *testing.T) {
	log := logOf("r", 20)
	cases := []struct {
		name    string
		page    []shared.Event
		newer   bool
		offer   []shared.Seq
		want    []verdict
		wantEnd shared.Seq
		behind  bool
	}{
		{"the next one appends", log[5:10], false, []shared.Seq{11}, []verdict{applied}, 11, false},
		{"an older one is a duplicate", log[5:10], false, []shared.Seq{10, 3}, []verdict{duplicate, duplicate}, 10, false},
		{"a later one means that something is missing", log[5:10], false, []shared.Seq{12}, []verdict{missing}, 10, true},
		{"what was missing lets those behind it in", log[5:10], false, []shared.Seq{13, 12, 11}, []verdict{missing, missing, applied}, 13, false},
		{"elsewhere in the log nothing applies", log[5:10], true, []shared.Seq{11, 20}, []verdict{ignored, ignored}, 10, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWindow("r")
			w.replace(shared.Page{Room: "r", Events: c.page, Newer: c.newer})
			for i, seq := range c.offer {
				if got := w.offer(log[seq-1]); got != c.want[i] {
					t.Errorf("offering %d: got %v, want %v", seq, got, c.want[i])
				}
			}
			if _, last := seqs(t, w.events); last != c.wantEnd || w.end != c.wantEnd || w.behind() != c.behind {
				t.Errorf("ends at %d (%d), behind %v; want %d, %v", last, w.end, w.behind(), c.wantEnd, c.behind)
			}
		})
	}
}

func TestEventsAppliedInAnyOrderAreAFreshLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 120).Draw(t, "log")
		log := logOf("r", n)
		start := rapid.IntRange(1, n).Draw(t, "loaded when the log had")
		w := newWindow("r")
		w.replace(pageOf(log[:start], &shared.HistoryQuery{Room: "r", Before: shared.MaxSeq}))

		// Any events of the log, any number of times, in any order.
		for _, i := range rapid.SliceOf(rapid.IntRange(0, n-1)).Draw(t, "arrivals") {
			w.offer(log[i])
			seqs(t, w.events)
		}
		// The newest of all was heard of, by an event or by "live".
		w.known = max(w.known, shared.Seq(n))
		for rounds := 0; w.behind(); rounds++ {
			if rounds > n {
				t.Fatalf("asked %d times and still ends at %d of %d", rounds, w.end, n)
			}
			gap := load{kind: loadGap}
			w.extend(pageOf(log, gap.query(w)))
		}

		fresh := newWindow("r")
		fresh.replace(pageOf(log, &shared.HistoryQuery{Room: "r", Before: shared.MaxSeq}))
		first, _ := seqs(t, w.events)
		freshFirst, _ := seqs(t, fresh.events)
		both := max(first, freshFirst)
		got, want := w.events[both-first:], fresh.events[both-freshFirst:]
		if diff := cmp.Diff(want, got); diff != "" || len(w.ahead) > 0 {
			t.Fatalf("differs from a fresh load (%d kept ahead):\n%s", len(w.ahead), diff)
		}
	})
}

func TestAWindowCanBeMovedAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3*maxWindow).Draw(t, "log")
		log := logOf("r", n)
		shown := n / 2 // the rest arrives meanwhile
		w := newWindow("r")
		w.replace(pageOf(log[:max(shown, 1)], &shared.HistoryQuery{Room: "r", Before: shared.MaxSeq}))
		shown = max(shown, 1)
		t.Repeat(map[string]func(*rapid.T){
			"older": func(t *rapid.T) {
				for range rapid.IntRange(1, 30).Draw(t, "pages") {
					if w.older {
						l := load{kind: loadOlder}
						w.prepend(pageOf(log[:shown], l.query(w)))
					}
				}
			},
			"newer": func(t *rapid.T) {
				for range rapid.IntRange(1, 30).Draw(t, "pages") {
					if w.newer {
						l := load{kind: loadNewer}
						w.extend(pageOf(log[:shown], l.query(w)))
					}
				}
			},
			"around": func(t *rapid.T) {
				q := &shared.HistoryQuery{Room: "r", Around: shared.Seq(rapid.IntRange(1, shown).Draw(t, "seq"))}
				w.replace(pageOf(log[:shown], q))
			},
			"live": func(t *rapid.T) {
				for range rapid.IntRange(1, 300).Draw(t, "events") {
					if shown < n {
						w.offer(log[shown])
						shown++
					}
				}
			},
			"": func(t *rapid.T) {
				first, last := seqs(t, w.events)
				switch {
				case len(w.events) == 0 || len(w.events) > maxWindow:
					t.Fatalf("holds %d events", len(w.events))
				case w.older != (first > 1):
					t.Fatalf("begins at %d and says older=%v", first, w.older)
				case w.following() && last != shared.Seq(shown):
					t.Fatalf("follows a log of %d and ends at %d", shown, last)
				case !w.following() && last > shared.Seq(shown):
					t.Fatalf("ends at %d, beyond the log's %d", last, shown)
				}
			},
		})
	})
}

func TestATimelineHandedOutNeverChanges(t *testing.T) {
	log := logOf("r", 3*maxWindow)
	w := newWindow("r")
	w.replace(pageOf(log[:maxWindow], &shared.HistoryQuery{Room: "r", Before: shared.MaxSeq, Limit: maxWindow}))
	type shot struct {
		events []shared.Event
		first  shared.Seq
		n      int
	}
	var shots []shot
	for i := maxWindow; i < len(log); i++ {
		tl := w.timeline()
		shots = append(shots, shot{tl.Events, tl.Events[0].Seq, len(tl.Events)})
		w.offer(log[i])
		if i%500 == 0 {
			w.prepend(pageOf(log[:i+1], &shared.HistoryQuery{Room: "r", Before: w.events[0].Seq, Limit: shared.MaxPage}))
			w.replace(pageOf(log[:i+1], &shared.HistoryQuery{Room: "r", Before: shared.MaxSeq}))
		}
	}
	for _, s := range shots {
		if first, last := seqs(t, s.events); first != s.first || last != s.first+shared.Seq(s.n)-1 {
			t.Fatalf("a timeline of %d events from %d became %d to %d", s.n, s.first, first, last)
		}
	}
}
