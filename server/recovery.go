package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"hubbub/shared"
)

// recoveryTTL is how long a link for a forgotten password works.
const recoveryTTL = 24 * time.Hour

// recover makes a link with which somebody chooses a new password: once, within
// a day. It ends the one that was made for them before.
func (c *chat) recover(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	p, err := c.above(ctx, a, recoverOther, ref.User, "")
	if err != nil {
		return shared.OK{}, err
	}
	made, err := c.makeRecovery(ctx, a.user.ID, p)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Recovery: &made}, nil
}

func (c *chat) makeRecovery(ctx context.Context, by shared.UserID, p shared.Person) (shared.Recovery, error) {
	if p.Standing != "" {
		return shared.Recovery{}, errExcluded(p.Standing)
	}
	code, expires := shared.NewSecret(), c.now().Add(recoveryTTL)
	r := Recovery{User: p.ID, Hash: hashToken(code), Author: by, Expires: expires}
	if err := c.store.AddRecovery(context.WithoutCancel(ctx), r); err != nil {
		return shared.Recovery{}, c.tell(ctx, err, errNoUser)
	}
	c.log.Info("recovery link made", "user", p.ID, "by", by)
	return shared.Recovery{
		User: p.ID, Path: "/recover/" + url.PathEscape(code), Expires: shared.Millis(expires.UnixMilli()),
	}, nil
}

// Recover makes a link with which a user chooses a new password, whatever their
// role: whoever holds the Server may.
func (s *Server) Recover(ctx context.Context, user shared.UserID) (shared.Recovery, error) {
	p, err := s.opts.Store.Person(ctx, user)
	if err != nil {
		return shared.Recovery{}, s.chat.tell(ctx, err, errNoUser)
	}
	return s.chat.makeRecovery(ctx, user, p)
}

// showRecovery is GET /recover/{code}: a form for a new password.
func (s *Server) showRecovery(w http.ResponseWriter, r *http.Request) error {
	v, err := s.recoveryView(r)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, v)
}

func (s *Server) recoveryView(r *http.Request) (shared.View, error) {
	if err := s.limits.address.allow(s.clientAddress(r)); err != nil {
		return shared.View{}, err
	}
	user, err := s.opts.Store.Recovery(r.Context(), hashToken(r.PathValue("code")), s.opts.Now())
	if err != nil {
		return shared.View{}, s.noRecovery(r, err)
	}
	v := s.view(r, shared.ScreenRecover)
	v.Form = map[string]string{"name": user.Name, "handle": user.Handle}
	return v, nil
}

// submitRecovery is POST /recover/{code}: the new password counts, everybody
// who was signed in as them is out, and who asks is in.
func (s *Server) submitRecovery(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	v, err := s.recoveryView(r)
	if err != nil {
		return err
	}
	if v.Form["handle"] != "" {
		r.PostForm.Set("handle", v.Form["handle"]) // it stays
	}
	user, err := s.useRecovery(r)
	if err == nil {
		err = s.signIn(w, r, user.ID)
	}
	if err != nil {
		name := v.Form["name"]
		v.Error = s.public(r, err)
		v.Form = map[string]string{"name": name, "handle": r.PostForm.Get("handle")}
		return s.render(w, setStatus(w, v.Error), v)
	}
	s.redirect(w, r, "/")
	return nil
}

func (s *Server) useRecovery(r *http.Request) (shared.User, error) {
	handle, err := shared.CleanHandle(r.PostForm.Get("handle"))
	if err != nil {
		return shared.User{}, err
	}
	if err := shared.ValidatePassword(r.PostForm.Get("password")); err != nil {
		return shared.User{}, err
	}
	hash, err := s.chat.passwords.hash(r.PostForm.Get("password"))
	if err != nil {
		return shared.User{}, err
	}
	ctx := context.WithoutCancel(r.Context())
	user, err := s.opts.Store.UseRecovery(ctx, hashToken(r.PathValue("code")), handle, hash, s.opts.Now())
	if err != nil {
		return shared.User{}, s.noRecovery(r, err)
	}
	s.chat.publish(ctx, Signal{Op: OpDrop, User: user.ID, Logins: true})
	s.chat.announceUser(ctx, user)
	return user, nil
}

func (s *Server) noRecovery(r *http.Request, err error) error {
	if errors.Is(err, ErrSpent) {
		return shared.Errorf(shared.CodeGone, "this link works no more: it works once, and for a day; ask for a new one")
	}
	return s.chat.tell(r.Context(), err, errNoUser)
}
