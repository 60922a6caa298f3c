package server

import (
	"net/http"
	"net/url"

	"rsc.io/qr"

	"hubbub/shared"
)

// showInvite is GET /join/{code}: a newcomer gives a name; somebody who is
// signed in presses one button.
func (s *Server) showInvite(w http.ResponseWriter, r *http.Request) error {
	v, err := s.inviteView(r)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, v)
}

// acceptInvite is POST /join/{code}.
func (s *Server) acceptInvite(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	v, err := s.inviteView(r)
	if err != nil {
		return err
	}
	room, err := s.enterBy(w, r)
	if err != nil {
		return s.again(w, r, v, err, "name", "handle")
	}
	s.redirect(w, r, "/r/"+url.PathEscape(string(room)))
	return nil
}

// enterBy uses r's invite for whoever is signed in, or else makes a newcomer
// and signs them in.
func (s *Server) enterBy(w http.ResponseWriter, r *http.Request) (shared.RoomID, error) {
	if err := s.limits.join.allow(s.clientAddress(r)); err != nil {
		return "", err
	}
	code := r.PathValue("code")
	a, err := s.authenticate(r, shared.ScopeAdmin)
	if err == nil {
		return s.chat.acceptAs(r.Context(), a, code)
	}
	if shared.AsError(err).Code != shared.CodeUnauthorized {
		return "", err
	}
	newcomer, err := s.newcomer(r.PostForm)
	if err != nil {
		return "", err
	}
	room, err := s.chat.accept(r.Context(), code, newcomer)
	if err != nil {
		return "", err
	}
	return room, s.signIn(w, r, newcomer.ID)
}

// newcomer is a guest with just a name, or a member when the form has a handle
// and a password too.
func (s *Server) newcomer(form url.Values) (Account, error) {
	if form.Get("handle") != "" || form.Get("password") != "" {
		return s.newAccount(form, shared.RoleMember)
	}
	name, err := shared.CleanName(form.Get("name"))
	if err != nil {
		return Account{}, err
	}
	return Account{User: shared.User{
		ID: shared.UserID(shared.NewID()), Name: name, Role: shared.RoleGuest,
	}}, nil
}

// inviteView shows what an invite leads to. Welcome has only You in it, for
// somebody who is signed in.
func (s *Server) inviteView(r *http.Request) (shared.View, error) {
	invite, err := s.chat.store.Invite(r.Context(), r.PathValue("code"), s.opts.Now())
	if err != nil {
		return shared.View{}, s.chat.tell(r.Context(), err, errNoInvite)
	}
	v := s.view(r, shared.ScreenInvite)
	v.Invite = &invite
	if invite.Room != "" {
		room, err := s.chat.store.Room(r.Context(), invite.Room)
		if err != nil {
			return v, s.chat.tell(r.Context(), err, errNoInvite)
		}
		v.InviteRoom = room.Name
	}
	if a, err := s.authenticate(r, shared.ScopeRead); err == nil {
		v.Welcome = &shared.Welcome{Server: v.Server, Version: v.Version, You: a.user, Limits: shared.DefaultLimits()}
	}
	return v, nil
}

// showInviteCode is GET /join/{code}/qr.png: the link, for a phone's camera.
func (s *Server) showInviteCode(w http.ResponseWriter, r *http.Request) error {
	code := r.PathValue("code")
	if _, err := s.chat.store.Invite(r.Context(), code, s.opts.Now()); err != nil {
		return s.chat.tell(r.Context(), err, errNoInvite)
	}
	image, err := qr.Encode(s.link(r, "/join/"+url.PathEscape(code)), qr.M)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(image.PNG())
	return nil
}
