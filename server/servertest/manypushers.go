package servertest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

// testManyPushers has many push, change and take back at once, some of them
// what is not theirs.
func testManyPushers(t *testing.T, w *world) {
	const many, each = 30, 8
	at := w.tick()
	taken := make([][]shared.Seq, many)
	atOnce(many, func(i int) {
		sender := fmt.Sprint("bot", i%3)
		for n := range each {
			key := fmt.Sprint(i, "-", n)
			o := server.PushOrder{Recipient: visitor, Key: key, Push: shared.Push{
				ID: key, Sender: sender, Message: key, Collapse: fmt.Sprint(i % 2), At: 1, Expires: shared.Millis(at.UnixMilli() + 1e6),
			}}
			p, _, _, err := w.s.AddPush(w.ctx, o)
			if err != nil {
				t.Errorf("add %s: %v", key, err)
				return
			}
			taken[i] = append(taken[i], p.Seq)
			text := "changed"
			if _, p, err = w.s.AmendPush(w.ctx, sender, shared.PushChange{ID: key, Message: &text}, at); err == nil {
				taken[i] = append(taken[i], p.Seq)
			} else if !errors.Is(err, server.ErrSpent) { // collapsed meanwhile
				t.Errorf("amend %s: %v", key, err)
			}
			if _, p, err = w.s.ClearPush(w.ctx, sender, key, at); err == nil {
				taken[i] = append(taken[i], p.Seq)
			} else if !errors.Is(err, server.ErrSpent) {
				t.Errorf("clear %s: %v", key, err)
			}
			if _, _, err = w.s.ClearPush(w.ctx, "nobody", key, at); !errors.Is(err, server.ErrNotFound) {
				t.Errorf("clear another's: %v", err)
			}
		}
	})
	t.Run("each change takes the next position", func(t *testing.T) {
		all := slices.Concat(taken...)
		slices.Sort(all)
		for i, seq := range all {
			if seq != shared.Seq(i+1) {
				t.Fatalf("position %d follows %d", seq, i)
			}
		}
		w.wantLast(t, visitor, shared.Seq(len(all)))
		w.pushLog(visitor)
	})
	t.Run("for each its own come in the order they were sent", func(t *testing.T) {
		for i, own := range taken {
			if !increasing(own) {
				t.Errorf("pusher %d's are at %d", i, own)
			}
		}
	})
	t.Run("one push sent by many at once is stored once", func(t *testing.T) {
		var fresh atomic.Int64
		o := w.order("bot", w.owner.ID, "same")
		atOnce(many, func(int) {
			_, _, first, err := w.s.AddPush(w.ctx, o)
			if err != nil {
				t.Error(err)
			}
			if first {
				fresh.Add(1)
			}
		})
		if n := fresh.Load(); n != 1 {
			t.Errorf("it was fresh %d times", n)
		}
		w.wantLast(t, w.owner.ID, 1)
	})
}

// atOnce runs do for each of many at the same time.
func atOnce(many int, do func(i int)) {
	var crowd sync.WaitGroup
	for i := range many {
		crowd.Go(func() { do(i) })
	}
	crowd.Wait()
}
