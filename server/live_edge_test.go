package server_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

func TestAClientThatAsksWithoutReadingIsWaitedFor(t *testing.T) {
	aClientThatAsksIsWaitedFor(t, newTown)
}

func aClientThatAsksIsWaitedFor(t *testing.T, build builder) {
	tn := build(t, server.Options{Live: server.LiveOptions{Backlog: 50_000}}, narrow)
	flood(tn.call("ada"), 100, 2000)
	c := tn.call("ada")
	const asked = 12 // 200 kB each: far more than may wait
	from := shared.Seq(0)
	go func() {
		for i := range asked {
			f := shared.Frame{ID: int64(i + 1), History: &shared.HistoryQuery{Room: lobby, After: &from, Limit: 100}}
			if err := c.ws.Write(context.Background(), websocket.MessageText, f.Encode()); err != nil {
				return // the replies will be missing
			}
		}
	}()
	for i := range asked {
		f, err := c.take(&c.replies)
		if err != nil {
			t.Fatal(err)
		}
		if f.ID != int64(i+1) || f.OK == nil || f.OK.Page == nil || len(f.OK.Page.Events) == 0 {
			t.Fatalf("reply %d is to %d, or no page: %v", i+1, f.ID, f.Error)
		}
	}
}

// However hello and a removal meet: once the removal is acknowledged, what
// happens in the room afterwards is not heard.
func TestARemovalDuringHelloIsNotMissed(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	ada := tn.call("ada")
	token := tn.token("bob")
	for i := range 40 {
		bob := tn.dial("bob", token)
		bob.send(`{"id":1,"hello":{"at":{"lobby":1}}}`)
		left := ada.do(shared.Frame{Remove: &shared.MemberRef{Room: lobby, User: "bob"}}).Event
		ada.post(fmt.Sprint(i), "a secret")
		ada.unasked = nil
		if _, err := bob.take(&bob.replies); err != nil {
			t.Fatal(err)
		}
		bob.do(shared.Frame{Ping: &shared.Nothing{}})
		for _, f := range bob.unasked {
			if f.Event != nil && f.Event.Seq > left.Seq { // the removal itself may be read from the store before it is acknowledged
				t.Fatalf("bob hears event %d; he left with %d", f.Event.Seq, left.Seq)
			}
		}
		if _, err := ada.try(shared.Frame{Add: &shared.MemberRef{Room: lobby, User: "bob"}}); err != nil {
			t.Fatal(err)
		}
		_ = bob.ws.CloseNow()
	}
}

// Nothing is left out for those who were there before when a tab joins them.
func TestAFurtherHelloLeavesNoGap(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	bob, ada := tn.call("bob"), tn.call("ada")
	first := ada.post("first", "first").Seq
	var crowd sync.WaitGroup
	defer crowd.Wait()
	crowd.Go(func() {
		for i := range 60 {
			ada.post(fmt.Sprint(i), "more")
		}
	})
	for range 20 {
		bob.do(shared.Frame{Hello: &shared.Hello{}})
	}
	crowd.Wait()
	bob.do(shared.Frame{Hello: &shared.Hello{}})
	bob.do(shared.Frame{Ping: &shared.Nothing{}})
	next := first
	for _, f := range bob.unasked {
		switch {
		case f.Event == nil || f.Event.Seq < next:
		case f.Event.Seq > next:
			t.Fatalf("event %d follows %d", f.Event.Seq, next-1)
		default:
			next++
		}
	}
	if next != first+61 {
		t.Errorf("heard up to %d, want %d", next-1, first+60)
	}
}

// However hello and signing out meet: the session's connection ends.
func TestASignOutDuringHelloIsNotMissed(t *testing.T) {
	tn := newTown(t, server.Options{})
	for range 40 {
		token := tn.token("ada")
		c := tn.dial("ada", token)
		c.send(`{"id":1,"hello":{}}`)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, tn.http.URL+"/api/v1/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := tn.http.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		c.hearClose(websocket.StatusPolicyViolation)
	}
}

// clumsy is a broker that panics when told to.
type clumsy struct {
	server.Broker
	mu    sync.Mutex
	falls bool
}

func (b *clumsy) Publish(ctx context.Context, s server.Signal) error {
	b.mu.Lock()
	falls := b.falls
	b.falls = false
	b.mu.Unlock()
	if falls {
		panic("a bug")
	}
	return b.Broker.Publish(ctx, s)
}

func TestAPanicEndsItsConnectionNotTheServer(t *testing.T) { aPanicEndsItsConnection(t, newTown) }

func aPanicEndsItsConnection(t *testing.T, build builder) {
	broker := &clumsy{Broker: server.NewLocalBroker()}
	tn := build(t, server.Options{Broker: broker})
	ada, other := tn.call("ada"), tn.call("ada")
	broker.mu.Lock()
	broker.falls = true
	broker.mu.Unlock()
	ada.send(`{"id":1,"post":{"room":"lobby","key":"a1","text":"hi"}}`)
	ada.hearClose(websocket.StatusInternalError)
	again := other.post("a1", "hi") // it was stored: a resend finds it, and everybody hears it
	other.hearEvents(again.Seq-1, again.Seq)
}
