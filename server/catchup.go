package server

import (
	"time"

	"hubbub/shared"
)

// overtaken is for how long a push that has expired is still told to those who
// listened when it came: signals overtake each other, and a push with a ttl of
// 0 is for whoever listens.
const overtaken = 30 * time.Second

// past is what lies before a listener's position and is to be told once more.
type past struct {
	events      eventSet
	unseen      bool       // only what nobody acknowledged
	after, upTo shared.Seq // not the first, the last
}

// doubt has a listener look whether it has heard of everything.
func (l *listener) doubt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live {
		l.live = false
		l.goCatchUp()
	}
}

// replay tells the listener of the past. What is still missing follows all that
// was missed.
func (l *listener) replay(p past) {
	told := l.retell(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.replaying--
	if told && l.replaying == 0 {
		l.goCatchUp()
	}
}

// retell writes the past in pages, as fast as the connection takes them. It
// carries no positions: whoever breaks off here begins again.
func (l *listener) retell(p past) bool {
	for p.after < p.upTo {
		if !l.wait() {
			return false
		}
		page, err := l.readPast(p)
		if err != nil {
			l.fail(p.after, err)
			return false
		}
		if len(page) == 0 {
			break
		}
		l.mu.Lock()
		for i := range page {
			if p.events.has(page[i].Event) && page[i].Seq <= p.upTo {
				l.give(noPosition, page[i].ID, shared.Frame{Pushed: &page[i]}.Encode())
			}
		}
		l.mu.Unlock()
		p.after = page[len(page)-1].Seq
	}
	return true
}

func (l *listener) readPast(p past) ([]shared.Push, error) {
	c := l.chat
	if p.unseen {
		page, err := c.store.UnseenPushes(c.ctx, l.user, p.after, p.upTo, shared.MaxPage, c.now())
		return pageOf(page), err
	}
	page, err := c.store.PushesAfter(c.ctx, l.user, p.after, shared.MaxPage, c.now())
	return pageOf(page), err
}

// goCatchUp has catchUp run. Called with mu held.
func (l *listener) goCatchUp() {
	if !l.catching && !l.gone {
		l.catching = true
		l.spawn(l.catchUp)
	}
}

// catchUp brings the listener to the end of the log from the store, as fast as
// its connection takes it.
func (l *listener) catchUp() {
	for l.wait() {
		from, heard := l.where()
		now := l.chat.now()
		page, err := l.chat.store.PushesAfter(l.chat.ctx, l.user, from, shared.MaxPage, now.Add(-overtaken))
		if err != nil {
			l.fail(from, err)
			return
		}
		if l.advance(pageOf(page), heard, now) {
			return
		}
	}
}

func (l *listener) where() (pos, heard shared.Seq) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pos, l.heard
}

// advance takes the page that follows its position, and reports whether that is
// all. What was known of before it was read, and is not in it, has expired or
// moved on.
func (l *listener) advance(page []shared.Push, heard shared.Seq, now time.Time) (done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range page {
		p := &page[i]
		l.pos = p.Seq
		missed := p.Seq <= l.since && int64(p.Expires) <= now.UnixMilli()
		if l.events.has(p.Event) && !missed {
			l.give(p.Seq, p.ID, shared.Frame{Pushed: p}.Encode())
		}
	}
	if len(page) > 0 {
		return false
	}
	l.pos = max(l.pos, l.since, heard)
	l.live = l.heard <= l.pos
	l.catching = !l.live
	if l.live && l.tell && l.replaying == 0 {
		l.tell = false
		l.write(l.pos, shared.Frame{Live: &shared.Position{Seq: l.pos}}.Encode())
	}
	return l.live
}

// fail ends a connection whose log cannot be read: it comes back and goes on.
func (l *listener) fail(after shared.Seq, err error) {
	if l.chat.ctx.Err() == nil {
		l.chat.log.Warn("pushes could not be read", "user", l.user, "seq", after, "err", err)
	}
	l.end(Signal{})
}

// pageOf is as much of a page as may wait for a connection at once.
func pageOf(pushes []shared.Push) []shared.Push {
	size := 0
	for i := range pushes {
		size += len(pushes[i].Title) + len(pushes[i].Message) + len(pushes[i].URL)
		if size > shared.MaxPageBytes && i > 0 {
			return pushes[:i]
		}
	}
	return pushes
}
