package server

import (
	"net/http"
	"net/url"
	"strings"

	"hubbub/shared"
)

// showSignIn is GET /signin.
func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"))
	if s.opts.SignIn != "" {
		http.Redirect(w, r, s.signInURL(next), http.StatusSeeOther)
		return nil
	}
	if _, err := s.authenticate(r, shared.ScopeRead); err == nil {
		s.redirect(w, r, next)
		return nil
	}
	if _, err := s.chat.serverName(r.Context()); err != nil {
		return err
	}
	v := s.view(r, shared.ScreenSignIn)
	v.Form = map[string]string{"next": next}
	return s.render(w, http.StatusOK, v)
}

// signInURL is where the embedding site signs people in.
func (s *Server) signInURL(next string) string {
	query := "?"
	if strings.Contains(s.opts.SignIn, "?") {
		query = "&"
	}
	return s.opts.SignIn + query + "next=" + url.QueryEscape(s.base+next)
}

// submitSignIn is POST /signin.
func (s *Server) submitSignIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	next := localPath(r.PostForm.Get("next"))
	account, err := s.checkSignIn(r, r.PostForm.Get("handle"), r.PostForm.Get("password"))
	if err == nil {
		err = s.signIn(w, r, account.ID)
	}
	if err != nil {
		return s.again(w, r, s.view(r, shared.ScreenSignIn), err, "handle", "next")
	}
	s.redirect(w, r, next)
	return nil
}

// checkSignIn is checkPassword for strangers, whose address counts too.
func (s *Server) checkSignIn(r *http.Request, handle, password string) (Account, error) {
	if err := s.limits.address.allow(s.clientAddress(r)); err != nil {
		return Account{}, err
	}
	return s.chat.checkPassword(r.Context(), handle, password)
}

// submitSignOut is POST /signout. To sign out when one is not signed in is no
// error.
func (s *Server) submitSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	a, err := s.introduce(r)
	switch {
	case err == nil:
		err = s.endSession(r, a, r.PostForm.Get("everywhere") == "1")
	case shared.AsError(err).Code == shared.CodeUnauthorized:
		err = nil
	}
	if err != nil {
		return err
	}
	s.setSessionCookie(w, r, "", -1e9)
	s.redirect(w, r, "/signin")
	return nil
}

func (s *Server) endSession(r *http.Request, a actor, everywhere bool) error {
	if everywhere {
		if err := a.may(shared.ScopeAdmin); err != nil {
			return err
		}
		return s.chat.signOutEverywhere(r.Context(), a)
	}
	return s.chat.signOut(r.Context(), a)
}

// localPath returns where a form asks to go afterwards, below the base, or "/"
// when that could leave this server.
func localPath(next string) string {
	u, err := url.Parse(next)
	local := err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(next, "/") &&
		!strings.HasPrefix(next, "//") && !strings.ContainsAny(next, "\\\r\n\t") &&
		!strings.Contains(u.Path, "/..")
	if !local {
		return "/"
	}
	return next
}
