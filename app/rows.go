package app

import (
	"strconv"

	"hubbub/app/client"
	"hubbub/shared"
)

// groupGap is how long after a message another of the same author still
// belongs to it.
const groupGap = 5 * 60 * 1000

type rowKind uint8

const (
	rowDay     rowKind = iota + 1 // a new day begins
	rowNew                        // "New messages"
	rowMessage                    // somebody said something
	rowPending                    // mine, on its way
	rowSystem                     // people and the room changing
)

// row is one line of the timeline.
type row struct {
	kind   rowKind
	key    string     // stays the same as long as the row means the same
	seq    shared.Seq // its place in the log; what is on its way comes after the last event
	at     shared.Millis
	event  *shared.Event   // rowMessage
	events []shared.Event  // rowSystem: one, or several of people joining
	mine   *client.Pending // rowPending
	head   bool            // the first of its group: with picture and name
}

// rowsOf turns what is known of a log into rows: days, groups of one author,
// the line where new messages begin, and what is still on its way at the end.
// me is the reader: their pending messages join their last one, so that nothing
// moves when they arrive.
func rowsOf(tl client.Timeline, d dates, after shared.Seq, me shared.UserID) []row {
	rows := make([]row, 0, len(tl.Events)+len(tl.Pending)+8)
	var last *shared.Event // the message that another may join
	day, marked := 0, after == 0
	var seq shared.Seq
	days := make(map[int]bool)
	begin := func(at shared.Millis, key string) {
		n := d.date(at)
		if n == day {
			return
		}
		name := "day" + strconv.Itoa(n)
		if days[n] {
			name += "-" + key // a clock went back
		}
		day, days[n], last = n, true, nil
		rows = append(rows, row{kind: rowDay, key: name, seq: seq, at: at})
	}
	for i := range tl.Events {
		e := &tl.Events[i]
		if e.Message == nil && (!isKnown(e) || foundedBy(rows, *e)) {
			continue
		}
		if e.Message != nil && e.Message.Deleted && !answered(tl.Events, e.Seq) {
			continue
		}
		seq = e.Seq
		begin(e.At, eventKey(e.Seq))
		if !marked && e.Seq > after && e.Message != nil && !e.Message.Deleted && e.By.ID != me {
			marked, last = true, nil
			rows = append(rows, row{kind: rowNew, key: "new", seq: seq, at: e.At})
		}
		if e.Message != nil {
			head := last == nil || last.By.ID != e.By.ID || e.At-last.At >= groupGap
			rows = append(rows, row{kind: rowMessage, key: eventKey(e.Seq), seq: seq, at: e.At, event: e, head: head})
			last = e
			continue
		}
		last = nil
		rows = appendSystem(rows, *e)
	}
	for i := range tl.Pending {
		p := &tl.Pending[i]
		begin(p.At, p.Key)
		follows := last != nil && last.By.ID == me && p.At-last.At < groupGap
		rows = append(rows, row{kind: rowPending, key: "p" + p.Key, seq: seq, at: p.At, mine: p, head: !follows})
		last = &shared.Event{At: p.At, By: shared.Author{ID: me}}
	}
	return rows
}

func eventKey(seq shared.Seq) string { return "e" + strconv.FormatInt(int64(seq), 10) }

func isKnown(e *shared.Event) bool {
	return e.Created != nil && !e.Created.Direct || e.Changed != nil || e.Joined != nil || e.Left != nil
}

// appendSystem adds a line, or joins people who came one after the other.
func appendSystem(rows []row, e shared.Event) []row {
	if n := len(rows); n > 0 && rows[n-1].kind == rowSystem && joinedAlone(e) && joinedAlone(rows[n-1].events[0]) {
		rows[n-1].events = append(rows[n-1].events, e)
		return rows
	}
	return append(rows, row{kind: rowSystem, key: eventKey(e.Seq), seq: e.Seq, at: e.At, events: []shared.Event{e}})
}

// foundedBy reports whether e only says that who created the room is in it.
func foundedBy(rows []row, e shared.Event) bool {
	n := len(rows)
	return joinedAlone(e) && n > 0 && rows[n-1].kind == rowSystem &&
		rows[n-1].events[0].Created != nil && rows[n-1].events[0].By.ID == e.By.ID
}

func joinedAlone(e shared.Event) bool { return e.Joined != nil && e.Joined.ID == e.By.ID }
