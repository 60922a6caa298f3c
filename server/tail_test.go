package server

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hubbub/shared"
)

func event(seq shared.Seq) []byte { return fmt.Appendf(nil, "event %d\n", seq) }

func events(after, last shared.Seq) []byte {
	var b []byte
	for seq := after + 1; seq <= last; seq++ {
		b = append(b, event(seq)...)
	}
	return b
}

func wantFrom(t *testing.T, tl *tail, pos shared.Seq, most int, want []byte, wantTo shared.Seq) {
	t.Helper()
	got, to, ok := tl.from(pos, most)
	if !ok || to != wantTo || !bytes.Equal(got, want) {
		t.Errorf("from(%d, %d) = %q, %d, %v; want %q, %d", pos, most, got, to, ok, want, wantTo)
	}
}

func TestTail(t *testing.T) {
	t.Run("holds nothing of before it began", func(t *testing.T) {
		tl := newTail(1000, 5)
		wantFrom(t, tl, 5, 1000, nil, 5)
		wantFrom(t, tl, 7, 1000, nil, 7) // a position that the store reached before we heard
		if _, _, ok := tl.from(4, 1000); ok {
			t.Error("from(4) is ok; event 5 was never here")
		}
	})
	t.Run("gives what lies after a position", func(t *testing.T) {
		tl := newTail(1000, 5)
		for seq := shared.Seq(6); seq <= 9; seq++ {
			if !tl.add(seq, event(seq)) {
				t.Errorf("add(%d) says the log did not grow", seq)
			}
		}
		for pos := shared.Seq(5); pos <= 9; pos++ {
			wantFrom(t, tl, pos, 1000, events(pos, 9), 9)
		}
	})
	t.Run("a repeat changes nothing", func(t *testing.T) {
		tl := newTail(1000, 0)
		tl.add(1, event(1))
		if tl.add(1, []byte("another\n")) {
			t.Error("a repeat grew the log")
		}
		wantFrom(t, tl, 0, 1000, events(0, 1), 1)
	})
	t.Run("an early event waits for those before it", func(t *testing.T) {
		tl := newTail(1000, 0)
		if tl.add(3, event(3)) || tl.add(2, event(2)) || !tl.gap() {
			t.Error("events after a gap came out, or no gap is seen")
		}
		wantFrom(t, tl, 0, 1000, nil, 0)
		if !tl.add(1, event(1)) || tl.gap() {
			t.Error("the gap was not closed")
		}
		wantFrom(t, tl, 0, 1000, events(0, 3), 3)
	})
	t.Run("a batch ends early, but never holds nothing", func(t *testing.T) {
		tl := newTail(1000, 0)
		for seq := shared.Seq(1); seq <= 9; seq++ {
			tl.add(seq, event(seq))
		}
		size := len(event(1))
		wantFrom(t, tl, 0, 3*size, events(0, 3), 3)
		wantFrom(t, tl, 3, 3*size+1, events(3, 6), 6)
		wantFrom(t, tl, 6, 1, events(6, 7), 7)
	})
	t.Run("what was handed out stays as it was", func(t *testing.T) {
		tl := newTail(100, 0)
		tl.add(1, event(1))
		got, _, _ := tl.from(0, 1000)
		for seq := shared.Seq(2); seq < 100; seq++ {
			tl.add(seq, event(seq))
		}
		if !bytes.Equal(got, event(1)) {
			t.Errorf("it reads %q now", got)
		}
	})
	t.Run("an event over the limit still passes", func(t *testing.T) {
		tl := newTail(10, 0)
		tl.add(1, event(1))
		big := bytes.Repeat([]byte("x"), 50)
		tl.add(2, big)
		wantFrom(t, tl, 1, 10, big, 2)
		if tl.covers(0) {
			t.Error("the tail holds more than its limit")
		}
	})
}

// Whatever the broker does to the order, a reader sees the log: from its
// position on, without a gap, a repeat or a change, or it is told that it is
// too far behind.
func TestATailLetsOutOnlyTheLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := shared.Seq(rapid.IntRange(0, 3).Draw(t, "start"))
		limit := rapid.IntRange(1, 300).Draw(t, "limit")
		tl := newTail(limit, start)
		known := map[shared.Seq]bool{} // published
		last := start

		type reader struct {
			pos  shared.Seq
			lost bool
		}
		readers := []*reader{{pos: start}}
		deliver := func(seq shared.Seq) {
			known[seq] = true
			grew := tl.add(seq, event(seq))
			was := last
			for grew && known[last+1] && last < tl.last {
				last++
			}
			if grew != (last > was) || tl.last != last {
				t.Fatalf("after %d: grew=%v, last=%d; want last=%d (was %d)", seq, grew, tl.last, last, was)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"publish": func(t *rapid.T) {
				deliver(last + shared.Seq(rapid.IntRange(-2, 5).Draw(t, "ahead")))
			},
			"mend": func(*rapid.T) {
				for tl.gap() {
					deliver(tl.last + 1)
				}
			},
			"come": func(t *rapid.T) {
				readers = append(readers, &reader{pos: last - shared.Seq(rapid.IntRange(-1, 2).Draw(t, "behind"))})
			},
			"read": func(t *rapid.T) {
				r := rapid.SampledFrom(readers).Draw(t, "reader")
				got, to, ok := tl.from(r.pos, rapid.IntRange(1, 100).Draw(t, "most"))
				if ok != tl.covers(r.pos) {
					t.Fatalf("from says %v, covers %v", ok, !ok)
				}
				if !ok {
					r.lost = true
					readers = slices.DeleteFunc(readers, func(x *reader) bool { return x == r && len(readers) > 1 })
					return
				}
				if want := events(r.pos, to); !bytes.Equal(got, want) {
					t.Fatalf("from(%d) = %q, want %q", r.pos, got, want)
				}
				if to == r.pos && r.pos < tl.last {
					t.Fatalf("from(%d) gave nothing; last is %d", r.pos, tl.last)
				}
				r.pos = to
			},
			"": func(t *rapid.T) {
				if newest := len(event(tl.last)); len(tl.buf) > limit && len(tl.buf) > newest {
					t.Fatalf("%d bytes held, limit %d", len(tl.buf), limit)
				}
				if tl.earlyBytes > limit {
					t.Fatalf("%d bytes stashed, limit %d", tl.earlyBytes, limit)
				}
			},
		})
	})
}
