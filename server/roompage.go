package server

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hubbub/shared"
)

// roomCookie remembers the room that this browser showed last.
const roomCookie = "hubbub_room"

// showHome is GET /: on to the room that was read last, or the first.
func (s *Server) showHome(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeRead)
	if err != nil {
		return s.askToSignIn(w, r, err)
	}
	welcome, err := s.chat.welcome(r.Context(), a)
	if err != nil {
		return err
	}
	if len(welcome.Rooms) == 0 {
		v := s.chatView(r, a)
		v.Welcome = welcome
		return s.render(w, http.StatusOK, v)
	}
	room := welcome.Rooms[0].ID
	if c, err := r.Cookie(roomCookie); err == nil && isIn(welcome, shared.RoomID(c.Value)) {
		room = shared.RoomID(c.Value)
	}
	s.redirect(w, r, "/r/"+url.PathEscape(string(room)))
	return nil
}

func isIn(w *shared.Welcome, room shared.RoomID) bool {
	return slices.ContainsFunc(w.Rooms, func(r shared.RoomState) bool { return r.ID == room })
}

// showRoom is GET /r/{room}, and GET /r/{room}/{seq} for one event in it.
func (s *Server) showRoom(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeRead)
	if err != nil {
		return s.askToSignIn(w, r, err)
	}
	at, err := permalink(r)
	if err != nil {
		return err
	}
	v, err := s.roomView(r, a, at)
	if err != nil {
		return err
	}
	v.FirstTime = r.URL.Query().Get("welcome") == "1"
	s.renewCookie(w, r)
	if v.Room != "" {
		http.SetCookie(w, &http.Cookie{
			Name: roomCookie, Value: string(v.Room), Path: s.cookiePath(), MaxAge: int(sessionTTL / time.Second),
			Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
		})
	}
	return s.render(w, http.StatusOK, v)
}

// permalink returns the position that r's path ends with, or 0.
func permalink(r *http.Request) (shared.Seq, error) {
	value := r.PathValue("seq")
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 || shared.Seq(n) >= shared.MaxSeq {
		return 0, errNoPage()
	}
	return shared.Seq(n), nil
}

// chatView is view for who is signed in: the language that they chose follows
// them to every device.
func (s *Server) chatView(r *http.Request, a actor) shared.View {
	v := s.view(r, shared.ScreenChat)
	v.Lang = cmp.Or(a.lang, v.Lang)
	return v
}

// roomView is the conversation around at, or its newest part when at is 0.
func (s *Server) roomView(r *http.Request, a actor, at shared.Seq) (shared.View, error) {
	room := shared.RoomID(r.PathValue("room"))
	welcome, err := s.chat.welcome(r.Context(), a)
	if err != nil {
		return shared.View{}, err
	}
	if !isIn(welcome, room) && s.chat.unhide(r.Context(), a, room) == nil { // a link into it opens it again
		welcome, err = s.chat.welcome(r.Context(), a)
		if err != nil {
			return shared.View{}, err
		}
	}
	if !isIn(welcome, room) {
		return s.previewView(r, a, welcome, room)
	}
	query := shared.HistoryQuery{Room: room, Before: shared.MaxSeq, Limit: shared.DefaultPage}
	if at > 0 {
		query.Before, query.Around = 0, at
	}
	page, err := s.chat.store.History(r.Context(), query)
	if err != nil {
		return shared.View{}, s.chat.tell(r.Context(), err, errNoRoom)
	}
	if at == 0 {
		page.Newer = false // it is the log's end: what was added since, the app gets when it resumes there
	}
	v := s.chatView(r, a)
	v.Welcome, v.Room, v.Page, v.At, v.Key = welcome, room, &page, at, shared.NewID()
	return v, nil
}

// previewView is what somebody sees of a room that they could join.
func (s *Server) previewView(r *http.Request, a actor, welcome *shared.Welcome, room shared.RoomID) (shared.View, error) {
	ok, err := s.chat.preview(r.Context(), a, &shared.RoomRef{Room: room})
	if err != nil {
		return shared.View{}, err
	}
	v := s.view(r, shared.ScreenChat)
	v.Welcome, v.Preview = welcome, ok.Preview
	return v, nil
}

// submitPost is POST /r/{room}: sending without wasm.
func (s *Server) submitPost(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeRead)
	if err != nil {
		return s.askToSignIn(w, r, err)
	}
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	room := shared.RoomID(r.PathValue("room"))
	post := shared.Post{Room: room, Key: r.PostForm.Get("key"), Text: strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")}
	if _, err := s.chat.do(r.Context(), a, shared.Frame{Post: &post}); err != nil {
		return s.refusePost(w, r, a, err)
	}
	s.redirect(w, r, "/r/"+url.PathEscape(string(room)))
	return nil
}

// refusePost shows the room again with the text that was not sent in it.
func (s *Server) refusePost(w http.ResponseWriter, r *http.Request, a actor, refused error) error {
	v, err := s.roomView(r, a, 0)
	if err != nil {
		return err
	}
	return s.again(w, r, v, refused, "key", "text")
}
