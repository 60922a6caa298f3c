package sqlstore

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

const (
	rolePusher = "pusher"
	pushRounds = 5
	pushed     = shared.UserID("recipient") // of all that is pushed here
	amended    = "said anew"
)

// pushUntilKilled is the child that is killed: many programs, each of which
// pushes and then says anew what it pushed, and tells of each acknowledgement
// before it goes on.
func pushUntilKilled(c *child, path string) {
	s, err := Open(c.Context(), path, Options{})
	if err != nil {
		c.Errorf("open: %v", err)
		return
	}
	var (
		run   = shared.NewID()
		crowd sync.WaitGroup
	)
	for i := range crashSenders {
		crowd.Go(func() {
			for n := 0; ; n++ {
				if err := pushAndAmend(c, s, fmt.Sprintf("%s-%d-%d", run, i, n)); err != nil {
					c.Errorf("push: %v", err)
					return
				}
			}
		})
	}
	crowd.Wait()
}

func pushAndAmend(c *child, s *Store, key string) error {
	o := server.PushOrder{Recipient: pushed, Key: key, Push: shared.Push{ID: key, Message: key, Expires: shared.Millis(server.Never.UnixMilli())}}
	p, _, _, err := s.AddPush(c.Context(), o)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, ackLineFormat, p.Seq, key)
	text := amended
	if _, p, err = s.AmendPush(c.Context(), "", shared.PushChange{ID: key, Message: &text}, start); err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, ackLineFormat, p.Seq, key)
	return nil
}

func TestNoPushThatWasAcknowledgedIsLostByKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	if err := openAt(t, path, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	for round := range pushRounds {
		acked := ackedUntil(t, rolePusher, path, crashSenders*10, kill)
		auditPushes(t, path, acked)
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
}

// auditPushes opens the database again: each push is where it was acknowledged,
// or further on because it was said anew, and no two are at one place.
func auditPushes(t *testing.T, path string, acked map[shared.Seq]string) {
	t.Helper()
	s := openAt(t, path, Options{})
	now := make(map[string]shared.Push)
	var at shared.Seq
	for {
		page, err := s.PushesAfter(t.Context(), pushed, at, shared.MaxPage, start)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			if p.Seq <= at {
				t.Fatalf("%d follows %d", p.Seq, at)
			}
			at, now[p.ID] = p.Seq, p
		}
	}
	for seq, key := range acked {
		p, ok := now[key]
		if !ok || p.Seq < seq || p.Seq > seq && p.Message != amended {
			t.Errorf("%s was acknowledged at %d and is %+v", key, seq, p)
		}
	}
	if last, err := s.LastPush(t.Context(), pushed); err != nil || last != at {
		t.Errorf("the counter says %d, %v; the log ends at %d", last, err, at)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
