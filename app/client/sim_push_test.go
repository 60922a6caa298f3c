//go:build !js

package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"

	"hubbub/shared"
)

// push has a program tell somebody something, say it anew or take it back, or
// somebody open it. The program stands beside the server: no network is
// between them.
func (s *sim) push() error {
	i := s.rand.IntN(len(s.people))
	p := s.people[i]
	earlier := fmt.Sprint("push-", s.rand.IntN(s.told+1))
	switch n := s.rand.IntN(10); {
	case n < 5:
		s.told++
		ttl := []int64{60, 3600, 1e6}[s.rand.IntN(3)]
		return s.ask(0, "push", shared.NewPush{
			UserID: shared.UserID(p.name), ID: fmt.Sprint("push-", s.told), Message: fmt.Sprint("push ", s.told),
			TTL: &ttl, Collapse: []string{"", "deploy"}[n%2],
		})
	case n < 7:
		message := fmt.Sprint("changed ", s.rand.Int())
		return s.ask(0, "amend", shared.PushChange{ID: earlier, Message: &message})
	case n < 8:
		return s.ask(0, "clear", shared.PushRef{ID: earlier})
	}
	pushes := p.client.Pushes()
	if len(pushes) == 0 {
		return nil
	}
	id := pushes[s.rand.IntN(len(pushes))].ID
	if s.rand.IntN(2) == 0 { // on another device
		return s.ask(i, "ack", shared.Ack{Push: id, Opened: true})
	}
	p.client.OpenPush(id)
	return nil
}

// ask has somebody carry out a command over HTTP; the first of the people is the
// owner. That there is no such push, or that it is over, is an answer.
func (s *sim) ask(who int, verb string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r := httptest.NewRequest(http.MethodPost, "/api/v1/"+verb, bytes.NewReader(raw))
	r.Header.Set("Authorization", "Bearer "+s.tokens[who])
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	if w.Code != http.StatusOK && w.Code != http.StatusNotFound && w.Code != http.StatusGone {
		return fmt.Errorf("%s %s answered %d: %s", verb, raw, w.Code, w.Body)
	}
	return nil
}

// checkPushes sees to it that everybody holds what somebody who comes now
// would be told.
func (s *sim) checkPushes() (err error) {
	for i, p := range s.people {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/pushes", bytes.NewReader([]byte(`{"limit":200}`)))
		r.Header.Set("Authorization", "Bearer "+s.tokens[i])
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, r)
		var ok shared.OK
		if decoded := json.Unmarshal(w.Body.Bytes(), &ok); decoded != nil || w.Code != http.StatusOK {
			return fmt.Errorf("pushes of %s: %d: %w", p.name, w.Code, decoded)
		}
		if got := keptOf(p.client.Pushes()); !slices.Equal(got, ok.Pushes) {
			err = errors.Join(err, fmt.Errorf("%s was told %v,\nwant %v", p.name, got, ok.Pushes))
		}
	}
	return err
}
