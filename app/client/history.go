package client

import (
	"errors"
	"time"

	"hubbub/shared"
)

// gapPatience is how long events may be missing before an acknowledged one:
// the reply often overtakes its neighbours. Between events that come by
// themselves nothing is ever missing without a reason.
const gapPatience = 2 * time.Second

// load is a page that a window waits for.
type load struct {
	kind  loadKind
	seq   shared.Seq // loadAround
	id    int64      // of the request; zero: to be sent
	after time.Time  // send it not before
	back  backoff
}

type loadKind int

const (
	loadNewest loadKind = iota
	loadAround
	loadOlder
	loadNewer
	loadGap // what is missing between the window and what was heard of
)

// replaces reports whether the page will take the place of the window.
func (l *load) replaces() bool { return l.kind == loadNewest || l.kind == loadAround }

// query is what to ask for w.
func (l *load) query(w *window) *shared.HistoryQuery {
	q := &shared.HistoryQuery{Room: w.room}
	switch l.kind {
	case loadNewest:
		q.Before = shared.MaxSeq
	case loadAround:
		q.Around = l.seq
	case loadOlder:
		q.Before, q.Limit = w.events[0].Seq, 2*shared.DefaultPage
	case loadNewer:
		q.After, q.Limit = &w.end, 2*shared.DefaultPage
	case loadGap:
		q.After, q.Limit = &w.end, shared.MaxPage
	}
	return q
}

// ask has a window load a page, instead of one that may be on its way.
func (c *Client) ask(w *window, l load) {
	w.load, w.err, w.heard = &l, nil, nil
	c.changedLog(w.room)
}

// sendLoads asks for what windows want and for what they miss.
func (c *Client) sendLoads(now time.Time) {
	for _, w := range c.windows.held {
		if w.load == nil && w.behind() && due(w.gapAt, now) && !c.catching[w.room] {
			w.gapAt = time.Time{}
			c.ask(w, load{kind: loadGap})
		}
		if l := w.load; l != nil && l.id == 0 && !l.after.After(now) {
			l.id = c.request(shared.Frame{History: l.query(w)}, func(r reply) { c.loaded(w, l, r) })
		}
	}
}

// loaded takes the answer to l.
func (c *Client) loaded(w *window, l *load, r reply) {
	if w.load != l || c.windows.held[w.room] != w {
		return // something else is wanted by now
	}
	l.id = 0
	if errors.Is(r.err, ErrLost) {
		return // it is sent again on the next connection
	}
	c.changedLog(w.room)
	if r.err == nil && r.ok.Page == nil {
		r.err = shared.Errorf(shared.CodeInternal, "the server sent no page")
	}
	if r.err != nil {
		c.notLoaded(w, shared.AsError(r.err))
		return
	}
	w.load = nil
	c.learn(r.ok.Page.Events)
	end := w.end
	switch {
	case l.kind == loadNewest:
		w.replaceNewest(*r.ok.Page)
	case l.replaces():
		w.replace(*r.ok.Page)
	case l.kind == loadOlder:
		w.prepend(*r.ok.Page)
	default:
		w.extend(*r.ok.Page)
	}
	w.catchUp()
	if w.behind() {
		w.gapAt = time.Now()
		if l.kind == loadGap && w.end == end {
			w.gapAt = w.gapAt.Add(backoffCap) // the server does not have it: asking at once would never end
		}
	}
	c.recognise(r.ok.Page.Events)
}

// notLoaded tries again later, or gives up. A window that follows and cannot
// get what it misses follows no more.
func (c *Client) notLoaded(w *window, err *shared.Error) {
	w.err = err
	if err.Temporary() {
		w.load.after = time.Now().Add(w.load.back.next(retryAfter(err)))
		return
	}
	if w.load.kind == loadGap {
		w.newer = true
		w.settle()
	}
	w.load = nil
}

// nextLoad is when sendLoads has something to do.
func (c *Client) nextLoad() (at time.Time) {
	for _, w := range c.windows.held {
		switch {
		case w.load != nil && w.load.id == 0:
			at = sooner(at, w.load.after)
		case w.load == nil && w.behind() && !c.catching[w.room]:
			at = sooner(at, w.gapAt)
		}
	}
	return at
}

// retryAfter is what an error asks to wait.
func retryAfter(err *shared.Error) time.Duration {
	return time.Duration(err.RetryAfter) * time.Second
}

// due reports whether a point in time that was set has come.
func due(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// sooner returns the earlier of two points in time; zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
