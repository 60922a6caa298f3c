//go:build linux || darwin

package sqlstore

import (
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

const roleSqueezed = "squeezed"

func childRoles() map[string]func(*child, string) {
	return map[string]func(*child, string){rolePoster: postUntilKilled, rolePusher: pushUntilKilled, roleCareless: postCarelessly, roleSqueezed: writeWhereNothingFits}
}

// limitFiles lets no file of this process grow beyond size, like a disk that
// has no more room.
func limitFiles(c *child, size uint64) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		c.Errorf("getrlimit: %v", err)
	}
	if limit.Cur = size; size == 0 {
		limit.Cur = limit.Max
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		c.Errorf("setrlimit: %v", err)
	}
}

// writeWhereNothingFits is the child of TestADiskThatTakesNoMoreRefusesWritesAndRecovers.
func writeWhereNothingFits(c *child, path string) {
	signal.Ignore(syscall.SIGXFSZ) // the write's error is what we want
	s, err := Open(c.Context(), path, Options{})
	if err != nil {
		c.Errorf("open: %v", err)
		return
	}
	last, err := s.Last(c.Context(), lobby.ID)
	if err != nil {
		c.Errorf("last: %v", err)
	}
	for range 3 {
		limitFiles(c, 1)
		wantNoWrites(c, s, int(last))
		limitFiles(c, 0)
		wantWrites(c, s, int(last))
		last++
	}
	if err := s.Close(); err != nil {
		c.Errorf("close: %v", err)
	}
}

func TestADiskThatTakesNoMoreRefusesWritesAndRecovers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
		t.Fatal(err)
	}
	cmd, stderr := childCommand(t, roleSqueezed, path)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	if n := len(wholeLog(t, openAt(t, path, Options{}), lobby.ID)); n != 5 {
		t.Errorf("the log has %d events, want 5", n)
	}
}
