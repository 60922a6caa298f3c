package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

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
	post, err := s.readHook(w, r, a)
	if err != nil {
		return err
	}
	if _, err := s.chat.do(r.Context(), a, shared.Frame{Post: post}); err != nil {
		return hookError(err)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok")) // the program may have left; it was said all the same
	return nil
}

// readHook makes a message of a request. What is not to be said as text becomes
// a file of it.
func (s *Server) readHook(w http.ResponseWriter, r *http.Request, a actor) (*shared.Post, error) {
	post := &shared.Post{Room: a.room, Key: r.Header.Get("Idempotency-Key")}
	var attach attacher
	if s.opts.Files != nil {
		attach = func(name string, content io.Reader) error {
			o := offer{room: a.room, name: cmp.Or(name, r.URL.Query().Get("name")), size: -1, body: content}
			if post.Key != "" {
				o.id = hookFileID(a, post.Key, len(post.Files))
			}
			f, err := s.chat.upload(r.Context(), a, o)
			if err != nil {
				return hookError(err)
			}
			post.Files = append(post.Files, f.ID)
			return nil
		}
	}
	m, err := parseHook(r.Header.Get("Content-Type"), &waiting{r.Body, http.NewResponseController(w)}, attach)
	if err != nil {
		return nil, err
	}
	if post.Text = m.compose(); strings.TrimSpace(post.Text) == "" {
		post.Text = ""
	}
	if post.Text == "" && len(post.Files) == 0 {
		return nil, shared.Invalidf("text", "there is no text in this: send text, "+
			`{"text":"…"}, a file, or what Slack's and Mattermost's webhooks take`)
	}
	post.Key = cmp.Or(post.Key, shared.NewID())
	return post, nil
}

// hookFileID is the same for a file of a resend, so that the resend says the
// same.
func hookFileID(a actor, key string, n int) shared.FileID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", a.session, key, n))
	return shared.FileID(hex.EncodeToString(sum[:10]))
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
