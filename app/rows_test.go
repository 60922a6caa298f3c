package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubbub/app/client"
	"hubbub/shared"
)

const (
	minute = 60 * 1000
	hour   = 60 * minute
	noon   = shared.Millis(1795262400000) // 2026-11-21 12:00 UTC
)

var utc = goDates{zone: time.UTC, lang: "en"}

func byAuthor(id shared.UserID) shared.Author { return shared.Author{ID: id, Name: string(id)} }

func saidBy(seq shared.Seq, by shared.UserID, at shared.Millis) shared.Event {
	return shared.Event{Seq: seq, At: at, By: byAuthor(by), Message: &shared.Message{Key: eventKey(seq), Text: "hi"}}
}

func joinedBy(seq shared.Seq, who, by shared.UserID, at shared.Millis) shared.Event {
	return shared.Event{Seq: seq, At: at, By: byAuthor(by), Joined: &shared.User{ID: who, Name: string(who)}}
}

func createdBy(seq shared.Seq, by shared.UserID, at shared.Millis) shared.Event {
	return shared.Event{Seq: seq, At: at, By: byAuthor(by), Created: &shared.Room{Name: "lobby"}}
}

func leftBy(seq shared.Seq, who shared.UserID, at shared.Millis) shared.Event {
	gone := byAuthor(who)
	return shared.Event{Seq: seq, At: at, By: gone, Left: &gone}
}

func erasedBy(seq shared.Seq, by shared.UserID, at shared.Millis) shared.Event {
	ev := saidBy(seq, by, at)
	ev.Message = &shared.Message{Deleted: true}
	return ev
}

func answerTo(of, seq shared.Seq, by shared.UserID) shared.Event {
	ev := saidBy(seq, by, noon)
	ev.Message.Reply = &shared.Quote{Seq: of}
	return ev
}

func unsentAt(key string, at shared.Millis) client.Pending {
	return client.Pending{Post: shared.Post{Key: key}, At: at}
}

// shape writes rows in short: "--" a day, "e3+" the head of a group, "e4" in
// it, "(e5 e6)" one line for both.
func shape(rows []row) string {
	var words []string
	for _, r := range rows {
		word := r.key
		switch r.kind {
		case rowDay:
			word = "--"
		case rowSystem:
			keys := make([]string, len(r.events))
			for i, e := range r.events {
				keys[i] = eventKey(e.Seq)
			}
			word = "(" + strings.Join(keys, " ") + ")"
		}
		if r.head {
			word += "+"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestRowsAreDaysGroupsAndTheLineOfNewMessages(t *testing.T) {
	m := func(seq shared.Seq, by shared.UserID, minutes int) shared.Event {
		return saidBy(seq, by, noon+shared.Millis(minutes)*minute)
	}
	cases := []struct {
		name    string
		events  []shared.Event
		pending []client.Pending
		after   shared.Seq
		want    string
	}{
		{name: "nothing", want: ""},
		{name: "one author's messages are one group", events: []shared.Event{m(1, "bob", 0), m(2, "bob", 4), m(3, "bob", 8)}, want: "-- e1+ e2 e3"},
		{name: "another author begins another", events: []shared.Event{m(1, "bob", 0), m(2, "eve", 0), m(3, "bob", 0)}, want: "-- e1+ e2+ e3+"},
		{name: "five minutes begin another", events: []shared.Event{m(1, "bob", 0), m(2, "bob", 5)}, want: "-- e1+ e2+"},
		{name: "a millisecond less does not", events: []shared.Event{m(1, "bob", 0), saidBy(2, "bob", noon+5*minute-1)}, want: "-- e1+ e2"},
		{name: "midnight does", events: []shared.Event{m(1, "bob", 12*60-1), m(2, "bob", 12*60)}, want: "-- e1+ -- e2+"},
		{name: "a clock that went back does not", events: []shared.Event{m(1, "bob", 3), m(2, "bob", 0)}, want: "-- e1+ e2"},
		{name: "new messages", events: []shared.Event{m(1, "bob", 0), m(2, "bob", 1), m(3, "bob", 2)}, after: 1, want: "-- e1+ new e2+ e3"},
		{name: "one's own are not new", events: []shared.Event{m(1, "bob", 0), m(2, "me", 1), m(3, "bob", 2)}, after: 1, want: "-- e1+ e2+ new e3+"},
		{name: "somebody joining is not new", events: []shared.Event{m(1, "bob", 0), joinedBy(2, "eve", "eve", noon), m(3, "bob", 2)}, after: 1, want: "-- e1+ (e2) new e3+"},
		{name: "all was read", events: []shared.Event{m(1, "bob", 0)}, after: 1, want: "-- e1+"},
		{name: "new messages on a new day", events: []shared.Event{m(1, "bob", 0), m(2, "bob", 24*60)}, after: 1, want: "-- e1+ -- new e2+"},
		{name: "people who join share a line", events: []shared.Event{joinedBy(1, "a", "a", noon), joinedBy(2, "b", "b", noon+hour), joinedBy(3, "c", "c", noon+hour)}, want: "-- (e1 e2 e3)"},
		{name: "not with those who were added", events: []shared.Event{joinedBy(1, "a", "a", noon), joinedBy(2, "b", "a", noon), joinedBy(3, "c", "c", noon)}, want: "-- (e1) (e2) (e3)"},
		{name: "not across a message", events: []shared.Event{joinedBy(1, "a", "a", noon), m(2, "a", 0), joinedBy(3, "b", "b", noon)}, want: "-- (e1) e2+ (e3)"},
		{name: "not across midnight", events: []shared.Event{joinedBy(1, "a", "a", noon), joinedBy(2, "b", "b", noon+13*hour)}, want: "-- (e1) -- (e2)"},
		{name: "leaving has its own", events: []shared.Event{joinedBy(1, "a", "a", noon), leftBy(2, "a", noon)}, want: "-- (e1) (e2)"},
		{name: "who created the room is in it", events: []shared.Event{createdBy(1, "a", noon), joinedBy(2, "a", "a", noon), joinedBy(3, "b", "b", noon)}, want: "-- (e1) (e3)"},
		{name: "others are said", events: []shared.Event{createdBy(1, "a", noon), joinedBy(2, "b", "b", noon)}, want: "-- (e1) (e2)"},
		{name: "a line ends the group", events: []shared.Event{m(1, "bob", 0), leftBy(2, "eve", noon), m(3, "bob", 0)}, want: "-- e1+ (e2) e3+"},
		{name: "an event of a later version is passed over", events: []shared.Event{m(1, "bob", 0), {Seq: 2, At: noon, By: byAuthor("bob")}, m(3, "bob", 0)}, want: "-- e1+ e3"},
		{name: "what was deleted is gone", events: []shared.Event{m(1, "bob", 0), erasedBy(2, "bob", noon+24*hour), m(3, "bob", 1)}, want: "-- e1+ e3"},
		{name: "and not new", events: []shared.Event{m(1, "me", 0), erasedBy(2, "bob", noon), m(3, "bob", 1)}, after: 1, want: "-- e1+ new e3+"},
		{name: "but for what answers it", events: []shared.Event{erasedBy(1, "bob", noon), answerTo(1, 2, "eve")}, want: "-- e1+ e2+"},
		{
			name:   "what becomes of a message has no line",
			events: []shared.Event{m(1, "bob", 0), {Seq: 2, At: noon, By: byAuthor("eve"), Reacted: &shared.Reacted{Of: 1}}, m(3, "bob", 0)},
			want:   "-- e1+ e3",
		},
		{
			name:   "unsent messages join one's last",
			events: []shared.Event{m(1, "me", 0)}, pending: []client.Pending{unsentAt("a", noon+minute), unsentAt("b", noon+2*minute)}, want: "-- e1+ pa pb",
		},
		{
			name:   "but nobody else's",
			events: []shared.Event{m(1, "bob", 0)}, pending: []client.Pending{unsentAt("a", noon), unsentAt("b", noon+9*minute)}, want: "-- e1+ pa+ pb+",
		},
		{name: "alone", pending: []client.Pending{unsentAt("a", noon)}, want: "-- pa+"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			rows := rowsOf(client.Timeline{Events: c.events, Pending: c.pending}, utc, c.after, "me")
			if got := shape(rows); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestADayLineIsNeverEmpty(t *testing.T) {
	unknown := shared.Event{Seq: 2, At: noon + 24*hour, By: byAuthor("bob")} // of a later version
	for name, events := range map[string][]shared.Event{
		"at the end":      {saidBy(1, "bob", noon), unknown},
		"in between":      {saidBy(1, "bob", noon), unknown, saidBy(3, "bob", noon+48*hour)},
		"and on that day": {saidBy(1, "bob", noon), unknown, saidBy(3, "bob", noon+25*hour)},
	} {
		rows := rowsOf(client.Timeline{Events: events}, utc, 0, "me")
		for i, r := range rows {
			if r.kind == rowDay && (i == len(rows)-1 || rows[i+1].kind == rowDay) {
				t.Errorf("%s: %s", name, shape(rows))
			}
		}
	}
}

// drawLog draws a log as it may be, with clocks that are not.
func drawLog(t *rapid.T) []shared.Event {
	people := rapid.SampledFrom([]shared.UserID{"me", "bob", "eve"})
	at := noon
	n := shared.Seq(rapid.IntRange(0, 60).Draw(t, "events"))
	events := make([]shared.Event, 0, n)
	first := shared.Seq(rapid.IntRange(1, 500).Draw(t, "first"))
	for seq := first; seq < first+n; seq++ {
		at += shared.Millis(rapid.OneOf(
			rapid.Int64Range(-2*minute, 7*minute), rapid.Just[int64](groupGap), rapid.Int64Range(0, 30*hour),
		).Draw(t, "gap"))
		by := people.Draw(t, "by")
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			events = append(events, joinedBy(seq, by, by, at))
		case 1:
			events = append(events, joinedBy(seq, people.Draw(t, "who"), by, at))
		case 2:
			events = append(events, leftBy(seq, by, at))
		case 3:
			events = append(events, createdBy(seq, by, at))
		default:
			events = append(events, saidBy(seq, by, at))
		}
	}
	return events
}

func drawPending(t *rapid.T, events []shared.Event) []client.Pending {
	at := noon
	if n := len(events); n > 0 {
		at = events[n-1].At
	}
	var pending []client.Pending
	for i := range rapid.IntRange(0, 4).Draw(t, "pending") {
		at += shared.Millis(rapid.Int64Range(0, 8*minute).Draw(t, "wait"))
		pending = append(pending, unsentAt(fmt.Sprint(i), at))
	}
	return pending
}

func drawTimeline(t *rapid.T) (client.Timeline, shared.Seq) {
	events := drawLog(t)
	var after shared.Seq
	if len(events) > 0 && rapid.Bool().Draw(t, "some are unread") {
		after = events[0].Seq - 1 + shared.Seq(rapid.IntRange(0, len(events)).Draw(t, "read"))
	}
	return client.Timeline{Events: events, Pending: drawPending(t, events)}, after
}

func TestEveryMessageIsDrawnOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		var want, got []string
		for _, e := range tl.Events {
			if e.Message != nil {
				want = append(want, eventKey(e.Seq))
			}
		}
		for _, p := range tl.Pending {
			want = append(want, "p"+p.Key)
		}
		for _, r := range rowsOf(tl, utc, after, "me") {
			if r.kind == rowMessage || r.kind == rowPending {
				got = append(got, r.key)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestNoTwoRowsHaveTheSameKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		seen := map[string]bool{}
		for _, r := range rowsOf(tl, utc, after, "me") {
			if seen[r.key] || r.key == "" {
				t.Fatalf("key %q", r.key)
			}
			seen[r.key] = true
		}
	})
}

func TestEveryRowStandsUnderItsDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		rows := rowsOf(tl, utc, after, "me")
		day := 0
		for i, r := range rows {
			if r.kind == rowDay {
				if utc.date(r.at) == day {
					t.Fatalf("the day begins twice at row %d: %s", i, shape(rows))
				}
				day = utc.date(r.at)
			}
			if utc.date(r.at) != day {
				t.Fatalf("row %d stands under another day: %s", i, shape(rows))
			}
		}
	})
}

func TestTheLineOfNewMessagesStandsOnceBeforeTheFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		rows := rowsOf(tl, utc, after, "me")
		want := ""
		for _, e := range tl.Events {
			if want == "" && after > 0 && e.Seq > after && e.Message != nil && e.By.ID != "me" {
				want = eventKey(e.Seq)
			}
		}
		var got []string
		for i, r := range rows {
			if r.kind == rowNew {
				got = append(got, rows[i+1].key)
			}
		}
		if want == "" && len(got) > 0 || want != "" && !slices.Equal(got, []string{want}) {
			t.Fatalf("before %q, want %q: %s", got, want, shape(rows))
		}
	})
}

func authorOf(r row) shared.UserID {
	if r.kind == rowPending {
		return "me"
	}
	return r.event.By.ID
}

func TestAGroupIsOneAuthorsWithinFiveMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		rows := rowsOf(tl, utc, after, "me")
		for i, r := range rows {
			if r.kind != rowMessage && r.kind != rowPending {
				continue
			}
			joins := false
			if i > 0 && (rows[i-1].kind == rowMessage || rows[i-1].kind == rowPending) {
				joins = authorOf(rows[i-1]) == authorOf(r) && r.at-rows[i-1].at < groupGap
			}
			if r.head == joins {
				t.Fatalf("row %d (%s): head %v, joins the one before %v: %s", i, r.key, r.head, joins, shape(rows))
			}
		}
	})
}

func TestOnlyPeopleWhoJoinedByThemselvesShareALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		rows := rowsOf(tl, utc, after, "me")
		for i, r := range rows {
			if r.kind != rowSystem {
				continue
			}
			for _, e := range r.events {
				if len(r.events) > 1 && !joinedAlone(e) {
					t.Fatalf("row %d: %s", i, shape(rows))
				}
			}
			if i > 0 && rows[i-1].kind == rowSystem && joinedAlone(r.events[0]) && joinedAlone(rows[i-1].events[0]) {
				t.Fatalf("rows %d and %d are two lines: %s", i-1, i, shape(rows))
			}
		}
	})
}

// What one sent stays where it is when the server has it.
func TestNothingMovesWhenAPendingMessageArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tl, after := drawTimeline(t)
		if len(tl.Pending) == 0 {
			return
		}
		before := rowsOf(tl, utc, after, "me")
		first, seq := tl.Pending[0], shared.Seq(1000)
		arrived := client.Timeline{
			Events:  append(slices.Clone(tl.Events), saidBy(seq, "me", first.At)),
			Pending: tl.Pending[1:],
		}
		rows := rowsOf(arrived, utc, after, "me")
		short := func(rows []row) string { return strings.ReplaceAll(shape(rows), "p"+first.Key, eventKey(seq)) }
		if short(rows) != short(before) {
			t.Fatalf("before %s\nafter  %s", shape(before), shape(rows))
		}
	})
}
