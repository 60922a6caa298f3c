package sqlstore

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

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
