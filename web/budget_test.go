//go:build e2e

package web

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"testing"
)

// builtIndex is what the last build wrote.
func builtIndex(t *testing.T) Index {
	t.Helper()
	text, err := fs.ReadFile(release(t).files, IndexFile)
	if err != nil {
		t.Fatal(err)
	}
	var index Index
	if err := json.Unmarshal(text, &index); err != nil {
		t.Fatal(err)
	}
	return index
}

// A budget that was measured on another form than the released one says little.
func TestWhatIsReleasedIsCompressedAsFarAsItGoes(t *testing.T) {
	if level := builtIndex(t).Level; level != 11 {
		t.Errorf("brotli %d, want 11: run make build", level)
	}
}

func TestEveryBuiltFileIsServedInEveryForm(t *testing.T) {
	a := release(t)
	for _, asset := range builtIndex(t).Assets {
		for encoding, size := range map[string]int{"": asset.Size, "br": asset.Brotli, "gzip": asset.Gzip} {
			want := encoding
			if size == 0 { // an image, which is compressed already, or the shell
				want, size = "", asset.Size
			}
			answer, body := get(a, "GET", asset.Path, "Accept-Encoding", encoding)
			if answer.StatusCode != http.StatusOK || len(body) != size || answer.Header.Get("Content-Encoding") != want {
				t.Errorf("%s as %q: %d, %d bytes of %d, as %q", asset.Path, encoding, answer.StatusCode, len(body), size, answer.Header.Get("Content-Encoding"))
			}
			if got := answer.Header.Get("Content-Type"); got != asset.Type {
				t.Errorf("%s: %s, want %s", asset.Path, got, asset.Type)
			}
		}
	}
}
