package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"hubbub/server/pictures"
	"hubbub/shared"
)

const (
	portraitSide = 192      // pixels: what a profile shows, on a screen with two to a point
	maxPortrait  = 12 << 20 // bytes of what is uploaded: a photograph as a telephone takes it
	gravatarTime = 10 * time.Second
	gravatarAt   = "https://gravatar.com/avatar/"
)

// portrait draws what was uploaded anew, as a small square.
func (c *chat) portrait(ctx context.Context, file []byte) ([]byte, error) {
	var small bytes.Buffer
	err := c.studio.Open(ctx, bytes.NewReader(file), func(p *pictures.Picture) error {
		return p.Square(portraitSide).Encode(&small)
	})
	switch {
	case errors.Is(err, pictures.ErrTooLarge):
		return nil, shared.Errorf(shared.CodeTooLarge, "this picture has too many pixels: save it smaller, and try again")
	case errors.Is(err, pictures.ErrNotPicture):
		return nil, shared.Errorf(shared.CodeUnsupported, "this is no picture that can be shown: take a JPEG, PNG, GIF or WebP")
	}
	return small.Bytes(), err
}

// setPicture makes a file the actor's picture; without one they have none.
func (c *chat) setPicture(ctx context.Context, a actor, file []byte) (shared.User, error) {
	var (
		small   []byte
		version string
		err     error
	)
	if file != nil {
		if small, err = c.portrait(ctx, file); err != nil {
			return shared.User{}, err
		}
		sum := sha256.Sum256(small)
		version = strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
	}
	user, err := c.store.SetPicture(context.WithoutCancel(ctx), a.user.ID, version, small)
	if err != nil {
		return user, c.tell(ctx, err, errNoUser)
	}
	c.announceUser(ctx, user)
	return user, nil
}

// useGravatar makes the picture that Gravatar has for an address the actor's.
// It is the server that asks, once, so that Gravatar never hears of a reader.
func (c *chat) useGravatar(ctx context.Context, a actor, q *shared.GravatarQuery) (shared.OK, error) {
	if c.gravatar == nil {
		return shared.OK{}, forbidden("this server does not ask Gravatar; upload a picture instead")
	}
	email := strings.ToLower(strings.TrimSpace(q.Email))
	if !strings.Contains(email, "@") || len(email) > 254 {
		return shared.OK{}, shared.Invalidf("email", "this is no e-mail address")
	}
	if err := c.limits.self.allow(string(a.user.ID)); err != nil {
		return shared.OK{}, err
	}
	file, err := c.fetchGravatar(ctx, email)
	if err != nil {
		return shared.OK{}, err
	}
	user, err := c.setPicture(ctx, a, file)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{You: &user}, nil
}

func (c *chat) fetchGravatar(ctx context.Context, email string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, gravatarTime)
	defer cancel()
	sum := sha256.Sum256([]byte(email))
	address := fmt.Sprintf("%s%s?s=%d&d=404", gravatarAt, hex.EncodeToString(sum[:]), 2*portraitSide)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.gravatar.Do(r)
	if err != nil {
		c.log.Warn("Gravatar not reached", "err", err)
		return nil, shared.Errorf(shared.CodeNotFound, "Gravatar cannot be reached; try again later, or upload a picture")
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, shared.Invalidf("email", "Gravatar has no picture for this address")
	case resp.StatusCode != http.StatusOK:
		c.log.Warn("Gravatar did not answer with a picture", "status", resp.StatusCode)
		return nil, shared.Errorf(shared.CodeNotFound, "Gravatar gave no picture; try again later, or upload one")
	}
	file, err := io.ReadAll(io.LimitReader(resp.Body, maxPortrait))
	if err != nil {
		return nil, shared.Errorf(shared.CodeNotFound, "Gravatar broke off; try again later, or upload a picture")
	}
	return file, nil
}

// uploadPicture is POST /pictures: the body is the asker's new picture.
func (s *Server) uploadPicture(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeAdmin)
	if err != nil {
		return err
	}
	if err := s.limits.self.allow(string(a.user.ID)); err != nil {
		return err
	}
	file, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	user, err := s.chat.setPicture(r.Context(), a, file)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, shared.OK{You: &user})
}

// dropPicture is DELETE /pictures: initials are drawn again.
func (s *Server) dropPicture(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeAdmin)
	if err != nil {
		return err
	}
	user, err := s.chat.setPicture(r.Context(), a, nil)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, shared.OK{You: &user})
}

// showPicture is GET /pictures/{user}/{version}. A version never changes, so
// that a browser need not ask twice; who may not see somebody gets nothing.
func (s *Server) showPicture(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeRead)
	if err != nil {
		return err
	}
	id := shared.UserID(r.PathValue("user"))
	if err := s.chat.maySee(r.Context(), a, id); err != nil {
		return err
	}
	image, err := s.opts.Store.Picture(r.Context(), id, r.PathValue("version"))
	if err != nil {
		return s.chat.tell(r.Context(), err, errNoPicture)
	}
	h := w.Header()
	h.Set("Content-Type", http.DetectContentType(image)) // ours: a JPEG or a PNG
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(image) // the reader may have left; nobody to tell
	return nil
}

func errNoPicture() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such picture, or not any more")
}
