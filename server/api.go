package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"hubbub/shared"
)

// handleCommand is POST /api/v1/{verb}: any command of the socket, with its
// body as the request's and the "ok" body as the answer.
func (s *Server) handleCommand(w http.ResponseWriter, r *http.Request) error {
	a, err := s.introduce(r) // do settles whom it must
	if err != nil {
		return err
	}
	f, err := s.decodeCommand(r)
	if err != nil {
		return err
	}
	ok, err := s.chat.do(r.Context(), a, f)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, ok)
}

// decodeCommand reads r's body into the Frame field that its verb names.
func (s *Server) decodeCommand(r *http.Request) (shared.Frame, error) {
	var f shared.Frame
	body, err := readBody(r)
	if err != nil {
		return f, err
	}
	for _, c := range s.chat.commands {
		if c.name != r.PathValue("verb") {
			continue
		}
		if err := c.decode(body, &f); err != nil {
			return f, shared.Errorf(shared.CodeMalformed, "the body is not the JSON of this command: %v", err)
		}
		return f, nil
	}
	return f, errNoCommand()
}

// credentials is the body of POST /api/v1/session.
type credentials struct {
	Handle   string `json:"handle"`
	Password string `json:"password"`
}

// apiSession is the answer: what to send as "Authorization: Bearer", and who
// that is.
type apiSession struct {
	Token string      `json:"token"`
	User  shared.User `json:"user"`
}

// startAPISession signs a program in.
func (s *Server) startAPISession(w http.ResponseWriter, r *http.Request) error {
	var c credentials
	if err := decodeJSON(r, &c); err != nil {
		return err
	}
	account, err := s.checkSignIn(r, c.Handle, c.Password)
	if err != nil {
		return err
	}
	token, err := s.startSession(r, account.ID)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, apiSession{token, account.User})
}

// endAPISession signs a program out; ?everywhere=1 ends all of its user's
// sessions.
func (s *Server) endAPISession(w http.ResponseWriter, r *http.Request) error {
	a, err := s.introduce(r)
	if err != nil {
		return err
	}
	if err := s.endSession(r, a, r.URL.Query().Get("everywhere") == "1"); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, struct{}{})
}

// readBody reads all of a request's body. That a client breaks off is no failure
// of ours.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		return nil, shared.Errorf(shared.CodeMalformed, "the body did not come to its end: %v", err)
	}
	return body, err
}

func decodeJSON(r *http.Request, into any) error {
	body, err := readBody(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, into); err != nil {
		return shared.Errorf(shared.CodeMalformed, "the body is not JSON: %v", err)
	}
	return nil
}
