// Package web holds and serves what browsers load: the app as wasm, script,
// style, icons, manifest and service worker. web/build makes them; they are
// embedded, so the program is one file.
package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed all:built
var built embed.FS

const (
	// IndexFile lists what was built.
	IndexFile = "index.json"
	// BasePlace stands for the path that the server is under.
	BasePlace = "{{base}}"
)

// Index is what a build wrote.
type Index struct {
	Inputs  string  `json:"inputs"`  // hash of everything that was read
	Level   int     `json:"level"`   // of brotli
	Version string  `json:"version"` // hash of everything that was written
	Assets  []Asset `json:"assets"`
}

// Asset is one file that browsers can load.
type Asset struct {
	Name      string `json:"name"` // as the app knows it: "app.wasm"
	File      string `json:"file"` // in web/built
	Path      string `json:"path"` // of its URL
	Type      string `json:"type"`
	Immutable bool   `json:"immutable,omitempty"` // its path changes with its content
	Based     bool   `json:"based,omitempty"`     // BasePlace in it stands for the server's path; never compressed
	Later     bool   `json:"later,omitempty"`     // browsers keep it when they first needed it, not from the start
	Anywhere  bool   `json:"anywhere,omitempty"`  // pages of other sites may load it
	Size      int    `json:"size"`                // in bytes, as are the next two; 0: not made
	Brotli    int    `json:"brotli,omitempty"`
	Gzip      int    `json:"gzip,omitempty"`
}

// Assets is what was built, ready to be served.
type Assets struct {
	files   fs.FS
	version string
	base    string // what the paths of the server begin with: "/chat", or ""
	byName  map[string]Asset
	byPath  map[string]Asset
}

// Open returns what is embedded in this program. A program that was built
// without running web/build first has none: then pages work by forms alone.
func Open() (*Assets, error) {
	files, err := fs.Sub(built, "built")
	if err != nil {
		return nil, err
	}
	return open(files)
}

func open(files fs.FS) (*Assets, error) {
	a := &Assets{files: files, version: "dev", byName: map[string]Asset{}, byPath: map[string]Asset{}}
	b, err := fs.ReadFile(files, IndexFile)
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	var index Index
	if err := json.Unmarshal(b, &index); err != nil {
		return nil, fmt.Errorf("web/built/%s: %w", IndexFile, err)
	}
	a.version = index.Version
	for _, asset := range index.Assets {
		a.byName[asset.Name] = asset
		a.byPath[asset.Path] = asset
	}
	return a, nil
}

// Version identifies this build of the app: a hash of its content, or "dev".
func (a *Assets) Version() string { return a.version }

// Under returns a as a server under a path like "/chat" serves it. Requests
// come without that path.
func (a *Assets) Under(base string) http.Handler {
	under := *a
	under.base = base
	return &under
}

// URL returns the path under which name is served, without the server's own, or
// "" when there is no such asset.
func (a *Assets) URL(name string) string { return a.byName[name].Path }

// Size returns the uncompressed size of an asset in bytes, 0 without one.
func (a *Assets) Size(name string) int { return a.byName[name].Size }

// ServeHTTP serves an asset, compressed as the browser accepts.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asset, ok := a.byPath[r.URL.Path]
	switch {
	case len(a.byPath) == 0:
		http.Error(w, "the browser app is not in this program: build it with make build", http.StatusServiceUnavailable)
	case !ok:
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	default:
		a.serve(w, r, asset)
	}
}

func (a *Assets) serve(w http.ResponseWriter, r *http.Request, asset Asset) {
	if asset.Based {
		a.serveBased(w, r, asset)
		return
	}
	v := variant{file: asset.File, size: asset.Size}
	if asset.Brotli > 0 {
		w.Header().Add("Vary", "Accept-Encoding")
		v = asset.variant(negotiate(r.Header.Get("Accept-Encoding")))
	}
	f, err := a.files.Open(v.file)
	if err != nil {
		missing(w)
		return
	}
	defer f.Close()
	a.setHeaders(w.Header(), asset, v)
	http.ServeContent(w, r, "", time.Time{}, f.(io.ReadSeeker)) // as every file of an embed.FS is
}

// serveBased serves what has to say where the server is: a page that is shown
// at any address.
func (a *Assets) serveBased(w http.ResponseWriter, r *http.Request, asset Asset) {
	page, err := fs.ReadFile(a.files, asset.File)
	if err != nil {
		missing(w)
		return
	}
	page = bytes.ReplaceAll(page, []byte(BasePlace), []byte(a.base))
	a.setHeaders(w.Header(), asset, variant{file: asset.File + a.base})
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page))
}

func missing(w http.ResponseWriter) {
	http.Error(w, "this file is missing from the program: build it again", http.StatusInternalServerError)
}

// variant is one of the files that hold an asset.
type variant struct {
	file, encoding string
	size           int
}

func (a Asset) variant(encoding string) variant {
	switch encoding {
	case "br":
		return variant{a.File + ".br", encoding, a.Brotli}
	case "gzip":
		return variant{a.File + ".gz", encoding, a.Gzip}
	}
	return variant{a.File, "", a.Size}
}

func (a *Assets) setHeaders(h http.Header, asset Asset, v variant) {
	h.Set("Content-Type", asset.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	if asset.Anywhere {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if v.encoding != "" {
		h.Set("Content-Encoding", v.encoding)
		h.Set("Content-Length", strconv.Itoa(v.size)) // ServeContent leaves it out here
	}
	if asset.Immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("ETag", strconv.Quote(v.file))
		return
	}
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", strconv.Quote(v.file+"."+a.version))
}

// negotiate chooses the smallest encoding that an Accept-Encoding header
// allows, "" for none (RFC 9110 section 12.5.3).
func negotiate(accept string) string {
	allowed := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToLower(accept), ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			q, _ = strconv.ParseFloat(value, 64) // what is no number is not wanted
		}
		allowed[strings.TrimSpace(coding)] = q > 0
	}
	for _, coding := range []string{"br", "gzip"} {
		if ok, named := allowed[coding]; ok || !named && allowed["*"] {
			return coding
		}
	}
	return ""
}
