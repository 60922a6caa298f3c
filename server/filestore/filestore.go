// Package filestore keeps the bytes of files in a folder: each under its id, in
// folders by the id's first two characters. A file is there whole or not at
// all: it is written beside, brought to the disk, and only then given its name.
package filestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hubbub/server"
)

// unfinished is the folder of what is being written. No id is that short.
const unfinished = "tmp"

// shard is how many characters of an id name its folder.
const shard = 2

// Store is a server.Files in a folder. Open makes one.
type Store struct{ root string }

var _ server.Files = (*Store)(nil)

// Open opens a folder, or makes it, readable by its owner alone. What an
// earlier process did not finish to write is removed: one process has it.
func Open(root string) (*Store, error) {
	tmp := filepath.Join(root, unfinished)
	err := os.RemoveAll(tmp)
	if err == nil {
		err = os.MkdirAll(tmp, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("filestore: %w", err)
	}
	return &Store{root}, nil
}

// path is where the file id is. Ids come from addresses, too: what is not made
// of a to z, 0 to 9 and "-", or too short, is the id of no file.
func (s *Store) path(id string) (string, error) {
	ok := len(id) > shard && len(id) <= 64
	for _, c := range []byte(id) {
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return "", fmt.Errorf("filestore: %q is no id: %w", id, server.ErrNotFound)
	}
	return filepath.Join(s.root, id[:shard], id), nil
}

// Put implements server.Files.
func (s *Store) Put(_ context.Context, id string, fill func(io.Writer) error) (size int64, err error) {
	path, err := s.path(id)
	if err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(filepath.Join(s.root, unfinished), "") // mode 0600
	if err != nil {
		return 0, unavailable(err)
	}
	w := &writer{f: f}
	err = fill(w)
	if w.err != nil { // whatever fill made of it, the disk is the reason
		err = unavailable(w.err)
	}
	if err == nil {
		err = unavailable(f.Sync())
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = unavailable(s.name(f.Name(), path))
	}
	if err != nil {
		_ = os.Remove(f.Name()) // else the next Open does
		return 0, err
	}
	return w.n, nil
}

// writer counts what is written and remembers why it could not be.
type writer struct {
	f   *os.File
	n   int64
	err error
}

func (w *writer) Write(b []byte) (int, error) {
	n, err := w.f.Write(b)
	w.n += int64(n)
	if err != nil {
		w.err = err
	}
	return n, err
}

// name gives a finished file its name, for good.
func (s *Store) name(tmp, path string) error {
	dir := filepath.Dir(path)
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		if err := syncDir(s.root); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(dir)
}

// Open implements server.Files.
func (s *Store) Open(_ context.Context, id string) (io.ReadSeekCloser, error) {
	path, err := s.path(id)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("filestore: %q: %w", id, server.ErrNotFound)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return f, nil
}

// Remove implements server.Files.
func (s *Store) Remove(_ context.Context, id string) error {
	path, err := s.path(id)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unavailable(err)
	}
	return nil
}

// List implements server.Files.
func (s *Store) List(ctx context.Context, prefix string) ([]server.Stored, error) {
	dirs, err := os.ReadDir(s.root)
	if err != nil {
		return nil, unavailable(err)
	}
	var all []server.Stored
	for _, dir := range dirs {
		name := dir.Name()
		if name == unfinished || !dir.IsDir() || !strings.HasPrefix(name, prefix) && !strings.HasPrefix(prefix, name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		files, err := os.ReadDir(filepath.Join(s.root, name))
		if err != nil {
			return nil, unavailable(err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err == nil && strings.HasPrefix(f.Name(), prefix) { // else it was removed just now
				all = append(all, server.Stored{ID: f.Name(), At: info.ModTime()})
			}
		}
	}
	return all, nil
}

// unavailable is a failure of the disk in the server's words.
func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("filestore: %w: %w", server.ErrUnavailable, err)
}
