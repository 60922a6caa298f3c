package sqlstore

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hubbub/server"
	"hubbub/server/servertest"
	"hubbub/shared"
)

func TestSQLiteIsAStore(t *testing.T) {
	servertest.TestStore(t, func(t *testing.T) server.Store { return openNew(t, Options{}) })
}

func TestSQLiteIsAStoreWithACommitForEachWriteToo(t *testing.T) {
	servertest.TestStore(t, func(t *testing.T) server.Store { return openNew(t, Options{Group: 1}) })
}

func TestEverythingIsThereAfterReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "hubbub.db")
	s := claimed(t, openAt(t, path, Options{}))
	said := say(t, s, "k1")
	epoch, err := s.Epoch(t.Context())
	if err != nil || epoch == "" {
		t.Fatalf("the epoch is %q, %v", epoch, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := openAt(t, path, Options{})
	if log := wholeLog(t, again, lobby.ID); len(log) != 3 || !cmp.Equal(log[2].Message, said.Message) || log[2].At != said.At {
		t.Errorf("the log is %+v", log)
	}
	if now, err := again.Epoch(t.Context()); now != epoch || err != nil {
		t.Errorf("the epoch went from %q to %q, %v", epoch, now, err)
	}
}

func TestTwoDatabasesHaveTwoEpochs(t *testing.T) {
	a, _ := openNew(t, Options{}).Epoch(t.Context())
	b, _ := openNew(t, Options{}).Epoch(t.Context())
	if a == b {
		t.Errorf("both are %q", a)
	}
}

func TestClosingTwiceIsNoError(t *testing.T) {
	s := openNew(t, Options{})
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAClosedStoreRefusesWrites(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: "late", Text: "x"}}, start)
	if !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, server.ErrUnavailable)
	}
}

func TestAPathMayHaveAnyCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b%20c#d?e=f&g+中文", "hubbub.db")
	s := claimed(t, openAt(t, path, Options{}))
	say(t, s, "k1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if log := wholeLog(t, openAt(t, path, Options{}), lobby.ID); len(log) != 3 {
		t.Errorf("the log has %d events, want 3", len(log))
	}
}

// pragma asks the writing or a reading connection.
func pragma(t *testing.T, s *Store, writer bool, name string) (got string) {
	t.Helper()
	err := s.reader.row(t.Context(), "PRAGMA "+name).Scan(&got)
	if writer {
		err = s.writer.do(t.Context(), func(tx *tx) error { return tx.row("PRAGMA " + name).Scan(&got) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestEveryConnectionRunsWithThePragmas(t *testing.T) {
	s := openNew(t, Options{})
	for _, p := range [][2]string{
		{"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"}, {"busy_timeout", "5000"},
	} {
		for _, writer := range []bool{true, false} {
			if got := pragma(t, s, writer, p[0]); got != p[1] {
				t.Errorf("writer %v: %s is %s, want %s", writer, p[0], got, p[1])
			}
		}
	}
}

func TestPragmasThatDidNotTakeAreAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	db, err := openDB(path, nil, 1) // as SQLite is by itself
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = newSession(t.Context(), db, Options{}.withDefaults())
	var unsafe *pragmaError
	if !errors.As(err, &unsafe) {
		t.Fatalf("got %v", err)
	}
	var told *OpenError
	if errors.As(openFailure(path, err), &told); told == nil || told.Problem != Unsafe {
		t.Errorf("a person is told %v", told)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	if _, err := s.reader.db.ExecContext(t.Context(), `DELETE FROM events`); err == nil {
		t.Error("a reading connection deleted the log")
	}
}

func TestUnreadIsCountedFromAnIndexAlone(t *testing.T) {
	s := claimed(t, openNew(t, Options{}))
	rows, err := s.reader.query(t.Context(), `EXPLAIN QUERY PLAN `+selectStates, owner.ID, shared.MaxUnread)
	plan, err := collect(rows, err, func(row scanner) (step string, err error) {
		var ignore int
		return step, row.Scan(&ignore, &ignore, &ignore, &step)
	})
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(plan, "\n"); !strings.Contains(all, "SEARCH e USING COVERING INDEX events_said (room=? AND seq>?)") {
		t.Errorf("the plan is\n%s", all)
	}
}
