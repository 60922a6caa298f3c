package app

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"hubbub/app/client"
	"hubbub/shared"
)

func TestChunksAreDrawnWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, s := drawSpan(t)
		got := s.whole(rows)
		checkSpan(t, rows, got)
		if got.from > s.from || got.to < s.to {
			t.Fatalf("%d to %d became %d to %d", s.from, s.to, got.from, got.to)
		}
		if got.from > 0 && rows[got.from-1].chunk() == rows[got.from].chunk() || got.to < len(rows) && rows[got.to-1].chunk() == rows[got.to].chunk() {
			t.Fatalf("%d to %d cuts a chunk", got.from, got.to)
		}
		if n := got.to - got.from - (s.to - s.from); n >= 2<<chunkBits {
			t.Fatalf("%d rows more", n)
		}
	})
}

// Whatever is drawn around a row, it has the same place in its branch.
func TestARowKeepsItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const branch = 1 << (chunkBits + fanBits)
		base := branch * rapid.IntRange(0, 1000).Draw(t, "branch")
		from := rapid.IntRange(0, branch-1).Draw(t, "from")
		rows := numbered(base+from, base+rapid.IntRange(from+1, branch).Draw(t, "to"))
		var drawn []row
		for i, place := range (&timeline{}).branch(rows, looks{}, 0) {
			c, ok := place.(*chunk)
			if !ok {
				continue
			}
			for _, r := range c.Rows {
				if want := int(r.seq-shared.Seq(base)) >> chunkBits; i != want {
					t.Fatalf("%s is at place %d, want %d", r.key, i, want)
				}
			}
			drawn = append(drawn, c.Rows...)
		}
		if !slices.EqualFunc(drawn, rows, func(a, b row) bool { return a.key == b.key }) {
			t.Fatalf("%d rows are drawn of %d", len(drawn), len(rows))
		}
	})
}

// What is special about one message is told to its own chunk alone.
func TestOnlyTheChunkOfAMessageIsDrawnAgainForIt(t *testing.T) {
	rows := numbered(0, 64)
	show := func(l *timeline) (list []inRow) {
		for _, place := range l.branch(rows, looks{Pass: 7}, 0) {
			c := place.(*chunk)
			if c.Show.Pass != 0 {
				t.Error("nothing is on its way, and it is drawn each time")
			}
			list = append(list, c.Show.In)
		}
		return list
	}
	got := show(&timeline{At: 17, hovered: 18, held: 33, menu: 33, reacting: []shared.React{{Seq: 50}, {Seq: 2000}}})
	want := []inRow{
		{},
		{Target: 17, Hovered: 18},
		{Held: 33, Menu: 33},
		{Reacting: []shared.React{{Seq: 50}}},
	}
	if !slices.EqualFunc(got, want, func(a, b inRow) bool {
		return a.Target == b.Target && a.Hovered == b.Hovered && a.Held == b.Held && a.Menu == b.Menu && slices.Equal(a.Reacting, b.Reacting)
	}) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	rows[63].kind = rowPending
	last := (&timeline{}).branch(rows, looks{Pass: 7}, 0)[3].(*chunk)
	if last.Show.Pass != 7 {
		t.Error("what is on its way changes without a change of its row")
	}
}

func TestRowsAreMadeAgainWhenTheLogIsAnother(t *testing.T) {
	m := newModel(shared.View{Server: "House", Lang: "en"}, client.Options{})
	l := &timeline{M: m}
	events := []shared.Event{saidBy(1, "bob", noon), saidBy(2, "bob", noon+1), saidBy(3, "bob", noon+2)}
	first := l.rows(client.Timeline{Events: events[:2]})
	if again := l.rows(client.Timeline{Events: events[:2]}); &again[0] != &first[0] {
		t.Error("rows of the same log are made again")
	}
	pending := []client.Pending{{Post: shared.Post{Key: "k", Text: "hi"}, At: noon + 3}}
	edited := slices.Clone(events)
	edited[0].Message = &shared.Message{Text: "better"}
	for name, tl := range map[string]client.Timeline{
		"one more": {Events: events}, "an edit": {Events: edited}, "one on its way": {Events: events[:2], Pending: pending}, "another log": {Events: events[1:]}, "nothing": {},
	} {
		l.rows(client.Timeline{Events: events[:2]})
		got, want := l.rows(tl), rowsOf(tl, m.dates, m.after, m.client.You().ID)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	l.rows(client.Timeline{Events: events[:2], Pending: pending})
	if got := l.rows(client.Timeline{Events: events[:2]}); len(got) != len(first) {
		t.Errorf("%d rows are left of what was on its way", len(got))
	}
	m.after = 1
	if got := l.rows(client.Timeline{Events: events[:2]}); len(got) != len(first)+1 {
		t.Errorf("%d rows, want the line too", len(got))
	}
}
