package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"

	"hubbub/shared"
)

// view begins what a page needs to know of its reader.
func (s *Server) view(r *http.Request, screen shared.Screen) shared.View {
	name, err := s.chat.serverName(r.Context())
	if err != nil {
		name = defaultServerName
	}
	return shared.View{
		Screen:  screen,
		Base:    s.base,
		Path:    r.URL.RequestURI(),
		Server:  name,
		Version: s.opts.Version,
		Lang:    language(r),
		Theme:   theme(r),
		Zone:    zone(r),
		Now:     shared.Millis(s.opts.Now().UnixMilli()),
	}
}

// render draws v. It writes nothing before all of it is drawn.
func (s *Server) render(w http.ResponseWriter, status int, v shared.View) error {
	var page bytes.Buffer
	if err := s.draw(&page, v); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Vary", "Cookie, Accept-Language")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // the reader may have left; nobody to tell
	return nil
}

// draw has Pages draw v. What panics there comes back as an error: the notice
// that says so has to be drawn, too.
func (s *Server) draw(page *bytes.Buffer, v shared.View) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("drawing the %s page: panic: %v\n%s", v.Screen, p, debug.Stack())
		}
	}()
	return s.opts.Pages.Render(page, v)
}

// again draws a form once more: what was wrong, and what was typed into the
// named fields. Passwords are never among them.
func (s *Server) again(w http.ResponseWriter, r *http.Request, v shared.View, err error, fields ...string) error {
	v.Error = s.public(r, err)
	v.Form = make(map[string]string, len(fields))
	for _, name := range fields {
		v.Form[name] = r.Form.Get(name)
	}
	return s.render(w, setStatus(w, v.Error), v)
}

// showNotice draws a page that says err.
func (s *Server) showNotice(w http.ResponseWriter, r *http.Request, err error) {
	v := s.view(r, shared.ScreenNotice)
	v.Error = s.public(r, err)
	if err := s.render(w, setStatus(w, v.Error), v); err != nil {
		s.opts.Log.Error("page not drawn", "route", r.Pattern, "err", err)
		http.Error(w, v.Error.Message, http.StatusInternalServerError)
	}
}

// formError is what to say of a form that could not be read.
func formError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return shared.Errorf(shared.CodeMalformed, "the form could not be read: %v", err)
}

// askToSignIn sends somebody unknown to the sign-in page, and back afterwards.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request, err error) error {
	if shared.AsError(err).Code != shared.CodeUnauthorized {
		return err
	}
	if _, err := s.chat.serverName(r.Context()); err != nil {
		return err
	}
	target := "/signin"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		target += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	s.redirect(w, r, target)
	return nil
}
