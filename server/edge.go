package server

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"hubbub/shared"
)

// edge is what every request passes: the log, the net under panics, the
// headers, the limit on bodies and the check of where it comes from.
func (s *Server) edge(next http.Handler) http.Handler {
	guarded := s.guard(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.opts.Now()
		out := &response{ResponseWriter: w}
		defer s.logRequest(out, r, start)
		defer s.recover(out, r)
		setHeaders(w.Header())
		if s.admit(out, r) {
			return
		}
		r.Body = http.MaxBytesReader(out, r.Body, s.bodyLimit(r.URL.Path))
		guarded.ServeHTTP(out, r)
	})
}

// guard refuses what a page of another site sends with this site's cookies.
func (s *Server) guard(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	if s.site != "" {
		_ = protection.AddTrustedOrigin(s.site) // parseSite made it: it is one
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		if !s.listed(r) && protection.Check(r) != nil || !safe && !s.originAllowed(r) {
			s.fail(w, r, errForeign())
			return
		}
		next.ServeHTTP(w, r)
	})
}

func errForeign() *shared.Error {
	return forbiddenError("this request comes from another site than this server's address; " +
		"if it should not, tell the server its address with --url")
}

// logRequest names the route, never the path: paths hold invite codes.
func (s *Server) logRequest(w *response, r *http.Request, start time.Time) {
	s.opts.Log.Debug("request", "method", r.Method, "route", r.Pattern, "status", w.status,
		"took", s.opts.Now().Sub(start), "addr", r.RemoteAddr)
}

// recover answers for a handler that panicked: one request fails, not the
// server.
func (s *Server) recover(w *response, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	s.opts.Log.Error("panic", "route", r.Pattern, "err", fmt.Sprint(v), "stack", string(debug.Stack()))
	if w.status == 0 {
		s.fail(w, r, shared.AsError(nil))
	}
}

// fail tells err to whoever asked: a page to people, JSON to programs.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if s.opts.Pages == nil || forPrograms(r.URL.Path) {
		s.writeError(w, r, err)
		return
	}
	s.showNotice(w, r, err)
}

// forPrograms reports whether those who ask for a path read JSON.
func forPrograms(path string) bool {
	switch path {
	case "/ws", "/echo", "/push", "/events", "/pictures":
		return true
	}
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/push/") || strings.HasPrefix(path, "/hooks/") ||
		strings.HasPrefix(path, "/pictures/") || strings.HasPrefix(path, "/files")
}

// response remembers what was answered.
type response struct {
	http.ResponseWriter
	status int
}

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack takes the connection over, for /ws.
func (w *response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status = http.StatusSwitchingProtocols
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
