package server

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"hubbub/shared"
)

// What a new server is called until its owner says otherwise.
const (
	defaultServerName = "Hubbub"
	firstRoomName     = "lobby"
)

// showSetup is GET /setup: the owner's first form.
func (s *Server) showSetup(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if err := s.mayClaim(r, token); err != nil {
		return err
	}
	v := s.view(r, shared.ScreenSetup)
	v.Form = map[string]string{"token": token, "server": defaultServerName}
	return s.render(w, http.StatusOK, v)
}

// setup is POST /setup: its bearer becomes the owner, with a first room.
func (s *Server) setup(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	if err := s.mayClaim(r, r.Form.Get("token")); err != nil {
		return err
	}
	owner, room, err := s.claim(r)
	if errors.Is(err, errClaimed()) {
		return err
	}
	if err == nil {
		err = s.signIn(w, r, owner)
	}
	if err != nil {
		return s.again(w, r, s.view(r, shared.ScreenSetup), err, "token", "server", "name", "handle")
	}
	s.redirect(w, r, "/r/"+url.PathEscape(string(room))+"?welcome=1")
	return nil
}

// mayClaim reports why the bearer of token cannot become the owner, or nil.
func (s *Server) mayClaim(r *http.Request, token string) error {
	claimed, err := s.Claimed(r.Context())
	if err != nil {
		return err
	}
	if claimed {
		return errClaimed()
	}
	if err := s.limits.address.allow(s.clientAddress(r)); err != nil {
		return err
	}
	want := s.opts.SetupToken
	if want == "" || subtle.ConstantTimeCompare([]byte(token), []byte(want)) != 1 {
		return forbiddenError("this is not the setup link; use the one that the server printed when it started")
	}
	return nil
}

func (s *Server) claim(r *http.Request) (shared.UserID, shared.RoomID, error) {
	name := strings.TrimSpace(r.PostForm.Get("server"))
	if name == "" {
		name = defaultServerName
	}
	name, err := shared.CleanName(name)
	if err != nil {
		return "", "", renameField(err, "server")
	}
	owner, err := s.newAccount(r.PostForm, shared.RoleOwner)
	if err != nil {
		return "", "", err
	}
	room := shared.Room{ID: shared.RoomID(shared.NewID()), Name: firstRoomName}
	if err := s.opts.Store.Claim(r.Context(), owner, name, room, s.opts.Now()); err != nil {
		return "", "", s.chat.tell(r.Context(), err, errNoUser)
	}
	return owner.ID, room.ID, nil
}

// newAccount makes an account of a form's name, handle and password.
func (s *Server) newAccount(form url.Values, role shared.Role) (Account, error) {
	a := Account{User: shared.User{ID: shared.UserID(shared.NewID()), Role: role}}
	var err error
	if a.Name, err = shared.CleanName(form.Get("name")); err != nil {
		return a, err
	}
	if a.Handle, err = shared.CleanHandle(form.Get("handle")); err != nil {
		return a, err
	}
	if err := shared.ValidatePassword(form.Get("password")); err != nil {
		return a, err
	}
	a.Hash, err = s.chat.passwords.hash(form.Get("password"))
	return a, err
}

func errClaimed() *shared.Error {
	return shared.Errorf(shared.CodeGone, "this server has an owner already; sign in, or ask them for an invite")
}
