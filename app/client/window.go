package client

import (
	"slices"
	"time"

	"hubbub/shared"
)

const (
	maxWindow = 2000 // events held of a room; beyond it the far end is trimmed
	trimTo    = 1800 // so that not every event trims
	maxAhead  = 512  // events kept that wait for what is missing before them
)

// window is a contiguous part of a room's log. It grows at both ends and
// follows the log's end while it has it. Elements handed out are never
// overwritten: a timeline may share them.
type window struct {
	room   shared.RoomID
	loaded bool           // a first page was there
	events []shared.Event // Seq without gaps
	older  bool           // the log goes on before events
	newer  bool           // the log goes on after events, and they do not follow it
	end    shared.Seq     // of the last event

	// Only while it follows, or a page is on its way.
	known shared.Seq                  // the newest event heard of
	ahead map[shared.Seq]shared.Event // events after a gap

	load  *load          // the page on its way
	heard []shared.Event // what changes messages, and came while it was: the page may not know
	lent  bool           // events was handed out: a change needs a copy
	gapAt time.Time      // when to ask for what is missing before known; zero: never
	err   *shared.Error  // why the last page could not be loaded
}

// verdict is what became of an event.
type verdict int

const (
	applied   verdict = iota // it was the next one
	duplicate                // the window had it
	missing                  // something before it is missing; it is kept
	ignored                  // the window is elsewhere in the log
)

func newWindow(room shared.RoomID) *window {
	return &window{room: room, ahead: make(map[shared.Seq]shared.Event)}
}

// following reports whether the window ends where the log does.
func (w *window) following() bool { return w.loaded && !w.newer }

// behind reports whether the window follows but lacks events.
func (w *window) behind() bool { return w.following() && w.end < w.known }

// holds reports whether seq is in the window.
func (w *window) holds(seq shared.Seq) bool {
	return len(w.events) > 0 && w.events[0].Seq <= seq && seq <= w.end
}

// offer applies ev if it is the next event.
func (w *window) offer(ev shared.Event) verdict {
	w.note(ev)
	switch {
	case !w.following() && w.revise(&ev):
		return applied
	case !w.following() && w.load == nil:
		return ignored
	case w.load != nil && w.load.replaces(), !w.following():
		w.keep(ev) // the page on its way may end just before it
		return missing
	case ev.Seq <= w.end:
		return duplicate
	case ev.Seq > w.end+1:
		w.keep(ev)
		return missing
	}
	w.append(ev)
	w.drain()
	w.calm()
	w.trimOld()
	return applied
}

// keep holds an event until those before it are there. Those that find no room
// are fetched later: known remembers that they exist.
func (w *window) keep(ev shared.Event) {
	w.known = max(w.known, ev.Seq)
	if len(w.ahead) < maxAhead {
		w.ahead[ev.Seq] = ev
	}
}

func (w *window) append(ev shared.Event) {
	w.revise(&ev)
	w.events = append(w.events, bare(ev))
	w.end = ev.Seq
	w.known = max(w.known, w.end)
}

// drain applies the kept events that are next now and drops those that are
// there already.
func (w *window) drain() {
	if len(w.ahead) == 0 {
		return
	}
	for ev, ok := w.ahead[w.end+1]; ok; ev, ok = w.ahead[w.end+1] {
		w.append(ev)
	}
	for seq := range w.ahead {
		if seq <= w.end {
			delete(w.ahead, seq)
		}
	}
}

// replace makes the window what p is.
func (w *window) replace(p shared.Page) {
	w.loaded, w.err = true, nil
	w.events, w.lent = allBare(p.Events), false
	w.older, w.newer = p.Older, p.Newer
	w.end = 0
	if n := len(p.Events); n > 0 {
		w.end = p.Events[n-1].Seq
	}
	w.settle()
}

// replaceNewest makes the window the log's end. What was added while p was read
// is still missing; the window follows all the same.
func (w *window) replaceNewest(p shared.Page) {
	more := p.Newer
	p.Newer = false
	w.replace(p)
	if more {
		w.known = max(w.known, w.end+1)
	}
}

// prepend extends the window by the page before it.
func (w *window) prepend(p shared.Page) {
	w.err = nil
	fresh := allBare(p.Events)
	if len(w.events) > 0 {
		first := w.events[0].Seq
		fresh = slices.DeleteFunc(fresh, func(ev shared.Event) bool { return ev.Seq >= first })
	}
	w.older = p.Older
	w.events, w.lent = append(fresh, w.events...), false
	if len(w.events) <= maxWindow {
		return
	}
	w.events = slices.Clip(w.events[:trimTo]) // clipped: the next append must not overwrite what a timeline shows
	w.newer = true
	w.end = w.events[trimTo-1].Seq
	w.settle()
}

// extend extends the window by the page after it.
func (w *window) extend(p shared.Page) {
	w.err = nil
	for _, ev := range p.Events {
		if ev.Seq == w.end+1 {
			w.append(ev)
		}
	}
	switch {
	case w.newer:
		w.newer = p.Newer
	case p.Newer:
		w.known = max(w.known, w.end+1)
	}
	w.settle()
	w.trimOld()
}

// settle applies what was kept, or forgets it when the window is elsewhere.
func (w *window) settle() {
	if w.newer {
		clear(w.ahead)
		w.known = w.end
		w.calm()
		return
	}
	w.known = max(w.known, w.end)
	w.drain()
	w.calm()
}

// calm has nothing asked for when nothing is missing.
func (w *window) calm() {
	if !w.behind() {
		w.gapAt = time.Time{}
	}
}

func (w *window) trimOld() {
	if n := len(w.events); n > maxWindow {
		w.events = w.events[n-trimTo:]
		w.older = true
	}
}

// forget drops everything: the log it was of is gone.
func (w *window) forget() { *w = *newWindow(w.room) }

// timeline is the window as the screen shows it.
func (w *window) timeline() Timeline {
	w.lent = true
	return Timeline{
		Room:    w.room,
		Events:  slices.Clip(w.events),
		Older:   w.older,
		Newer:   w.newer,
		Loading: w.load != nil,
		Loaded:  w.loaded,
		Err:     w.err,
	}
}
