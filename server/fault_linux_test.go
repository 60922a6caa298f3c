package server_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"hubbub/server/disktest"
)

func TestAFullDiskIsOnlyAPause(t *testing.T) {
	d := disktest.New(t)
	tr := newTroubled(t, d.Dir)
	tr.goesThrough(d.Fill)
}

// The kernel lets nobody make a file system read-only under an open database.
// It can refuse writes to the files themselves.
func TestAReadOnlyDatabaseIsOnlyAPause(t *testing.T) {
	d := disktest.New(t)
	tr := newTroubled(t, d.Dir)
	files := []string{tr.path, tr.path + "-wal"}
	tr.goesThrough(func() func() {
		chattr(t, "+i", files)
		return func() { chattr(t, "-i", files) }
	})
}

func chattr(t *testing.T, mode string, files []string) {
	t.Helper()
	if out, err := exec.Command("chattr", append([]string{mode}, files...)...).CombinedOutput(); err != nil {
		t.Fatalf("chattr %s: %v: %s", mode, err, out)
	}
}

func TestADiskThatForgetsEndsTheWritingAndNotTheReading(t *testing.T) {
	d := disktest.NewForgetful(t)
	tr := newTroubled(t, d.Dir)
	tr.post("first", "first")
	feed := d.Starve()
	tr.exhaust()
	feed()
	tr.exhaust() // the disk would say yes now
	tr.wantTrouble()
	if code := tr.status("/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d", code)
	}
	log := tr.log.String()
	if n := strings.Count(log, "level=ERROR"); n != 1 || !strings.Contains(log, "check the disk, then restart") {
		t.Errorf("the operator reads %d errors:\n%s", n, log)
	}
}
