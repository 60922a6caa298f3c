//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"hubbub/app/client"
	"hubbub/shared"
)

// sender posts without end through app/client, which resends what was not
// acknowledged when the server comes back.
type sender struct {
	c       *client.Client
	room    shared.RoomID
	changed chan struct{}
	acked   []string // keys, in the order of sending
	posted  int
}

// run posts until stop, and then waits for the last acknowledgement.
func (s *sender) run(ctx context.Context, stop <-chan struct{}, acks *tally) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		key, err := s.c.Post(s.room, fmt.Sprintf("message %d", s.posted))
		if err != nil {
			return err
		}
		s.posted++
		for pending(s.c, key) {
			select {
			case <-s.changed:
			case <-ctx.Done():
				return fmt.Errorf("message %d was not acknowledged in time", s.posted)
			}
		}
		s.acked = append(s.acked, key)
		acks.add()
	}
}

// tally counts, and wakes who waits for more.
type tally struct {
	n    atomic.Int64
	more chan struct{} // has room for one
}

func (t *tally) add() {
	t.n.Add(1)
	select {
	case t.more <- struct{}{}:
	default:
	}
}

func (t *tally) wait(ctx context.Context, until int64) {
	for t.n.Load() < until {
		select {
		case <-t.more:
		case <-ctx.Done():
			return
		}
	}
}

func pending(c *client.Client, key string) bool {
	for _, p := range c.State().Unsent {
		if p.Key == key {
			return true
		}
	}
	return false
}

func TestKilledTwentyTimesAmidAHundredSendersNothingAcknowledgedIsLost(t *testing.T) {
	const users, each, kills, between = 20, 5, 20, 300
	h := start(t)
	ada, lobby := h.furnish()
	ctx, cancel := context.WithTimeout(context.Background(), 5*patience)
	defer cancel()

	var (
		senders []*sender
		clients sync.WaitGroup
		posting sync.WaitGroup
		acks    = &tally{more: make(chan struct{}, 1)}
		stop    = make(chan struct{})
	)
	running, quit := context.WithCancel(ctx)
	defer clients.Wait()
	defer quit()
	for i := range users {
		token := h.join(ada, fmt.Sprintf("Guest+%d", i))
		for range each {
			s := &sender{room: lobby, changed: make(chan struct{}, 1)}
			s.c = client.New(client.Options{URL: "ws://" + h.addr + "/ws", Token: token, OnChange: func(client.Change) {
				select {
				case s.changed <- struct{}{}:
				default:
				}
			}})
			senders = append(senders, s)
			clients.Go(func() { _ = s.c.Run(running) }) // ends with the test
			posting.Go(func() {
				if err := s.run(ctx, stop, acks); err != nil {
					t.Error(err)
				}
			})
		}
	}
	for range kills {
		acks.wait(ctx, acks.n.Load()+between/2+rand.Int64N(between))
		h.stop(syscall.SIGKILL)
		h.start()
	}
	close(stop)
	posting.Wait()

	at := make(map[string]shared.Seq)
	next := shared.Seq(1)
	for after := shared.Seq(0); ; after = next - 1 {
		var ok shared.OK
		h.api(ada, "history", shared.HistoryQuery{Room: lobby, After: &after, Limit: shared.MaxPage}, &ok)
		for _, ev := range ok.Page.Events {
			if ev.Seq != next {
				t.Fatalf("event %d follows %d", ev.Seq, next-1)
			}
			next++
			if ev.Message == nil {
				continue
			}
			if was, twice := at[ev.Message.Key]; twice {
				t.Errorf("%s is at %d and at %d", ev.Message.Key, was, ev.Seq)
			}
			at[ev.Message.Key] = ev.Seq
		}
		if !ok.Page.Newer {
			break
		}
	}
	acked := 0
	for i, s := range senders {
		last := shared.Seq(0)
		for _, key := range s.acked {
			seq, there := at[key]
			if !there || seq <= last {
				t.Errorf("sender %d: %s, acknowledged, is at %d after %d", i, key, seq, last)
			}
			last = seq
			acked++
		}
	}
	if acked != len(at) {
		t.Errorf("%d messages were acknowledged, the log holds %d", acked, len(at))
	}
	t.Logf("%d senders, %d kills: %d acknowledged, %d in the log, %d events without a gap", len(senders), kills, acked, len(at), next-1)
}
