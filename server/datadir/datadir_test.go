package datadir

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func open(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestAFolderIsHeldByOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "data")
	d := open(t, path)
	if _, err := Open(path); !errors.Is(err, ErrInUse) {
		t.Fatalf("a second Open returned %v, want ErrInUse", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestANewFolderAndItsSecretsAreTheOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("file modes say nothing there")
	}
	path := filepath.Join(t.TempDir(), "data")
	d := open(t, path)
	if _, err := d.Secret("setup-token"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{path: 0o700, d.Path("setup-token"): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(name), got, want)
		}
	}
}

func TestASecretStaysUntilItIsForgotten(t *testing.T) {
	d := open(t, t.TempDir())
	first, err := d.Secret("s")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := d.Secret("s"); again != first || len(first) < 50 {
		t.Errorf("the secret was %q, then %q", first, again)
	}
	if err := d.Forget("s"); err != nil {
		t.Fatal(err)
	}
	if err := d.Forget("s"); err != nil {
		t.Errorf("forgetting nothing: %v", err)
	}
	if fresh, _ := d.Secret("s"); fresh == first {
		t.Error("a forgotten secret came back")
	}
}

func TestAFileIsNoFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil {
		t.Fatal("a file was opened as a folder")
	}
}
