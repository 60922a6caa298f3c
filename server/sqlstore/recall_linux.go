package sqlstore

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// recall has the kernel forget what it remembers of a database that nobody has
// open, so that what is read is what the disk holds. After a failed fsync the
// two differ: what was written is shown until the machine restarts, and is gone
// then. Even to write it once more would not help, as ext4 believes that it has
// a place for it on the disk already.
func recall(path string) error {
	for _, name := range []string{path, path + "-wal"} {
		if err := recallFile(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func recallFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil { // only what is on the disk can be forgotten
		return err
	}
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}
