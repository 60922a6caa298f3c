package client

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hubbub/shared"
)

// unreadIn is what the server counts: the messages of others after read.
func unreadIn(log []shared.Event, read shared.Seq, me shared.UserID) (n int) {
	for _, ev := range asItIs(log) {
		if ev.Seq > read && ev.Message != nil && !ev.Message.Deleted && ev.By.ID != me {
			n++
		}
	}
	return min(n, shared.MaxUnread)
}

// mentionsIn is which of them the server says call the user.
func mentionsIn(log []shared.Event, read shared.Seq, me shared.UserID) (calls []shared.Seq) {
	for _, ev := range asItIs(log) {
		if ev.Seq > read && ev.By.ID != me && callsUser(ev.Message, me) {
			calls = append(calls, ev.Seq)
		}
	}
	return calls[max(0, len(calls)-shared.MaxUnread):]
}

// asItIs is a log in which the messages say what they say now.
func asItIs(log []shared.Event) []shared.Event {
	now := slices.Clone(log)
	for _, ev := range log {
		if of := ev.About(); of > 0 {
			m := now[of-1].Message.Apply(&ev)
			now[of-1].Message = &m
		}
	}
	return now
}

// drawLog is a log in which things are said to the user me and others, changed
// and taken back.
func drawLog(t *rapid.T, n int, me shared.UserID) []shared.Event {
	log := logOf("r", n)
	var theirs []shared.Seq // what can be changed
	called := func() []shared.UserID {
		return rapid.SampledFrom([][]shared.UserID{nil, nil, {"eve"}, {me}, {shared.Everybody}}).Draw(t, "calls")
	}
	for i := range log {
		ev := &log[i]
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		if kind >= 4 && len(theirs) == 0 {
			kind = 2
		}
		switch kind {
		case 0:
			ev.Message, ev.Joined = nil, &shared.User{ID: "cyd"}
		case 1:
			ev.By.ID = me
			ev.Message.Mentions = called()
		case 2, 3:
			ev.By.ID = "eve"
			ev.Message.Mentions = called()
			theirs = append(theirs, ev.Seq)
		default:
			k := rapid.IntRange(0, len(theirs)-1).Draw(t, "of")
			ev.Message, ev.By.ID = nil, "eve"
			if kind < 6 {
				ev.Edited = &shared.Edited{Of: theirs[k], Text: "else", Mentions: called()}
				continue
			}
			ev.Deleted = &shared.Deleted{Of: theirs[k], Author: "eve"}
			theirs = slices.Delete(theirs, k, k+1)
		}
	}
	return log
}

func TestUnreadIsAFunctionOfReadPositionAndLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const me = "ada"
		n := rapid.IntRange(1, 3*shared.MaxUnread).Draw(t, "log")
		log := drawLog(t, n, me)
		seq := func(label string, from, to shared.Seq) shared.Seq {
			return shared.Seq(rapid.IntRange(int(from), int(to)).Draw(t, label))
		}
		// mark is what the server says of a position when last was its newest.
		mark := func(at shared.ReadMark, last shared.Seq) shared.ReadMark {
			at.Room, at.Last = "r", last
			at.Unread, at.Mentions = unreadIn(log[:last], at.Seq, me), mentionsIn(log[:last], at.Seq, me)
			return at
		}
		last := seq("welcome at", 1, shared.Seq(n))
		read := shared.ReadMark{Seq: seq("read at", 0, last)} // the user's
		theirs := read                                        // the server's
		m := mark(read, last)
		rs := newRooms()
		rs.put(shared.RoomState{Room: shared.Room{ID: "r"}, Last: last, Read: m.Seq, Unread: m.Unread, Mentions: m.Mentions})
		r := rs.by["r"]
		t.Repeat(map[string]func(*rapid.T){
			"an event comes, perhaps again": func(t *rapid.T) {
				ev := log[min(last, shared.Seq(n)-1)]
				if rapid.Bool().Draw(t, "again") {
					ev = log[seq("seq", 1, last)-1]
				}
				last = max(last, ev.Seq)
				rs.observe(&ev, me)
			},
			"the user reads on": func(*rapid.T) {
				read.Seq = seq("to", read.Seq, last)
				r.advance(read)
			},
			"the user marks something unread": func(*rapid.T) {
				read = shared.ReadMark{Seq: seq("back to", 0, read.Seq), Round: read.Round + 1}
				r.advance(read)
			},
			"the server answers": func(*rapid.T) {
				theirs = read
				r.mark(mark(theirs, last))
			},
			"another device reads": func(*rapid.T) {
				theirs.Seq = seq("at", theirs.Seq, last)
				r.mark(mark(theirs, last))
				if theirs.Beyond(read) {
					read = theirs
				}
			},
			"another device marks something unread": func(*rapid.T) {
				theirs = shared.ReadMark{Seq: seq("at", 0, theirs.Seq), Round: theirs.Round + 1}
				r.mark(mark(theirs, last))
				if theirs.Beyond(read) {
					read = theirs
				}
			},
			"an answer comes late": func(*rapid.T) {
				if theirs.Seq < r.said.Last && theirs.Seq == r.said.Seq && theirs.Round == r.said.Round {
					r.mark(mark(theirs, seq("as of", r.said.Last, last)))
				}
			},
			"": func(t *rapid.T) {
				if r.place().Beyond(read) || read.Beyond(r.place()) {
					t.Fatalf("read to %+v, want %+v", r.place(), read)
				}
				if r.doubt { // it asks, and the server says how it is
					r.mark(mark(theirs, last))
				}
				held := asItIs(log[:last])
				want, wantCalls := unreadIn(log[:last], read.Seq, me), len(mentionsIn(log[:last], read.Seq, me))
				if got := r.unread(held, me); got != want {
					t.Fatalf("with the log at hand: %d unread, want %d", got, want)
				}
				if got := r.mentions(held, me); got != wantCalls {
					t.Fatalf("with the log at hand: %d mentions, want %d", got, wantCalls)
				}
				told := r.read == r.said.Seq || r.read >= r.said.Last
				if got := r.unread(nil, me); told && got != want || got > shared.MaxUnread || got < 0 {
					t.Fatalf("without the log: %d unread, want %d", got, want)
				}
				part := held[:min(seq("held", 0, last), r.said.Seq)]
				if got := r.unread(part, me); r.read < r.said.Seq && covers(part, r.read+1, r.said.Seq) && r.said.Unread < shared.MaxUnread && got != want {
					t.Fatalf("with what lies between at hand: %d unread, want %d", got, want)
				}
				if got := r.mentions(nil, me); r.read >= r.said.Seq && got != wantCalls {
					t.Fatalf("without the log: %d mentions, want %d", got, wantCalls)
				}
			},
		})
	})
}

func TestAnOlderReadMarkChangesNothing(t *testing.T) {
	var r reading
	r.mark(shared.ReadMark{Seq: 5, Last: 9, Unread: 4})
	r.mark(shared.ReadMark{Seq: 3, Last: 8, Unread: 5})
	r.mark(shared.ReadMark{Seq: 5, Last: 8, Unread: 3})
	if got := r.unread(nil, "me"); got != 4 || r.read != 5 {
		t.Errorf("read to %d, %d unread; want 5, 4", r.read, got)
	}
	r.mark(shared.ReadMark{Seq: 2, Round: 1, Last: 9, Unread: 6})
	r.mark(shared.ReadMark{Seq: 9, Last: 9})
	if got := r.unread(nil, "me"); got != 6 || r.read != 2 {
		t.Errorf("marked unread: read to %d, %d unread; want 2, 6", r.read, got)
	}
}
