package server

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
)

// address returns the origin and the base that the options give, each "" when
// they give none.
func (o Options) address() (site, base string, err error) {
	site, base, err = parseSite(o.URL)
	if err != nil {
		return "", "", err
	}
	path, ok := parseBase(o.Path)
	if !ok || path != "" && base != "" && path != base {
		return "", "", ErrBadPath
	}
	return site, cmp.Or(path, base), nil
}

// parseSite returns the origin of Options.URL in a browser's spelling, and the
// base that its path is.
func parseSite(raw string) (site, base string, err error) {
	if raw == "" {
		return "", "", nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", "", ErrBadURL
	}
	base, ok := parseBase(u.Path)
	bare := u.RawQuery == "" && u.Fragment == "" && u.User == nil
	if !ok || !bare || u.Hostname() == "" {
		return "", "", ErrBadURL
	}
	host := strings.ToLower(u.Host)
	switch strings.ToLower(u.Scheme) {
	case "https":
		return "https://" + strings.TrimSuffix(host, ":443"), base, nil
	case "http":
		return "http://" + strings.TrimSuffix(host, ":80"), base, nil
	}
	return "", "", ErrBadURL
}

// unreserved characters mean themselves in paths, HTML, JSON and cookies, so
// that a base made of them can be written anywhere.
const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// parseBase returns a path without the slash at its end: "/chat", or "" for a
// host's root. It is not ok when it cannot be written as it is everywhere.
func parseBase(path string) (base string, ok bool) {
	base = strings.TrimSuffix(path, "/")
	if base == "" {
		return "", true
	}
	segments, rooted := strings.CutPrefix(base, "/")
	for segment := range strings.SplitSeq(segments, "/") {
		if strings.Trim(segment, ".") == "" || strings.Trim(segment, unreserved) != "" {
			return "", false
		}
	}
	return base, rooted
}

// mount serves h under the base. What h sees of a request is below it.
func (s *Server) mount(h http.Handler) http.Handler {
	if s.base == "" {
		return h
	}
	mux := http.NewServeMux()
	mux.Handle(s.base+"/", http.StripPrefix(s.base, h))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		setHeaders(w.Header())
		http.Error(w, "there is nothing here: this server is at "+s.base+"/", http.StatusNotFound)
	})
	return mux
}

// link is the whole address of a path of this server, for other devices.
func (s *Server) link(r *http.Request, path string) string { return s.origin(r) + s.base + path }

// redirect sends a browser on to a path of this server.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, s.base+path, http.StatusSeeOther)
}

// cookiePath keeps cookies from other programs of the same host.
func (s *Server) cookiePath() string { return cmp.Or(s.base, "/") }

// assets serves Options.Assets, which may have to say where they are.
func (s *Server) assets() http.Handler {
	if a, ok := s.opts.Assets.(interface {
		Under(base string) http.Handler
	}); ok {
		return a.Under(s.base)
	}
	return s.opts.Assets
}
