package client

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestAMessageIsOneBubbleFromPressToLog(t *testing.T) {
	orders := map[string]func(w *wire, ack, event shared.Frame){
		"reply first":                    func(w *wire, ack, event shared.Frame) { w.say(ack); w.say(event) },
		"event first":                    func(w *wire, ack, event shared.Frame) { w.say(event); w.say(ack) },
		"together":                       func(w *wire, ack, event shared.Frame) { w.say(ack, event) },
		"reply alone, the event is lost": func(w *wire, ack, _ shared.Frame) { w.say(ack) },
		"event alone, the reply is lost": func(w *wire, _, event shared.Frame) { w.say(event) },
	}
	for name, order := range orders {
		for _, overtakes := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", overtaking bob's"}[overtakes], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newTown(t, "lobby")
					s.says("bob", "lobby", "hi")
					r := s.resident()
					r.Open("lobby")
					synctest.Wait()
					s.do(func() {
						s.asleep = true
						s.logs["lobby"] = append(s.logs["lobby"], shared.Event{
							Room: "lobby", Seq: 2, By: shared.Author{ID: "bob", Name: "bob"},
							Message: &shared.Message{Key: "b2", Text: "anyone?"},
						})
						if !overtakes {
							s.sockets[0].say(shared.Frame{Event: &s.logs["lobby"][1]})
						}
					})
					r.say("lobby", "me")
					synctest.Wait()
					post := s.heard(isPost)[0]
					s.do(func() {
						ev, _ := s.store(*post.Post)
						s.asleep = false
						order(s.sockets[0], shared.Frame{ID: post.ID, OK: &shared.OK{Event: ev}}, shared.Frame{Event: ev})
					})
					synctest.Wait()
					time.Sleep(gapPatience)
					synctest.Wait()
					r.shows("lobby", "hi", "anyone?", "me")
					if unsent := r.State().Unsent; len(unsent) != 0 {
						t.Errorf("unsent: %v", unsent)
					}
				})
			})
		}
	}
}

func TestWhatIsNotAcknowledgedIsSentAgainInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby", "attic")
		posts := 0
		s.witness = func(w *wire, f shared.Frame) bool {
			if f.Post == nil {
				return false
			}
			posts++
			if posts%3 == 0 {
				w.Abort() // stored, but nobody hears
				return true
			}
			return false
		}
		r := s.resident()
		r.Open("lobby")
		lobby, attic := numbered("lobby", 20), numbered("attic", 20)
		for i := range lobby {
			r.say("lobby", lobby[i])
			if _, err := r.Post(shared.Post{Room: "attic", Text: attic[i]}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := s.texts("lobby"); !slices.Equal(got, lobby) {
			t.Errorf("stored in the lobby: %q", got)
		}
		if got := s.texts("attic"); !slices.Equal(got, attic) {
			t.Errorf("stored in the attic: %q", got)
		}
		r.shows("lobby", lobby...)
		r.shows("attic")
		if unsent := r.State().Unsent; len(unsent) != 0 {
			t.Errorf("unsent: %v", unsent)
		}
	})
}

func TestATemporaryErrorHoldsTheRoomsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby", "attic")
		var tried []time.Time
		s.judge = func(f shared.Frame) *shared.Error {
			if f.Post != nil && f.Post.Text == "first" {
				if tried = append(tried, time.Now()); len(tried) < 4 {
					return &shared.Error{Code: shared.CodeTooFast, Message: "slowly", RetryAfter: 7}
				}
			}
			return nil
		}
		r := s.resident()
		r.Open("lobby")
		r.Open("attic")
		synctest.Wait()
		r.say("lobby", "first", "second")
		r.say("attic", "elsewhere")
		synctest.Wait()
		r.shows("lobby", "sending: first", "sending: second")
		r.shows("attic", "elsewhere")
		if p := r.Timeline("lobby").Pending[0]; p.Err == nil || p.Err.Code != shared.CodeTooFast {
			t.Errorf("the one that is repeated says %v", p.Err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		r.shows("lobby", "first", "second")
		for i := 1; i < len(tried); i++ {
			if wait := tried[i].Sub(tried[i-1]); wait < 7*time.Second || wait > 7*time.Second+backoffBase<<i {
				t.Errorf("try %d came after %v", i+1, wait)
			}
		}
	})
}

func TestARefusedMessageStaysUntilTheUserDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		refuse := true
		s.judge = func(f shared.Frame) *shared.Error {
			if refuse && f.Post != nil && strings.HasPrefix(f.Post.Text, "bad") {
				return shared.Errorf(shared.CodeForbidden, "not here")
			}
			return nil
		}
		r := s.resident()
		r.Open("lobby")
		keys := r.say("lobby", "bad 1", "good", "bad 2")
		synctest.Wait()
		r.shows("lobby", "good", "failed: bad 1", "failed: bad 2")
		if p := r.State().Unsent; len(p) != 2 || p[0].Err == nil || p[0].Err.Code != shared.CodeForbidden {
			t.Errorf("unsent: %+v", p)
		}
		s.do(func() { refuse = false })
		r.Retry(keys[0])
		synctest.Wait()
		r.shows("lobby", "good", "bad 1", "failed: bad 2")
		r.Discard(keys[0]) // it is sent: nothing to discard
		r.mu.Lock()
		delete(r.posted, keys[2])
		r.mu.Unlock()
		r.Discard(keys[2])
		synctest.Wait()
		r.shows("lobby", "good", "bad 1")
	})
}

func TestAMessageThatIsNoneIsRefusedAtOnce(t *testing.T) {
	c := New(Options{})
	if _, err := c.Post(shared.Post{Room: "lobby", Text: " \n"}); !errors.Is(err, &shared.Error{Code: shared.CodeInvalid}) {
		t.Errorf("got %v, want invalid", err)
	}
	if p := c.Timeline("lobby").Pending; len(p) != 0 {
		t.Errorf("pending: %v", p)
	}
}
