package client

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// obeyPushes carries out a command about pushes. Called with mu held.
func (s *town) obeyPushes(w *wire, f shared.Frame) (*shared.OK, *shared.Error) {
	switch {
	case f.Register != nil:
		w.hears = true
		return &shared.OK{Registered: &shared.Registered{UserID: s.you.ID, Connection: "c", Epoch: s.epoch, Last: s.lastPush}}, nil
	case f.Pushes != nil:
		return &shared.OK{Pushes: s.pushes(f.Pushes.Limit)}, nil
	case f.Ack != nil:
		for i := range s.told {
			if p := &s.told[i]; p.ID == f.Ack.Push && f.Ack.Opened && !p.Opened {
				p.Opened = true
				s.announce(shared.Frame{Ack: &shared.Ack{Push: p.ID, Opened: true}})
			}
		}
		return &shared.OK{}, nil
	}
	return nil, shared.Errorf(shared.CodeUnknown, "no such command")
}

// missed is what comes after the reply to register, and that this is all.
func (s *town) missed(w *wire, f shared.Frame) (after []shared.Frame) {
	if f.Register == nil {
		return nil
	}
	for _, p := range s.told {
		missed := f.Register.After != nil && p.Seq > *f.Register.After && f.Register.Epoch == s.epoch
		if missed || f.Register.After == nil && !p.Cleared && !p.Opened {
			after = append(after, shared.Frame{Pushed: &p})
		}
	}
	after = append(after, shared.Frame{Live: &shared.Position{Seq: s.lastPush}})
	if s.slow == nil {
		return after
	}
	w.past++
	go s.tellPast(w, after, s.slow.Uint64())
	return nil
}

// tellPast says what was missed amid what else is said.
func (s *town) tellPast(w *wire, past []shared.Frame, seed uint64) {
	pauses := rand.New(rand.NewPCG(seed, 0))
	for _, f := range past {
		time.Sleep(time.Duration(pauses.Int64N(int64(200 * time.Millisecond))))
		s.do(func() {
			if f.Live != nil {
				f.Live.Seq = s.lastPush
				w.past--
			}
			if f.Live == nil || w.past == 0 {
				w.say(f)
			}
		})
	}
}

// pushes is the list, the newest first. Called with mu held.
func (s *town) pushes(limit int) (list []shared.Push) {
	for _, p := range slices.Backward(s.told) {
		if !p.Cleared && int64(p.Expires) > time.Now().UnixMilli() && len(list) < limit {
			list = append(list, p)
		}
	}
	return list
}

// announce tells every connection that registered. Called with mu held.
func (s *town) announce(frames ...shared.Frame) {
	if s.asleep {
		return
	}
	for _, w := range s.sockets {
		select {
		case <-w.ended:
		default:
			if w.hears {
				w.say(frames...)
			}
		}
	}
}

// pushes a thing that ends after ttl.
func (s *town) push(id, collapse string, ttl time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.told {
		if p := &s.told[i]; collapse != "" && p.Collapse == collapse {
			p.Cleared = true
		}
	}
	now := time.Now()
	s.tellPush(shared.Push{
		ID: id, At: shared.Millis(now.UnixMilli()), Message: id, Collapse: collapse, Expires: shared.Millis(now.Add(ttl).UnixMilli()),
	})
}

// tellPush puts a push at the end of the log. Called with mu held.
func (s *town) tellPush(p shared.Push) {
	s.lastPush++
	p.Seq = s.lastPush
	s.told = append(s.told, p)
	s.announce(shared.Frame{Pushed: &p})
}

// move changes a push, or clears it, which moves it to the end.
func (s *town) move(id string, change func(*shared.Push)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.told, func(p shared.Push) bool { return p.ID == id })
	if i < 0 || s.told[i].Cleared || int64(s.told[i].Expires) <= time.Now().UnixMilli() {
		return
	}
	p := s.told[i]
	s.told = slices.Delete(s.told, i, i+1)
	change(&p)
	s.tellPush(p)
}

func clearPush(p *shared.Push) { p.Cleared, p.Message = true, "" }

func say(message string) func(*shared.Push) { return func(p *shared.Push) { p.Message = message } }

// news is which pushes somebody was told of, and as new.
type news struct {
	known map[string]bool // by id
	fresh map[string]bool // that are shown
}

// look takes what is there now and returns what is new although it was known.
func (n *news) look(pushes []Push) (twice []string) {
	if n.known == nil {
		n.known = make(map[string]bool)
	}
	fresh := make(map[string]bool)
	for _, p := range pushes {
		if p.Fresh && n.known[p.ID] && !n.fresh[p.ID] {
			twice = append(twice, p.ID)
		}
		n.known[p.ID], fresh[p.ID] = true, p.Fresh
	}
	n.fresh = fresh
	return twice
}

// kept is a list without what only its reader knows: what is new, and what was
// for those who listened.
func keptOf(pushes []Push) (kept []shared.Push) {
	for _, p := range pushes {
		if p.Expires > p.At {
			kept = append(kept, p.Push)
		}
	}
	return kept
}

// pushed is what a client's list says: "id" or "id=message", "!" before what is
// fresh, "." before what was opened.
func (r *resident) pushed() (got []string) {
	for _, p := range r.Pushes() {
		line := p.ID
		if p.Message != p.ID {
			line += "=" + p.Message
		}
		if p.Fresh {
			line = "!" + line
		}
		if p.Opened {
			line = "." + line
		}
		got = append(got, line)
	}
	return got
}

func (r *resident) tells(want ...string) {
	r.t.Helper()
	synctest.Wait()
	if got := r.pushed(); !slices.Equal(got, want) {
		r.t.Errorf("told %q, want %q", got, want)
	}
	state := r.State()
	unopened := len(slices.DeleteFunc(r.pushed(), func(s string) bool { return s[0] == '.' }))
	if state.Pushes != len(want) || state.Unopened != unopened {
		r.t.Errorf("%d of %d unopened, want %d of %d", state.Unopened, state.Pushes, unopened, len(want))
	}
}

func (s *town) listener() *resident { return live(s.t, Options{dial: s.dial, Pushes: true}) }

func isRegister(f shared.Frame) bool { return f.Register != nil }
func isPushes(f shared.Frame) bool   { return f.Pushes != nil }

// acks are the receipts that the town got: "id", or ".id" of one opened.
func (s *town) acks() (got []string) {
	for _, f := range s.heard(func(f shared.Frame) bool { return f.Ack != nil }) {
		line := f.Ack.Push
		if f.Ack.Opened {
			line = "." + line
		}
		got = append(got, line)
	}
	return got
}

func TestWhatCameWhileNobodyListenedIsThereButNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.push("one", "", time.Hour)
		s.push("two", "", time.Hour)
		s.move("one", say("changed"))
		r := s.listener()
		r.tells("one=changed", "two")
		s.push("three", "", time.Hour)
		r.tells("!three", "one=changed", "two")
		if got := s.acks(); !slices.Equal(got, []string{"two", "one", "three"}) {
			t.Errorf("the town knows that %q arrived", got)
		}
	})
}

func TestAPushIsChangedClearedAndCollapsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.listener()
		r.tells()
		s.push("one", "", time.Hour)
		s.push("two", "", time.Hour)
		s.push("soup", "lunch", time.Hour)
		r.tells("!soup", "!two", "!one")
		s.move("one", say("anew"))
		s.move("two", clearPush)
		r.tells("!one=anew", "!soup")
		s.push("stew", "lunch", time.Hour)
		r.tells("!stew", "!one=anew")
	})
}

func TestWhatIsOverIsGoneAndWhatWasForListenersStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.listener()
		synctest.Wait()
		s.push("short", "", time.Minute)
		s.push("now or never", "", 0)
		s.push("long", "", time.Hour)
		r.tells("!long", "!now or never", "!short")
		time.Sleep(time.Minute)
		r.tells("!long", "!now or never")
		s.cut()
		time.Sleep(time.Second)
		r.tells("!long", "!now or never")
		s.listener().tells("long")
	})
}

func TestABreakIsCaughtUpAndALongOneIsNoNews(t *testing.T) {
	for _, c := range []struct {
		name  string
		away  time.Duration
		fresh string
	}{
		{"a moment", 20 * time.Second, "!"},
		{"a night", 8 * time.Hour, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTown(t, "lobby")
				r := s.listener()
				synctest.Wait()
				s.push("before", "", 24*time.Hour)
				s.push("doomed", "", 24*time.Hour)
				synctest.Wait()
				s.do(func() { s.down = errCut })
				s.cut()
				s.push("meanwhile", "", 24*time.Hour)
				s.move("before", say("changed"))
				s.move("doomed", clearPush)
				time.Sleep(c.away)
				s.do(func() { s.down = nil })
				r.Wake()
				r.tells("!before=changed", c.fresh+"meanwhile")
			})
		})
	}
}

func TestAfterSleepWhatCameMeanwhileIsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.listener()
		synctest.Wait()
		r.update(func() { r.heardAt = r.heardAt.Add(-8 * time.Hour) }) // the wall clock went on, timers did not
		s.do(func() { s.asleep = true })
		s.push("at night", "", 24*time.Hour)
		s.cut()
		s.do(func() { s.asleep = false })
		time.Sleep(time.Second)
		r.tells("at night")
	})
}

func TestOpeningIsToldOnceAndKeptUntilItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.listener()
		synctest.Wait()
		s.push("one", "", time.Hour)
		s.push("two", "", time.Hour)
		r.tells("!two", "!one")
		s.do(func() { s.down = errCut })
		s.cut()
		synctest.Wait()
		r.OpenPush("one")
		r.OpenPush("one")
		r.OpenPush("nothing")
		r.tells("!two", ".!one")
		s.do(func() { s.down = nil })
		time.Sleep(time.Minute)
		r.tells("!two", ".!one")
		if got := s.acks(); !slices.Equal(got, []string{"one", "two", ".one"}) {
			t.Errorf("the town was told %q", got)
		}
		s.move("one", say("changed"))
		r.tells(".!one=changed", "!two")
	})
}

// Opening is no entry of the log: who was away asks.
func TestWhatWasOpenedElsewhereMeanwhileIsOpenedHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r, phone := s.listener(), s.listener()
		synctest.Wait()
		s.push("one", "", time.Hour)
		s.push("two", "", time.Hour)
		phone.tells("!two", "!one")
		phone.OpenPush("one")
		r.tells("!two", ".!one")
		r.leave()
		phone.OpenPush("two")
		phone.tells(".!two", ".!one")
		s.push("three", "", time.Hour)
		back := s.listener()
		back.tells("three", ".two", ".one")
		s.do(func() { s.down = errCut })
		s.cut()
		s.do(func() { s.told[2].Opened = true }) // on the phone
		time.Sleep(time.Minute)
		s.do(func() { s.down = nil })
		back.Wake()
		back.tells(".three", ".two", ".one")
		asked := len(s.heard(isPushes))
		s.cut()
		time.Sleep(time.Second)
		back.tells(".three", ".two", ".one")
		if n := len(s.heard(isPushes)); n > asked+1 { // the phone's, which has not been told
			t.Errorf("the list was asked for %d times though all is opened", n-asked)
		}
	})
}

func TestAServerThatDoesNotKnowPushesIsAsGoodAsAny(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.judge = func(f shared.Frame) *shared.Error {
			if f.Register != nil || f.Pushes != nil || f.Ack != nil {
				return shared.Errorf(shared.CodeUnknown, "there is no such command")
			}
			return nil
		}
		r := s.listener()
		r.Open("lobby")
		synctest.Wait()
		r.say("lobby", "hi")
		time.Sleep(time.Hour)
		r.shows("lobby", "hi")
		r.tells()
		if n, hellos := len(s.heard(isRegister)), len(s.heard(isHello)); n != hellos || r.State().Phase != Live {
			t.Errorf("%d registers on %d connections, %s", n, hellos, r.State().Phase)
		}
	})
}

func TestAServerThatAsksToWaitIsAskedForPushesLater(t *testing.T) {
	for _, verb := range []func(shared.Frame) bool{isRegister, isPushes} {
		synctest.Test(t, func(t *testing.T) {
			s := newTown(t, "lobby")
			s.push("one", "", 24*time.Hour)
			s.judge = func(f shared.Frame) *shared.Error {
				if verb(f) {
					return shared.Errorf(shared.CodeUnavailable, "not now")
				}
				return nil
			}
			r := s.listener()
			r.tells()
			s.push("two", "", 24*time.Hour)
			s.do(func() { s.judge = nil })
			time.Sleep(time.Minute)
			r.tells("two", "one")
		})
	}
}

func TestAnotherLogOfPushesIsAFreshStart(t *testing.T) {
	for _, c := range []struct {
		name    string
		restore func(*town)
	}{
		{"another epoch", func(s *town) { s.epoch = "e2"; s.told, s.lastPush = s.told[:1], 1 }},
		{"the same epoch, and less of it", func(s *town) { s.told, s.lastPush = s.told[:1], 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTown(t, "lobby")
				s.push("one", "", time.Hour)
				s.push("two", "", time.Hour)
				r := s.listener()
				r.tells("two", "one")
				s.do(func() { c.restore(s) })
				s.cut()
				time.Sleep(time.Second)
				r.tells("one")
				s.push("three", "", time.Hour)
				r.tells("!three", "one")
			})
		})
	}
}

func TestPushesAreThereAtAStartWithoutAServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby"), newCupboard()
		s.push("one", "", 24*time.Hour)
		r := live(t, Options{dial: s.dial, Shelf: shelf, Pushes: true})
		synctest.Wait()
		s.push("two", "", 24*time.Hour)
		s.push("for who listens", "", 0)
		r.tells("!for who listens", "!two", "one")
		s.do(func() { s.down = errCut })
		s.cut()
		synctest.Wait()
		r.OpenPush("two")
		r.leave()
		s.move("one", say("changed"))
		later := s.again(shelf)
		later.tells(".two", "one")
		s.do(func() { s.down = nil })
		later.Wake()
		later.tells("one=changed", ".two")
		if got := s.acks(); got[len(got)-2] != ".two" && got[len(got)-1] != ".two" {
			t.Errorf("the town was told %q", got)
		}
		if n := len(s.heard(isRegister)); n != 2 {
			t.Errorf("%d registers", n)
		}
		if again := s.heard(isRegister)[1].Register; again.After == nil || *again.After != 3 {
			t.Errorf("it went on from %v", again)
		}
	})
}

func TestWhatWasMissedComesAmidWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.listener()
		synctest.Wait()
		s.push("kept", "", time.Hour)
		r.tells("!kept")
		r.OpenPush("kept")
		s.do(func() { s.down = errCut })
		s.cut()
		s.push("missed", "", time.Hour)
		s.push("lunch", "lunch", time.Hour)
		synctest.Wait() // it has noticed
		s.do(func() { s.down, s.asleep = nil, true })
		r.Wake()
		synctest.Wait()
		w := s.sockets[len(s.sockets)-1]
		at := func(seq shared.Seq) shared.Frame {
			for _, p := range s.told {
				if p.Seq == seq {
					return shared.Frame{Pushed: &p}
				}
			}
			return shared.Frame{Live: &shared.Position{Seq: seq}}
		}
		_, old := at(2), at(3)
		ids := s.heard(isHello)
		w.say(shared.Frame{ID: ids[len(ids)-1].ID, OK: func() *shared.OK { ok, _ := s.welcome(shared.Hello{Epoch: "e1"}); return ok }()})
		synctest.Wait()
		registers := s.heard(isRegister)
		w.say(shared.Frame{ID: registers[len(registers)-1].ID, OK: &shared.OK{Registered: &shared.Registered{Epoch: "e1", Last: 3}}})
		s.push("dinner", "lunch", time.Hour)
		s.move("missed", clearPush)
		missed := shared.Frame{Pushed: &shared.Push{ID: "missed", Seq: 2, Message: "missed", Expires: at(4).Pushed.Expires}}
		w.say(at(5), at(4), missed, old)
		r.tells(".!kept")
		w.say(shared.Frame{Live: &shared.Position{Seq: 5}})
		r.tells("!dinner", ".!kept")
		s.do(func() { s.asleep = false })
		s.cut()
		time.Sleep(time.Second)
		r.tells("!dinner", ".!kept")
		again := s.heard(isRegister)
		if after := again[len(again)-1].Register.After; after == nil || *after != 5 {
			t.Errorf("it went on from %v, want 5", again[len(again)-1].Register)
		}
	})
}

func TestOnlyTheNewestPushesAreHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.listener()
		synctest.Wait()
		for n := range maxPushes + 20 {
			s.push(fmt.Sprint(n), "", time.Hour)
		}
		synctest.Wait()
		got := r.pushed()
		if len(got) != maxPushes || got[0] != fmt.Sprint("!", maxPushes+19) || got[maxPushes-1] != "!20" {
			t.Errorf("%d are held, from %s to %s", len(got), got[len(got)-1], got[0])
		}
	})
}

func TestOfAllTabsOneSaysThatAPushArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newTown(t, "lobby"), newHall()
		s.push("early", "", time.Hour)
		var tabs []*resident
		for range 3 {
			tabs = append(tabs, live(t, Options{dial: s.dial, Shelf: newCupboard(), Peers: h.tab(), Pushes: true}))
			synctest.Wait()
		}
		s.push("one", "", time.Hour)
		for _, r := range tabs {
			r.tells("!one", "early")
		}
		if got := s.acks(); !slices.Equal(got, []string{"early", "one"}) {
			t.Errorf("the town was told %q", got)
		}
		tabs[2].OpenPush("early")
		for _, r := range tabs {
			r.tells("!one", ".early")
		}
	})
}

// A tab hears what the server says to all tabs before it has asked itself, and
// must not take it for all there is.
func TestATabDoesNotTakeWhatIsForOthersForAllThereIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h, shelf := newTown(t, "lobby"), newHall(), newCupboard()
		first := live(t, Options{dial: s.dial, Shelf: shelf, Peers: h.tab(), Pushes: true})
		synctest.Wait()
		s.push("one", "", time.Hour)
		first.tells("!one")
		s.do(func() { // the second tab's register is lost with the connection
			s.witness = func(w *wire, f shared.Frame) bool {
				if f.Register != nil {
					go s.push("three", "", time.Hour)
				}
				return f.Register != nil || f.Pushes != nil
			}
		})
		kept := &KeptPushes{Pos: 0}
		welcome := unpack[Snapshot](pack(Snapshot{Welcome: shared.Welcome{Epoch: "e1", You: s.you}})).Welcome
		second := live(t, Options{dial: s.dial, Shelf: shelf, Peers: h.tab(), Pushes: true, Welcome: &welcome, KeptPushes: kept})
		synctest.Wait()
		s.do(func() { s.witness = nil })
		s.cut()
		time.Sleep(time.Minute)
		first.tells("!three", "!one")
		synctest.Wait()
		if got := second.pushed(); len(got) != 2 {
			t.Errorf("the second tab has %q", got)
		}
	})
}
