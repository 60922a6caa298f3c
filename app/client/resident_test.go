package client

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"hubbub/shared"
)

// resident is a client of a town, or of a real server, whose screen is watched.
type resident struct {
	*Client
	t    testing.TB
	stop context.CancelFunc
	done chan struct{}
	err  error // of Run, once done is closed

	mu      sync.Mutex
	changes []Change                 // guarded by mu
	posted  map[string]shared.RoomID // guarded by mu: by key, what must be seen exactly once
	seen    map[string]bool          // guarded by mu: where there is a shelf, once it was seen
	news    news                     // guarded by mu
}

// live runs a client. It is stopped at the end of the test.
func live(t testing.TB, o Options) *resident {
	ctx, stop := context.WithCancel(context.Background())
	r := &resident{t: t, stop: stop, done: make(chan struct{}), posted: make(map[string]shared.RoomID), seen: make(map[string]bool)}
	o.OnChange = r.look
	r.Client = New(o)
	go func() {
		defer close(r.done)
		r.err = r.Run(ctx)
	}()
	t.Cleanup(r.leave)
	return r
}

func (r *resident) leave() {
	r.stop()
	<-r.done
}

// look sees what the user would: each message is one bubble, always.
func (r *resident) look(ch Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, ch)
	for _, id := range r.news.look(r.Pushes()) {
		r.t.Errorf("push %s is news twice", id)
	}
	bubbles := make(map[string]int)
	for _, room := range slices.Compact(slices.Sorted(maps.Values(r.posted))) {
		tl := r.Timeline(room)
		for _, ev := range tl.Events {
			if ev.Message != nil {
				bubbles[ev.Message.Key]++
			}
		}
		for _, p := range tl.Pending {
			bubbles[p.Key]++
		}
	}
	for key := range r.posted {
		r.seen[key] = r.seen[key] || bubbles[key] > 0 || r.opts.Shelf == nil
		if r.seen[key] && bubbles[key] != 1 {
			r.t.Errorf("message %s has %d bubbles", key, bubbles[key])
		}
	}
}

// say posts, and watches the message from now on.
func (r *resident) say(room shared.RoomID, texts ...string) (keys []string) {
	r.t.Helper()
	for _, text := range texts {
		r.mu.Lock()
		key, err := r.Post(shared.Post{Room: room, Text: text})
		r.posted[key] = room
		r.mu.Unlock()
		if err != nil {
			r.t.Fatal(err)
		}
		keys = append(keys, key)
	}
	return keys
}

// shows checks what the timeline of a room shows, events and then pending.
func (r *resident) shows(room shared.RoomID, want ...string) {
	r.t.Helper()
	tl := r.Timeline(room)
	got := textsOf(tl.Events)
	for _, p := range tl.Pending {
		got = append(got, cmp.Or(string(p.State), "?")+": "+p.Text)
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("%s shows %q, want %q", room, got, want)
	}
}

func (r *resident) room(id shared.RoomID) RoomSummary {
	for _, room := range r.State().Rooms {
		if room.ID == id {
			return room
		}
	}
	return RoomSummary{}
}

func numbered(text string, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("%s %d", text, i+1))
	}
	return texts
}
