// Package datadir is the folder in which one server keeps what must survive: it
// is created private, held by one process at a time, and keeps small secrets
// beside the database. It knows nothing of what is in the database.
package datadir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hubbub/shared"
)

// ErrInUse means that another process holds the folder.
var ErrInUse = errors.New("in use by another process")

// Dir is a folder that this process holds. Open makes one.
type Dir struct {
	path string
	lock *os.File // nil where there are no locks
}

// Open creates the folder if need be, readable by its owner alone, and holds it
// until Close. It returns ErrInUse while another process does. The lock ends
// with the process, however that ends.
func Open(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("creating the data folder: %w", err)
	}
	lock, err := hold(path)
	if err != nil {
		return nil, fmt.Errorf("locking the data folder: %w", err)
	}
	return &Dir{path: path, lock: lock}, nil
}

// Path returns the path of a file in the folder.
func (d *Dir) Path(name string) string { return filepath.Join(d.path, name) }

// Close lets another process have the folder.
func (d *Dir) Close() error {
	if d.lock == nil {
		return nil
	}
	return d.lock.Close()
}

// Secret returns what the file name holds: a random token, made at the first
// call and readable by the folder's owner alone.
func (d *Dir) Secret(name string) (string, error) {
	return d.Keep(name, func() (string, error) { return shared.NewSecret(), nil })
}

// Keep is Secret for what is not just any token: fresh makes it at the first
// call. It has one line.
func (d *Dir) Keep(name string, fresh func() (string, error)) (string, error) {
	b, err := os.ReadFile(d.Path(name))
	if secret := strings.TrimSpace(string(b)); err == nil && secret != "" {
		return secret, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	secret, err := fresh()
	if err != nil {
		return "", fmt.Errorf("making a secret: %w", err)
	}
	if err := d.write(name, secret+"\n"); err != nil {
		return "", fmt.Errorf("keeping a secret: %w", err)
	}
	return secret, nil
}

// Forget removes a secret. There may be none.
func (d *Dir) Forget(name string) error {
	if err := os.Remove(d.Path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a secret: %w", err)
	}
	return nil
}

// write replaces a file as a whole: a crash leaves the old one or the new one.
func (d *Dir) write(name, content string) error {
	f, err := os.CreateTemp(d.path, "."+name+"-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), d.Path(name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
