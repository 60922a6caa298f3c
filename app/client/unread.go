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
	read  shared.Seq      // never moves back
	said  shared.ReadMark // Unread messages of others are in (said.Seq, said.Last]
	since []shared.Seq    // the newest MaxUnread messages of others after said.Last

	// Telling the server.
	told  shared.Seq // it answered to this position
	id    int64      // of the read on its way; zero: none
	after time.Time  // send it not before
	back  backoff
}

// mark takes the server's word. An older one changes nothing.
func (r *reading) mark(m shared.ReadMark) {
	if m.Seq < r.said.Seq || m.Seq == r.said.Seq && m.Last < r.said.Last {
		return
	}
	r.said = m
	r.read = max(r.read, m.Seq)
	r.since = slices.DeleteFunc(r.since, func(seq shared.Seq) bool { return seq <= m.Last })
}

// heard counts in a message of somebody else. Only the newest MaxUnread
// matter: more are not counted.
func (r *reading) heard(seq shared.Seq) {
	if seq <= r.said.Last {
		return
	}
	if len(r.since) == shared.MaxUnread {
		copy(r.since, r.since[1:])
		r.since[len(r.since)-1] = seq
		return
	}
	r.since = append(r.since, seq)
}

// unheard takes a message of somebody else out of the count: it was deleted.
func (r *reading) unheard(seq shared.Seq) {
	if seq > r.said.Last {
		r.since = slices.DeleteFunc(r.since, func(s shared.Seq) bool { return s == seq })
		return
	}
	if seq > r.said.Seq && r.said.Unread > 0 && r.said.Unread < shared.MaxUnread {
		r.said.Unread--
	}
}

// unread counts the messages of others after the read position, at most
// MaxUnread. held are events of the room, which help while the user has read
// on and the server has not said yet what that leaves.
func (r *reading) unread(held []shared.Event, me shared.UserID) int {
	n := 0
	for _, seq := range r.since {
		if seq > r.read {
			n++
		}
	}
	switch {
	case r.read >= r.said.Last:
	case r.read == r.said.Seq:
		n += r.said.Unread
	case covers(held, r.read+1, r.said.Last):
		n += countOthers(held, r.read+1, r.said.Last, me)
	case covers(held, r.said.Seq+1, r.read) && r.said.Unread < shared.MaxUnread:
		n += r.said.Unread - countOthers(held, r.said.Seq+1, r.read, me)
	default:
		n += min(r.said.Unread, int(r.said.Last-r.read))
	}
	return min(n, shared.MaxUnread)
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
