package server

import (
	"net/http"

	"hubbub/shared"
)

// handleHook is POST /hooks/{secret}: what a program says, in whichever of many
// ways, is said in the webhook's room by its bot. "ok" is Slack's answer.
func (s *Server) handleHook(w http.ResponseWriter, r *http.Request) error {
	a, err := s.hookActor(r)
	if err != nil {
		return err
	}
	if err := s.limits.hook.allow(a.session); err != nil {
		return err
	}
	text, err := readHook(r)
	if err != nil {
		return err
	}
	post := shared.Post{Room: a.room, Key: r.Header.Get("Idempotency-Key"), Text: text}
	if post.Key == "" {
		post.Key = shared.NewID()
	}
	if _, err := s.chat.do(r.Context(), a, shared.Frame{Post: &post}); err != nil {
		return hookError(err)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok")) // the program may have left; it was said all the same
	return nil
}

// hookActor is the bot that an address speaks for. Other tokens do not belong
// into addresses, and find nothing here.
func (s *Server) hookActor(r *http.Request) (actor, error) {
	now := s.opts.Now()
	session, bot, err := s.opts.Store.Session(r.Context(), hashToken(r.PathValue("secret")), now)
	if err == nil && session.Room == "" {
		err = ErrNotFound
	}
	if err != nil {
		return actor{}, s.chat.tell(r.Context(), err, errNoHook)
	}
	s.touch(r.Context(), session, now)
	return actorOf(session, bot), nil
}

func errNoHook() *shared.Error {
	return shared.Errorf(shared.CodeNotFound,
		"there is no webhook at this address; if there was one, it has been withdrawn")
}

// hookError is why a webhook could not speak, to who does not know its bot.
func hookError(err error) error {
	e := shared.AsError(err)
	switch {
	case e.Code == shared.CodeForbidden || e.Code == shared.CodeNotFound:
		return shared.Errorf(shared.CodeGone,
			"this webhook's bot is not in its room any more; add the bot to the room, or make a new webhook")
	case e.Code == shared.CodeKeyReused:
		return &shared.Error{Code: shared.CodeKeyReused, Message: "this Idempotency-Key was used for another text; a new text needs a new key"}
	case e.Code == shared.CodeInvalid && e.Field == "key":
		return shared.Invalidf("Idempotency-Key", "the Idempotency-Key must be 1 to %d visible ASCII characters", shared.MaxKey)
	}
	return err
}
