//go:build e2e

package web

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"
)

// patience is how long a browser may take before a test gives up. Chromium looks
// once a minute whether a service worker that was busy may go.
const patience = 150 * time.Second

// contentPolicy is the server's.
const contentPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// site is a server of what was built, with one page and no chat, whose network
// can be cut and whose build can be changed.
type site struct {
	*httptest.Server

	mu     sync.Mutex
	assets *Assets // guarded by mu
	cut    bool    // guarded by mu
}

func newSite(t *testing.T, a *Assets) *site {
	s := &site{assets: a}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) deploy(a *Assets) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.assets = a
}

func (s *site) setCut(cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cut
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	a, cut := s.assets, s.cut
	s.mu.Unlock()
	if cut {
		panic(http.ErrAbortHandler) // the connection ends without an answer
	}
	w.Header().Set("Content-Security-Policy", contentPolicy)
	switch r.URL.Path {
	case "/", "/r/lobby":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>here</title><link rel="stylesheet" href="%s"><script defer src="%s" id="boot"></script><h1>here</h1>`,
			a.URL("app.css"), a.URL("app.js"))
	case "/healthz":
	case "/ws":
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		_ = conn.Close(websocket.StatusTryAgainLater, "too slow")
	default:
		a.ServeHTTP(w, r)
	}
}

// nextBuild is a with another stylesheet.
func nextBuild(t *testing.T, a *Assets) *Assets {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(a.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") {
			return err
		}
		content, err := fs.ReadFile(a.files, name)
		style := a.byName["app.css"].File
		switch name {
		case IndexFile, "sw.js":
			content = bytes.ReplaceAll(content, []byte(style), []byte("app.next.css"))
			content = bytes.ReplaceAll(content, []byte(a.version), []byte("next"))
		case style:
			name = "app.next.css"
		}
		files[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	next, err := open(files)
	if err != nil {
		t.Fatal(err)
	}
	for i, asset := range next.byName {
		asset.Brotli, asset.Gzip, asset.Size = 0, 0, len(files[asset.File].Data)
		next.byName[i], next.byPath[asset.Path] = asset, asset
	}
	return next
}

// tab is a page in a fresh Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func newTab(t *testing.T) *tab {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, quit := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("closing Chromium: %v", err)
		}
		quit()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (is it installed?): %v", err)
	}
	return &tab{t, ctx}
}

func (p *tab) open(url string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		p.t.Fatalf("open %s: %v", url, err)
	}
}

// wait polls until a JavaScript expression, or what it promises, is true. A
// page that is just being left has no answer: then again.
func (p *tab) wait(what, js string) {
	p.t.Helper()
	var last any
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("(async () => !!(await ("+js+")))()", chromedp.EvalAwaitPromise))
		cancel()
		if ok {
			return
		}
		last = err
	}
	p.t.Fatalf("waited in vain for %s: %s (%v)", what, js, last)
}

func (p *tab) eval(js string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", js, err)
	}
	return got
}
