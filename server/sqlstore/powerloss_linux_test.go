package sqlstore

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"hubbub/shared"
)

const (
	roleRelaxed   = "relaxed"
	powerCycles   = 20
	relaxedCycles = 5
)

// postWithoutSync is postUntilKilled with synchronous=NORMAL.
func postWithoutSync(c *child, path string) { postWith(c, path, Options{synchronous: 1}) }

// disk is a file system of its own whose power can be cut.
type disk struct {
	t     *testing.T
	image string
	dir   string // where it is mounted
}

// newDisk makes one. It needs root and a loop device.
func newDisk(t *testing.T) *disk {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("cutting the power of a disk needs root: sudo -E go test -run Power ./server/sqlstore")
	}
	for _, tool := range []string{"mkfs.ext4", "mount", "umount"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("cutting the power of a disk needs %s", tool)
		}
	}
	d := &disk{t: t, image: filepath.Join(t.TempDir(), "disk"), dir: t.TempDir()}
	f, err := os.Create(d.image)
	if err == nil {
		err = errors.Join(f.Truncate(256<<20), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := d.run("mkfs.ext4", "-q", d.image); err != nil {
		t.Fatal(err)
	}
	if err := d.run("mount", "-o", "loop", d.image, d.dir); err != nil {
		t.Skipf("this machine mounts no files: %v", err)
	}
	t.Cleanup(func() {
		if err := d.run("umount", d.dir); err != nil {
			_ = d.run("umount", "-l", d.dir) // better than staying
		}
	})
	return d
}

func (d *disk) run(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// cut stops a process and then the disk: what was written and not synced is
// gone, as when the power fails.
func (d *disk) cut(p *os.Process) error {
	const shutdown, withoutLogFlush = 0x8004587d, 2 // FS_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	dir, err := os.Open(d.dir)
	if err != nil {
		return err
	}
	err = unix.IoctlSetPointerInt(int(dir.Fd()), shutdown, withoutLogFlush)
	return errors.Join(err, dir.Close(), p.Kill())
}

// restore brings the disk back, with what it has.
func (d *disk) restore() {
	d.t.Helper()
	if err := errors.Join(d.run("umount", d.dir), d.run("mount", "-o", "loop", d.image, d.dir)); err != nil {
		d.t.Fatal(err)
	}
}

func TestNothingAcknowledgedIsLostByPowerLoss(t *testing.T) {
	d := newDisk(t)
	path := filepath.Join(d.dir, "hubbub.db")
	if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
		t.Fatal(err)
	}
	log, total := shared.Seq(2), 0
	for cycle := range powerCycles {
		acked := ackedUntilKilled(t, rolePoster, path, d.cut)
		total += len(acked)
		d.restore()
		log = auditCrash(t, path, log, acked)
		if t.Failed() {
			t.Fatalf("in cycle %d", cycle+1)
		}
	}
	t.Logf("%d acknowledged messages survived %d power losses", total, powerCycles)
}

// A test that cannot see a loss proves nothing: with less care there is one.
func TestWithoutSyncPowerLossTakesMessages(t *testing.T) {
	d := newDisk(t)
	lost, total := 0, 0
	for cycle := range relaxedCycles {
		path := filepath.Join(d.dir, fmt.Sprintf("hubbub-%d.db", cycle))
		if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
			t.Fatal(err)
		}
		syscall.Sync() // what is lost is to be messages
		acked := ackedUntilKilled(t, roleRelaxed, path, d.cut)
		total += len(acked)
		d.restore()
		s := openAt(t, path, Options{})
		for _, ev := range wholeLog(t, s, lobby.ID) {
			delete(acked, ev.Seq)
		}
		lost += len(acked)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if lost == 0 {
		t.Errorf("of %d messages none was lost: this test would see no loss", total)
	}
	t.Logf("with synchronous=NORMAL %d of %d acknowledged messages were lost", lost, total)
}
