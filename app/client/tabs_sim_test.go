package client

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// browserSim is a profile with tabs that come and go, for simulations of them.
type browserSim struct {
	t     *testing.T
	town  *town
	shelf *cupboard
	hall  *hall
	rand  *rand.Rand
	tabs  []*simTab
	told  int // pushes so far
}

type simTab struct {
	name string
	r    *resident
	tab  *tab
	said []string
}

func (b *browserSim) load(s *simTab) {
	s.tab = b.hall.tab()
	o := Options{dial: b.town.dial, Shelf: b.shelf, Peers: s.tab, Pushes: true}
	b.shelf.mu.Lock()
	saved := b.shelf.saved
	b.shelf.mu.Unlock()
	if saved != nil && b.rand.IntN(2) == 0 { // as without a server
		last := unpack[Snapshot](saved)
		o.Welcome, o.Read, o.KeptPushes = &last.Welcome, last.Read, last.Pushes
	}
	s.r = live(b.t, o)
	s.r.Open("lobby")
}

// push has a program tell something, or think better of something it told.
func (b *browserSim) push() {
	earlier := fmt.Sprint("push ", b.rand.IntN(b.told+1))
	switch n := b.rand.IntN(10); {
	case n < 5:
		b.told++
		ttl := []time.Duration{0, 3 * time.Minute, time.Hour, time.Hour}[b.rand.IntN(4)]
		b.town.push(fmt.Sprint("push ", b.told), []string{"", "deploy"}[n%2], ttl)
	case n < 7:
		b.town.move(earlier, say(fmt.Sprint("changed ", b.rand.Int())))
	case n < 8:
		b.town.move(earlier, clearPush)
	default:
		b.tabs[b.rand.IntN(len(b.tabs))].r.OpenPush(earlier)
	}
}

// close leaves a tab, which hears nothing any more.
func (b *browserSim) close(s *simTab) {
	s.r.leave()
	b.hall.mu.Lock()
	defer b.hall.mu.Unlock()
	b.hall.tabs = slices.DeleteFunc(b.hall.tabs, func(t *tab) bool { return t == s.tab })
}

func (b *browserSim) freeze(s *simTab, d time.Duration) {
	thaw := make(chan struct{})
	b.hall.mu.Lock()
	s.tab.frozen = thaw
	b.hall.mu.Unlock()
	time.Sleep(d)
	b.hall.mu.Lock()
	s.tab.frozen = nil
	b.hall.mu.Unlock()
	close(thaw)
}

func (b *browserSim) say(s *simTab) {
	text := fmt.Sprintf("%s #%d", s.name, len(s.said))
	if _, err := s.r.Post(shared.Post{Room: "lobby", Text: text}); err != nil {
		b.t.Fatal(err)
	}
	s.said = append(s.said, text)
}

func (b *browserSim) step() {
	s := b.tabs[b.rand.IntN(len(b.tabs))]
	pause := func(most time.Duration) time.Duration { return time.Duration(b.rand.Int64N(int64(most))) }
	if b.rand.IntN(3) == 0 {
		b.push()
	}
	switch n := b.rand.IntN(20); {
	case n < 11:
		b.say(s)
	case n < 13:
		b.say(s)
		b.close(s) // in the same instant
		time.Sleep(10 * time.Millisecond)
		b.load(s)
		b.say(s)
	case n < 14:
		b.town.do(func() { b.town.down = errCut })
		b.town.cut()
		b.say(s)
		time.Sleep(pause(5 * time.Second))
		b.town.do(func() { b.town.down = nil })
	case n < 15:
		b.town.cut()
	case n < 16:
		b.freeze(s, pause(20*time.Second))
	case n < 17:
		stuck := make(chan struct{})
		b.shelf.mu.Lock()
		b.shelf.stuck = stuck
		b.shelf.mu.Unlock()
		b.say(s)
		time.Sleep(pause(3 * shelfPatience))
		b.shelf.mu.Lock()
		b.shelf.stuck = nil
		b.shelf.mu.Unlock()
		close(stuck)
	case n < 18:
		s.r.Wake()
	}
	time.Sleep(pause(time.Second))
}

// check heals everything, lets time pass, and compares. What a tab kept in its
// last moment may stay until the next start, which sends it again, in vain.
func (b *browserSim) check() error {
	if err := b.compare(); err != nil {
		return err
	}
	for _, s := range b.tabs {
		b.close(s)
		b.load(s)
	}
	if err := b.compare(); err != nil {
		return fmt.Errorf("after another start: %w", err)
	}
	if left := b.shelf.texts(); len(left) > 0 {
		return fmt.Errorf("still kept: %q", left)
	}
	return nil
}

func (b *browserSim) compare() error {
	for range 8 {
		for _, s := range b.tabs {
			s.r.Wake()
		}
		time.Sleep(20 * time.Second)
	}
	synctest.Wait()
	log := b.town.texts("lobby")
	for _, s := range b.tabs {
		got := slices.DeleteFunc(slices.Clone(log), func(text string) bool { return !strings.HasPrefix(text, s.name+" ") })
		if !slices.Equal(got, s.said) {
			return fmt.Errorf("of %s the log has %q,\nwant %q", s.name, got, s.said)
		}
		b.town.mu.Lock()
		want := b.town.pushes(maxPushes)
		b.town.mu.Unlock()
		if told := keptOf(s.r.Pushes()); !slices.Equal(told, want) {
			return fmt.Errorf("%s was told %v,\nwant %v", s.name, told, want)
		}
		if state := s.r.State(); state.Phase != Live || len(state.Unsent) > 0 {
			return fmt.Errorf("%s is %s with %v unsent", s.name, state.Phase, state.Unsent)
		}
	}
	return nil
}

func TestTabsThatComeAndGoLoseNothing(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			b := &browserSim{
				t: t, town: newTown(t, "lobby"), shelf: newCupboard(), hall: newHall(),
				rand: rand.New(rand.NewPCG(seed, 0)),
			}
			b.shelf.slow = rand.New(rand.NewPCG(seed, 1))
			b.town.slow = rand.New(rand.NewPCG(seed, 2))
			for i := range 3 {
				s := &simTab{name: fmt.Sprint("tab", i)}
				b.load(s)
				b.tabs = append(b.tabs, s)
			}
			for range 40 {
				b.step()
			}
			if err := b.check(); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
		if t.Failed() {
			return
		}
	}
}
