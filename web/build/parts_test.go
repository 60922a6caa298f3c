package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hubbub/web"
)

// parts is a build without the wasm, which takes seconds.
func parts(t *testing.T) *bundle {
	t.Helper()
	t.Chdir("../..")
	b := newBundle(brotliFast)
	b.add("app.wasm", "application/wasm", []byte("\x00asm"))
	if err := b.addParts(); err != nil {
		t.Fatal(err)
	}
	return b
}

func content(b *bundle, name string) string { return string(b.bytes[b.find(name).File]) }

func TestEveryStylesheetIsInTheOneThatIsServedInOrder(t *testing.T) {
	css := content(parts(t), "app.css")
	files, err := filepath.Glob("web/style/*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".css"); !slices.Contains(styles, name) {
			t.Errorf("%s is not served", f)
		}
	}
	last := -1
	for _, name := range styles {
		part, err := os.ReadFile("web/style/" + name + ".css")
		if err != nil {
			t.Fatal(err)
		}
		at := strings.Index(css, string(part))
		if at <= last {
			t.Errorf("%s.css at %d, after the one before at %d", name, at, last)
		}
		last = at
	}
}

func TestTheScriptHasWhatItsPartsNeedBeforeThem(t *testing.T) {
	js := content(parts(t), "app.js")
	last := -1
	for _, want := range []string{"globalThis.Go = class", "var hubbubBase", "class WebSocket extends Native", "new Go()"} {
		at := strings.Index(js, want)
		if at <= last {
			t.Errorf("%q at %d, want it after %d", want, at, last)
		}
		last = at
	}
}

func TestNoPlaceForAnAssetIsLeftEmpty(t *testing.T) {
	b := parts(t)
	for _, name := range []string{"shell.html", "manifest.webmanifest", "sw.js", "app.js"} {
		text := strings.ReplaceAll(content(b, name), web.BasePlace, "") // which the server fills
		if strings.Contains(text, "{{") || strings.Contains(text, "BUILD */") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestTheWorkerKeepsEveryFileNamedByItsContent(t *testing.T) {
	b := parts(t)
	_, rest, _ := strings.Cut(content(b, "sw.js"), "const BUILD = ")
	line, _, _ := strings.Cut(rest, ";\n")
	var list struct {
		Version, Shell string
		Keep, Later    []string
	}
	if err := json.Unmarshal([]byte(line), &list); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	var want []string
	later := []string{b.find("emoji.txt").Path, b.find("pinyin.txt").Path}
	for _, a := range b.assets {
		if a.Immutable && !a.Later {
			want = append(want, a.Path)
		}
	}
	if !slices.Equal(list.Later, later) {
		t.Errorf("kept later: %q, want %q", list.Later, later)
	}
	if !slices.Equal(list.Keep, want) || !slices.Contains(want, list.Shell) || list.Version != b.version {
		t.Errorf("got %+v, want to keep %q in %s", list, want, b.version)
	}
}

func TestWhatOtherSitesLoadIsSmallAndNotTheWorkersToKeep(t *testing.T) {
	b := parts(t)
	a := b.find("hubbub.js")
	if a.Path != "/hubbub.js" || !a.Anywhere || a.Immutable {
		t.Errorf("it is %+v", a)
	}
	small, err := compressGzip([]byte(content(b, "hubbub.js")))
	if err != nil || len(small) > 4000 {
		t.Errorf("hubbub.js is %d bytes, compressed: %v", len(small), err)
	}
	if strings.Contains(content(b, "sw.js"), "hubbub.js") {
		t.Error("the worker knows of it")
	}
}

func TestTheVersionIsTheContents(t *testing.T) {
	version := func(style, name string) string {
		b := newBundle(brotliFast)
		b.add("app.css", "text/css", []byte(style))
		b.addAt("/manifest.webmanifest", "application/manifest+json", []byte(name))
		return b.hash(nil)
	}
	first, again := version("a", "b"), version("a", "b")
	if first != again {
		t.Error("the same content has two versions")
	}
	if first == version("x", "b") || first == version("a", "x") {
		t.Error("a change of content is no change of version")
	}
}

func TestANameChangesWithTheContent(t *testing.T) {
	b := newBundle(brotliFast)
	b.add("app.css", "text/css", []byte("one"))
	one := b.find("app.css").Path
	c := newBundle(brotliFast)
	c.add("app.css", "text/css", []byte("two"))
	if two := c.find("app.css").Path; one == two || !strings.HasPrefix(one, "/web/app.") || !strings.HasSuffix(one, ".css") {
		t.Errorf("got %s and %s", one, two)
	}
}
