package sqlstore

import (
	"syscall"
	"testing"
)

// needDisk fails a benchmark whose folder is in memory, where a commit costs
// nothing and its figures would say nothing.
func needDisk(b *testing.B, dir string) {
	b.Helper()
	const tmpfs, ramfs = 0x01021994, 0x858458f6
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		b.Fatal(err)
	}
	if kind := uint32(fs.Type); kind == tmpfs || kind == ramfs {
		b.Fatalf("%s is in memory: set TMPDIR to a folder on a disk", dir)
	}
}
