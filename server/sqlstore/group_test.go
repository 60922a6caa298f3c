package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// hold keeps the writer busy until release, so that writes pile up.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	begun, end := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- s.writer.do(context.Background(), func(tx *tx) error {
			if err := tx.exec(`UPDATE probe SET n = n + 1 WHERE id = 1`); err != nil {
				return err
			}
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	release = sync.OnceFunc(func() {
		close(end)
		if err := <-done; err != nil {
			t.Errorf("the long write: %v", err)
		}
	})
	t.Cleanup(release)
	return release
}

// until polls for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func waiting(s *Store, n int) func() bool {
	return func() bool {
		s.writer.mu.Lock()
		defer s.writer.mu.Unlock()
		return len(s.writer.waiting) == n
	}
}

func TestWhatWaitsIsCommittedTogetherAndABadWriteFailsAlone(t *testing.T) {
	const good = 100
	s := claimed(t, openNew(t, Options{}))
	say(t, s, "used")
	ctx, nobody := context.Background(), shared.Author{ID: "nobody"}
	bad := map[string]struct {
		write func() error
		want  error // nil: any
	}{
		"a key used for another text": {func() error {
			_, _, err := s.Post(ctx, owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: "used", Text: "other"}}, start)
			return err
		}, server.ErrKeyUsed},
		"no such room": {func() error {
			_, _, err := s.Post(ctx, owner.Author(), server.Said{Post: shared.Post{Room: "nowhere", Key: "k", Text: "x"}}, start)
			return err
		}, server.ErrNotFound},
		"an author who does not exist": {func() error {
			_, _, err := s.Post(ctx, nobody, server.Said{Post: shared.Post{Room: lobby.ID, Key: "k", Text: "x"}}, start)
			return err
		}, nil},
		"half a room": {func() error { // stored, with an event, before its first member turns out not to exist
			_, err := s.CreateRoom(ctx, shared.Author{ID: "nobody"}, shared.Room{ID: "half", Name: "half"}, start)
			return err
		}, nil},
		"an error of our own": {func() error {
			return s.writer.do(ctx, func(t *tx) error {
				ev := shared.Event{Room: lobby.ID, By: owner.Author(), Left: &shared.Author{ID: owner.ID}}
				return errors.Join(t.append(&ev), server.ErrNoChange)
			})
		}, server.ErrNoChange},
	}

	release := hold(t, s)
	before := s.writer.commits.Load()
	var crowd sync.WaitGroup
	for name, b := range bad {
		crowd.Go(func() {
			if err := b.write(); err == nil || b.want != nil && !errors.Is(err, b.want) || errors.Is(err, server.ErrUnavailable) {
				t.Errorf("%s: got %v, want %v", name, err, b.want)
			}
		})
	}
	for i := range good {
		crowd.Go(func() { say(t, s, fmt.Sprint("good", i)) })
	}
	until(t, "all writes to wait", waiting(s, good+len(bad)))
	release()
	crowd.Wait()

	if commits := s.writer.commits.Load() - before; commits != 2 { // the long write's own, and theirs
		t.Errorf("%d writes took %d commits", good+len(bad), commits-1)
	}
	if n := len(wholeLog(t, s, lobby.ID)); n != 3+good {
		t.Errorf("the log has %d events, want %d", n, 3+good)
	}
	if _, err := s.Room(ctx, "half"); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("half a room was stored: %v", err)
	}
}

func TestAGroupHasABound(t *testing.T) {
	s := claimed(t, openNew(t, Options{Group: 10}))
	release := hold(t, s)
	before := s.writer.commits.Load()
	var crowd sync.WaitGroup
	for i := range 35 {
		crowd.Go(func() { say(t, s, fmt.Sprint(i)) })
	}
	until(t, "all writes to wait", waiting(s, 35))
	release()
	crowd.Wait()
	if commits := s.writer.commits.Load() - before; commits != 1+4 {
		t.Errorf("35 writes in groups of 10 took %d commits", commits-1)
	}
}

func TestACallerWhoLeavesDoesNotDisturbTheOthers(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	release := hold(t, s)
	impatient, leave := context.WithCancelCause(t.Context())
	var crowd sync.WaitGroup
	tooLong := errors.New("it took too long")
	crowd.Go(func() {
		_, _, err := s.Post(impatient, owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: "left", Text: "x"}}, start)
		if !errors.Is(err, tooLong) {
			t.Errorf("who left got %v", err)
		}
	})
	until(t, "the first to wait", waiting(s, 1))
	for i := range 10 {
		crowd.Go(func() { say(t, s, fmt.Sprint(i)) })
	}
	until(t, "all writes to wait", waiting(s, 11))
	leave(tooLong)
	release()
	crowd.Wait()
	if n := len(wholeLog(t, s, lobby.ID)); n != 12 && n != 13 { // it may have happened, or not
		t.Errorf("the log has %d events", n)
	}
}

func TestCloseWaitsForTheWritesThatWereBegun(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	release := hold(t, s)
	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() { say(t, s, fmt.Sprint(i)) })
	}
	until(t, "all writes to wait", waiting(s, 20))
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	until(t, "the store to refuse writes", func() bool {
		s.writer.mu.Lock()
		defer s.writer.mu.Unlock()
		return s.writer.stopped
	})
	if err := s.Probe(t.Context()); !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("a write after Close got %v", err)
	}
	select {
	case err := <-closed:
		t.Errorf("it closed before the writes were done: %v", err)
	default:
	}
	release()
	crowd.Wait() // each has its message acknowledged
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

func TestReadsGoOnWhileALongWriteIsInProgress(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	say(t, s, "before")
	release := hold(t, s)
	if n := len(wholeLog(t, s, lobby.ID)); n != 3 {
		t.Errorf("the log has %d events, want 3", n)
	}
	if _, err := s.RoomsOf(t.Context(), owner.ID); err != nil {
		t.Error(err)
	}
	if m, err := s.SetRead(t.Context(), owner.ID, shared.ReadMark{Room: lobby.ID, Seq: 1}); err != nil || m.Seq != 2 {
		t.Errorf("a read mark that says nothing new: %+v, %v", m, err)
	}
	release()
}
