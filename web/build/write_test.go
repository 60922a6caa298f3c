package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/andybalholm/brotli"

	"hubbub/web"
)

func small(style string) *bundle {
	b := newBundle(brotliFast)
	b.add("app.css", "text/css", []byte(style))
	b.add("icon.png", "image/png", []byte("\x89PNG"))
	b.version = b.hash(nil)
	return b
}

func TestABuildReplacesTheOneBeforeAndKeepsThePlaceholder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(out+"/README", []byte("placeholder"), 0o644); err != nil {
		t.Fatal(err)
	}
	first, second := small("one"), small("two")
	for _, b := range []*bundle{first, second} {
		if err := b.write("inputs"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(out + "/" + first.find("app.css").File); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old stylesheet is still there: %v", err)
	}
	if _, err := os.Stat(out + "/README"); err != nil {
		t.Error(err)
	}
	index, err := readIndex()
	if err != nil {
		t.Fatal(err)
	}
	if index.Inputs != "inputs" || index.Level != brotliFast || index.Version != second.version || len(index.Assets) != 2 {
		t.Errorf("got %+v", index)
	}
	checkForms(t, index.Assets[0], "two")
}

// checkForms compares all that is stored of an asset.
func checkForms(t *testing.T, a web.Asset, want string) {
	t.Helper()
	br, err := os.ReadFile(out + "/" + a.File + ".br")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(br))); string(got) != want || err != nil || a.Brotli != len(br) {
		t.Errorf("brotli: got %q, %v, size %d of %d", got, err, a.Brotli, len(br))
	}
	gz, err := os.ReadFile(out + "/" + a.File + ".gz")
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != want || err != nil || a.Gzip != len(gz) {
		t.Errorf("gzip: got %q, %v, size %d of %d", got, err, a.Gzip, len(gz))
	}
}

func TestABuildThatWasCutShortIsNotTakenForWhole(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := small("one").write("inputs"); err != nil {
		t.Fatal(err)
	}
	if err := clean(); err != nil {
		t.Fatal(err)
	}
	if upToDate("inputs", brotliFast) {
		t.Error("an empty folder is up to date")
	}
}

func TestABuildIsRepeatedWhenItsInputsOrTheLevelChange(t *testing.T) {
	t.Chdir(t.TempDir())
	b := small("one")
	if err := b.write("inputs"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		inputs string
		level  int
		want   bool
	}{
		{"inputs", brotliFast, true},
		{"others", brotliFast, false},
		{"inputs", brotliBest, false},
	} {
		if got := upToDate(c.inputs, c.level); got != c.want {
			t.Errorf("up to date for %q at %d: got %v", c.inputs, c.level, got)
		}
	}
	if err := os.Remove(out + "/" + b.find("app.css").File + ".br"); err != nil {
		t.Fatal(err)
	}
	if upToDate("inputs", brotliFast) {
		t.Error("up to date without one of its files")
	}
}
