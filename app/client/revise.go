package client

import (
	"slices"

	"hubbub/shared"
)

// note keeps what changes messages while a page is on its way, which may have
// been read before.
func (w *window) note(ev shared.Event) {
	if w.load != nil && ev.About() != 0 {
		w.heard = append(w.heard, ev)
	}
}

// catchUp applies what was noted to the page that came.
func (w *window) catchUp() {
	for i := range w.heard {
		w.revise(&w.heard[i])
	}
	w.heard = nil
}

// revise applies ev to the message that it is about, and to those that quote
// it. It reports whether there were any.
func (w *window) revise(ev *shared.Event) bool {
	of := ev.About()
	if of == 0 {
		return false
	}
	changed := false
	for i := range w.events {
		old := w.events[i].Message
		if old == nil {
			continue
		}
		m := *old
		if w.events[i].Seq == of {
			m = m.Apply(ev)
		}
		if m.Reply != nil && m.Reply.Seq == of && m.Reply.Rev < ev.Seq {
			quote := m.Reply.Apply(ev)
			m.Reply = &quote
		}
		if m.Rev != old.Rev || m.Reply != old.Reply {
			w.own()
			w.events[i].Message = &m
			changed = true
		}
	}
	return changed
}

// own makes a copy of the events for who has them, before they change.
func (w *window) own() {
	if w.lent {
		w.events, w.lent = slices.Clone(w.events), false
	}
}

// bare is ev as the log of a window keeps it: what an edited message says now
// stands with the message.
func bare(ev shared.Event) shared.Event {
	if ev.Edited != nil {
		ev.Edited = &shared.Edited{Of: ev.Edited.Of}
	}
	return ev
}

func allBare(events []shared.Event) []shared.Event {
	kept := make([]shared.Event, len(events))
	for i := range events {
		kept[i] = bare(events[i])
	}
	return kept
}
