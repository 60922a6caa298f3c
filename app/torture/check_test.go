//go:build !js

package torture

import (
	"hash/fnv"
	"testing"

	"go.uber.org/goleak"

	"hubbub/shared"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const here = shared.RoomID("here")

func said(seq shared.Seq, text string) shared.Event {
	return shared.Event{Room: here, Seq: seq, By: shared.Author{ID: "u"}, Message: &shared.Message{Text: text}}
}

// judged is the verdict on a log of which ann, who sent two messages, saw
// some.
func judged(log, seen []shared.Event) verdict {
	a := &actor{name: "ann", sent: map[shared.RoomID]int{here: 2}, views: map[shared.RoomID]*view{}}
	a.see(here, seen)
	v := verdict{}
	l := newLedger(&v, here, []*actor{a})
	for _, ev := range log {
		l.read(ev)
	}
	l.close()
	return v
}

func TestTheCheckerTellsViolationsApart(t *testing.T) {
	one, two := said(1, text("ann", 0)), said(2, text("ann", 1))
	good := []shared.Event{one, two}
	for _, c := range []struct {
		name      string
		log, seen []shared.Event
		want      verdict
	}{
		{"all is well", good, good, verdict{}},
		{"somebody came late", good, good[1:], verdict{}},
		{"one is lost", good[:1], good[:1], verdict{Lost: 1}},
		{"one was not seen", good, good[:1], verdict{Lost: 1}},
		{"nothing was seen", good, nil, verdict{Lost: 1}},
		{"one is there twice", []shared.Event{one, two, said(3, two.Message.Text)}, []shared.Event{one, two, said(3, two.Message.Text)}, verdict{Doubled: 1}},
		{"they are in another order", []shared.Event{said(1, two.Message.Text), said(2, one.Message.Text)}, []shared.Event{said(1, two.Message.Text), said(2, one.Message.Text)}, verdict{Reordered: 1}},
		{"the log has a gap", []shared.Event{one, said(3, two.Message.Text)}, good, verdict{Gaps: 1, Lost: 1}},
		{"the screen has a gap", []shared.Event{one, said(2, "of others"), said(3, two.Message.Text)}, []shared.Event{one, said(3, two.Message.Text)}, verdict{Gaps: 1}},
		{"another text was seen", good, []shared.Event{one, said(2, "something else")}, verdict{Lost: 1}},
	} {
		got := judged(c.log, c.seen)
		if got.Lost != c.want.Lost || got.Doubled != c.want.Doubled || got.Reordered != c.want.Reordered || got.Gaps != c.want.Gaps {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestASumIsOfWhatEventsSay(t *testing.T) {
	sum := func(ev shared.Event) uint64 {
		h := fnv.New64a()
		digest(h, &ev)
		return h.Sum64()
	}
	a, b := said(1, "x"), said(1, "x")
	b.At, b.By.Name = 5, "renamed"
	if sum(a) != sum(b) || sum(a) == sum(said(2, "x")) || sum(a) == sum(said(1, "y")) {
		t.Error("it is of something else")
	}
}
