package disktest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// Disk is a mounted file system on an image, which is in a memory of bounded
// size. Nothing of it outlives the test, or the process if that is killed.
type Disk struct {
	testing.TB
	Dir string // where it is mounted

	memory string // a tmpfs, which holds the image
	image  string
}

const (
	memorySize = "96m"
	imageSize  = 64 << 20
)

// New makes a disk. Its file system keeps a journal, like those of real ones.
func New(t testing.TB) *Disk {
	t.Helper()
	return newDisk(t, "has_journal")
}

// NewForgetful makes a disk for Starve. Its file system has no journal, and so
// does not notice by itself what it has lost.
func NewForgetful(t testing.TB) *Disk {
	t.Helper()
	return newDisk(t, "^has_journal")
}

func newDisk(t testing.TB, feature string) *Disk {
	t.Helper()
	need(t)
	dir := t.TempDir()
	d := &Disk{TB: t, Dir: filepath.Join(dir, "disk"), memory: filepath.Join(dir, "memory")}
	d.image = filepath.Join(d.memory, "image")
	for _, at := range []string{d.Dir, d.memory} {
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	d.guard()
	d.must("mount", "-t", "tmpfs", "-o", "size="+memorySize, "none", d.memory)
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.image, imageSize); err != nil {
		t.Fatal(err)
	}
	d.must("mkfs.ext4", "-q", "-O", feature, "-E", "lazy_itable_init=0", d.image)
	d.mount()
	return d
}

// need skips the test where a disk cannot be made. On a CI machine that could
// make one it fails instead: a test that is never run proves nothing.
func need(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, to mount a disk that fails")
	}
	if _, err := os.Stat("/dev/loop-control"); err != nil {
		t.Skip("needs loop devices, to mount a disk that fails")
	}
	for _, tool := range []string{"mkfs.ext4", "mount", "umount"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("needs %s (Debian's e2fsprogs and mount)", tool)
			}
			t.Skipf("needs %s (Debian's e2fsprogs and mount)", tool)
		}
	}
}

// guard unmounts everything when the test ends, and has a process of its own
// do it when this one does not live to see that.
func (d *Disk) guard() {
	const lastResort = `cat; umount -l "$1"; umount -l "$2"`
	keeper := exec.Command("sh", "-c", lastResort, "keeper", d.Dir, d.memory)
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is not for it
	alive, err := keeper.StdinPipe()
	if err != nil {
		d.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		d.Fatal(err)
	}
	d.Cleanup(func() {
		for _, at := range []string{d.Dir, d.memory} {
			if out, err := exec.Command("umount", at).CombinedOutput(); err != nil {
				d.Logf("umount: %v: %s", err, out)
			}
		}
		alive.Close()
		_ = keeper.Wait() // it fails when it finds nothing mounted, as it should
	})
}

func (d *Disk) must(name string, args ...string) {
	d.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		d.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
}

func (d *Disk) mount() {
	d.Helper()
	d.must("mount", "-o", "loop", d.image, d.Dir)
	d.smallWrites()
}

// smallWrites has the kernel write one block at a time. Of a larger write the
// loop device may keep a part and say that it kept all, which is another fault
// than the one that Starve is for.
func (d *Disk) smallWrites() {
	d.Helper()
	out, err := exec.Command("losetup", "-n", "-O", "NAME", "-j", d.image).Output()
	if err != nil {
		d.Fatalf("find the loop device: %v", err)
	}
	device := filepath.Base(strings.TrimSpace(string(out)))
	if err := os.WriteFile("/sys/block/"+device+"/queue/max_sectors_kb", []byte("4"), 0); err != nil {
		d.Fatal(err)
	}
}

// PowerOff makes the disk keep nothing more: what the kernel had not yet
// written is lost. Everything fails until Replug.
func (d *Disk) PowerOff() {
	d.Helper()
	const (
		shutdown   = 0x8004587d // FS_IOC_SHUTDOWN
		noLogFlush = 2
	)
	dir, err := os.Open(d.Dir)
	if err != nil {
		d.Fatal(err)
	}
	defer dir.Close()
	how := uint32(noLogFlush)
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, dir.Fd(), shutdown, uintptr(unsafe.Pointer(&how)))
	if failed != 0 {
		d.Fatalf("shut the file system down: %v", failed)
	}
}

// Replug mounts the disk again, as the machine does that comes back. Nobody
// may have a file open there.
func (d *Disk) Replug() {
	d.Helper()
	d.must("umount", d.Dir)
	d.mount()
}

// Fill leaves no room on the disk. Files there can be overwritten, but not grow.
func (d *Disk) Fill() (free func()) {
	d.Helper()
	return d.ballast(filepath.Join(d.Dir, "ballast"))
}

// Starve leaves the file system its room, but no memory behind it: what is
// written seems to succeed and is lost at the next fsync.
func (d *Disk) Starve() (feed func()) {
	d.Helper()
	return d.ballast(filepath.Join(d.memory, "ballast"))
}

// ballast writes a file until nothing more fits beside it.
func (d *Disk) ballast(path string) (remove func()) {
	d.Helper()
	f, err := os.Create(path)
	if err != nil {
		d.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err = error(nil); err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.Fatalf("fill the disk: %v", err)
	}
	return func() {
		d.Helper()
		if err := os.Remove(path); err != nil {
			d.Fatal(err)
		}
	}
}
