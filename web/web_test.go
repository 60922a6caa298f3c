package web

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// fixture is what a build writes, in small.
func fixture(t *testing.T) *Assets {
	t.Helper()
	index, err := json.Marshal(Index{Version: "v1", Assets: []Asset{
		{
			Name: "app.wasm", File: "app.abc.wasm", Path: "/web/app.abc.wasm", Type: "application/wasm",
			Immutable: true, Size: 8, Brotli: 6, Gzip: 7,
		},
		{Name: "icon.png", File: "icon.def.png", Path: "/web/icon.def.png", Type: "image/png", Immutable: true, Size: 7},
		{Name: "sw.js", File: "sw.js", Path: "/sw.js", Type: "text/javascript; charset=utf-8", Size: 6, Brotli: 2, Gzip: 2},
		{Name: "shell.html", File: "shell.123.html", Path: "/web/shell.123.html", Type: "text/html", Immutable: true, Based: true, Size: 25},
		{Name: "hubbub.js", File: "hubbub.js", Path: "/hubbub.js", Type: "text/javascript; charset=utf-8", Anywhere: true, Size: 8},
		{Name: "lost.css", File: "lost.css", Path: "/web/lost.css", Type: "text/css", Size: 1},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := open(fstest.MapFS{
		"index.json":      {Data: index},
		"README":          {Data: []byte("placeholder")},
		"app.abc.wasm":    {Data: []byte("the wasm")},
		"app.abc.wasm.br": {Data: []byte("brotli")},
		"app.abc.wasm.gz": {Data: []byte("gzipped")},
		"icon.def.png":    {Data: []byte("picture")},
		"shell.123.html":  {Data: []byte(`<a href="{{base}}/web/x">`)},
		"sw.js":           {Data: []byte("worker")},
		"hubbub.js":       {Data: []byte("listener")},
		"sw.js.br":        {Data: []byte("br")},
		"sw.js.gz":        {Data: []byte("gz")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(h http.Handler, method, path string, header ...string) (*http.Response, string) {
	r := httptest.NewRequest(method, "http://hubbub.example/", nil)
	r.URL.Path = path // as it is: NewRequest would refuse some
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	body, _ := io.ReadAll(answer.Body)
	return answer, string(body)
}

func TestTheBrowserGetsTheSmallestFormItAccepts(t *testing.T) {
	a := fixture(t)
	for _, c := range []struct{ accept, encoding, body string }{
		{"", "", "the wasm"},
		{"gzip, deflate, br, zstd", "br", "brotli"},
		{"gzip, deflate", "gzip", "gzipped"},
		{"br;q=0, gzip", "gzip", "gzipped"},
		{"br;q=0.0, gzip;q=0.000", "", "the wasm"},
		{"GZIP ; Q=0.5", "gzip", "gzipped"},
		{"BR;Q=0, GZIP", "gzip", "gzipped"},
		{"*", "br", "brotli"},
		{"br;q=0, *", "gzip", "gzipped"},
		{"identity", "", "the wasm"},
		{"identity, *;q=0", "", "the wasm"},
		{"brotli", "", "the wasm"},
		{"br;q=nonsense", "", "the wasm"},
	} {
		answer, body := get(a, "GET", "/web/app.abc.wasm", "Accept-Encoding", c.accept)
		if got := answer.Header.Get("Content-Encoding"); got != c.encoding || body != c.body {
			t.Errorf("Accept-Encoding %q: got %q with %q, want %q with %q", c.accept, got, body, c.encoding, c.body)
		}
		if answer.Header.Get("Vary") != "Accept-Encoding" || answer.ContentLength != int64(len(c.body)) {
			t.Errorf("Accept-Encoding %q: Vary %q, length %d", c.accept, answer.Header.Get("Vary"), answer.ContentLength)
		}
	}
}

func TestPagesOfOtherSitesMayLoadWhatIsForThem(t *testing.T) {
	a := fixture(t)
	for path, want := range map[string][2]string{"/hubbub.js": {"*", "cross-origin"}, "/sw.js": {}, "/web/app.abc.wasm": {}} {
		answer, _ := get(a, "GET", path, "Origin", "https://shop.example.org")
		h := answer.Header
		if got := [2]string{h.Get("Access-Control-Allow-Origin"), h.Get("Cross-Origin-Resource-Policy")}; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestAFileNamedByItsContentIsKeptForEverAndOthersAreAskedForAgain(t *testing.T) {
	a := fixture(t)
	for path, want := range map[string][2]string{
		"/web/app.abc.wasm": {"public, max-age=31536000, immutable", "application/wasm"},
		"/web/icon.def.png": {"public, max-age=31536000, immutable", "image/png"},
		"/sw.js":            {"no-cache", "text/javascript; charset=utf-8"},
		"/hubbub.js":        {"no-cache", "text/javascript; charset=utf-8"},
	} {
		answer, _ := get(a, "GET", path)
		if got := [2]string{answer.Header.Get("Cache-Control"), answer.Header.Get("Content-Type")}; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestAnUnchangedFileIsNotSentTwice(t *testing.T) {
	a := fixture(t)
	first, _ := get(a, "GET", "/sw.js", "Accept-Encoding", "br")
	tag := first.Header.Get("ETag")
	if again, body := get(a, "GET", "/sw.js", "Accept-Encoding", "br", "If-None-Match", `"other", `+tag); again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("with the same ETag: %d %q", again.StatusCode, body)
	}
	if other, body := get(a, "GET", "/sw.js", "Accept-Encoding", "gzip", "If-None-Match", tag); other.StatusCode != http.StatusOK || body != "gz" {
		t.Errorf("another encoding under the same ETag: %d %q", other.StatusCode, body)
	}
}

func TestOnlyListedFilesAreServed(t *testing.T) {
	a := fixture(t)
	for _, path := range []string{
		"/", "/web/", "/web/app.wasm", "/web/app.abc.wasm.br", "/web/index.json", "/web/README", "/index.json",
		"/web/../sw.js", "/web/../../etc/passwd", "/web/./app.abc.wasm", "//sw.js", "/web/app.abc.wasm/", "/web/\x00", "",
	} {
		if answer, _ := get(a, "GET", path); answer.StatusCode != http.StatusNotFound {
			t.Errorf("GET %q: got %d, want 404", path, answer.StatusCode)
		}
	}
	if answer, _ := get(a, "POST", "/sw.js"); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d, want 405", answer.StatusCode)
	}
	if answer, body := get(a, "HEAD", "/web/app.abc.wasm"); answer.StatusCode != http.StatusOK || body != "" || answer.ContentLength != 8 {
		t.Errorf("HEAD: got %d %q, length %d", answer.StatusCode, body, answer.ContentLength)
	}
	if answer, body := get(a, "GET", "/web/lost.css"); answer.StatusCode != http.StatusInternalServerError || !strings.Contains(body, "build it again") {
		t.Errorf("listed but missing: got %d %q", answer.StatusCode, body)
	}
}

func TestTheShellSaysWhereTheServerIs(t *testing.T) {
	a := fixture(t)
	tags := map[string]bool{}
	for base, want := range map[string]string{"": `<a href="/web/x">`, "/chat": `<a href="/chat/web/x">`} {
		answer, body := get(a.Under(base), "GET", "/web/shell.123.html", "Accept-Encoding", "br")
		if body != want || answer.ContentLength != int64(len(want)) || answer.Header.Get("Content-Encoding") != "" {
			t.Errorf("under %q: %q, length %d, encoding %q", base, body, answer.ContentLength, answer.Header.Get("Content-Encoding"))
		}
		tags[answer.Header.Get("ETag")] = true
	}
	if len(tags) != 2 {
		t.Errorf("two shells under the tags %v", tags)
	}
}

func TestTheAppIsFoundByItsPlainName(t *testing.T) {
	a := fixture(t)
	if got := a.URL("app.wasm"); got != "/web/app.abc.wasm" {
		t.Errorf("URL: got %q", got)
	}
	if got := a.Size("app.wasm"); got != 8 {
		t.Errorf("Size: got %d, want the uncompressed one", got)
	}
	if a.URL("nothing") != "" || a.Size("nothing") != 0 {
		t.Error("what does not exist has a URL or a size")
	}
	if a.Version() != "v1" {
		t.Errorf("Version: got %q", a.Version())
	}
}

func TestAProgramWithoutTheAppSaysHowToGetIt(t *testing.T) {
	a, err := open(fstest.MapFS{"README": {Data: []byte("placeholder")}})
	if err != nil {
		t.Fatal(err)
	}
	answer, body := get(a, "GET", "/web/app.abc.wasm")
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make build") {
		t.Errorf("got %d %q", answer.StatusCode, body)
	}
	if a.URL("app.wasm") != "" || a.Version() != "dev" {
		t.Errorf("URL %q, version %q", a.URL("app.wasm"), a.Version())
	}
}

func TestABrokenIndexIsAnError(t *testing.T) {
	if _, err := open(fstest.MapFS{"index.json": {Data: []byte("{")}}); err == nil {
		t.Error("no error")
	}
}
