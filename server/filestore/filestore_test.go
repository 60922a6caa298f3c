package filestore_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hubbub/server"
	"hubbub/server/filestore"
	"hubbub/server/servertest"
)

func open(t *testing.T, root string) *filestore.Store {
	t.Helper()
	s, err := filestore.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFiles(t *testing.T) {
	servertest.TestFiles(t, func(t *testing.T) server.Files { return open(t, filepath.Join(t.TempDir(), "files")) })
}

func put(t *testing.T, s *filestore.Store, id, content string) {
	t.Helper()
	_, err := s.Put(t.Context(), id, func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// everything lists the files below a folder.
func everything(t *testing.T, root string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(path, root+"/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestWhatWasPutIsThereAtTheNextStart(t *testing.T) {
	root := filepath.Join(t.TempDir(), "files")
	put(t, open(t, root), "abc", "hello")
	r, err := open(t, root).Open(t.Context(), "abc")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, _ := io.ReadAll(r); string(got) != "hello" {
		t.Errorf("it is %q", got)
	}
	if got := everything(t, root); len(got) != 1 || got[0] != "ab/abc" {
		t.Errorf("there is %v", got)
	}
}

func TestNobodyElseCanReadTheFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "files")
	put(t, open(t, root), "abc", "hello")
	for path, want := range map[string]os.FileMode{root: 0o700, root + "/ab": 0o700, root + "/ab/abc": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s is %v, %v", path, info.Mode(), err)
		}
	}
}

const childEnv = "HUBBUB_TEST_FILESTORE"

// TestMain runs the tests, or the process of one of them, which is killed while
// it writes.
func TestMain(m *testing.M) {
	if root := os.Getenv(childEnv); root != "" {
		s, err := filestore.Open(root)
		if err != nil {
			os.Exit(1)
		}
		_, _ = s.Put(context.Background(), "half", func(w io.Writer) error {
			_, _ = w.Write(make([]byte, 1<<20))
			_, _ = os.Stdout.WriteString("half\n")
			select {}
		})
	}
	os.Exit(m.Run())
}

func TestAProcessThatIsKilledWhileItWritesLeavesNothingHalf(t *testing.T) {
	root := filepath.Join(t.TempDir(), "files")
	put(t, open(t, root), "whole", "hello")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+root)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadFull(out, make([]byte, 5)) // it has written half
	if err := errors.Join(err, child.Process.Kill()); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if got := everything(t, root); len(got) != 2 {
		t.Errorf("the process left %v, want something half written beside", got)
	}
	s := open(t, root)
	if got := everything(t, root); len(got) != 1 || got[0] != "wh/whole" {
		t.Errorf("after the next start there is %v", got)
	}
	if _, err := s.Open(t.Context(), "half"); !errors.Is(err, server.ErrNotFound) {
		t.Errorf("open: %v", err)
	}
}

func TestADiskThatTakesNothingIsUnavailable(t *testing.T) {
	root := filepath.Join(t.TempDir(), "files")
	s := open(t, root)
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root, nil, 0o600); err != nil { // where a folder must be
		t.Fatal(err)
	}
	_, err := s.Put(t.Context(), "abc", func(w io.Writer) error { return nil })
	if !errors.Is(err, server.ErrUnavailable) {
		t.Errorf("put: %v", err)
	}
}
