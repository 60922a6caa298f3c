//go:build !js

package torture

import (
	"context"
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"

	"hubbub/app/client"
	"hubbub/app/testbed"
	"hubbub/shared"
)

// pace is how long a sender waits after an acknowledgement, at most.
const pace = 40 * time.Millisecond

// actor is a client that posts in all rooms and watches them.
type actor struct {
	name    string
	rooms   []shared.RoomID
	client  *client.Client
	changed chan struct{} // something did; has room for one

	// The sender's own.
	sent  map[shared.RoomID]int // messages posted
	acked map[shared.RoomID]int // of these acknowledged; the rest is on its way

	mu    sync.Mutex
	views map[shared.RoomID]*view // guarded by mu
}

// view is what an actor saw of a room: events from first on. The sum says what
// they were without keeping them.
type view struct {
	first, last shared.Seq
	gaps        int
	sum         hash.Hash64
}

func newActor(name, socket string, p testbed.Person, rooms []shared.RoomID) *actor {
	a := &actor{
		name: name, rooms: rooms, changed: make(chan struct{}, 1),
		sent: make(map[shared.RoomID]int), acked: make(map[shared.RoomID]int),
		views: make(map[shared.RoomID]*view),
	}
	a.client = client.New(client.Options{URL: socket, Token: p.Token, OnChange: a.look})
	for _, room := range rooms {
		a.client.Open(room)
	}
	return a
}

// look takes what is new on the screen.
func (a *actor) look(ch client.Change) {
	a.mu.Lock()
	for room := range ch.Logs {
		a.see(room, a.client.Timeline(room).Events)
	}
	a.mu.Unlock()
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// see adds events after the last one seen. Called with mu held.
func (a *actor) see(room shared.RoomID, events []shared.Event) {
	if len(events) == 0 {
		return
	}
	v := a.views[room]
	if v == nil {
		v = &view{first: events[0].Seq, last: events[0].Seq - 1, sum: fnv.New64a()}
		a.views[room] = v
	}
	from := max(int(v.last+1-events[0].Seq), 0)
	for _, ev := range events[min(from, len(events)):] {
		if ev.Seq != v.last+1 {
			v.gaps++
		}
		v.last = ev.Seq
		digest(v.sum, &ev)
	}
}

// digest adds an event to a sum: what it is, not when or under which name.
func digest(sum hash.Hash64, ev *shared.Event) {
	text := ""
	if ev.Message != nil {
		text = ev.Message.Text
	}
	fmt.Fprintf(sum, "%d %s %s\n", ev.Seq, ev.By.ID, text) // a hash takes everything
}

// text names a message: who sent it, and as which of theirs in that room.
func text(sender string, n int) string { return fmt.Sprintf("%s #%d", sender, n) }

// send posts in random rooms, each message after the last was acknowledged,
// until stop. It returns when the last one is, or ctx ends.
func (a *actor) send(ctx context.Context, stop <-chan struct{}, r *rand.Rand) error {
	for {
		select {
		case <-stop:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(r.Int64N(int64(pace)))):
		}
		room := a.rooms[r.IntN(len(a.rooms))]
		key, err := a.client.Post(shared.Post{Room: room, Text: text(a.name, a.sent[room])})
		if err != nil {
			return err
		}
		a.sent[room]++
		if err := a.await(ctx, func() bool { return !a.unsent(key) }); err != nil {
			return err
		}
		a.acked[room]++
	}
}

// await waits until a condition holds.
func (a *actor) await(ctx context.Context, holds func() bool) error {
	for !holds() {
		select {
		case <-a.changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (a *actor) unsent(key string) bool {
	for _, p := range a.client.State().Unsent {
		if p.Key == key {
			return p.State != client.Failed
		}
	}
	return false
}

// at is how far the actor has seen a room.
func (a *actor) at(room shared.RoomID) shared.Seq {
	a.mu.Lock()
	defer a.mu.Unlock()
	if v := a.views[room]; v != nil {
		return v.last
	}
	return 0
}
