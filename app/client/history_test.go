package client

import (
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestMemoryIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []shared.RoomID
		for _, name := range numbered("room", 3*maxWindows) {
			ids = append(ids, shared.RoomID(name))
		}
		s := newTown(t, ids...)
		for _, id := range ids {
			s.says("bob", id, "hi")
		}
		r := s.resident()
		for _, id := range ids {
			r.Open(id)
		}
		synctest.Wait()
		loaded := 0
		for _, id := range ids {
			if r.Timeline(id).Loaded {
				loaded++
			}
		}
		last := ids[len(ids)-1]
		if loaded != maxWindows || !r.Timeline(last).Loaded {
			t.Errorf("%d rooms are held; the last one opened: %v", loaded, r.Timeline(last).Loaded)
		}
		s.says("bob", last, numbered("m", 3*maxWindow)...)
		s.says("bob", ids[0], "psst")
		synctest.Wait()
		tl := r.Timeline(last)
		if _, end := seqs(t, tl.Events); end != 3*maxWindow+1 || len(tl.Events) > maxWindow || !tl.Older {
			t.Errorf("%d events to %d", len(tl.Events), end)
		}
		if got := r.room(ids[0]); got.Unread != 2 || got.Last != 2 {
			t.Errorf("a room that is not held: %+v", got)
		}
	})
}

func TestScrollingBackAndForth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", numbered("m", 500)...)
		r := s.resident()
		r.OpenAt("lobby", 250)
		synctest.Wait()
		tl := r.Timeline("lobby")
		if first, last := seqs(t, tl.Events); first > 250 || last < 250 || !tl.Older || !tl.Newer {
			t.Fatalf("around 250: %d to %d", first, last)
		}
		r.LoadOlder("lobby")
		if !r.Timeline("lobby").Loading {
			t.Error("no page is on its way")
		}
		synctest.Wait()
		s.says("bob", "lobby", "heard while reading the past") // not applied: the window is elsewhere
		for i := 0; r.Timeline("lobby").Newer && i < 10; i++ {
			r.LoadNewer("lobby")
			synctest.Wait()
		}
		tl = r.Timeline("lobby")
		if first, last := seqs(t, tl.Events); first > 150 || last != 501 {
			t.Errorf("after scrolling: %d to %d", first, last)
		}
		s.says("bob", "lobby", "live again")
		synctest.Wait()
		if _, last := seqs(t, r.Timeline("lobby").Events); last != 502 {
			t.Errorf("ends at %d", last)
		}
		r.OpenAt("lobby", 1)
		synctest.Wait()
		r.OpenNewest("lobby")
		synctest.Wait()
		if _, last := seqs(t, r.Timeline("lobby").Events); last != 502 {
			t.Errorf("the newest page ends at %d", last)
		}
	})
}

func TestAPageThatCannotBeLoaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "hi")
		fault := shared.Errorf(shared.CodeUnavailable, "not now")
		s.judge = func(f shared.Frame) *shared.Error { return fault }
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		if tl := r.Timeline("lobby"); !tl.Loading || tl.Err == nil {
			t.Errorf("a temporary error: loading %v, %v", tl.Loading, tl.Err)
		}
		s.do(func() { fault = shared.Errorf(shared.CodeForbidden, "no") })
		time.Sleep(time.Minute)
		synctest.Wait()
		if tl := r.Timeline("lobby"); tl.Loading || tl.Err == nil || tl.Err.Code != shared.CodeForbidden {
			t.Errorf("a lasting one: loading %v, %v", tl.Loading, tl.Err)
		}
		s.do(func() { s.judge = nil })
		r.Open("lobby")
		synctest.Wait()
		if tl := r.Timeline("lobby"); tl.Err != nil {
			t.Errorf("after opening it again: %v", tl.Err)
		}
		r.shows("lobby", "hi")
	})
}

// Events that are stored while the newest page is read make it say that there
// is more. The reader asked for the end all the same, and follows it.
func TestTheNewestPageFollowsTheLogAlthoughItGrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "one", "two")
		r := s.resident()
		synctest.Wait()
		s.do(func() { s.asleep = true })
		r.Open("lobby")
		synctest.Wait()
		ask := s.heard(isHistory)[0]
		s.do(func() {
			page := pageOf(s.logs["lobby"], ask.History)
			page.Events, page.Newer = page.Events[:1], true
			s.asleep = false
			s.sockets[0].say(shared.Frame{ID: ask.ID, OK: &shared.OK{Page: &page}})
		})
		synctest.Wait()
		s.says("bob", "lobby", "three")
		synctest.Wait()
		r.shows("lobby", "one", "two", "three")
	})
}

// A server whose log has a hole is not asked for it without end.
func TestWhatTheServerDoesNotHaveIsAskedForNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "one")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		s.do(func() {
			s.logs["lobby"] = append(s.logs["lobby"], shared.Event{Room: "lobby", Seq: 3, Message: &shared.Message{Key: "k", Text: "three"}})
			s.tell(shared.Frame{Event: &s.logs["lobby"][1]})
		})
		before := len(s.heard(isHistory))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if n := len(s.heard(isHistory)) - before; n < 2 || n > 20 {
			t.Errorf("it was asked for %d times in 5 minutes", n)
		}
	})
}
