package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	ledgerBatch = 256    // receipts in one write
	ledgerMost  = 100000 // that wait; beyond it, those that come are not noted
)

// ledger notes which connection a push was handed to. Nobody waits for it: what
// a crash loses of it, the acknowledgement that follows says too.
type ledger struct {
	store Store
	log   *slog.Logger
	now   func() time.Time
	bell  chan struct{} // has room for one ring
	quit  context.Context
	stop  func()        // writes what waits and ends the goroutine
	done  chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	waiting []PushReceipt // guarded by mu
}

func newLedger(o Options) *ledger {
	g := &ledger{
		store: o.Store, log: o.Log, now: o.Now,
		bell: make(chan struct{}, 1), done: make(chan struct{}),
	}
	quit, cancel := context.WithCancel(context.Background())
	g.quit = quit
	g.stop = func() {
		cancel()
		<-g.done
	}
	go g.run()
	return g
}

// accepted notes that a listener's connection took a push.
func (g *ledger) accepted(l *listener, push string) {
	r := PushReceipt{Recipient: l.user, Push: push}
	r.To, r.Kind, r.Device = l.id, shared.ToConnection, l.device
	r.Accepted = shared.Millis(g.now().UnixMilli())
	g.mu.Lock()
	if len(g.waiting) < ledgerMost {
		g.waiting = append(g.waiting, r)
	}
	g.mu.Unlock()
	select {
	case g.bell <- struct{}{}:
	default:
	}
}

func (g *ledger) run() {
	defer close(g.done)
	for {
		select {
		case <-g.bell:
			g.write()
		case <-g.quit.Done():
			g.write()
			return
		}
	}
}

func (g *ledger) write() {
	g.mu.Lock()
	waiting := g.waiting
	g.waiting = nil
	g.mu.Unlock()
	for len(waiting) > 0 {
		n := min(len(waiting), ledgerBatch)
		if _, err := g.store.NoteReceipts(context.Background(), waiting[:n]); err != nil {
			g.log.Warn("receipts not noted", "err", err)
			return
		}
		waiting = waiting[n:]
	}
}
