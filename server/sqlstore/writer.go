package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"

	"hubbub/server"
)

// writer is the one goroutine that writes. It commits whatever waits in one
// transaction: the fsync of a commit costs the same for one write as for
// hundreds.
type writer struct {
	db    *sql.DB
	opts  Options
	wake  chan struct{} // holds a token when something may be waiting
	ended chan struct{} // closed when the goroutine has returned

	mu      sync.Mutex
	waiting []*write // guarded by mu
	stopped bool     // guarded by mu: no more writes are taken
	broken  error    // guarded by mu: why none is taken ever again, or nil

	session *session     // the goroutine's own; nil after a failure
	commits atomic.Int64 // transactions committed so far
}

// write is something that waits to be committed.
type write struct {
	ctx    context.Context
	apply  func(*tx) error
	bare   bool       // apply leaves nothing behind when it fails: it needs no savepoint
	result chan error // holds one
}

// newWriter connects db and starts the goroutine. stop ends it.
func newWriter(ctx context.Context, db *sql.DB, o Options) (*writer, error) {
	first, err := newSession(ctx, db, o)
	if err != nil {
		return nil, err
	}
	w := &writer{
		db: db, opts: o,
		wake:    make(chan struct{}, 1),
		ended:   make(chan struct{}),
		session: first,
	}
	go w.run()
	return w, nil
}

// do has apply carried out and committed. An error of apply undoes what apply
// did and nothing else. Any other error wraps server.ErrUnavailable.
//
// When ctx ends first, do returns its error at once and the write may or may
// not happen: nobody waits for it any more, but its group is not disturbed.
// apply must therefore not write to what the caller reads after an error.
func (w *writer) do(ctx context.Context, apply func(*tx) error) error {
	return w.submit(&write{ctx: ctx, apply: apply, result: make(chan error, 1)})
}

// doBare is do for an apply whose failure leaves nothing to undo: a single
// statement, or only reads before its last one.
func (w *writer) doBare(ctx context.Context, apply func(*tx) error) error {
	return w.submit(&write{ctx: ctx, apply: apply, bare: true, result: make(chan error, 1)})
}

func (w *writer) submit(job *write) error {
	if err := w.enqueue(job); err != nil {
		return err
	}
	select {
	case err := <-job.result:
		return err
	case <-job.ctx.Done():
		return context.Cause(job.ctx)
	}
}

func (w *writer) enqueue(job *write) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return fmt.Errorf("%w: it is closed", server.ErrUnavailable)
	}
	if w.broken != nil {
		return w.broken
	}
	w.waiting = append(w.waiting, job)
	w.nudge()
	return nil
}

// nudge makes the goroutine look for work.
func (w *writer) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take returns the writes to commit next, and whether there will be none.
func (w *writer) take() (group []*write, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), w.opts.Group)
	group, w.waiting = w.waiting[:n:n], w.waiting[n:]
	if len(w.waiting) == 0 {
		w.waiting = nil
	}
	return group, n == 0 && w.stopped
}

func (w *writer) run() {
	defer close(w.ended)
	for {
		group, over := w.take()
		switch {
		case over:
			return
		case len(group) == 0:
			<-w.wake
		default:
			w.commit(group)
		}
	}
}

// stop refuses new writes and waits for those that were taken.
func (w *writer) stop() {
	w.mu.Lock()
	w.stopped = true
	w.nudge()
	w.mu.Unlock()
	<-w.ended
}

// close releases the connection, after stop.
func (w *writer) close() error {
	if w.session != nil {
		w.session.close()
		w.session = nil
	}
	return w.db.Close()
}
