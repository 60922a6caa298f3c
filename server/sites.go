package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Pages of other sites may listen to pushes, and use the API, where
// Options.Origins names their site. They do so with a token alone: this site's
// cookies never count for them, and its pages and forms are not for them.

// admit treats a request of a listed site's page. It reports whether r was a
// question of the browser's (a preflight, see the Fetch standard), which is
// answered by then.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (answered bool) {
	origin := r.Header.Get("Origin")
	if !s.listed(r) || origin == s.origin(r) {
		return false
	}
	r.Header.Del("Cookie")
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// listed reports whether r is a program's, from a page of a listed site.
func (s *Server) listed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	return len(origins) == 1 && slices.Contains(s.opts.Origins, origins[0]) && forPrograms(r.URL.Path)
}

// parseOrigins returns Options.Origins in a browser's spelling.
func parseOrigins(raw []string) ([]string, error) {
	var origins []string
	for _, o := range raw {
		origin, base, err := parseSite(o)
		ascii := utf8.RuneCountInString(o) == len(o) // browsers write other hosts as xn--…
		if err != nil || origin == "" || base != "" || strings.Contains(o, "*") || !ascii {
			return nil, fmt.Errorf("%w: %q", ErrBadOrigin, o)
		}
		origins = append(origins, origin)
	}
	return origins, nil
}
