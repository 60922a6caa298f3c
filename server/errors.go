package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"hubbub/shared"
)

// Errors of New.
var (
	ErrNoStore = errors.New("server: Options.Store is required")
	ErrBadURL  = errors.New("server: Options.URL must be a scheme, a host and perhaps a path, like https://example.org/chat")
	ErrBadPath = errors.New("server: Options.Path must be like /chat, of letters, digits and -._~, and the path of Options.URL where that has one")
	// ErrBadOrigin comes with the origin that is none.
	ErrBadOrigin = errors.New("server: Options.Origins must be schemes and hosts, like https://shop.example.org")
)

// status says what each kind of failure is in HTTP.
func status(code shared.Code) int {
	switch code {
	case shared.CodeMalformed, shared.CodeInvalid:
		return http.StatusBadRequest
	case shared.CodeUnauthorized:
		return http.StatusUnauthorized
	case shared.CodeForbidden:
		return http.StatusForbidden
	case shared.CodeNotFound, shared.CodeUnknown:
		return http.StatusNotFound
	case shared.CodeTaken, shared.CodeKeyReused, shared.CodeArchived:
		return http.StatusConflict
	case shared.CodeTooFast:
		return http.StatusTooManyRequests
	case shared.CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case shared.CodeUnsupported:
		return http.StatusUnsupportedMediaType
	case shared.CodeGone:
		return http.StatusGone
	case shared.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// What is not there, each in its own words. A closed room is "not there" for
// those outside it.
func errNoRoom() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such room, or you are not in it")
}

func errNoMessage() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such message in this room, or it was deleted")
}

func errNoUser() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such person")
}

func errNoInvite() *shared.Error {
	return shared.Errorf(shared.CodeGone, "this invite link no longer works; ask for a new one")
}

func errNoPage() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is nothing at this address")
}

func errUnavailable() *shared.Error {
	e := shared.Errorf(shared.CodeUnavailable, "the server cannot read or store anything right now; try again in a moment")
	e.RetryAfter = 2
	return e
}

// tell turns a store's error into what the actor may know; missing words the
// thing that was not found. What nobody expected is logged here, and only here.
func (c *chat) tell(ctx context.Context, err error, missing func() *shared.Error) error {
	var known *shared.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case errors.Is(err, ErrNotFound):
		return missing()
	case errors.Is(err, ErrNoFile):
		return &shared.Error{
			Code: shared.CodeNotFound, Field: "files",
			Message: "a file of this message is not there, or in another message already: upload it for this room first",
		}
	case errors.Is(err, ErrTaken):
		return &shared.Error{Code: shared.CodeTaken, Field: "handle", Message: "this handle belongs to somebody else; choose another"}
	case errors.Is(err, ErrKeyUsed):
		return &shared.Error{Code: shared.CodeKeyReused, Field: "key", Message: "this key was used for another text in this room; a new message needs a new key"}
	case errors.Is(err, ErrClaimed):
		return errClaimed()
	case errors.Is(err, ErrSpent):
		return errNoInvite()
	case errors.Is(err, ErrLastOwner):
		return forbidden("a server needs an owner: make somebody else the owner first")
	case errors.Is(err, ErrUnavailable):
		c.health.note(err)
	case ctx.Err() == nil:
		c.log.Error("store failed", "err", err)
	}
	return errUnavailable()
}

func writeJSON(w http.ResponseWriter, status int, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the reader may have left; nobody to tell
	return nil
}

// writeError answers with what the other side may know of err.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	e := s.public(r, err)
	if err := writeJSON(w, setStatus(w, e), e); err != nil {
		s.opts.Log.Error("error not written", "err", err)
	}
}

// public returns what the other side may know of err, and logs what it may not.
func (s *Server) public(r *http.Request, err error) *shared.Error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return shared.Errorf(shared.CodeTooLarge, "the request is too large: at most %d bytes", tooLarge.Limit)
	}
	e := shared.AsError(err)
	if e.Code == shared.CodeInternal {
		s.opts.Log.Error("request failed", "route", r.Pattern, "err", err)
	}
	return e
}

// setStatus sets the headers that belong to e and returns its status.
func setStatus(w http.ResponseWriter, e *shared.Error) int {
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	if e.Code == shared.CodeUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="hubbub"`)
	}
	return status(e.Code)
}
