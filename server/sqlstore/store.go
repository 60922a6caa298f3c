// Package sqlstore is the server's Store in an SQL database: SQLite for one
// node. Every SQL text in it is one that PostgreSQL accepts too, so that the
// same package can serve many nodes later.
//
// One goroutine writes. It takes whatever writes are waiting and commits them
// together, so that a hundred senders share one fsync. Readers have
// connections of their own and never wait for a write.
//
// It keeps things and never decides who may: the server has authorised.
package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// Options tune a Store. The zero value is right for production.
type Options struct {
	// BusyTimeout is how long a write waits for another program that has
	// locked the database. Default 5 s.
	BusyTimeout time.Duration
	// Readers is how many reads run at the same time. Default 8.
	Readers int
	// Group is how many waiting writes are committed together. Default 256.
	Group int

	synchronous string // as SQLite's pragma says it; full, unless a test wants to see a loss
}

// SQLite's numbers for synchronous. With full a commit waits for the disk; with
// normal a power loss takes acknowledged messages.
const (
	synchronousNormal = "1"
	synchronousFull   = "2"
)

func (o Options) withDefaults() Options {
	if o.BusyTimeout <= 0 {
		o.BusyTimeout = 5 * time.Second
	}
	if o.Readers <= 0 {
		o.Readers = 8
	}
	if o.Group <= 0 {
		o.Group = 256
	}
	o.synchronous = cmp.Or(o.synchronous, synchronousFull)
	return o
}

// Store is a server.Store. Open makes one.
type Store struct {
	writer *writer
	reader *reader
	epoch  string

	closing  sync.Once
	closeErr error // set by closing
}

var _ server.Store = (*Store)(nil)

// Open opens the database in the file path and brings its schema up to date;
// file and folder are made when they do not exist. What cannot be opened is
// told as an *OpenError and left exactly as it was.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := inspect(ctx, path); err != nil {
		return nil, err
	}
	if err := recall(path); err != nil {
		return nil, unwritable("file", path, err)
	}
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, openFailure(path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, o Options) (*Store, error) {
	db, err := openWriterDB(path, o)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, path, db, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w, err := newWriter(ctx, db, o)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &Store{writer: w}
	if s.reader, err = openReader(ctx, path, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.epoch, err = s.beginEpoch(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.indexOld(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close waits for the writes that were begun, then releases everything. Later
// writes return server.ErrUnavailable.
func (s *Store) Close() error {
	s.closing.Do(func() { s.closeErr = s.close() })
	return s.closeErr
}

func (s *Store) close() error {
	s.writer.stop()
	if err := s.writer.settle(); err != nil {
		return errors.Join(err, s.writer.close(), s.closeReader())
	}
	// The last connection to close moves the log of the writes into the
	// database file. It must be one that can write, unless what was just tried
	// has failed: then a success would be a lie.
	return errors.Join(s.closeReader(), s.writer.close())
}

func (s *Store) closeReader() error {
	if s.reader == nil {
		return nil
	}
	return s.reader.close()
}

// Epoch implements server.Store.
func (s *Store) Epoch(context.Context) (string, error) { return s.epoch, nil }

// beginEpoch returns the database's epoch and gives it one at its creation.
func (s *Store) beginEpoch(ctx context.Context) (string, error) {
	epoch, err := s.setting(ctx, settingEpoch)
	if !errors.Is(err, server.ErrNotFound) {
		return epoch, err
	}
	err = s.writer.do(ctx, func(t *tx) error {
		return t.exec(`INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
			settingEpoch, shared.NewID())
	})
	if err != nil {
		return "", fmt.Errorf("begin the epoch: %w", err)
	}
	return s.setting(ctx, settingEpoch)
}

// Probe commits a write, in the same group as whatever else is waiting.
func (s *Store) Probe(ctx context.Context) error {
	return s.writer.do(ctx, func(t *tx) error {
		return t.exec(`UPDATE probe SET n = n + 1 WHERE id = 1`)
	})
}
