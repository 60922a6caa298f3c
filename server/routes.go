package server

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"

	"hubbub/shared"
)

// maxBody bounds what a form or a command may weigh, maxHook what may be sent to
// a webhook: of a long file the beginning is said, and how much is missing.
const (
	maxBody = 64 << 10
	maxHook = 1 << 20
)

func (s *Server) bodyLimit(path string) int64 {
	switch {
	case strings.HasPrefix(path, "/files"):
		return s.opts.FileLimit + maxBody // what reads a file says better what is too large
	case strings.HasPrefix(path, "/hooks/"):
		return maxHook + shared.MaxFiles*s.opts.FileLimit // what reads it bounds each part
	case path == "/pictures":
		return maxPortrait
	}
	return maxBody
}

// handler is an http.HandlerFunc that returns what went wrong instead of
// telling it.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes is every address of the server, below its base, behind what all of
// them share. A pattern that ends in a slash needs its twin without one: the
// mux would redirect to the path that it sees, which has no base.
func (s *Server) routes() http.Handler {
	mux := &router{ServeMux: http.NewServeMux()}
	mux.HandleFunc("GET /ws", s.handleSocket)
	mux.HandleFunc("GET /echo", s.handleEcho)
	mux.HandleFunc("GET /check/facts", s.handleFacts)
	mux.Handle("POST /check/push", s.api(s.pushToSelf))
	mux.HandleFunc("GET /healthz", s.handleHealthz)
	mux.HandleFunc("GET /readyz", s.handleReadyz)

	s.pushRoutes(mux)
	mux.Handle("POST /hooks/{secret}", s.api(s.handleHook))
	mux.Handle("POST /api/v1/session", s.api(s.startAPISession))
	mux.Handle("DELETE /api/v1/session", s.api(s.endAPISession))
	mux.Handle("POST /api/v1/{verb}", s.api(s.handleCommand))
	mux.Handle("POST /pictures", s.api(s.uploadPicture))
	mux.Handle("DELETE /pictures", s.api(s.dropPicture))
	mux.Handle("GET /pictures/{user}/{version}", s.api(s.showPicture))
	s.fileRoutes(mux)
	s.apiPages(mux)
	for _, pattern := range []string{"/api", "/api/"} {
		mux.Handle(pattern, s.api(func(http.ResponseWriter, *http.Request) error { return errNoCommand() }))
	}

	if s.opts.Assets != nil {
		for _, pattern := range []string{"/web", "/web/", "/sw.js", "/hubbub.js", "/manifest.webmanifest", "/favicon.ico"} {
			mux.Handle("GET "+pattern, s.assets())
		}
	}
	s.pageRoutes(mux)
	s.patterns = mux.patterns
	return s.edge(mux)
}

// router is a mux that knows what it was given, so that no route can be
// forgotten where all of them are described or tried.
type router struct {
	*http.ServeMux
	patterns []string
}

func (m *router) Handle(pattern string, h http.Handler) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.Handle(pattern, h)
}

func (m *router) HandleFunc(pattern string, h http.HandlerFunc) { m.Handle(pattern, h) }

// pageRoutes is what people see, with and without wasm.
func (s *Server) pageRoutes(mux *router) {
	if s.opts.Pages != nil {
		mux.Handle("GET /{$}", s.page(s.showHome))
		mux.Handle("GET /check", s.page(s.showCheck))
		mux.Handle("GET /setup", s.page(s.showSetup))
		mux.Handle("POST /setup", s.page(s.setup))
		mux.Handle("GET /join/{code}", s.page(s.showInvite))
		mux.Handle("POST /join/{code}", s.page(s.acceptInvite))
		mux.Handle("GET /join/{code}/qr.png", s.page(s.showInviteCode))
		mux.Handle("GET /signin", s.page(s.showSignIn))
		mux.Handle("POST /signin", s.page(s.submitSignIn))
		mux.Handle("POST /signout", s.page(s.submitSignOut))
		mux.Handle("GET /recover/{code}", s.page(s.showRecovery))
		mux.Handle("POST /recover/{code}", s.page(s.submitRecovery))
		mux.Handle("GET /r/{room}", s.page(s.showRoom))
		mux.Handle("GET /r/{room}/{seq}", s.page(s.showRoom))
		mux.Handle("POST /r/{room}", s.page(s.submitPost))
	}
	mux.Handle("/", s.page(func(http.ResponseWriter, *http.Request) error { return errNoPage() }))
}

// page serves h as one reader's own: no cache may keep it.
func (s *Server) page(h handler) http.Handler {
	return gzhttp.GzipHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}))
}

// api serves h to programs.
func (s *Server) api(h handler) http.Handler {
	return gzhttp.GzipHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.writeError(w, r, err)
		}
	}))
}
