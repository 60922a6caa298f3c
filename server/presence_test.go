package server

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// said is a Store that knows what people say: what is tested here is time.
type said struct {
	Store
	all []shared.Presence
}

func (s said) Statuses(context.Context, shared.Millis) ([]shared.Presence, error) { return s.all, nil }

// newTestPresence is a node's, in the fake time of synctest.
func newTestPresence(t *testing.T, b Broker, says ...shared.Presence) *presence {
	t.Helper()
	p, err := newPresence(t.Context(), withDefaults(Options{Store: said{all: says}, Broker: b, Log: slog.New(slog.DiscardHandler)}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// screen is a connection that notes what it is told.
type screen struct {
	watcher

	mu     sync.Mutex
	frames []string // guarded by mu
	deaf   bool     // guarded by mu: it takes nothing
}

func (p *presence) screen(user shared.UserID, watches ...shared.UserID) *screen {
	s := &screen{watcher: watcher{user: user, counts: true}}
	s.write = func(frames []byte) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.deaf {
			s.frames = append(s.frames, strings.TrimSpace(string(frames)))
		}
		return !s.deaf
	}
	p.enter(&s.watcher)
	p.watch(&s.watcher, false, watches, 0)
	return s
}

// told takes what a screen was told since it was last asked.
func (s *screen) told() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.frames
	s.frames = nil
	return told
}

func (s *screen) cover(deaf bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf = deaf
}

func (s *screen) wants(t *testing.T, want ...string) {
	t.Helper()
	if got := s.told(); !slices.Equal(got, want) {
		t.Errorf("%s was told %q, want %q", s.user, got, want)
	}
}

func TestWhoUsesADeviceIsOnlineThenAwayThenOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		ada := p.screen("ada", "bob")
		bob := p.screen("bob")
		time.Sleep(3 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`) // connected; that alone proves nothing
		p.touch("bob")
		time.Sleep(3 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob","state":"online"}]}`)
		time.Sleep(4 * time.Minute)
		ada.wants(t)
		time.Sleep(time.Minute)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`)
		p.leave(&bob.watcher)
		time.Sleep(14 * time.Second)
		ada.wants(t)
		time.Sleep(4 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob"}]}`)
		p.leave(&ada.watcher)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(p.people) > 0 {
			t.Errorf("still remembered: %v", p.people)
		}
	})
}

func TestAReloadShowsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		bob := p.screen("bob")
		p.touch("bob")
		time.Sleep(3 * time.Second)
		ada := p.screen("ada", "bob")
		for range 10 {
			p.leave(&bob.watcher)
			time.Sleep(10 * time.Second)
			bob = p.screen("bob")
		}
		ada.wants(t)
	})
}

func TestSeveralDevicesOfOnePersonAreOnePresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		phone, laptop := p.screen("bob"), p.screen("bob")
		p.touch("bob")
		time.Sleep(3 * time.Second)
		ada := p.screen("ada", "bob")
		p.leave(&phone.watcher)
		time.Sleep(time.Minute)
		ada.wants(t) // the laptop is there, and bob was just here
		p.touch("bob")
		time.Sleep(4*time.Minute + 50*time.Second)
		ada.wants(t)
		p.leave(&laptop.watcher)
		time.Sleep(20 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`, `{"presence":[{"user":"bob"}]}`)
	})
}

func TestAProgramIsOnlineAndAPersonsProgramIsNotThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		ada := p.screen("ada", "bot", "bob")
		bot, script := p.screen("bot"), p.screen("bob")
		bot.program, script.counts = true, false
		p.touch("bob")
		time.Sleep(time.Hour)
		ada.wants(t, `{"presence":[{"user":"bot","state":"online"}]}`)
	})
}

func TestAStatusEndsByTheServersClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := func(d time.Duration) shared.Millis { return shared.Millis(time.Now().Add(d).UnixMilli()) }
		tea := shared.Presence{User: "bob", DND: in(2 * time.Hour), Status: shared.Status{Text: "Tea", Until: in(time.Hour)}}
		p := newTestPresence(t, NewLocalBroker(), tea, shared.Presence{User: "eve", Status: shared.Status{Text: "Old", Until: 1}})
		ada := p.screen("ada")
		all, _ := p.watch(&ada.watcher, false, []shared.UserID{"bob", "eve"}, 0)
		if len(all) != 1 || all[0] != tea || !p.undisturbed("bob") || p.undisturbed("eve") || p.undisturbed("nobody") {
			t.Errorf("at first %+v", all)
		}
		time.Sleep(59 * time.Minute)
		ada.wants(t)
		time.Sleep(2 * time.Minute)
		if got := ada.told(); len(got) != 1 || strings.Contains(got[0], "Tea") || !strings.Contains(got[0], "dnd") {
			t.Errorf("after an hour: %q", got)
		}
		time.Sleep(time.Hour)
		ada.wants(t, `{"presence":[{"user":"bob"}]}`)
		if p.undisturbed("bob") {
			t.Error("do not disturb has not ended")
		}
	})
}

func TestChangesAreToldTogetherAndAFlappingPhoneSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		var names []shared.UserID
		for _, r := range "abcdefghijklmnopqrst" {
			names = append(names, shared.UserID(r))
		}
		ada := p.screen("ada", names...)
		for range 180 { // an hour, in which each comes and goes as fast as it can be seen
			var screens []*screen
			for _, name := range names {
				screens = append(screens, p.screen(name))
			}
			time.Sleep(2 * time.Second)
			for _, s := range screens {
				p.leave(&s.watcher)
			}
			time.Sleep(18 * time.Second)
		}
		frames, changes := 0, 0
		for _, f := range ada.told() {
			frames++
			changes += strings.Count(f, `"user"`)
		}
		most := len(names) * int(time.Hour/tellEvery+tellBurst)
		if frames == 0 || frames > 1800/10 || changes > most {
			t.Errorf("%d changes in %d frames; want at most %d, those of all people in one", changes, frames, most)
		}
		t.Logf("360 changes of each of %d people in an hour: %d frames with %d changes", len(names), frames, changes)
	})
}

func TestWhoIsBehindIsToldLaterAsThingsAreThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		ada := p.screen("ada", "bob", "eve")
		ada.cover(true)
		bob := p.screen("bob")
		p.screen("eve")
		time.Sleep(10 * time.Second)
		p.touch("eve")
		p.leave(&bob.watcher)
		time.Sleep(30 * time.Second)
		ada.wants(t)
		ada.cover(false)
		time.Sleep(3 * time.Second)
		got := ada.told()
		if len(got) != 1 || strings.Count(got[0], "user") != 2 || !strings.Contains(got[0], `{"user":"bob"}`) ||
			!strings.Contains(got[0], `{"user":"eve","state":"online"}`) {
			t.Errorf("got %q", got)
		}
	})
}

func TestAConnectionIsToldOfSoManyPeopleAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		ada := p.screen("ada", "first", "second")
		for i := range shared.MaxWatch - 1 {
			p.watch(&ada.watcher, false, []shared.UserID{shared.UserID(rune('一' + i)), "second"}, 0)
		}
		p.screen("first")
		p.screen("second")
		time.Sleep(3 * time.Second)
		ada.wants(t, `{"presence":[{"user":"second","state":"away"}]}`)
		if n := len(ada.watched); n != shared.MaxWatch {
			t.Errorf("%d are watched", n)
		}
	})
}

func TestAGuestHearsNoMoreOfWhoLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		guest, ada := p.screen("guest", "bob", "eve"), p.screen("ada", "bob", "eve")
		guest.guest = true
		p.receive(Signal{Op: OpUnfollow, User: "bob", Room: "lobby"})
		p.screen("bob")
		time.Sleep(3 * time.Second)
		guest.wants(t)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`)
		if _, ok := p.watch(&guest.watcher, true, []shared.UserID{"bob"}, 0); ok {
			t.Error("whom a guest knows was asked before bob left, and believed after")
		}
		member := p.screen("member", "eve")
		p.receive(tellUser("", shared.Frame{User: &shared.User{ID: "member", Role: shared.RoleGuest}}))
		p.receive(Signal{Op: OpUnfollow, User: "guest", Room: "lobby"})
		p.screen("eve")
		time.Sleep(3 * time.Second)
		guest.wants(t)
		member.wants(t)
		ada.wants(t, `{"presence":[{"user":"eve","state":"away"}]}`)
	})
}

func TestNodesTellEachOtherWhoIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &forgetful{Broker: NewLocalBroker()}
		one, two := newTestPresence(t, b), newTestPresence(t, b)
		bob := one.screen("bob")
		one.touch("bob")
		ada := two.screen("ada", "bob")
		time.Sleep(10 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob","state":"online"}]}`)

		idle := two.screen("bob") // a second device, on the other node
		time.Sleep(time.Minute)
		ada.wants(t)
		two.leave(&idle.watcher)

		time.Sleep(6 * time.Minute)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`)
		one.leave(&bob.watcher)
		time.Sleep(20 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob"}]}`)

		three := newTestPresence(t, b) // comes later, and learns all the same
		one.screen("bob")
		eve := three.screen("eve", "bob")
		time.Sleep(10 * time.Second)
		eve.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`)
	})
}

func TestWhatNodesLoseHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &forgetful{Broker: NewLocalBroker()}
		one, two := newTestPresence(t, b), newTestPresence(t, b)
		ada := two.screen("ada", "bob")
		time.Sleep(5 * time.Second)
		b.lose.Store(true)
		bob := one.screen("bob")
		time.Sleep(5 * time.Second)
		b.lose.Store(false)
		ada.wants(t)
		time.Sleep(snapshotEvery + 5*time.Second)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`)

		b.lose.Store(true)
		one.leave(&bob.watcher)
		time.Sleep(30 * time.Second)
		b.lose.Store(false)
		ada.wants(t)
		time.Sleep(snapshotHolds + 5*time.Second)
		ada.wants(t, `{"presence":[{"user":"bob"}]}`)

		one.screen("bob")
		time.Sleep(5 * time.Second)
		ada.wants(t, `{"presence":[{"user":"bob","state":"away"}]}`)
		one.close() // dies
		time.Sleep(snapshotHolds + 5*time.Second)
		ada.wants(t, `{"presence":[{"user":"bob"}]}`)
	})
}

func TestANodeThatIsAloneTellsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &forgetful{Broker: NewLocalBroker()}
		p := newTestPresence(t, b)
		for range 100 {
			s := p.screen(shared.UserID(shared.NewID()))
			time.Sleep(20 * time.Second)
			p.leave(&s.watcher)
		}
		synctest.Wait()
		if n := b.carried.Load(); n > 35 { // one a minute
			t.Errorf("%d signals", n)
		}
	})
}

// forgetful is a Broker that can lose everything.
type forgetful struct {
	Broker
	lose    atomic.Bool
	carried atomic.Int64
}

func (b *forgetful) Publish(ctx context.Context, s Signal) error {
	b.carried.Add(1)
	if b.lose.Load() {
		return nil
	}
	return b.Broker.Publish(ctx, s)
}

func TestManyFlappingConnectionsCostABoundedNumberOfFrames(t *testing.T) {
	const (
		people = 400
		shows  = 50 // each is shown by as many, and shows as many
		length = 5 * time.Minute
	)
	synctest.Test(t, func(t *testing.T) {
		p := newTestPresence(t, NewLocalBroker())
		name := func(i int) shared.UserID { return shared.UserID("user " + strconv.Itoa(i%people)) }
		var readers []*screen
		for i := range people {
			var shown []shared.UserID
			for k := range shows {
				shown = append(shown, name(i+k+1))
			}
			readers = append(readers, p.screen(name(i), shown...))
			readers[i].counts = false // they stay; what comes and goes is a second connection
		}
		for n := range int(length / (20 * time.Second)) {
			var flapping []*screen
			for i := range people {
				flapping = append(flapping, p.screen(name(i)))
				if n%2 == 0 {
					p.touch(name(i))
				}
			}
			time.Sleep(3 * time.Second)
			for _, s := range flapping {
				p.leave(&s.watcher)
			}
			time.Sleep(17 * time.Second)
		}
		frames, told := 0, 0
		for _, r := range readers {
			for _, f := range r.told() {
				frames++
				told += strings.Count(f, `"user"`)
			}
		}
		perPerson := int(length/tellEvery) + tellBurst
		if most := people * int(length/p.live.PresenceEvery); frames > most {
			t.Errorf("%d frames, want at most %d: one a round for each reader", frames, most)
		}
		if most := people * shows * perPerson; told > most || told == 0 {
			t.Errorf("%d changes, want at most %d", told, most)
		}
		t.Logf("%d readers, each showing %d people of whom each came and went %d times: %d frames with %d changes for each reader",
			people, shows, int(length/(20*time.Second)), frames/people, told/people)
	})
}
