package app

import (
	"testing"

	"pgregory.net/rapid"

	"hubbub/app/client"
	"hubbub/shared"
)

// numbered are rows with the keys e{from} up to before e{to}.
func numbered(from, to int) []row {
	rows := make([]row, 0, to-from)
	for n := from; n < to; n++ {
		rows = append(rows, row{kind: rowMessage, key: eventKey(shared.Seq(n)), seq: shared.Seq(n)})
	}
	return rows
}

func keysOf(rows []row, s span) (first, last string) { return rows[s.from].key, rows[s.to-1].key }

func checkSpan(t *rapid.T, rows []row, s span) {
	t.Helper()
	if s.from < 0 || s.to > len(rows) || s.from >= s.to {
		t.Fatalf("%d to %d of %d rows", s.from, s.to, len(rows))
	}
	if first, last := keysOf(rows, s); s.first != first || s.last != last {
		t.Fatalf("the ends are %s and %s, remembered as %s and %s", first, last, s.first, s.last)
	}
	if s.up != 0 || s.down != 0 {
		t.Fatalf("would grow again: %+v", s)
	}
}

// drawSpan draws rows and a span that was fitted to them.
func drawSpan(t *rapid.T) ([]row, span) {
	rows := numbered(1000, 1000+rapid.IntRange(1, 400).Draw(t, "rows"))
	from := rapid.IntRange(0, len(rows)-1).Draw(t, "from")
	to := min(len(rows), from+rapid.IntRange(1, most).Draw(t, "drawn"))
	return rows, between(rows, from, to)
}

func drawEye(t *rapid.T, s span) string {
	return eventKey(1000 + shared.Seq(rapid.IntRange(s.from, s.to-1).Draw(t, "eye")))
}

func TestWithoutRowsNothingIsDrawn(t *testing.T) {
	for _, s := range []span{{}, {from: 3, to: 9, first: "e3", last: "e8", up: step}} {
		for _, follow := range []bool{true, false} {
			if got := s.fit(nil, follow, "e4"); got != (span{}) {
				t.Errorf("got %+v", got)
			}
		}
	}
}

func TestWhoFollowsSeesTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		if rapid.Bool().Draw(t, "fresh") {
			s = span{}
		}
		got := s.fit(rows, true, "")
		checkSpan(t, rows, got)
		if got.to != len(rows) || got.to-got.from != min(len(rows), 2*around) {
			t.Fatalf("%d to %d of %d", got.from, got.to, len(rows))
		}
	})
}

func TestWithoutAnythingDrawnBeforeItBeginsAtTheEndOrAroundTheRowThatIsSought(t *testing.T) {
	rows := numbered(1000, 1300)
	for _, c := range []struct {
		seen     string
		from, to int
	}{
		{"", 220, 300},
		{"e5", 220, 300}, // not here
		{"e1150", 110, 190},
		{"e1000", 0, 40},
		{"e1299", 259, 300},
	} {
		if got := (span{}).fit(rows, false, c.seen); got.from != c.from || got.to != c.to {
			t.Errorf("%q: %d to %d, want %d to %d", c.seen, got.from, got.to, c.from, c.to)
		}
	}
}

func TestTheSameRowsStayDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		older, newer := rapid.IntRange(0, 200).Draw(t, "older"), rapid.IntRange(0, 200).Draw(t, "newer")
		more := numbered(1000-older, 1000+len(rows)+newer)
		got := s.fit(more, false, drawEye(t, s))
		checkSpan(t, more, got)
		if got.first != s.first || got.last != s.last {
			t.Fatalf("%s to %s, want %s to %s", got.first, got.last, s.first, s.last)
		}
	})
}

// What is asked for near an edge is drawn, and no more than is bearable.
func TestMoreIsDrawnWhereTheReaderGoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		near := rapid.IntRange(0, min(20, s.to-s.from-1)).Draw(t, "rows to the edge")
		up := rapid.Bool().Draw(t, "up")
		grown, eye := s, s.to-1-near
		if up {
			grown.up, eye = step, s.from+near
		} else {
			grown.down = step
		}
		got := grown.fit(rows, false, rows[eye].key)
		checkSpan(t, rows, got)
		if n := got.to - got.from; n > most {
			t.Fatalf("%d rows are drawn", n)
		}
		if eye < got.from || eye >= got.to {
			t.Fatalf("the reader looks at row %d, drawn are %d to %d", eye, got.from, got.to)
		}
		if want := max(0, s.from-step); up && got.from != want {
			t.Fatalf("up: from %d, want %d", got.from, want)
		}
		if want := min(len(rows), s.to+step); !up && got.to != want {
			t.Fatalf("down: to %d, want %d", got.to, want)
		}
	})
}

func TestTheRowThatTheReaderSeesIsAlwaysDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		s.up = rapid.SampledFrom([]int{0, step}).Draw(t, "up")
		if s.up == 0 {
			s.down = rapid.SampledFrom([]int{0, step}).Draw(t, "down")
		}
		eye := rapid.IntRange(s.from, s.to-1).Draw(t, "eye")
		got := s.fit(rows, false, rows[eye].key)
		checkSpan(t, rows, got)
		if eye < got.from || eye >= got.to {
			t.Fatalf("the reader looks at row %d, drawn are %d to %d", eye, got.from, got.to)
		}
		if n := got.to - got.from; n > most+1 {
			t.Fatalf("%d rows are drawn", n)
		}
	})
}

// A link can ask for a row that is in memory but not drawn.
func TestTheRowThatIsSoughtIsDrawnWhereverItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		eye := rapid.IntRange(0, len(rows)-1).Draw(t, "eye")
		got := s.fit(rows, false, rows[eye].key)
		checkSpan(t, rows, got)
		if eye < got.from || eye >= got.to {
			t.Fatalf("row %d is sought, drawn are %d to %d", eye, got.from, got.to)
		}
	})
}

// The client keeps a window of the log: far from the reader it forgets.
func TestWhatTheClientForgotIsNotMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		eye := rapid.IntRange(s.from, s.to-1).Draw(t, "eye")
		from, to := rapid.IntRange(0, eye).Draw(t, "kept from"), rapid.IntRange(eye+1, len(rows)).Draw(t, "kept to")
		kept := rows[from:to]
		got := s.fit(kept, false, rows[eye].key)
		checkSpan(t, kept, got)
		if at := eye - from; at < got.from || at >= got.to {
			t.Fatalf("the reader looks at row %d, drawn are %d to %d", at, got.from, got.to)
		}
		if got.to-got.from > most {
			t.Fatalf("%d rows are drawn", got.to-got.from)
		}
	})
}

func TestAnotherLogAltogetherIsDrawnSomehow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, s := drawSpan(t)
		rows := numbered(5000, 5000+rapid.IntRange(1, 300).Draw(t, "others"))
		got := s.fit(rows, false, rapid.SampledFrom([]string{"", "e1000", "e5000"}).Draw(t, "eye"))
		checkSpan(t, rows, got)
	})
}

// A page of history that is all of one day moves the day's line from above the
// rows that were there to above the new ones.
func TestOlderMessagesOfTheSameDayMoveNothing(t *testing.T) {
	var events []shared.Event
	for seq := shared.Seq(1); seq <= 150; seq++ {
		events = append(events, saidBy(seq, "bob", noon+shared.Millis(seq)))
	}
	before := rowsOf(client.Timeline{Events: events[100:]}, utc, 0, "me")
	all := rowsOf(client.Timeline{Events: events[50:]}, utc, 0, "me")
	for name, eye := range map[string]string{
		"at a message":     eventKey(103),
		"at the day":       before[0].key,
		"at the very top":  "", // of the list, where no row is
		"at the last rows": eventKey(148),
	} {
		s := between(before, 0, len(before)).fit(all, false, eye)
		for _, want := range []shared.Seq{101, 120, 150} {
			if at := indexOf(all, eventKey(want)); at < s.from || at >= s.to {
				t.Errorf("looking %s: e%d is no longer drawn, but %s to %s", name, want, s.first, s.last)
			}
		}
	}
}

// A reader who scrolls through all of a long log sees each of its rows.
func TestAReaderCanScrollThroughAllOfALog(t *testing.T) {
	rows := numbered(0, 1000)
	s := (span{}).fit(rows, true, "")
	for n := 0; s.from > 0; n++ {
		from := s.from
		s.up = step
		if s = s.fit(rows, false, rows[from+2].key); s.from >= from || n > 1000 {
			t.Fatalf("stuck at row %d", from)
		}
	}
	for n := 0; s.to < len(rows); n++ {
		to := s.to
		s.down = step
		if s = s.fit(rows, false, rows[to-12].key); s.to <= to || n > 1000 {
			t.Fatalf("stuck at row %d", to)
		}
	}
}

func TestTheSpanIsBoundedAndHoldsTheEye(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		from, to := 1000, 1000+rapid.IntRange(1, 400).Draw(r, "rows")
		s := span{}.fit(numbered(from, to), true, "")
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			seen := from + rapid.IntRange(s.from, s.to-1).Draw(r, "eye")
			eye := eventKey(shared.Seq(seen))
			follow := false
			switch rapid.IntRange(0, 5).Draw(r, "step") {
			case 0:
				from -= min(from, rapid.IntRange(1, 60).Draw(r, "older"))
			case 1:
				to += rapid.IntRange(1, 60).Draw(r, "newer")
			case 2:
				s.up = step
			case 3:
				s.down = step
			case 4: // the client's window lost its far end
				if seen-from > 10 {
					from += 5
				}
			case 5:
				follow = true
			}
			rows := numbered(from, to)
			s = s.fit(rows, follow, eye)
			if s.from < 0 || s.to > len(rows) || s.from >= s.to || s.to-s.from > most+1 {
				r.Fatalf("drawn are %d to %d of %d", s.from, s.to, len(rows))
			}
			if at := indexOf(rows, eye); !follow && (at < s.from || at >= s.to) {
				r.Fatalf("the eye is at %d, drawn are %d to %d", at, s.from, s.to)
			}
			if follow && s.to != len(rows) {
				r.Fatalf("following, drawn are %d to %d of %d", s.from, s.to, len(rows))
			}
			if s.up != 0 || s.down != 0 {
				r.Fatal("it grows again without being asked")
			}
		}
	})
}
