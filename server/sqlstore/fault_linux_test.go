package sqlstore

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/server"
	"hubbub/server/disktest"
	"hubbub/shared"
)

// onDisk is a claimed store on a disk that can fail, with a log of 2.
func onDisk(t *testing.T, d *disktest.Disk) *Store {
	t.Helper()
	return claimed(t, openAt(t, filepath.Join(d.Dir, "hubbub.db"), Options{}))
}

// postUntilRefused uses up the room that the files still have, and returns how
// long the log has become.
func postUntilRefused(t *testing.T, s *Store) (log int) {
	t.Helper()
	for {
		err := s.Probe(t.Context()) // the smallest write there is
		if errors.Is(err, server.ErrUnavailable) {
			last, err := s.Last(t.Context(), lobby.ID)
			if err != nil {
				t.Fatal(err)
			}
			return int(last)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: shared.NewID(), Text: "x"}}, start)
		if err != nil && !errors.Is(err, server.ErrUnavailable) {
			t.Fatal(err)
		}
	}
}

func TestAfterAFailedSyncNothingMoreIsAcknowledged(t *testing.T) {
	d := disktest.NewForgetful(t)
	s := onDisk(t, d)
	feed := d.Starve()
	log := postUntilRefused(t, s)
	feed()
	for range 3 { // the disk would say yes now
		wantNoWrites(t, s, log)
	}
	err := s.Probe(t.Context())
	if err == nil || !strings.Contains(err.Error(), "check the disk, then restart") {
		t.Errorf("the operator reads %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again := openAt(t, filepath.Join(d.Dir, "hubbub.db"), Options{})
	wantWrites(t, again, len(wholeLog(t, again, lobby.ID)))
}

func TestWhatWaitsWhileASyncFailsIsRefusedToo(t *testing.T) {
	d := disktest.NewForgetful(t)
	s := onDisk(t, d)
	d.Starve()
	log := len(wholeLog(t, s, lobby.ID))
	release := hold(t, s)
	crowd := 3 * s.writer.opts.Group
	results := make(chan error, crowd)
	for range crowd {
		go func() {
			_, _, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: shared.NewID(), Text: strings.Repeat("x", 10_000)}}, start)
			results <- err
		}()
	}
	until(t, "all writes to wait", waiting(s, crowd))
	release()
	for range crowd {
		if err := <-results; err == nil {
			log++
		} else if !errors.Is(err, server.ErrUnavailable) {
			t.Errorf("a post got %v", err)
		}
	}
	wantNoWrites(t, s, log)
}

// The log of the writes has room for more, but the file that it is moved to has
// not. SQLite would try that again and then write over the log.
func TestAfterAFailedSettlingNothingMoreIsAcknowledgedEither(t *testing.T) {
	d := disktest.NewForgetful(t)
	path := filepath.Join(d.Dir, "hubbub.db")
	s := claimed(t, openAt(t, path, Options{}))
	makeLongLog(t, s)
	feed := d.Starve()
	log := postUntilRefused(t, s)
	feed()
	for range 3 {
		wantNoWrites(t, s, log)
	}
	if err := s.Probe(t.Context()); !strings.Contains(err.Error(), "settle the log") {
		t.Errorf("it was refused for another reason: %v", err)
	}
	if err := s.Close(); err != nil { // which must leave the log as it is
		t.Error(err)
	}
	d.Replug()
	if n := len(wholeLog(t, openAt(t, path, Options{}), lobby.ID)); n != log {
		t.Errorf("the log has %d events, want %d", n, log)
	}
}

func TestAClosingThatFailsLeavesTheLog(t *testing.T) {
	d := disktest.NewForgetful(t)
	path := filepath.Join(d.Dir, "hubbub.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	makeLongLog(t, claimed(t, s))
	feed := d.Starve()
	for range 30 { // the log has room for these
		say(t, s, shared.NewID()+strings.Repeat("x", 1000))
	}
	log := len(wholeLog(t, s, lobby.ID))
	if err := s.Close(); !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("the operator reads %v", err)
	}
	feed()
	d.Replug()
	if n := len(wholeLog(t, openAt(t, path, Options{}), lobby.ID)); n != log {
		t.Errorf("the log has %d events, want %d", n, log)
	}
}

// makeLongLog has so much written at once that the file for the log becomes
// longer than it will need to be for small writes.
func makeLongLog(t *testing.T, s *Store) {
	t.Helper()
	release := hold(t, s)
	crowd := 2 * s.writer.opts.Group
	results := make(chan error, crowd)
	for range crowd {
		go func() {
			_, _, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: shared.NewID(), Text: strings.Repeat("x", 10_000)}}, start)
			results <- err
		}()
	}
	until(t, "all writes to wait", waiting(s, crowd))
	release()
	for range crowd {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	say(t, s, shared.NewID()) // when the writer takes this one, it has settled what was before
}

func TestADiskThatDiesRefusesWrites(t *testing.T) {
	d := disktest.New(t)
	s := onDisk(t, d)
	d.PowerOff()
	for range 3 {
		wantRefusals(t, s)
	}
}

func TestAFullDiskRefusesWritesUntilThereIsRoom(t *testing.T) {
	d := disktest.New(t)
	s := onDisk(t, d)
	for round := range 3 {
		free := d.Fill()
		log := postUntilRefused(t, s)
		wantNoWrites(t, s, log)
		free()
		wantWrites(t, s, log)
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
}
