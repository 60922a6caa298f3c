package server

import (
	"errors"
	"net/http"

	"hubbub/shared"
)

// pushRoutes is pushing over HTTP, and hearing pushes where WebSockets do not
// pass.
func (s *Server) pushRoutes(mux *router) {
	mux.Handle("POST /push", s.api(s.submitPush))
	mux.Handle("GET /push/{id}", s.api(s.showPush))
	mux.Handle("PATCH /push/{id}", s.api(s.changePush))
	mux.Handle("DELETE /push/{id}", s.api(s.removePush))
	mux.HandleFunc("GET /events", s.handleEvents)
	for pattern, methods := range map[string]string{
		"/push": "POST", "/push/{id}": "GET, PATCH, DELETE", "/events": "GET",
	} {
		mux.Handle(pattern, s.api(notAllowed(methods)))
	}
}

// notAllowed answers for methods that an address does not have.
func notAllowed(methods string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Allow", methods)
		return writeJSON(w, http.StatusMethodNotAllowed,
			shared.Errorf(shared.CodeUnknown, "there is no %s here: use %s", r.Method, methods))
	}
}

// submitPush is POST /push.
func (s *Server) submitPush(w http.ResponseWriter, r *http.Request) error {
	sender, err := s.pushSender(r)
	if err != nil {
		return err
	}
	var n shared.NewPush
	if err := decodeJSON(r, &n); err != nil {
		return err
	}
	answer, err := s.chat.sendPush(r.Context(), sender, n)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

// showPush is GET /push/{id}.
func (s *Server) showPush(w http.ResponseWriter, r *http.Request) error {
	sender, err := s.pushSender(r)
	if err != nil {
		return err
	}
	status, err := s.chat.pushStatus(r.Context(), sender, r.PathValue("id"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, status)
}

// changePush is PATCH /push/{id}, with what changes as its body.
func (s *Server) changePush(w http.ResponseWriter, r *http.Request) error {
	sender, err := s.pushSender(r)
	if err != nil {
		return err
	}
	var change shared.PushChange
	if err := decodeJSON(r, &change); err != nil {
		return err
	}
	change.ID = r.PathValue("id")
	if err := s.chat.amendPush(r.Context(), sender, change); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct{}{})
}

// removePush is DELETE /push/{id}.
func (s *Server) removePush(w http.ResponseWriter, r *http.Request) error {
	sender, err := s.pushSender(r)
	if err != nil {
		return err
	}
	if err := s.chat.clearPush(r.Context(), sender, r.PathValue("id")); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct{}{})
}

// pushSender is on whose behalf r pushes: the user of its token, or "", the
// site itself, where Options.PushAuth says so.
func (s *Server) pushSender(r *http.Request) (string, error) {
	if s.opts.PushAuth != nil {
		var known *shared.Error
		err := s.opts.PushAuth(r)
		if err != nil && !errors.As(err, &known) {
			return "", forbidden("this request may not push: %v", err)
		}
		return "", err
	}
	a, err := s.authenticate(r, shared.ScopePush)
	if err != nil {
		return "", err
	}
	if err := can(a.user.Role, pushToUser, object{}); err != nil {
		return "", err
	}
	return string(a.user.ID), s.limits.push.allow(string(a.user.ID))
}
