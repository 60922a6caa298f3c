package server

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"hubbub/shared"
)

// Who is told of whom. A connection says whom it shows; it is told of those and
// of nobody else, in one message a round at most.

// watch tells the presence of people, and has the actor's connection told
// whenever it changes.
func (c *chat) watch(ctx context.Context, a actor, w *shared.Watch) (shared.OK, error) {
	if len(w.Users) > shared.MaxWatch {
		return shared.OK{}, shared.Invalidf("users", "at most %d people can be watched", shared.MaxWatch)
	}
	guest := can(a.user.Role, listPeople, object{}) != nil
	for {
		users, partings := w.Users, c.presence.parted()
		if guest {
			var err error
			if users, err = c.store.Acquainted(ctx, a.user.ID, users); err != nil {
				return shared.OK{}, c.tell(ctx, err, errNoUser)
			}
		}
		if presences, ok := c.presence.watch(a.watcher, guest, users, partings); ok {
			return shared.OK{Presences: presences}, nil
		}
	}
}

// parted counts the times that somebody left a room.
func (p *presence) parted() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.partings
}

// watch returns the presence of users as far as there is something to say, and
// has w, if any, told of them from now on. ok is false when somebody left a
// room since partings were counted: whom a guest may know has to be asked anew.
func (p *presence) watch(w *watcher, guest bool, users []shared.UserID, partings int) (all []shared.Presence, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if guest && partings != p.partings {
		return nil, false
	}
	all = []shared.Presence{}
	t, now := time.Now(), p.millis()
	for _, user := range users {
		q := p.people[user]
		if q == nil && w == nil {
			continue
		}
		q = p.somebody(user)
		if len(q.watchers) == 0 { // nobody was told anything before
			q.told = p.seen(q, t, now)
		}
		if q.told != (shared.Presence{User: user}) {
			all = append(all, q.told)
		}
		if w != nil {
			w.guest = guest
			w.watch(q)
		}
	}
	return all, true
}

// watch adds somebody, in the place of who was asked for first.
func (w *watcher) watch(q *somebody) {
	if _, already := q.watchers[w]; already {
		return
	}
	if len(w.watched) == shared.MaxWatch {
		w.drop(w.watched[0])
	}
	if q.watchers == nil {
		q.watchers = make(map[*watcher]struct{})
	}
	q.watchers[w] = struct{}{}
	w.watched = append(w.watched, q)
}

// drop has w hear of somebody no more.
func (w *watcher) drop(q *somebody) {
	delete(q.watchers, w)
	is := func(other *somebody) bool { return other == q }
	w.watched, w.due = slices.DeleteFunc(w.watched, is), slices.DeleteFunc(w.due, is)
}

// unwatch has w hear of nobody any more. Called with mu held.
func (p *presence) unwatch(w *watcher) {
	for _, q := range w.watched {
		delete(q.watchers, w)
	}
	w.watched, w.due = nil, nil
	delete(p.due, w)
}

// part notes that somebody left a room: guests may no longer know each other,
// or those who are in it.
func (p *presence) part(user shared.UserID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partings++
	q := p.people[user]
	if q == nil {
		return
	}
	for w := range q.watchers {
		if w.guest && w.user != user {
			w.drop(q)
		}
	}
	for w := range q.conns {
		if w.guest {
			p.unwatch(w)
		}
	}
}

// demote notes that somebody is a guest now, who may know fewer people.
func (p *presence) demote(user shared.UserID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partings++
	if q := p.people[user]; q != nil {
		for w := range q.conns {
			w.guest = true
			p.unwatch(w)
		}
	}
}

// owe notes that all watchers of somebody are to be told. Called with mu held.
func (p *presence) owe(q *somebody) {
	for w := range q.watchers {
		if !slices.Contains(w.due, q) { // it is behind, and that seldom
			w.due = append(w.due, q)
		}
		p.due[w] = struct{}{}
	}
}

// debt is what a watcher is to be told.
type debt struct {
	to    *watcher
	of    []*somebody
	frame []byte
}

// collect writes down what is due, as it is now. Each person's part is encoded
// once. Called with mu held.
func (p *presence) collect() []debt {
	parts := make(map[*somebody][]byte)
	debts := make([]debt, 0, len(p.due))
	for w := range p.due {
		var frame bytes.Buffer
		frame.WriteString(`{"presence":[`)
		for i, q := range w.due {
			part := parts[q]
			if part == nil {
				part = encodePresence(q.told)
				parts[q] = part
			}
			if i > 0 {
				frame.WriteByte(',')
			}
			frame.Write(part)
		}
		frame.WriteString("]}\n")
		if len(w.due) > 0 {
			debts = append(debts, debt{to: w, of: w.due, frame: frame.Bytes()})
		}
		w.due = nil
	}
	clear(p.due)
	return debts
}

// pay tells a watcher. One that takes nothing now is told later, as things are
// then.
func (p *presence) pay(d debt) {
	if d.to.write(d.frame) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, q := range d.of {
		if _, still := q.watchers[d.to]; still && !slices.Contains(d.to.due, q) {
			d.to.due = append(d.to.due, q)
			p.due[d.to] = struct{}{}
		}
	}
}

// encodePresence is one presence as it stands in a frame.
func encodePresence(s shared.Presence) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // every Presence encodes
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
