package sqlstore

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// wantNoWrites checks that writes are refused in so many words, and that reads
// go on.
func wantNoWrites(t errorer, s *Store, log int) {
	wantRefusals(t, s)
	wantEnd(t, s, log)
}

// wantEnd checks that the log can be read and where it ends.
func wantEnd(t errorer, s *Store, log int) {
	evs, err := s.After(t.Context(), lobby.ID, shared.Seq(log-2), shared.MaxPage)
	if err != nil || len(evs) != 2 || evs[0].Seq != shared.Seq(log-1) || evs[1].Seq != shared.Seq(log) {
		t.Errorf("the last 2 of %d events are %d: %v, %v", log, len(evs), evs, err)
	}
}

// wantRefusals checks that writes are refused in so many words.
func wantRefusals(t errorer, s *Store) {
	ctx := t.Context()
	_, _, err := s.Post(ctx, owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: shared.NewID(), Text: "x"}}, start)
	if !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("a post got %v", err)
	}
	_, err = s.CreateRoom(ctx, owner.Author(), shared.Room{ID: "new", Name: "new"}, start)
	if !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("a new room got %v", err)
	}
	if err := s.Probe(ctx); !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("the probe got %v", err)
	}
}

// wantWrites checks that everything is as if nothing had happened.
func wantWrites(t errorer, s *Store, log int) {
	ctx := t.Context()
	if err := s.Probe(ctx); err != nil {
		t.Errorf("the probe: %v", err)
	}
	ev, _, err := s.Post(ctx, owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: shared.NewID(), Text: "x"}}, start)
	if err != nil || ev.Seq != shared.Seq(log+1) {
		t.Errorf("a post is at %d, %v; want %d", ev.Seq, err, log+1)
	}
	wantEnd(t, s, log+1)
}

func TestALockedDatabaseRefusesWritesUntilItIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	s := claimed(t, openAt(t, path, Options{BusyTimeout: 20 * time.Millisecond}))
	other, err := openDB(path, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 2 { // and again: the second time meets what the first left behind
		if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
			t.Fatal(err)
		}
		last, _ := s.Last(t.Context(), lobby.ID)
		wantNoWrites(t, s, int(last))
		if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		wantWrites(t, s, int(last))
	}
}

// A connection that may not write stands for a file system that became
// read-only: SQLite gives the same error.
func TestAReadOnlyDatabaseRefusesWritesAndRecovers(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	err := s.writer.do(t.Context(), func(tx *tx) error { return tx.exec("PRAGMA query_only = 1") })
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: "k", Text: "x"}}, start)
	if !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("a post got %v", err)
	}
	wantWrites(t, s, 2) // on a fresh connection
}

// SQLite may end a transaction by itself when the disk is full. What the group
// had left to do must not be carried out outside of it.
func TestAFailureWithinAGroupTakesAllOfIt(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	release := hold(t, s)
	results := make(chan error, 3)
	post := func(key string) {
		_, _, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: key, Text: "x"}}, start)
		results <- err
	}
	go post("a")
	until(t, "the first", waiting(s, 1))
	go func() { // as if SQLite had rolled back
		results <- s.writer.doBare(t.Context(), func(tx *tx) error {
			return errors.Join(tx.exec("ROLLBACK"), tx.exec("INSERT INTO probe (id, n) VALUES ('no such type', 'x', 'y')"))
		})
	}()
	until(t, "the second", waiting(s, 2))
	go post("b")
	until(t, "the third", waiting(s, 3))
	release()
	for range 3 {
		if err := <-results; !errors.Is(err, server.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	}
	wantWrites(t, s, 2)
}

func TestACommitThatFailsFailsEveryWriteOfItsGroup(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	release := hold(t, s)
	results := make(chan error, 3)
	go func() { // a foreign key that is checked no earlier than the commit
		results <- s.writer.doBare(t.Context(), func(tx *tx) error {
			return errors.Join(tx.exec("PRAGMA defer_foreign_keys = 1"),
				tx.exec("INSERT INTO members (room, member, read) VALUES ('nowhere', 'nobody', 0)"))
		})
	}()
	until(t, "the first", waiting(s, 1))
	for _, key := range []string{"a", "b"} {
		go func() {
			_, _, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: key, Text: "x"}}, start)
			results <- err
		}()
	}
	until(t, "all", waiting(s, 3))
	release()
	for range 3 {
		if err := <-results; !errors.Is(err, server.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	}
	wantWrites(t, s, 2)
}
