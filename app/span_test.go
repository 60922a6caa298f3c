package app

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func numbered(from, to int) []row {
	rows := make([]row, 0, to-from)
	for i := from; i < to; i++ {
		rows = append(rows, row{key: strconv.Itoa(i)})
	}
	return rows
}

func TestTheSpanFollowsTheEnd(t *testing.T) {
	s := span{}.fit(numbered(0, 500), true, "")
	if s.to != 500 || s.from != 500-2*step {
		t.Errorf("drawn are %d to %d", s.from, s.to)
	}
	if s = s.fit(numbered(0, 510), true, ""); s.to != 510 {
		t.Errorf("after ten more it ends at %d", s.to)
	}
}

func TestOlderRowsDoNotMoveWhatIsDrawn(t *testing.T) {
	s := span{}.fit(numbered(100, 200), true, "")
	was := s.first
	s = s.fit(numbered(0, 200), false, "190")
	if s.first != was || s.last != "199" {
		t.Errorf("drawn are %s to %s, want %s to 199", s.first, s.last, was)
	}
}

func TestTheSpanGrowsWhereOneScrolls(t *testing.T) {
	rows := numbered(0, 500)
	s := span{}.fit(rows, true, "")
	s.up = step
	s = s.fit(rows, false, s.first)
	if s.from != 500-3*step {
		t.Errorf("up: drawn are %d to %d", s.from, s.to)
	}
	for range 20 {
		s.up = step
		s = s.fit(rows, false, s.first)
	}
	if s.from != 0 || s.to > most+1 {
		t.Errorf("at the beginning: drawn are %d to %d", s.from, s.to)
	}
	for range 20 {
		s.down = step
		s = s.fit(rows, false, s.last)
	}
	if s.to != 500 || s.to-s.from > most+1 {
		t.Errorf("back at the end: drawn are %d to %d", s.from, s.to)
	}
}

func TestTheSpanIsBoundedAndHoldsTheEye(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		from, to := 1000, 1000+rapid.IntRange(1, 400).Draw(r, "rows")
		s := span{}.fit(numbered(from, to), true, "")
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			eye := strconv.Itoa(from + rapid.IntRange(s.from, s.to-1).Draw(r, "eye"))
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
				if at, _ := strconv.Atoi(eye); at-from > 10 {
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
