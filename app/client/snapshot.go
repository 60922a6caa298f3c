package client

import (
	"context"
	"slices"
	"time"

	"hubbub/shared"
)

// note marks what has to be in the next snapshot.
func (k *keeper) note(ch Change) {
	if k.shelf == nil || !ch.Rooms && !ch.Users && !ch.Pushes && len(ch.Logs) == 0 {
		return
	}
	for room := range ch.Logs {
		k.stale[room] = true
	}
	k.soon()
}

// soon has a snapshot taken soon.
func (k *keeper) soon() {
	if !k.dirty {
		k.dirty, k.due = true, time.Now().Add(savePause)
		poke(k.bell)
	}
}

// Away says that the page may be about to go: everything is kept now, and a
// connection that is another tab's is let go of. Wake says that it is back.
func (c *Client) Away() {
	c.mu.Lock()
	c.keeper.due = time.Time{}
	poke(c.keeper.bell)
	c.mu.Unlock()
	if c.exchange != nil {
		c.exchange.part()
	}
}

// snapshotDue is when to take a snapshot; zero is never.
func (c *Client) snapshotDue() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.keeper.dirty {
		return time.Time{}
	}
	return c.keeper.due
}

// snapshot has what changed saved. Called with mu held.
func (c *Client) snapshot() {
	k := &c.keeper
	k.dirty = false
	if c.epoch == "" {
		return // nothing is known yet
	}
	s := Snapshot{Welcome: c.welcome(), Read: make(map[shared.RoomID]shared.Seq), Rounds: make(map[shared.RoomID]int64), Pages: k.found, Pushes: c.pushes.keep()}
	k.found = nil
	for id, r := range c.rooms.by {
		if r.unsaid() {
			s.Read[id], s.Rounds[id] = r.read, r.round
		}
	}
	for room := range k.stale {
		if w := c.windows.held[room]; w != nil && w.following() {
			s.Pages = append(s.Pages, KeptPage{Epoch: c.epoch, Page: w.newest()})
		}
	}
	clear(k.stale)
	k.shelve(job{
		do:   func(ctx context.Context) error { return k.shelf.Save(ctx, s) },
		done: func(error) {}, // the next one may do better, and nothing unsent is in it
	})
}

// welcome is what the server would say, as far as is known.
func (c *Client) welcome() shared.Welcome {
	w := shared.Welcome{Server: c.server, Version: c.version, Epoch: c.epoch, You: c.you, Limits: c.limits, Prefer: c.prefer}
	for _, r := range c.rooms.sorted() {
		told := r.reading
		told.read = told.said.Seq
		w.Rooms = append(w.Rooms, shared.RoomState{
			Room: r.Room, Last: r.last, Read: told.read, Round: told.said.Round, Unread: told.unread(nil, c.you.ID),
			Mentions: slices.Clone(told.calls), Members: r.members, Active: r.active, People: r.people,
			Involvement: r.involvement,
		})
	}
	return w
}

// newest is the end of the window, as much as is worth keeping.
func (w *window) newest() shared.Page {
	w.lent = true
	first, size := len(w.events), 0
	for first > 0 && len(w.events)-first < maxKeptEvents && size < maxKeptBytes {
		first--
		if m := w.events[first].Message; m != nil {
			size += len(m.Text)
		}
	}
	return shared.Page{Room: w.room, Events: w.events[first:], Older: w.older || first > 0}
}

// longAgo reports whether so much may have happened since these events that
// the newest page is better than all of it.
func (c *Client) longAgo(events []shared.Event) bool {
	n := len(events)
	return n == 0 || c.opts.Now().Sub(time.UnixMilli(int64(events[n-1].At))) > keptFresh
}

// recall shows what was kept of a room while the server is out of reach.
func (c *Client) recall(w *window) {
	if c.keeper.shelf == nil || c.online {
		return
	}
	var kept *KeptPage
	c.keeper.shelve(job{
		do: func(ctx context.Context) (err error) {
			kept, err = c.keeper.shelf.Page(ctx, w.room)
			return err
		},
		done: func(err error) {
			if err != nil || kept == nil || w.loaded || kept.Epoch != c.epoch || c.windows.held[w.room] != w {
				return
			}
			if w.load != nil && w.load.id == 0 && w.load.kind == loadNewest && !c.longAgo(kept.Events) {
				w.load = nil // the next connection goes on from here
			}
			c.learn(kept.Events)
			w.replace(kept.Page)
			c.recognise(kept.Events)
			c.changedLog(w.room)
		},
	})
}
