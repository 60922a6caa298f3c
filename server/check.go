package server

import (
	"encoding/json"
	"net/http"
	"sync"

	"hubbub/shared"
)

// showCheck is GET /check, for anybody: whoever cannot sign in needs it most.
func (s *Server) showCheck(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, s.view(r, shared.ScreenCheck))
}

// handleFacts is GET /check/facts.
func (s *Server) handleFacts(w http.ResponseWriter, r *http.Request) {
	facts := shared.Facts{
		Version:    s.opts.Version,
		Origin:     s.origin(r),
		Host:       clip(r.Host),
		Address:    s.clientAddress(r),
		TLS:        r.TLS != nil,
		Upgrade:    clip(r.Header.Get("Upgrade")),
		Connection: clip(r.Header.Get("Connection")),
		Attempt:    s.attempts.find(r.URL.Query().Get("attempt")),
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via", "Cf-Ray"} {
		if r.Header.Get(name) != "" {
			facts.Forwarded = append(facts.Forwarded, name)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	facts.Now = shared.Millis(s.opts.Now().UnixMilli()) // last, so that the asker's clock can be held against it
	_ = json.NewEncoder(w).Encode(facts)                // whoever asked may have left
}

// pushToSelf is POST /check/push: whoever asks is told something as programs
// tell people things, to see that it arrives and how fast. It is for who
// listens now; ?name= comes back with it.
func (s *Server) pushToSelf(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeRead)
	if err != nil {
		return err
	}
	err = firstError(can(a.user.Role, pushToUser, object{self: true}), s.limits.user.allow(string(a.user.ID)))
	if err != nil {
		return err
	}
	answer, err := s.chat.sendPush(r.Context(), string(a.user.ID), shared.NewPush{
		UserID: a.user.ID, Event: shared.CheckEvent, Message: "connection check", TTL: new(int64), Collapse: r.URL.Query().Get("name"),
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

const (
	maxAttempts = 64  // remembered at the same time
	maxClip     = 200 // bytes of a header
)

func clip(value string) string { return value[:min(len(value), maxClip)] }

// attempts are the latest WebSockets that were tried at /echo under a name,
// opened or not.
type attempts struct {
	mu     sync.Mutex
	names  [maxAttempts]string         // guarded by mu
	latest [maxAttempts]shared.Attempt // guarded by mu: by the same index
	next   int                         // guarded by mu
}

// note takes in a request to /echo, if it has a name.
func (a *attempts) note(r *http.Request) {
	name := r.URL.Query().Get("attempt")
	if name == "" || len(name) > shared.MaxKey {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names[a.next] = name
	a.latest[a.next] = shared.Attempt{
		Upgrade:    clip(r.Header.Get("Upgrade")),
		Connection: clip(r.Header.Get("Connection")),
		Origin:     clip(r.Header.Get("Origin")),
	}
	a.next = (a.next + 1) % maxAttempts
}

// find returns the attempt with a name, or nil.
func (a *attempts) find(name string) *shared.Attempt {
	if name == "" {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.names {
		if a.names[i] == name {
			found := a.latest[i]
			return &found
		}
	}
	return nil
}
