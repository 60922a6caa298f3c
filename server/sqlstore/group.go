package sqlstore

import (
	"context"
	"fmt"

	"hubbub/server"
)

// commit carries out a group of writes in one transaction and tells each its
// result, after the transaction is on disk.
func (w *writer) commit(group []*write) {
	results, err := w.attempt(group)
	if err != nil {
		w.discard()
		refuse(group, w.failed(err))
		return
	}
	for i, job := range group {
		job.result <- results[i]
	}
	if err := w.session.settle(context.Background()); err != nil {
		w.discard()
		w.failed(err) // nobody waits for this one
	}
}

func refuse(group []*write, err error) {
	for _, job := range group {
		job.result <- err
	}
}

// failed returns what callers are told of an error that kept a group from being
// committed. After one that means the disk has lost something, nothing more is
// ever taken.
func (w *writer) failed(err error) error {
	if !forgetful(err) {
		return fmt.Errorf("%w: %w", server.ErrUnavailable, err)
	}
	err = fmt.Errorf("%w: %w", server.ErrUnavailable, &diskError{err})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = err
	refuse(w.waiting, err)
	w.waiting = nil
	return err
}

// attempt returns each write's own result, or the error that kept all of them
// from being committed. Its context is nobody's: one caller's impatience must
// not roll back the others.
func (w *writer) attempt(group []*write) (results []error, err error) {
	ctx := context.Background()
	if w.session == nil {
		if w.session, err = newSession(ctx, w.db, w.opts); err != nil {
			return nil, err
		}
	}
	t, err := w.session.begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	results = make([]error, len(group))
	for i, job := range group {
		if results[i] = context.Cause(job.ctx); results[i] != nil {
			continue // the caller has left
		}
		if results[i] = t.run(job); fatal(results[i]) {
			return nil, results[i] // discard ends the transaction
		}
	}
	if err := t.commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	w.commits.Add(1)
	return results, nil
}

// discard drops the connection after a failure that concerns it as a whole:
// SQLite may have rolled back by itself or be left within a transaction. The
// next group begins on a fresh one, so that no statement can ever run outside
// its transaction.
func (w *writer) discard() {
	if w.session != nil {
		w.session.abandon()
		w.session = nil
	}
}

// run carries out one write. When it fails on its own account, what it did is
// undone and the transaction goes on.
func (t *tx) run(job *write) error {
	if job.bare {
		return job.apply(t)
	}
	if err := t.settle(); err != nil {
		return &undoError{err}
	}
	if err := t.exec(`SAVEPOINT one`); err != nil {
		return err
	}
	err := job.apply(t)
	if fatal(err) {
		return err
	}
	if err != nil {
		if undo := t.exec(`ROLLBACK TO SAVEPOINT one`); undo != nil {
			return &undoError{undo}
		}
		t.forget()
	}
	if release := t.exec(`RELEASE SAVEPOINT one`); release != nil {
		return &undoError{release}
	}
	return err
}
