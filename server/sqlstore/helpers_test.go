package sqlstore

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/server"
	"hubbub/shared"
)

func TestMain(m *testing.M) {
	if !runChild() {
		goleak.VerifyTestMain(m)
	}
}

// openNew opens a database in a folder of its own.
func openNew(tb testing.TB, o Options) *Store {
	tb.Helper()
	return openAt(tb, filepath.Join(tb.TempDir(), "hubbub.db"), o)
}

func openAt(tb testing.TB, path string, o Options) *Store {
	tb.Helper()
	s, err := Open(context.Background(), path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}

var (
	owner = shared.User{ID: "uowner", Name: "Ada", Handle: "ada", Role: shared.RoleOwner}
	lobby = shared.Room{ID: "rlobby", Name: "lobby"}
	start = time.UnixMilli(1_795_000_000_000)
)

// claimed is a store with an owner and a first room, whose log has 2 events.
func claimed(tb testing.TB, s *Store) *Store {
	tb.Helper()
	err := s.Claim(context.Background(), server.Account{User: owner}, "Studio", lobby, start)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// say posts and must succeed.
func say(tb testing.TB, s *Store, key string) shared.Event {
	tb.Helper()
	ev, _, err := s.Post(context.Background(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: key, Text: "said " + key}}, start)
	if err != nil {
		tb.Fatal(err)
	}
	return ev
}

// wholeLog returns a room's log and fails unless it is gapless.
func wholeLog(tb testing.TB, s *Store, room shared.RoomID) []shared.Event {
	tb.Helper()
	var all []shared.Event
	for {
		evs, err := s.After(context.Background(), room, shared.Seq(len(all)), shared.MaxPage)
		if err != nil {
			tb.Fatal(err)
		}
		if len(evs) == 0 {
			break
		}
		all = append(all, evs...)
	}
	if err := gapless(all); err != nil {
		tb.Fatal(err)
	}
	last, err := s.Last(context.Background(), room)
	if err != nil || int(last) != len(all) {
		tb.Fatalf("the log has %d events, its counter says %d, %v", len(all), last, err)
	}
	return all
}

func gapless(log []shared.Event) error {
	for i, ev := range log {
		if ev.Seq != shared.Seq(i+1) {
			return fmt.Errorf("event %d of the log has seq %d", i+1, ev.Seq)
		}
	}
	return nil
}
