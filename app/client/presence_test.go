package client

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// knowing has a town answer whoever watches people.
func (s *town) knowing(all map[shared.UserID]shared.Presence) {
	s.witness = func(w *wire, f shared.Frame) bool {
		if f.Watch == nil {
			return false
		}
		ok := &shared.OK{}
		for _, user := range f.Watch.Users {
			if p, known := all[user]; known {
				ok.Presences = append(ok.Presences, p)
			}
		}
		w.say(shared.Frame{ID: f.ID, OK: ok})
		return true
	}
}

// watched lists whom the clients asked for, by command.
func (s *town) watched() (all []string) {
	for _, f := range s.heard(func(f shared.Frame) bool { return f.Watch != nil }) {
		all = append(all, fmt.Sprint(f.Watch.Users))
	}
	return all
}

func (s *town) wantWatched(want ...string) {
	s.t.Helper()
	if got := s.watched(); !slices.Equal(got, want) {
		s.t.Errorf("asked for %q, want %q", got, want)
	}
}

func (r *resident) changed(what func(Change) bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	changes := r.changes
	r.changes = nil
	return slices.ContainsFunc(changes, what)
}

func ofPresence(ch Change) bool { return ch.Presence }
func ofTyping(ch Change) bool   { return ch.Typing }

func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestWhoeverIsDrawnIsAskedForTogetherAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		bob := shared.Presence{User: "bob", State: shared.Online}
		s.knowing(map[shared.UserID]shared.Presence{"bob": bob})
		r := s.resident()
		wait(time.Second)
		for range 3 {
			r.Presence("bob")
			r.Presence("eve")
			wait(time.Second)
		}
		s.wantWatched("[bob eve]")
		if got := r.Presence("ada"); got.State != shared.Online {
			t.Errorf("who looks at the screen is %+v to themselves", got)
		}
		if r.Presence("bob") != bob || r.Presence("eve") != (shared.Presence{}) || !r.changed(ofPresence) {
			t.Errorf("bob is %+v, eve %+v", r.Presence("bob"), r.Presence("eve"))
		}
		s.tell(shared.Frame{Presence: []shared.Presence{{User: "bob", State: shared.Away}, {User: "stranger", State: shared.Away}}})
		synctest.Wait()
		if r.Presence("bob").State != shared.Away || !r.changed(ofPresence) || len(r.presences.known) != 1 {
			t.Errorf("then bob is %+v, of %d", r.Presence("bob"), len(r.presences.known))
		}
		s.tell(shared.Frame{Presence: []shared.Presence{{User: "bob", State: shared.Away}}})
		synctest.Wait()
		if r.changed(ofPresence) {
			t.Error("the same again is drawn again")
		}
	})
}

func TestANewConnectionIsAskedAgainAndWhatChangedMeanwhileShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		all := map[shared.UserID]shared.Presence{"bob": {User: "bob", State: shared.Online}}
		s.knowing(all)
		r := s.resident()
		r.Presence("bob")
		wait(time.Second)
		s.do(func() { delete(all, "bob") })
		s.cut()
		synctest.Wait()
		if r.Presence("bob").State != shared.Online {
			t.Error("a break that may be short already shows")
		}
		wait(10 * time.Second)
		if got := r.Presence("bob"); got.State != shared.Offline {
			t.Errorf("bob is still %+v", got)
		}
		s.wantWatched("[bob]", "[bob]")
	})
}

func TestAGuestAsksAgainWhenSomebodyLeaves(t *testing.T) {
	for _, role := range []shared.Role{shared.RoleGuest, shared.RoleMember} {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t, "lobby")
			s.you.Role = role
			s.knowing(nil)
			r := s.resident()
			r.Presence("bob")
			wait(time.Second)
			s.do(func() {
				ev := s.append(shared.Event{Room: "lobby", By: shared.Author{ID: "eve"}, Left: &shared.Author{ID: "eve"}})
				s.tell(shared.Frame{Event: &ev})
			})
			wait(time.Second)
			want := []string{"[bob]", "[bob]"}[:1]
			if role == shared.RoleGuest {
				want = want[:2]
			}
			s.wantWatched(want...)
		})
	}
}

func TestASignOfLifeIsSaidAgainOnANewConnectionWhileItHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		active := func() int { return len(s.heard(func(f shared.Frame) bool { return f.Active != nil })) }
		wait(time.Second)
		if n := active(); n != 0 {
			t.Errorf("said %d times that somebody is here; nobody is", n)
		}
		r.Active()
		synctest.Wait()
		s.cut()
		wait(10 * time.Second)
		if n := active(); n != 2 {
			t.Errorf("said %d times that somebody is here, want 2", n)
		}
		wait(usedHolds)
		before := active() // the town is silent, so that the client connected anew several times
		s.cut()
		wait(time.Minute)
		if n := active(); n != before {
			t.Errorf("said %d times more that somebody is here: that was long ago", n-before)
		}
	})
}

func TestTypingIsSaidSeldomAndHeardForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		wait(time.Second)
		for range 100 { // ten seconds of typing
			r.Types("lobby")
			wait(100 * time.Millisecond)
		}
		if n := len(s.heard(func(f shared.Frame) bool { return f.Typing != nil })); n != 4 {
			t.Errorf("said %d times in ten seconds that somebody types, want 4", n)
		}
		bob, eve := shared.Author{ID: "bob", Name: "Bob"}, shared.Author{ID: "eve", Name: "Eve"}
		types := func(room shared.RoomID, by shared.Author) {
			s.tell(shared.Frame{Typing: &shared.Typing{Room: room, By: &by}})
			synctest.Wait()
		}
		wants := func(want ...string) {
			t.Helper()
			if got := r.Typists("lobby"); !slices.Equal(got, want) {
				t.Errorf("typing are %q, want %q", got, want)
			}
		}
		types("lobby", bob)
		types("lobby", s.you.Author())
		types("elsewhere", eve)
		wants("Bob")
		if !r.changed(ofTyping) {
			t.Error("it is not drawn")
		}
		wait(3 * time.Second)
		types("lobby", bob)
		types("lobby", eve)
		wait(3 * time.Second)
		wants("Bob", "Eve")
		r.changed(ofTyping)
		s.do(func() {
			ev := s.append(shared.Event{Room: "lobby", By: bob, Message: &shared.Message{Key: "b", Text: "hi"}})
			s.tell(shared.Frame{Event: &ev})
		})
		synctest.Wait()
		wants("Eve")
		wait(3 * time.Second)
		wants()
		if !r.changed(ofTyping) {
			t.Error("its end is not drawn")
		}
		types("lobby", bob)
		s.tell(shared.Frame{Gone: &shared.RoomRef{Room: "lobby"}})
		synctest.Wait()
		wants()
	})
}

func TestTypingIsForgottenWithTheConnectionAndNotSaidWithoutOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		wait(time.Second)
		s.tell(shared.Frame{Typing: &shared.Typing{Room: "lobby", By: &shared.Author{ID: "bob", Name: "Bob"}}})
		synctest.Wait()
		s.do(func() { s.down = errCut })
		s.cut()
		synctest.Wait()
		if got := r.Typists("lobby"); len(got) > 0 {
			t.Errorf("still typing: %q", got)
		}
		r.Types("lobby")
		s.do(func() { s.down = nil })
		wait(time.Minute)
		if n := len(s.heard(func(f shared.Frame) bool { return f.Typing != nil })); n != 0 {
			t.Error("what was typed without a connection is told when it is back")
		}
	})
}

func TestTheScreenShowsSoManyPeopleAndNoMore(t *testing.T) {
	p := newPresences()
	for i := range shared.MaxWatch + 10 {
		p.want(shared.UserID(rune('一' + i)))
		p.known[shared.UserID(rune('一'+i))] = shared.Presence{State: shared.Away}
	}
	if len(p.wanted) != shared.MaxWatch || len(p.asked) != shared.MaxWatch || len(p.known) != shared.MaxWatch {
		t.Errorf("%d, %d and %d", len(p.wanted), len(p.asked), len(p.known))
	}
}
