package client

import (
	"slices"
	"time"

	"hubbub/shared"
)

// reading is how far the user has read a room, and what decides how much is
// unread: the read position, what the server said up to some Last, and the log
// after that. There is no counter that could go astray.
type reading struct {
	read  shared.Seq      // moves back only into another round
	round int64           // of reading
	said  shared.ReadMark // Unread messages of others are in (said.Seq, said.Last]
	since []shared.Seq    // the newest MaxUnread messages of others after said.Last
	calls []shared.Seq    // the newest MaxUnread messages of others after said.Seq that call the user, in order

	changed shared.Seq // the newest event that changed what of this counts
	doubt   bool       // the server has to be asked: its word is older than that, or more than was counted may be left

	// Telling the server.
	told  shared.ReadMark // it answered to this position
	id    int64           // of the read on its way; zero: none
	after time.Time       // send it not before
	back  backoff
}

// place is the read position.
func (r *reading) place() shared.ReadMark { return shared.ReadMark{Seq: r.read, Round: r.round} }

// advance moves the read position to m if that is beyond it.
func (r *reading) advance(m shared.ReadMark) {
	if m.Beyond(r.place()) {
		r.read, r.round = m.Seq, m.Round
	}
}

// mark takes the server's word. An older one changes nothing.
func (r *reading) mark(m shared.ReadMark) {
	if r.said.Beyond(m) || !m.Beyond(r.said) && m.Last < r.said.Last {
		return
	}
	r.said = m
	r.advance(m)
	r.since = slices.DeleteFunc(r.since, func(seq shared.Seq) bool { return seq <= m.Last })
	r.calls = slices.Concat(m.Mentions, slices.DeleteFunc(r.calls, func(seq shared.Seq) bool { return seq <= m.Last }))
	r.doubt = m.Last < r.changed
}

// heard counts in a message of somebody else. Only the newest MaxUnread
// matter: more are not counted.
func (r *reading) heard(seq shared.Seq, called bool) {
	if seq <= r.said.Last {
		return
	}
	r.since = newest(append(r.since, seq))
	if called {
		r.calls = newest(append(r.calls, seq))
	}
}

// edited hears that a message of somebody else says something else, at the
// event at.
func (r *reading) edited(seq, at shared.Seq, called bool) {
	i, known := slices.BinarySearch(r.calls, seq)
	switch {
	case seq <= r.said.Seq:
		return
	case known && !called:
		r.doubt = r.doubt || len(r.calls) == shared.MaxUnread
		r.calls = slices.Delete(r.calls, i, i+1)
	case !known && called:
		r.calls = newest(slices.Insert(r.calls, i, seq))
	}
	r.changed = max(r.changed, at)
}

// unheard takes a message of somebody else out of the count: it was deleted,
// by the event at.
func (r *reading) unheard(seq, at shared.Seq) {
	r.edited(seq, at, false)
	switch {
	case seq > r.said.Last:
		r.doubt = r.doubt || len(r.since) == shared.MaxUnread
		r.since = slices.DeleteFunc(r.since, func(s shared.Seq) bool { return s == seq })
	case seq > r.said.Seq && r.said.Unread > 0:
		r.doubt = r.doubt || r.said.Unread == shared.MaxUnread
		r.said.Unread--
	}
}

func newest(seqs []shared.Seq) []shared.Seq {
	if n := len(seqs) - shared.MaxUnread; n > 0 {
		copy(seqs, seqs[n:])
		return seqs[:shared.MaxUnread]
	}
	return seqs
}

// unread counts the messages of others after the read position, at most
// MaxUnread. held are events of the room, which help while the user has moved
// and the server has not said yet what that leaves.
func (r *reading) unread(held []shared.Event, me shared.UserID) int {
	n := beyond(r.since, r.read)
	switch {
	case r.read >= r.said.Last:
	case r.read == r.said.Seq:
		n += r.said.Unread
	case covers(held, r.read+1, r.said.Last):
		n += countOthers(held, r.read+1, r.said.Last, me)
	case r.read < r.said.Seq && covers(held, r.read+1, r.said.Seq):
		n += r.said.Unread + countOthers(held, r.read+1, r.said.Seq, me)
	case r.read < r.said.Seq:
		n += r.said.Unread + 1 // that one at least
	case covers(held, r.said.Seq+1, r.read) && r.said.Unread < shared.MaxUnread:
		n += r.said.Unread - countOthers(held, r.said.Seq+1, r.read, me)
	default:
		n += min(r.said.Unread, int(r.said.Last-r.read))
	}
	return min(n, shared.MaxUnread)
}

// mentions counts those of the unread messages that call the user.
func (r *reading) mentions(held []shared.Event, me shared.UserID) int {
	n := beyond(r.calls, r.read)
	if r.read >= r.said.Seq {
		return n
	}
	for i := range held {
		if ev := &held[i]; ev.Seq > r.read && ev.Seq <= r.said.Seq && ev.By.ID != me && callsUser(ev.Message, me) {
			n++
		}
	}
	return min(n, shared.MaxUnread)
}

// beyond counts the positions after read.
func beyond(seqs []shared.Seq, read shared.Seq) (n int) {
	for _, seq := range seqs {
		if seq > read {
			n++
		}
	}
	return n
}

// callsUser reports whether m mentions the user, or everybody.
func callsUser(m *shared.Message, user shared.UserID) bool {
	return m != nil && mentions(m.Mentions, user)
}

func mentions(called []shared.UserID, user shared.UserID) bool {
	return slices.Contains(called, user) || slices.Contains(called, shared.Everybody)
}

// covers reports whether events hold every Seq from first to last.
func covers(events []shared.Event, first, last shared.Seq) bool {
	n := len(events)
	return n > 0 && events[0].Seq <= first && last <= events[n-1].Seq
}

// countOthers counts the messages of others from first to last. events cover
// that.
func countOthers(events []shared.Event, first, last shared.Seq, me shared.UserID) (n int) {
	i := int(first - events[0].Seq)
	for _, ev := range events[i : i+int(last-first)+1] {
		if ev.Message != nil && !ev.Message.Deleted && ev.By.ID != me {
			n++
		}
	}
	return n
}
