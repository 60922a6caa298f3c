package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

// listen connects and registers for events, for everything when there are none.
func (tn *town) listen(name string, after *shared.Seq, events ...string) *caller {
	tn.Helper()
	c := tn.dial(name, tn.token(name))
	if len(events) == 0 {
		events = []string{""}
	}
	for _, event := range events {
		c.do(shared.Frame{Register: &shared.Register{Event: event, After: after}})
	}
	return c
}

// pushTo pushes as ada.
func (tn *town) pushTo(ada *caller, user, event, message string) shared.PushAnswer {
	tn.Helper()
	return *ada.do(shared.Frame{Push: &shared.NewPush{UserID: shared.UserID(user), Event: event, Message: message}}).Push
}

// hearPushes returns the next n pushes.
func (c *caller) hearPushes(n int) (all []shared.Push) {
	c.Helper()
	for len(all) < n {
		if f := c.hear(); f.Pushed != nil {
			all = append(all, *f.Pushed)
		}
	}
	return all
}

// hearLive passes over pushes until it is told that it has them all.
func (c *caller) hearLive() (pushes []shared.Push, at shared.Seq) {
	c.Helper()
	for {
		f := c.hear()
		if f.Pushed != nil {
			pushes = append(pushes, *f.Pushed)
		}
		if f.Live != nil && f.Live.Room == "" {
			return pushes, f.Live.Seq
		}
	}
}

func wantRow(t testing.TB, pushes []shared.Push, after, last shared.Seq) {
	t.Helper()
	want := after
	for _, p := range pushes {
		if want++; p.Seq != want {
			t.Fatalf("push %d came, want %d", p.Seq, want)
		}
	}
	if want != last {
		t.Fatalf("the last push was %d, want %d", want, last)
	}
}

func position(n shared.Seq) *shared.Seq { return &n }

func TestAListenerThatWasAwayGetsAThousandPushesInOrder(t *testing.T) {
	const many = 1000
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	ada := tn.call("ada")
	for i := range many {
		tn.pushTo(ada, "bob", fmt.Sprint("e", i%3), fmt.Sprint("push ", i))
	}

	t.Run("who never heard any gets what nobody acknowledged", func(t *testing.T) {
		bob := tn.listen("bob", nil)
		pushes, at := bob.hearLive()
		wantRow(t, pushes, 0, many)
		if at != many {
			t.Errorf("it is live at %d, want %d", at, many)
		}
	})
	t.Run("of the events that it registers for, however many others there are", func(t *testing.T) {
		pushes, _ := tn.listen("bob", nil, "e1").hearLive()
		if len(pushes) != many/3 || pushes[0].Seq != 2 {
			t.Errorf("it gets %d, from %d on", len(pushes), pushes[0].Seq)
		}
	})
	t.Run("who goes on gets the rest", func(t *testing.T) {
		pushes, at := tn.listen("bob", position(500)).hearLive()
		wantRow(t, pushes, 500, many)
		if at != many {
			t.Errorf("it is live at %d, want %d", at, many)
		}
	})
	t.Run("a position beyond the log is none", func(t *testing.T) {
		pushes, _ := tn.listen("bob", position(many+1)).hearLive()
		wantRow(t, pushes, 0, many)
	})
	t.Run("several events come once each, and live comes after all of them", func(t *testing.T) {
		pushes := tn.listen("bob", position(100), "e0", "e1", "e2").hearPushes(many - 100)
		seen := make(map[shared.Seq]bool)
		for _, p := range pushes {
			if seen[p.Seq] {
				t.Fatalf("push %d came twice", p.Seq)
			}
			seen[p.Seq] = true
		}
	})
}

func TestAListenerHearsEachPushOnceAndInOrderWhateverTheBrokerDoes(t *testing.T) {
	for _, lose := range []bool{false, true} {
		t.Run(fmt.Sprintf("losing %v", lose), func(t *testing.T) {
			t.Parallel()
			const pushers, each = 8, 50
			tn := newTown(t, server.Options{
				Broker: &hasty{Broker: server.NewLocalBroker(), lose: lose, rand: rand.New(rand.NewPCG(1, 2))},
				Live:   server.LiveOptions{Beat: 50 * time.Millisecond}, // the last one lost is found by then
			})
			tn.moveIn("bob")
			all, some := tn.listen("bob", nil), tn.listen("bob", nil, "even")
			tn.pushAtOnce(tn.many(pushers), each, nil, "even", "odd").Wait()
			wantRow(t, all.hearPushes(pushers*each), 0, pushers*each)
			var last shared.Seq
			for _, p := range some.hearPushes(pushers * each / 2) {
				if p.Seq <= last || p.Event != "even" {
					t.Fatalf("push %d %s came after %d", p.Seq, p.Event, last)
				}
				last = p.Seq
			}
			ada := tn.call("ada")
			for range 5 { // nothing follows that would tell of a loss
				tn.pushTo(ada, "bob", "odd", "alone")
				all.hearPushes(1)
			}
			all.hearNothing()
		})
	}
}

// many is ada on n connections.
func (tn *town) many(n int) (adas []*caller) {
	tn.Helper()
	for range n {
		adas = append(adas, tn.call("ada"))
	}
	return adas
}

// pushAtOnce has each of them push to bob at the same time.
func (tn *town) pushAtOnce(adas []*caller, each int, ttl *int64, events ...string) (done *sync.WaitGroup) {
	done = new(sync.WaitGroup)
	for _, ada := range adas {
		done.Go(func() {
			for i := range each {
				_, err := ada.try(shared.Frame{Push: &shared.NewPush{UserID: "bob", Event: events[i%len(events)], Message: "hi", TTL: ttl}})
				if err != nil {
					tn.Error(err)
				}
			}
		})
	}
	return done
}

func TestPushesForWhoListensNowDoNotGetLostWhenTheyOvertakeEachOther(t *testing.T) {
	const pushers, each = 8, 25
	tn := newTown(t, server.Options{
		Broker: &hasty{Broker: server.NewLocalBroker(), rand: rand.New(rand.NewPCG(3, 4))},
		Live:   server.LiveOptions{Beat: 50 * time.Millisecond},
	})
	tn.moveIn("bob")
	ada := tn.call("ada")
	now := int64(0)
	ada.do(shared.Frame{Push: &shared.NewPush{UserID: "bob", Message: "nobody listens", TTL: &now}})
	bob := tn.listen("bob", position(0))
	if missed, at := bob.hearLive(); len(missed) > 0 || at != 1 {
		t.Fatalf("at %d he is told of %+v", at, missed)
	}
	tn.pushAtOnce(tn.many(pushers), each, &now, "").Wait()
	wantRow(t, bob.hearPushes(pushers*each), 1, 1+pushers*each)
}

func TestAListenerRegistersWhilePushesCome(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	defer tn.pushAtOnce(tn.many(4), 100, nil, "a", "b").Wait()
	for range 10 {
		bob := tn.listen("bob", position(0))
		wantRow(t, bob.hearPushes(400), 0, 400)
		_ = bob.ws.CloseNow()
	}
}

func TestWhatIsNewFollowsAllThatWasMissed(t *testing.T) {
	const missed, rounds = 300, 20 // more than a page
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	tn.pushAtOnce(tn.many(4), missed/4, nil, "").Wait()
	ada := tn.call("ada")
	for i := range rounds {
		bob := tn.dial("bob", tn.token("bob"))
		bob.send(fmt.Sprintf("{\"register\":{}}\n{\"register\":{\"event\":\"other\",\"after\":%d}}", missed+i)) // which missed nothing
		tn.pushTo(ada, "bob", "", "new")
		wantRow(t, bob.hearPushes(missed+i+1), 0, shared.Seq(missed+i+1))
		_ = bob.ws.CloseNow()
	}
}

func TestASlowListenerIsServedAtItsPace(t *testing.T) {
	tn := newTown(t, server.Options{Live: server.LiveOptions{Backlog: 400_000}}, narrow)
	tn.moveIn("bob")
	ada := tn.call("ada")
	text := make([]byte, 7000)
	for i := range text {
		text[i] = 'x'
	}
	for range 250 { // more than a page, and more than may wait
		tn.pushTo(ada, "bob", "", string(text))
	}
	bob := tn.listen("bob", position(0))
	for range 5 { // he does not read meanwhile
		tn.pushTo(ada, "bob", "", string(text))
	}
	wantRow(t, bob.hearPushes(255), 0, 255)
}

func TestATokenThatExpiresEndsItsConnection(t *testing.T) {
	clock := &clock{now: time.Now()}
	tn := newTown(t, server.Options{Now: clock.Now, Live: server.LiveOptions{Beat: 20 * time.Millisecond}})
	ada := tn.call("ada")
	secret := ada.do(shared.Frame{Token: &shared.TokenRequest{Name: "page", Scopes: []shared.Scope{"read"}, TTL: 60}}).Token.Secret
	page := tn.dial("page", secret)
	page.do(shared.Frame{Register: &shared.Register{}})
	clock.advance(59 * time.Second)
	page.do(shared.Frame{Ping: &shared.Nothing{}})
	clock.advance(time.Second)
	page.hearClose(websocket.StatusPolicyViolation)
	if bye := page.unasked[len(page.unasked)-1].Bye; bye == nil || bye.Code != "signed_out" {
		t.Errorf("it is told %+v", page.unasked)
	}
	ada.do(shared.Frame{Ping: &shared.Nothing{}}) // a login stays
}

func TestSigningOutEverywhereLeavesTokensConnected(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	token := ada.must("token", shared.TokenRequest{Name: "page", Scopes: []shared.Scope{shared.ScopeRead}}).Token.Secret
	page, f := s.visitor().connect(`{"register":{"token":"` + token + `"}}`)
	if f.OK == nil {
		t.Fatalf("the page is told %s", f.Encode())
	}
	browser, _ := ada.connect(`{"register":{}}`)
	ada.do("DELETE", "/api/v1/session?everywhere=1", "", "").want(t, http.StatusOK)
	browser.hearClose(websocket.StatusPolicyViolation)
	page.do(shared.Frame{Ping: &shared.Nothing{}})
}
