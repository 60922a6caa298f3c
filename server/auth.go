package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"hubbub/shared"
)

const sessionCookie = "hubbub_session"

// authenticate finds who r speaks for by the token that it carries, which must
// be for what r wants; a shared.CodeUnauthorized error when nobody.
func (s *Server) authenticate(r *http.Request, scope shared.Scope) (actor, error) {
	a, err := s.introduce(r)
	if err == nil {
		err = a.may(scope)
	}
	if err != nil {
		return actor{}, err
	}
	return s.chat.settle(r.Context(), a)
}

// introduce is authenticate for who may only listen: the actor need not have
// settled here.
func (s *Server) introduce(r *http.Request) (actor, error) {
	token := s.requestToken(r)
	if token == "" {
		return actor{}, errSignIn()
	}
	return s.authenticateToken(r.Context(), token)
}

// authenticateToken finds who holds a token.
func (s *Server) authenticateToken(ctx context.Context, token string) (actor, error) {
	now := s.opts.Now()
	session, user, err := s.opts.Store.Session(ctx, hashToken(token), now)
	if errors.Is(err, ErrNotFound) {
		return s.recognise(ctx, token)
	}
	if err != nil {
		return actor{}, s.chat.tell(ctx, err, errBadToken)
	}
	s.touch(ctx, session, now)
	return actorOf(session, user), nil
}

// requestToken is the token that r carries, or "". The header wins over the
// cookie, also when there is nothing good in it: who sends one means it, and a
// browser sends the cookie unasked. Schemes that are not ours are a proxy's own
// affair.
func (s *Server) requestToken(r *http.Request) string {
	switch scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.ToLower(scheme) {
	case "bearer":
		return strings.TrimSpace(token)
	case "basic": // what clients make of ws://name:token@host/ws
		_, token, _ := r.BasicAuth() // the name is for people to read
		return token
	}
	for _, name := range []string{sessionCookie, s.opts.Cookie} {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			return c.Value
		}
	}
	return ""
}

// originAllowed reports whether a browser's Origin header is this site's or a
// listed one's, or absent because r does not come from a browser.
func (s *Server) originAllowed(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return true
	}
	return len(origins) == 1 && origins[0] == s.origin(r) || s.listed(r)
}

// origin is this site's as a browser writes it: "https://chat.example.org".
func (s *Server) origin(r *http.Request) string {
	if s.site != "" {
		return s.site
	}
	if r.TLS != nil {
		return "https://" + strings.TrimSuffix(strings.ToLower(r.Host), ":443")
	}
	return "http://" + strings.TrimSuffix(strings.ToLower(r.Host), ":80")
}

// secure reports whether people reach the server over https, so that the
// session cookie must never travel without.
func (s *Server) secure(r *http.Request) bool {
	return strings.HasPrefix(s.origin(r), "https://")
}

func errSignIn() *shared.Error {
	return shared.Errorf(shared.CodeUnauthorized, "sign in first")
}

func errBadToken() *shared.Error {
	return shared.Errorf(shared.CodeUnauthorized, "this token is not valid, or not any more: sign in again")
}
