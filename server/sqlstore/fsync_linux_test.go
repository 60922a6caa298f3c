package sqlstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"hubbub/server"
	"hubbub/shared"
)

const (
	roleUnsynced = "unsynced"
	lowFiles     = 200 // descriptors below it fail to sync
)

// failSync makes the kernel answer EIO to fsync and fdatasync of files with
// low descriptors, in all threads, for good.
func failSync(c *child) {
	const (
		load, jumpEqual, jumpAbove, answer = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, unix.BPF_RET | unix.BPF_K
		number, firstArgument              = 0, 16 // offsets in struct seccomp_data
	)
	program := []unix.SockFilter{
		{Code: load, K: number},
		{Code: jumpEqual, Jt: 1, K: unix.SYS_FSYNC},
		{Code: jumpEqual, Jf: 3, K: unix.SYS_FDATASYNC},
		{Code: load, K: firstArgument},
		{Code: jumpAbove, Jt: 1, K: lowFiles},
		{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
		{Code: answer, K: unix.SECCOMP_RET_ALLOW},
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		c.Errorf("no new privileges: %v", err)
	}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&filter)))
	if errno != 0 {
		c.Errorf("seccomp: %v", errno)
	}
}

// writeWhereNothingIsKept is the child of TestAfterAFailedSyncNothingIsAcknowledged.
func writeWhereNothingIsKept(c *child, path string) {
	s, err := Open(c.Context(), path, Options{})
	if err != nil {
		c.Errorf("open: %v", err)
		return
	}
	wantWrites(c, s, 2)
	failSync(c)
	wantNoWrites(c, s, 3)
	var low []*os.File
	for { // the disk is well again: files opened from here on can be synced
		f, err := os.Open(os.DevNull)
		if err != nil {
			c.Errorf("%v", err)
			return
		}
		if low = append(low, f); f.Fd() > lowFiles {
			break
		}
	}
	other, err := Open(c.Context(), filepath.Join(filepath.Dir(path), "other.db"), Options{})
	if err != nil {
		c.Errorf("the disk is not well again: %v", err)
		return
	}
	wantNoWrites(c, s, 3)
	_, _, err = s.Post(c.Context(), owner.Author(), shared.Post{Room: lobby.ID, Key: "late", Text: "x"}, start)
	if !errors.Is(err, server.ErrUnavailable) || !strings.Contains(err.Error(), "restart") {
		c.Errorf("an operator reads %v", err)
	}
	if err := other.Close(); err != nil {
		c.Errorf("close: %v", err)
	}
	for _, f := range low {
		f.Close()
	}
}

func TestAfterAFailedSyncNothingIsAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hubbub.db")
	if err := claimed(t, openAt(t, path, Options{})).Close(); err != nil {
		t.Fatal(err)
	}
	cmd, stderr := childCommand(t, roleUnsynced, path)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	wantWrites(t, openAt(t, path, Options{}), len(wholeLog(t, openAt(t, path, Options{}), lobby.ID)))
}
