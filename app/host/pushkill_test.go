//go:build !js

package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/app/testbed"
	"hubbub/shared"
)

// Eight programs push while the server is killed five times. What was accepted
// is there afterwards, once, and the positions have no gap.
func TestNoPushThatWasAcceptedIsLostByKill(t *testing.T) {
	const programs, kills, perLife = 8, 5, 300
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var stderr safeBuffer
	s, err := testbed.Start(ctx, trialServer(), &stderr)
	if err != nil {
		t.Fatal(err, stderr.String())
	}
	t.Cleanup(func() {
		_ = s.Kill() // it may be dead
		_ = s.Remove()
	})
	owner, err := testbed.Site{URL: "http://" + s.Addr}.Claim(ctx, s.SetupToken())
	if err != nil {
		t.Fatal(err)
	}
	welcome, err := owner.Welcome(ctx)
	if err != nil {
		t.Fatal(err)
	}
	w := &pushers{url: "http://" + s.Addr + "/push", token: owner.Token, user: welcome.You.ID, accepted: make(map[string]bool)}
	pushing, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for i := range programs {
		all.Go(func() { w.push(pushing, i) })
	}
	for life := range kills {
		for goal := w.count.Load() + perLife; w.count.Load() < goal; {
			if ctx.Err() != nil {
				t.Fatalf("life %d: the pushes do not go on\n%s", life, stderr.String())
			}
			time.Sleep(5 * time.Millisecond) // polls another process
		}
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(ctx); err != nil {
			t.Fatal(err, stderr.String())
		}
	}
	stop()
	all.Wait()
	w.audit(ctx, t, owner)
	t.Logf("%d accepted pushes survived %d kills", len(w.accepted), kills)
}

// pushers is who pushes, and what was accepted of it.
type pushers struct {
	url, token string
	user       shared.UserID
	count      atomic.Int64

	mu       sync.Mutex
	accepted map[string]bool // guarded by mu: by id
}

// push sends one after the other, each until it is accepted.
func (w *pushers) push(ctx context.Context, pusher int) {
	client := &http.Client{Transport: new(http.Transport)}
	defer client.CloseIdleConnections()
	for n := 0; ctx.Err() == nil; n++ {
		id := fmt.Sprintf("%d-%d", pusher, n)
		for ctx.Err() == nil && !w.try(ctx, client, id) {
			select {
			case <-time.After(20 * time.Millisecond): // as a program does before it tries again
			case <-ctx.Done():
			}
		}
	}
}

func (w *pushers) try(ctx context.Context, client *http.Client, id string) bool {
	body, err := json.Marshal(shared.NewPush{UserID: w.user, ID: id, Message: id})
	if err != nil {
		return false
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	resp, err := client.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(answer), `"stored":true`) {
		return false
	}
	w.count.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.accepted[id] = true
	return true
}

// audit listens from the beginning and compares.
func (w *pushers) audit(ctx context.Context, t *testing.T, owner testbed.Person) {
	t.Helper()
	c, err := owner.Dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow() //nolint:errcheck // it is read no more
	begin := shared.Seq(0)
	first := shared.Frame{ID: 1, Register: &shared.Register{After: &begin}}.Encode()
	if err := c.Write(ctx, websocket.MessageText, first); err != nil {
		t.Fatal(err)
	}
	last, pos, seen := shared.Seq(-1), shared.Seq(0), make(map[string]bool)
	for pos != last {
		_, message, err := c.Read(ctx)
		if err != nil {
			t.Fatalf("after %d of %d: %v", pos, last, err)
		}
		err = shared.Decode(message, func(f shared.Frame) error {
			switch {
			case f.OK != nil && f.OK.Registered != nil:
				last = f.OK.Registered.Last
			case f.Pushed != nil && f.Pushed.Seq != pos+1:
				t.Errorf("position %d follows %d", f.Pushed.Seq, pos)
				pos = f.Pushed.Seq
			case f.Pushed != nil:
				pos = f.Pushed.Seq
				if seen[f.Pushed.Message] {
					t.Errorf("%s is there twice", f.Pushed.Message)
				}
				seen[f.Pushed.Message] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id := range w.accepted {
		if !seen[id] {
			t.Errorf("%s was accepted and is missing", id)
		}
	}
}
