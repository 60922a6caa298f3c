package server

import (
	"context"

	"hubbub/shared"
)

const (
	mostTypers  = 500 // connections that follow a room in which typing is told
	mostWhisper = 64  // that wait for a worker; those that come then are dropped
)

// typing tells the others in a room that the actor writes there.
func (c *chat) typing(ctx context.Context, a actor, t *shared.Typing) (shared.OK, error) {
	if a.room != "" && t.Room != a.room {
		return shared.OK{}, forbidden("this webhook speaks in another room")
	}
	if _, err := c.enter(ctx, a, postToRoom, t.Room); err != nil {
		return shared.OK{}, err
	}
	if c.limits.typing.allow(string(a.user.ID)+" "+string(t.Room)) != nil {
		return shared.OK{}, nil // they know
	}
	by := a.user.Author()
	f := shared.Frame{Typing: &shared.Typing{Room: t.Room, By: &by}}
	c.publish(ctx, Signal{Op: OpTyping, Room: t.Room, User: a.user.ID, Frame: f.Encode()})
	return shared.OK{}, nil
}

// whisper is a message to a room's readers that is worth nothing later.
type whisper struct {
	by      shared.UserID // is not told
	to      *shard
	message []byte
}

// typing hands what somebody does to the workers. In a room that very many
// follow nobody is told: who types there is no news, and all would pay.
func (h *hub) typing(s Signal) {
	h.mu.RLock()
	rm := h.rooms[s.Room]
	tell := rm != nil && rm.followers <= mostTypers
	h.mu.RUnlock()
	if !tell {
		return
	}
	message := appendText(make([]byte, 0, maxHeader+len(s.Frame)), s.Frame)
	for _, sh := range rm.shards {
		if sh.peopled() {
			sh.worker.whisper(whisper{by: s.User, to: sh, message: message})
		}
	}
}

func (w *worker) whisper(m whisper) {
	w.mu.Lock()
	if len(w.whispers) < mostWhisper {
		w.whispers = append(w.whispers, m)
	}
	w.mu.Unlock()
	w.ring()
}

// pass gives a whisper to those who can take it at once.
func (m whisper) pass() {
	for _, r := range m.to.all() {
		r.conn.overhear(r, m)
	}
}

// overhear takes a whisper. It is dropped for who has left the room, catches up
// or is behind.
func (c *conn) overhear(r *reader, m whisper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.live && c.phase == joined && c.rooms[r.room.id] == r && c.user != m.by {
		c.nc.offer(m.message)
	}
}

// all copies the readers.
func (s *shard) all() []*reader {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*reader(nil), s.readers...)
}
