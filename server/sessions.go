package server

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/shared"
)

const (
	sessionTTL = 90 * 24 * time.Hour // after the last use
	touchEvery = time.Hour
)

func hashToken(token string) [32]byte { return sha256.Sum256([]byte(token)) }

// startSession signs user in on the device that sent r, and returns the token:
// the only copy there ever is.
func (s *Server) startSession(r *http.Request, user shared.UserID) (token string, err error) {
	token = shared.NewSecret()
	now := s.opts.Now()
	err = s.opts.Store.AddSession(r.Context(), Session{
		ID:      shared.NewID(),
		User:    user,
		Hash:    hashToken(token),
		Device:  deviceName(r.UserAgent()),
		Created: now,
		Seen:    now,
		Expires: now.Add(sessionTTL),
	})
	if err != nil {
		return "", s.chat.tell(r.Context(), err, errNoUser)
	}
	return token, nil
}

// touch notes that a session is in use. A store that cannot write must not
// keep people from reading, so failure only costs the note.
func (s *Server) touch(ctx context.Context, session Session, now time.Time) {
	if now.Sub(session.Seen) < touchEvery || s.limits.touch.allow(session.ID) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	expires := now.Add(sessionTTL)
	if session.Author != "" {
		expires = session.Expires // a token lives as long as was said when it was made
	}
	if err := s.opts.Store.TouchSession(ctx, session.ID, now, expires); err != nil {
		s.opts.Log.Warn("session not touched", "user", session.User, "err", err)
	}
}

// signIn starts a session and hands its token to the browser.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, user shared.UserID) error {
	token, err := s.startSession(r, user)
	if err != nil {
		return err
	}
	s.setSessionCookie(w, r, token, sessionTTL)
	return nil
}

// renewCookie lets the browser keep the cookie as long as the store keeps the
// session.
func (s *Server) renewCookie(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil && c.Value == s.requestToken(r) {
		s.setSessionCookie(w, r, c.Value, sessionTTL)
	}
}

func (s *Server) setSessionCookie(w http.ResponseWriter, r *http.Request, token string, ttl time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name:     sessionCookie,
		Value:    token,
		Path:     s.cookiePath(),
		MaxAge:   int(ttl.Seconds()), // negative: forget it now
		HttpOnly: true,
		Secure:   s.secure(r),
		SameSite: http.SameSiteLaxMode,
	})
}

// deviceName says in words what a User-Agent header means, for the list of
// one's sessions.
func deviceName(agent string) string {
	browser := firstMatch(agent, [][2]string{
		{"Edg", "Edge"},
		{"OPR/", "Opera"},
		{"Firefox/", "Firefox"},
		{"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chromium/", "Chromium"},
		{"Chrome/", "Chrome"},
		{"Safari/", "Safari"},
	})
	system := firstMatch(agent, [][2]string{
		{"Android", "Android"},
		{"iPhone", "iPhone"},
		{"iPad", "iPad"},
		{"Windows", "Windows"},
		{"Mac OS X", "macOS"},
		{"CrOS", "ChromeOS"},
		{"Linux", "Linux"},
	})
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "" || system != "":
		return browser + system
	}
	return programName(agent)
}

// programName is the first product of a program's User-Agent: "curl/8.5".
func programName(agent string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(agent), " ")
	if name == "" || !utf8.ValidString(name) || len(name) > 40 {
		return "unknown device"
	}
	return name
}

func firstMatch(s string, table [][2]string) string {
	for _, row := range table {
		if strings.Contains(s, row[0]) {
			return row[1]
		}
	}
	return ""
}
