package server

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	probeEvery   = time.Second     // asking more often gets the last answer
	probeTimeout = 5 * time.Second // a store that takes longer is not ready
)

// handleHealthz says that the process answers.
func (s *Server) handleHealthz(w http.ResponseWriter, _ *http.Request) {
	writePlain(w, http.StatusOK, "ok\n")
}

// handleReadyz says whether the server can store what people send.
func (s *Server) handleReadyz(w http.ResponseWriter, r *http.Request) {
	if err := s.health.ready(r.Context()); err != nil {
		writePlain(w, http.StatusServiceUnavailable, "the store takes no writes\n")
		return
	}
	writePlain(w, http.StatusOK, "ready\n")
}

func writePlain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// health probes the store, at most once at a time and once a second, however
// many ask.
type health struct {
	store  Store
	log    *slog.Logger
	now    func() time.Time
	ctx    context.Context // ends with stop
	cancel context.CancelFunc

	mu     sync.Mutex
	latest *probe      // guarded by mu; nil before the first
	failed atomic.Bool // written with mu held: how the last write went
}

// probe is one attempt to write.
type probe struct {
	at   time.Time
	done chan struct{} // closed when err is there
	err  error
}

func newHealth(o Options) *health {
	ctx, cancel := context.WithCancel(context.Background())
	return &health{store: o.Store, log: o.Log, now: o.Now, ctx: ctx, cancel: cancel}
}

// ready returns nil when the store took a write within the last second, or
// takes one now.
func (h *health) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	p := h.current()
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// current returns the probe that is under way or fresh, or begins one.
func (h *health) current() *probe {
	h.mu.Lock()
	defer h.mu.Unlock()
	if p := h.latest; p != nil && (!p.finished() || h.now().Sub(p.at) < probeEvery) {
		return p
	}
	p := &probe{at: h.now(), done: make(chan struct{})}
	h.latest = p
	go h.run(p)
	return p
}

func (p *probe) finished() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (h *health) run(p *probe) {
	ctx, cancel := context.WithTimeout(h.ctx, probeTimeout)
	defer cancel()
	p.err = h.store.Probe(ctx)
	h.note(p.err)
	close(p.done)
}

// note takes in how a write went, a probe's or anybody's. It logs when that
// changes, not each time.
func (h *health) note(err error) {
	if err == nil && !h.failed.Load() {
		return // as nearly always, and at no cost
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch failed := h.failed.Swap(err != nil); {
	case err != nil && !failed:
		h.log.Error("store takes no writes", "err", err)
	case err == nil && failed:
		h.log.Warn("store takes writes again") // who has read the line above wants to know
	}
}

// stop ends the probe that is under way and waits for it.
func (h *health) stop(ctx context.Context) error {
	h.cancel()
	h.mu.Lock()
	p := h.latest
	h.mu.Unlock()
	if p == nil {
		return nil
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
