package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// hall is where the tabs of a browser hear each other and take turns to lead.
type hall struct {
	mu     sync.Mutex // guards all below
	tabs   []*tab
	leader *tab
	turn   chan struct{} // closed when the lead is free
}

// tab is one client's place in a hall.
type tab struct {
	hall   *hall
	inbox  chan []byte
	lost   chan struct{}
	frozen chan struct{} // not nil: it does nothing before that is closed; guarded by hall.mu
}

func newHall() *hall { return &hall{turn: make(chan struct{})} }

func (h *hall) tab() *tab {
	t := &tab{hall: h, inbox: make(chan []byte, 10_000)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tabs = append(h.tabs, t)
	return t
}

func (t *tab) Lead(ctx context.Context, take bool) (<-chan struct{}, error) {
	h := t.hall
	for {
		h.mu.Lock()
		if h.leader == nil || take {
			if h.leader != nil {
				close(h.leader.lost)
			}
			h.leader, t.lost = t, make(chan struct{})
			lost := t.lost
			h.mu.Unlock()
			context.AfterFunc(ctx, func() { t.release(lost) })
			return lost, nil
		}
		free := h.turn
		h.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (t *tab) release(lost chan struct{}) {
	t.hall.mu.Lock()
	defer t.hall.mu.Unlock()
	if t.hall.leader == t && t.lost == lost {
		t.hall.leader = nil
		close(t.hall.turn)
		t.hall.turn = make(chan struct{})
	}
}

func (t *tab) Send(message []byte) {
	t.hall.mu.Lock()
	defer t.hall.mu.Unlock()
	for _, other := range t.hall.tabs {
		if other != t {
			other.inbox <- message
		}
	}
}

func (t *tab) Listen(hear func([]byte)) (stop func()) {
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case message := <-t.inbox:
				t.thaw(end)
				hear(message)
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-done }
}

func (t *tab) thaw(end <-chan struct{}) {
	t.hall.mu.Lock()
	frozen := t.frozen
	t.hall.mu.Unlock()
	if frozen != nil {
		select {
		case <-frozen:
		case <-end:
		}
	}
}

// open runs a client in a new tab.
func (h *hall) open(s *town, shelf Shelf) (*resident, *tab) {
	t := h.tab()
	r := live(s.t, Options{dial: s.dial, Shelf: shelf, Peers: t})
	r.Open("lobby")
	return r, t
}

// standing counts the connections that live.
func (s *town) standing() (n int) {
	s.do(func() {
		for _, w := range s.sockets {
			select {
			case <-w.ended:
			default:
				n++
			}
		}
	})
	return n
}

func TestTabsShareOneConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf, h := newTown(t, "lobby", "garden"), newCupboard(), newHall()
		s.says("bob", "lobby", "hi")
		var tabs []*resident
		for range 3 {
			r, _ := h.open(s, shelf)
			tabs = append(tabs, r)
			synctest.Wait()
		}
		for i, r := range tabs {
			if p := r.State().Phase; p != Live {
				t.Fatalf("tab %d is %s", i, p)
			}
			r.say("lobby", fmt.Sprint("from ", i))
			synctest.Wait()
		}
		s.says("bob", "lobby", "bye")
		synctest.Wait()
		for _, r := range tabs {
			r.shows("lobby", "hi", "from 0", "from 1", "from 2", "bye")
		}
		if n := s.standing(); n != 1 {
			t.Errorf("%d connections", n)
		}
		if _, err := tabs[2].Do(t.Context(), shared.Frame{Profile: &shared.Profile{Name: "Countess"}}); err != nil || tabs[2].State().You.Name != "Countess" {
			t.Errorf("a command of the third: %v, %v", err, tabs[2].State().You)
		}
		if n := len(s.heard(isPost)); n != 3 {
			t.Errorf("%d posts", n)
		}
		if left := shelf.texts(); len(left) > 0 {
			t.Errorf("still kept: %q", left)
		}
	})
}

func TestWhenTheLeaderGoesAnotherTakesItsWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf, h := newTown(t, "lobby"), newCupboard(), newHall()
		first, _ := h.open(s, shelf)
		synctest.Wait()
		second, _ := h.open(s, shelf)
		third, _ := h.open(s, shelf)
		synctest.Wait()
		s.do(func() { s.asleep = true })
		first.say("lobby", "from the first")
		synctest.Wait()
		second.say("lobby", "from the second")
		synctest.Wait()
		for _, r := range []*resident{first, second, third} {
			if n := len(r.State().Unsent); n != 2 {
				t.Errorf("a tab shows %d unsent", n)
			}
		}
		s.do(func() { s.asleep = false })
		first.leave()
		time.Sleep(backoffBase)
		synctest.Wait()
		for _, r := range []*resident{second, third} {
			r.shows("lobby", "from the first", "from the second")
			if p := r.State().Phase; p != Live {
				t.Errorf("a tab is %s", p)
			}
		}
		if n := s.standing(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestALeaderThatIsFrozenIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf, h := newTown(t, "lobby"), newCupboard(), newHall()
		first, ice := h.open(s, shelf)
		synctest.Wait()
		second, _ := h.open(s, shelf)
		synctest.Wait()
		thaw := make(chan struct{})
		h.mu.Lock()
		ice.frozen = thaw
		h.mu.Unlock()
		second.say("lobby", "anyone?")
		second.Wake()
		time.Sleep(probeTimeout + backoffBase + leaderPatience)
		synctest.Wait()
		second.shows("lobby", "anyone?")
		if p := second.State().Phase; p != Live {
			t.Errorf("the second is %s", p)
		}
		close(thaw)
		time.Sleep(time.Second)
		synctest.Wait()
		first.shows("lobby", "anyone?")
		if n := s.standing(); n != 1 || len(s.texts("lobby")) != 1 {
			t.Errorf("%d connections, %q in the log", n, s.texts("lobby"))
		}
	})
}

func TestTabsWaitTogetherForAServerThatIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf, h := newTown(t, "lobby"), newCupboard(), newHall()
		s.down = errCut
		first, _ := h.open(s, shelf)
		second, _ := h.open(s, shelf)
		time.Sleep(10 * time.Minute)
		first.say("lobby", "one")
		synctest.Wait()
		keys := second.say("lobby", "two", "three")
		synctest.Wait()
		second.mu.Lock()
		delete(second.posted, keys[1])
		second.mu.Unlock()
		if err := errors.Join(first.Edit(keys[0], "zwei"), first.Discard(keys[1])); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		second.shows("lobby", "sending: one", "sending: zwei")
		s.do(func() { s.down = nil })
		second.Wake() // whoever leads, this one is looked at
		synctest.Wait()
		time.Sleep(backoffBase)
		synctest.Wait()
		for _, r := range []*resident{first, second} {
			r.shows("lobby", "one", "zwei")
		}
	})
}

func TestARefusalIsSeenInEveryTab(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf, h := newTown(t, "lobby"), newCupboard(), newHall()
		first, _ := h.open(s, shelf)
		synctest.Wait()
		second, _ := h.open(s, shelf)
		synctest.Wait()
		s.do(func() {
			s.judge = func(f shared.Frame) *shared.Error {
				if f.Post != nil {
					return shared.Errorf(shared.CodeArchived, "closed")
				}
				return nil
			}
		})
		key := second.say("lobby", "hi")[0]
		synctest.Wait()
		first.shows("lobby", "failed: hi")
		second.shows("lobby", "failed: hi")
		s.do(func() { s.judge = nil })
		second.Retry(key)
		synctest.Wait()
		first.shows("lobby", "hi")
		second.shows("lobby", "hi")
	})
}

func TestAnIdIsExchangedAndNothingElse(t *testing.T) {
	for _, c := range []struct {
		frame string
		id    int64
	}{
		{`{"id":12,"ok":{}}`, 12},
		{`{"id":3}`, 3},
		{`{"event":{"id":5}}`, 0},
		{`{"id":x}`, 0},
		{`{"id":`, 0},
		{``, 0},
	} {
		id, rest := splitID([]byte(c.frame))
		if id != c.id {
			t.Errorf("%s has id %d", c.frame, id)
		}
		if id > 0 && string(withID(id, rest)) != c.frame {
			t.Errorf("%s became %s", c.frame, withID(id, rest))
		}
	}
	f := shared.Frame{ID: 7, OK: &shared.OK{}}
	if id, _ := splitID(f.Encode()); id != 7 {
		t.Error("a frame does not begin with its id")
	}
}
