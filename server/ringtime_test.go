package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// pager is a Notifier that notes when it was asked to notify. It refuses as
// often as it is told to.
type pager struct {
	mu      sync.Mutex
	refuse  int // guarded by mu
	refused int // guarded by mu
	news    []roomNews
	at      []time.Time
}

func (p *pager) Key() string { return "key" }
func (p *pager) Close()      {}

func (p *pager) Notify(_ context.Context, _ server.Device, payload []byte, _ server.NotifyOptions) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse > 0 {
		p.refuse--
		p.refused++
		return &server.NotifyError{Reason: "not now"}
	}
	var n roomNews
	if err := json.Unmarshal(payload, &n); err != nil {
		return err
	}
	p.news, p.at = append(p.news, n), append(p.at, time.Now())
	return nil
}

// since is how long after t it was asked last, and how often in all.
func (p *pager) since(t time.Time) (time.Duration, int) {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.at) == 0 {
		return 0, 0
	}
	return p.at[len(p.at)-1].Sub(t), len(p.at)
}

func TestAMessageWaitsThreeSecondsForWhoReadsItOnAScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, paged := t.Context(), &pager{}
		store, err := sqlstore.Open(ctx, filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o := ringOrder{Token: shared.NewSecret()}
		o.people(t, store, shared.NewDevice{Endpoint: "https://push.example.org/bob"})
		s, err := server.New(ctx, server.Options{Store: store, Notifier: paged, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		read := func(seq shared.Seq) {
			if _, err := store.SetRead(ctx, "bob", shared.ReadMark{Room: lobby, Seq: seq}); err != nil {
				t.Fatal(err)
			}
		}
		speak := func(text string) (shared.Seq, time.Time) {
			ok, err := say(s, o.Token, text)
			if err != nil {
				t.Fatal(err)
			}
			return ok.Event.Seq, time.Now()
		}

		seq, at := speak("read in time")
		time.Sleep(2900 * time.Millisecond)
		read(seq)
		time.Sleep(time.Minute)
		if _, n := paged.since(at); n != 0 {
			t.Errorf("who read in time was notified %d times", n)
		}

		_, at = speak("one")
		time.Sleep(time.Second)
		seq, later := speak("two")
		time.Sleep(time.Minute)
		after, n := paged.since(at)
		if got := paged.news[len(paged.news)-1]; n == 0 || n > 2 || got.Seq != seq || got.Count != 2 || after < 3*time.Second || after > 5*time.Second {
			t.Errorf("told %d times, last %v after the first and %v after the second: %+v", n, after, time.Since(later), got)
		}
		if first := paged.at[0].Sub(at); first < 3*time.Second || first > 4*time.Second {
			t.Errorf("told after %v", first)
		}
		read(seq)

		paged.refuse = 3 // 1 to 2 s, 2 to 4 s, 4 to 8 s
		before := n
		seq, at = speak("three")
		time.Sleep(time.Minute)
		after, n = paged.since(at)
		if n != before+1 || paged.refused != 3 || after < 10*time.Second || after > 25*time.Second || paged.news[n-1].Seq != seq {
			t.Errorf("told %d times more, after %d refusals, after %v", n-before, paged.refused, after)
		}
		if err := errors.Join(s.Shutdown(ctx), store.Close()); err != nil {
			t.Fatal(err)
		}
	})
}
