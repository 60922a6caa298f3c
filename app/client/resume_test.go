package client

import (
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestAReconnectBringsWhatWasMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby", "attic", "cellar")
		s.says("bob", "lobby", numbered("before", 300)...)
		s.says("bob", "cellar", numbered("deep", 300)...)
		r := s.resident()
		r.Open("lobby")
		r.OpenAt("cellar", 100)
		synctest.Wait()
		s.do(func() { s.down = errCut })
		s.cut()
		s.says("bob", "lobby", numbered("missed", 3000)...)
		s.says("bob", "attic", "psst")
		time.Sleep(time.Minute)
		s.do(func() { s.down = nil })
		time.Sleep(time.Minute)
		synctest.Wait()

		if at := s.heard(isHello)[1].Hello.At; len(at) != 2 || at["lobby"] != 300 || at["cellar"] != 300 {
			t.Errorf("resumed at %v", at)
		}
		tl := r.Timeline("lobby")
		first, last := seqs(t, tl.Events)
		if last != 3300 || !tl.Older || tl.Newer || len(tl.Events) > maxWindow {
			t.Errorf("the lobby holds %d to %d, older %v, newer %v", first, last, tl.Older, tl.Newer)
		}
		if got := r.room("attic").Unread; got != 1 {
			t.Errorf("%d unread in the attic", got)
		}
		if got := r.room("lobby").Unread; got != shared.MaxUnread {
			t.Errorf("%d unread in the lobby", got)
		}
	})
}

// A connection may end while it still brings what was missed: what it said in
// its welcome is not what it brought.
func TestAWindowElsewhereGetsWhatALostConnectionDidNotBring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "cellar")
		s.says("bob", "cellar", numbered("deep", 300)...)
		r := s.resident()
		r.OpenAt("cellar", 100)
		synctest.Wait()
		s.do(func() { s.down = errCut })
		s.cut()
		s.do(func() {
			s.append(shared.Event{Room: "cellar", By: shared.Author{ID: "bob"}, Reacted: &shared.Reacted{Of: 100, Emoji: "🎉", On: true}})
		})
		brief := true
		s.do(func() {
			s.down = nil
			s.witness = func(w *wire, f shared.Frame) (quiet bool) {
				if f.Hello == nil || !brief {
					return false
				}
				brief = false
				ok, _ := s.welcome(*f.Hello)
				w.say(shared.Frame{ID: f.ID, OK: ok})
				w.Abort()
				return true
			}
		})
		time.Sleep(time.Minute)
		synctest.Wait()
		if at := s.heard(isHello)[2].Hello.At; at["cellar"] != 300 {
			t.Errorf("resumed at %v", at)
		}
		for _, ev := range r.Timeline("cellar").Events {
			if ev.Seq == 100 && len(ev.Message.Reactions) != 1 {
				t.Errorf("message 100 is %+v", ev.Message)
			}
		}
	})
}

func TestAnotherEpochIsAFreshStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby", "attic")
		s.says("bob", "lobby", numbered("old", 30)...)
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		r.MarkRead("lobby", 30)
		synctest.Wait()
		s.do(func() { s.down = errCut })
		s.cut()
		synctest.Wait()
		r.say("lobby", "not sent yet")
		s.do(func() {
			s.down, s.epoch = nil, "e2"
			s.logs["lobby"] = nil
			s.states["lobby"] = shared.RoomState{Room: shared.Room{ID: "lobby", Name: "lobby"}}
			delete(s.states, "attic")
		})
		s.says("bob", "lobby", "new")
		time.Sleep(time.Minute)
		synctest.Wait()
		r.shows("lobby", "new", "not sent yet")
		if rooms := r.State().Rooms; len(rooms) != 1 || rooms[0].Last != 2 || rooms[0].Unread != 1 {
			t.Errorf("rooms: %+v", rooms)
		}
	})
}

func TestAPositionBeyondTheLogIsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", numbered("old", 30)...)
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		s.do(func() { s.logs["lobby"] = s.logs["lobby"][:10:10] })
		s.cut()
		time.Sleep(time.Second)
		s.says("bob", "lobby", "new")
		synctest.Wait()
		r.shows("lobby", append(numbered("old", 10), "new")...)
		if r.State().Phase != Live || r.room("lobby").Last != 11 {
			t.Errorf("%s, last %d", r.State().Phase, r.room("lobby").Last)
		}
	})
}

func TestAGapIsFilledFromHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "1")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		s.do(func() { s.asleep = true })
		s.says("bob", "lobby", "2", "3")
		s.do(func() { s.asleep = false })
		s.says("bob", "lobby", "4", "5")
		synctest.Wait()
		r.shows("lobby", "1", "2", "3", "4", "5")
		asked := s.heard(isHistory)
		if len(asked) != 2 || asked[1].History.After == nil || *asked[1].History.After != 1 {
			t.Errorf("asked for %d pages", len(asked))
		}
	})
}

func TestAClientThatNeverRunsShowsThePage(t *testing.T) {
	log := logOf("lobby", 60)
	page := pageOf(log, &shared.HistoryQuery{Room: "lobby", Before: shared.MaxSeq})
	welcome := &shared.Welcome{
		Server: "Town", Version: "v1", Epoch: "e1", You: shared.User{ID: "ada", Name: "Ada"},
		Rooms: []shared.RoomState{
			{Room: shared.Room{ID: "z", Name: "zoo"}, Last: 3, Unread: 2},
			{Room: shared.Room{ID: "lobby", Name: "Lobby"}, Last: 60, Read: 60},
		},
	}
	c := New(Options{Welcome: welcome, Page: &page})
	state := c.State()
	if state.Server != "Town" || state.You.ID != "ada" || len(state.Rooms) != 2 || state.Rooms[0].ID != "lobby" || state.Rooms[1].Unread != 2 {
		t.Errorf("state: %+v", state)
	}
	tl := c.Timeline("lobby")
	if len(tl.Events) != shared.DefaultPage || !tl.Older || tl.Newer || !tl.Loaded || tl.Loading {
		t.Errorf("timeline: %d events, %+v", len(tl.Events), tl)
	}
	if got := c.Name(shared.Author{ID: "bob", Name: "B."}); got != "Bob" {
		t.Errorf("bob is called %q", got)
	}

	empty := New(Options{})
	if state := empty.State(); state.Phase != Connecting || len(state.Rooms) != 0 || empty.Timeline("x").Loaded {
		t.Errorf("without anything: %+v", state)
	}
}

func TestAClientResumesFromThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "1", "2")
		var o Options
		s.do(func() {
			ok, _ := s.welcome(shared.Hello{})
			page := pageOf(s.logs["lobby"], &shared.HistoryQuery{Room: "lobby", Before: shared.MaxSeq})
			o = Options{dial: s.dial, Welcome: ok.Welcome, Page: &page}
		})
		s.says("bob", "lobby", "3")
		r := live(t, o)
		r.Open("lobby")
		synctest.Wait()
		r.shows("lobby", "1", "2", "3")
		if h := s.heard(isHello)[0].Hello; h.Epoch != "e1" || h.At["lobby"] != 2 || len(s.heard(isHistory)) != 0 {
			t.Errorf("said %+v and asked for %d pages", h, len(s.heard(isHistory)))
		}
		if got := r.room("lobby").Unread; got != 3 {
			t.Errorf("%d unread", got)
		}
	})
}
