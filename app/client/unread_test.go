package client

import (
	"testing"

	"pgregory.net/rapid"

	"hubbub/shared"
)

// unreadIn is what the server counts: the messages of others after read.
func unreadIn(log []shared.Event, read shared.Seq, me shared.UserID) (n int) {
	for _, ev := range log {
		if ev.Seq > read && ev.Message != nil && ev.By.ID != me {
			n++
		}
	}
	return min(n, shared.MaxUnread)
}

func TestUnreadIsAFunctionOfReadPositionAndLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const me = "ada"
		n := rapid.IntRange(1, 3*shared.MaxUnread).Draw(t, "log")
		log := logOf("r", n)
		for i := range log {
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				log[i].Message, log[i].Joined = nil, &shared.User{ID: "cyd"}
			case 1:
				log[i].By.ID = "eve"
			}
		}
		seq := func(label string, from, to shared.Seq) shared.Seq {
			return shared.Seq(rapid.IntRange(int(from), int(to)).Draw(t, label))
		}
		last := seq("welcome at", 1, shared.Seq(n))
		said := seq("read at", 0, last)
		rs := newRooms()
		rs.put(shared.RoomState{
			Room: shared.Room{ID: "r"}, Last: last, Read: said,
			Unread: unreadIn(log[:last], said, me),
		})
		r := rs.by["r"]
		read := said
		t.Repeat(map[string]func(*rapid.T){
			"an event comes, perhaps again": func(t *rapid.T) {
				ev := log[seq("seq", 1, min(last+1, shared.Seq(n)))-1]
				last = max(last, ev.Seq)
				rs.observe(&ev, me)
			},
			"the user reads on": func(*rapid.T) {
				read = seq("to", read, last)
				r.read = max(r.read, read)
			},
			"the server answers, or another device reads": func(*rapid.T) {
				at := seq("at", said, last)
				r.mark(shared.ReadMark{Room: "r", Seq: at, Last: last, Unread: unreadIn(log[:last], at, me)})
				said, read = at, max(read, at)
			},
			"": func(t *rapid.T) {
				if r.read != read {
					t.Fatalf("read to %d, want %d", r.read, read)
				}
				want := unreadIn(log[:last], read, me)
				if got := r.unread(log[:last], me); got != want {
					t.Fatalf("with the log at hand: %d unread, want %d", got, want)
				}
				told := r.read == r.said.Seq || r.read >= r.said.Last
				if got := r.unread(nil, me); told && got != want || got > shared.MaxUnread || got < 0 {
					t.Fatalf("without the log: %d unread, want %d", got, want)
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
}
