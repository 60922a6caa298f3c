package sqlstore

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"hubbub/server"
	"hubbub/server/disktest"
	"hubbub/shared"
)

const (
	powerRounds    = 20
	carelessRounds = 4
)

func TestNothingAcknowledgedIsLostByAPowerLoss(t *testing.T) {
	acked, lost := losePower(t, rolePoster, powerRounds)
	t.Logf("%d power losses took %d of %d acknowledged messages", powerRounds, lost, acked)
	if lost > 0 {
		t.Errorf("%d acknowledged messages are gone", lost)
	}
}

// If nothing were lost here, the test above would prove nothing.
func TestAPowerLossTakesWhatDidNotWaitForTheDisk(t *testing.T) {
	acked, lost := losePower(t, roleCareless, carelessRounds)
	t.Logf("without waiting for the disk %d power losses took %d of %d acknowledged messages", carelessRounds, lost, acked)
	if lost == 0 {
		t.Error("a power loss takes nothing: the disk of this test is no good")
	}
}

// losePower has a child post until the power goes, again and again, and counts
// what it had acknowledged and what of that was gone.
func losePower(t *testing.T, role string, rounds int) (total, lost int) {
	t.Helper()
	d := disktest.New(t)
	path := filepath.Join(d.Dir, "hubbub.db")
	if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
		t.Fatal(err)
	}
	from := shared.Seq(2)
	for round := range rounds {
		acked := ackedUntil(t, role, path, 1+rand.IntN(3000), func(t *testing.T, child *os.Process) {
			freeze(t, child)
			d.PowerOff()
			kill(t, child)
		})
		total += len(acked)
		d.Replug()
		from = auditCrash(t, path, from, acked)
		lost += len(acked)
		if t.Failed() {
			t.Fatalf("in round %d", round+1)
		}
	}
	return total, lost
}

// freeze stops a child where it is and waits until all of it stands still: on
// a machine without power nothing runs either. What runs while the file system
// is shut down may see an fsync succeed that came too late.
func freeze(t *testing.T, child *os.Process) {
	t.Helper()
	if err := child.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	for !status.Stopped() {
		if _, err := syscall.Wait4(child.Pid, &status, syscall.WUNTRACED, nil); err != nil && err != syscall.EINTR {
			t.Fatalf("stop the child: %v", err)
		}
	}
}

func TestTheFirstWritesSurviveAPowerLoss(t *testing.T) {
	d := disktest.New(t)
	path := filepath.Join(d.Dir, "hubbub.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	claimed(t, s)
	d.PowerOff()
	_ = s.Close() // there is nothing left to close
	d.Replug()
	if n := len(wholeLog(t, openAt(t, path, Options{}), lobby.ID)); n != 2 {
		t.Errorf("the log has %d events, want 2", n)
	}
}

// A process that ends after a failed fsync leaves a log that can be read from
// the kernel's memory and is not on the disk. The next one must not build on it.
func TestARestartAfterAFailedSyncBuildsOnlyOnWhatIsThere(t *testing.T) {
	for _, enough := range []int{1, 1000, 4000, 8000} { // the disk fails while a message is stored, or while the log is settled
		d := disktest.NewForgetful(t)
		path := filepath.Join(d.Dir, "hubbub.db")
		if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
			t.Fatal(err)
		}
		var feed func()
		acked := ackedUntil(t, rolePoster, path, enough, func(*testing.T, *os.Process) { feed = d.Starve() })
		feed()

		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		last := resendLast(t, s)
		acked[last.Seq] = last.Message.Key
		total := len(acked)
		d.PowerOff()
		_ = s.Close() // there is nothing left to close
		d.Replug()
		auditCrash(t, path, 2, acked)
		t.Logf("after %d acknowledged messages %d were lost", total, len(acked))
		wantNoneLost(t, acked)
	}
}

// resendLast says the last message of the log once more.
func resendLast(t *testing.T, s *Store) shared.Event {
	t.Helper()
	last, err := s.Last(t.Context(), lobby.ID)
	if err != nil {
		t.Fatal(err)
	}
	evs, err := s.After(t.Context(), lobby.ID, last-1, 1)
	if err != nil || len(evs) != 1 {
		t.Fatalf("the last of %d events: %v, %v", last, evs, err)
	}
	m := evs[0].Message
	ev, fresh, err := s.Post(t.Context(), owner.Author(), server.Said{Post: shared.Post{Room: lobby.ID, Key: m.Key, Text: m.Text}}, start)
	if err != nil || fresh || ev.Seq != last {
		t.Fatalf("the resend of %d got %d, %v, %v", last, ev.Seq, fresh, err)
	}
	return ev
}
