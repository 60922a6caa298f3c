package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestASilentServerIsLeftAfter45Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		synctest.Wait()
		for range 10 {
			time.Sleep(40 * time.Second)
			s.do(func() { s.tell(shared.Frame{Beat: &shared.Beat{}}) })
			synctest.Wait()
		}
		if n := len(s.heard(isHello)); n != 1 {
			t.Fatalf("with beats: %d connections", n)
		}
		time.Sleep(44 * time.Second)
		synctest.Wait()
		if p := r.State().Phase; p != Live {
			t.Errorf("after 44 s of silence: %s", p)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if p := r.State().Phase; p != Waiting {
			t.Errorf("after 45 s of silence: %s", p)
		}
		time.Sleep(backoffBase)
		synctest.Wait()
		if p := r.State().Phase; p != Live {
			t.Errorf("and then: %s", p)
		}
	})
}

func TestWakeProbesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		synctest.Wait()
		r.Wake()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n, pings := len(s.heard(isHello)), len(s.heard(isPing)); n != 1 || pings != 1 {
			t.Errorf("a living connection: %d hellos, %d pings", n, pings)
		}
		s.do(func() { s.asleep = true })
		r.Wake()
		time.Sleep(probeTimeout - time.Millisecond)
		synctest.Wait()
		if p := r.State().Phase; p != Live {
			t.Errorf("before the answer is due: %s", p)
		}
		s.do(func() { s.asleep = false })
		time.Sleep(time.Millisecond + backoffBase)
		synctest.Wait()
		if n := len(s.heard(isHello)); n != 2 || r.State().Phase != Live {
			t.Errorf("a dead connection: %d hellos, %s", n, r.State().Phase)
		}
	})
}

func TestWakeTriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.down = errCut
		r := s.resident()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		state := r.State()
		if state.Phase != Waiting || !state.RetryAt.After(time.Now()) {
			t.Fatalf("%s until %v", state.Phase, state.RetryAt)
		}
		s.do(func() { s.down = nil })
		r.Wake()
		synctest.Wait()
		if p := r.State().Phase; p != Live {
			t.Errorf("got %s", p)
		}
	})
}

func TestTriesBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.down = errCut
		s.resident()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		s.do(func() {
			for i := 1; i < len(s.dials); i++ {
				bound := min(backoffBase<<min(i-1, 10), backoffCap)
				if wait := s.dials[i].Sub(s.dials[i-1]); wait > bound {
					t.Errorf("try %d came after %v, want at most %v", i+1, wait, bound)
				}
			}
			if n := len(s.dials); n < 20 || n > 120 {
				t.Errorf("%d tries in 10 minutes", n)
			}
		})
	})
}

func TestAServerThatAsksToWaitIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.greet = func(shared.Hello) *shared.Error {
			return &shared.Error{Code: shared.CodeUnavailable, Message: "later", RetryAfter: 20}
		}
		s.resident()
		time.Sleep(19 * time.Second)
		synctest.Wait()
		if n := len(s.heard(isHello)); n != 1 {
			t.Errorf("%d hellos within 19 s", n)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := len(s.heard(isHello)); n != 2 {
			t.Errorf("%d hellos within 21 s", n)
		}
	})
}

func TestAnEndedSessionEndsTheClient(t *testing.T) {
	cases := map[string]func(s *town){
		"bye": func(s *town) {
			s.do(func() { s.tell(shared.Frame{Bye: &shared.Bye{Code: "signed_out"}}) })
		},
		"hello is refused": func(s *town) {
			s.do(func() {
				s.greet = func(shared.Hello) *shared.Error { return shared.Errorf(shared.CodeUnauthorized, "sign in") }
			})
			s.cut()
		},
		"the handshake is refused": func(s *town) {
			s.do(func() { s.down = ErrSignedOut })
			s.cut()
		},
		"the browser is somebody else's now": func(s *town) {
			s.do(func() { s.you = shared.User{ID: "eve", Name: "Eve"} })
			s.cut()
		},
	}
	for name, end := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTown(t, "lobby")
				r := s.resident()
				synctest.Wait()
				end(s)
				<-r.done
				if !errors.Is(r.err, ErrSignedOut) || r.State().Phase != SignedOut {
					t.Errorf("Run returned %v in phase %s", r.err, r.State().Phase)
				}
				if last := r.changes[len(r.changes)-1]; !last.Status {
					t.Errorf("the last change was %+v", last)
				}
				if _, err := r.Do(t.Context(), shared.Frame{People: &shared.Nothing{}}); !errors.Is(err, ErrOffline) {
					t.Errorf("Do returned %v", err)
				}
			})
		})
	}
}

func TestAMessageCutShortIsFetchedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		s.do(func() { s.asleep = true })
		s.says("bob", "lobby", "1", "2")
		s.do(func() {
			s.asleep = false
			whole := append(shared.Frame{Event: &s.logs["lobby"][0]}.Encode(), shared.Frame{Event: &s.logs["lobby"][1]}.Encode()...)
			s.sockets[0].in <- whole[:len(whole)-9]
		})
		time.Sleep(time.Second)
		synctest.Wait()
		r.shows("lobby", "1", "2")
		if n := len(s.heard(isHello)); n != 2 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestOneMessageIsOneChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		before := len(r.changes)
		s.do(func() {
			s.asleep = true
			var frames []shared.Frame
			for range 100 {
				ev := s.append(shared.Event{Room: "lobby", By: shared.Author{ID: "bob"}, Message: &shared.Message{Key: shared.NewID(), Text: "x"}})
				frames = append(frames, shared.Frame{Event: &ev})
			}
			s.sockets[0].say(frames...)
		})
		synctest.Wait()
		if got := r.changes[before:]; len(got) != 1 || !got[0].Rooms || !got[0].Logs["lobby"] {
			t.Errorf("changes: %+v", got)
		}
	})
}

func TestRunSaysGoodbyeAndReturnsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		synctest.Wait()
		r.stop()
		<-r.done
		if !errors.Is(r.err, context.Canceled) || !s.sockets[0].polite {
			t.Errorf("Run returned %v; said goodbye: %v", r.err, s.sockets[0].polite)
		}
		if err := r.Run(t.Context()); !errors.Is(err, ErrTwice) {
			t.Errorf("a second Run returned %v", err)
		}
	})
}

// A thousand clients that are told of a restart come back, but not all at once.

func TestAThousandClientsComeBackWithoutAStampede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		const crowd = 1000
		for range crowd {
			s.resident()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		s.do(func() {
			s.dials = nil
			s.tell(shared.Frame{Bye: &shared.Bye{Code: "restart", Retry: true}})
			s.down = errCut
		})
		s.cut()
		time.Sleep(3 * time.Second) // the restart
		s.do(func() { s.down = nil })
		time.Sleep(backoffCap)
		synctest.Wait()
		if n := s.standing(); n != crowd {
			t.Errorf("%d of %d are back", n, crowd)
		}
		s.do(func() {
			const slot = 50 * time.Millisecond
			slots := make(map[int64]int)
			for _, at := range s.dials {
				slots[at.UnixNano()/int64(slot)]++
			}
			most := 0
			for _, n := range slots {
				most = max(most, n)
			}
			// Evenly spread over the first half second a slot has a tenth.
			if most > crowd/4 || len(s.dials) > 8*crowd {
				t.Errorf("%d tries, %d of them within %v", len(s.dials), most, slot)
			}
		})
	})
}
