package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// waiting is what is unread in all rooms: how many messages, how many of them
// the reader wants to be told of, and whether there is a mark for others.
func (m *model) waiting() (unread, calls int, dot bool) {
	for _, r := range m.client.State().Rooms {
		unread += r.Unread
		calls += r.Calls()
		dot = dot || r.Dot()
	}
	return unread, calls, dot
}

// arrive begins to read a room: the line "New messages" stands where the reader
// had read to, and what is seen from now on is read.
func (m *model) arrive(room shared.RoomID) {
	r, _ := m.summary(room)
	m.round, m.after = r.Round, 0
	if r.Unread > 0 {
		m.after = r.Read
	}
}

// reads reports whether what is seen of r counts as read. What the reader
// marked unread, here or on another device, stays so until they come back to
// the room or say that it is read.
func (m *model) reads(r client.RoomSummary) bool { return r.Round == m.round }

// readRoom says that all of the shown room is read.
func (m *model) readRoom() {
	if r, ok := m.summary(m.room); ok {
		m.round, m.after = r.Round, 0
		m.client.MarkRead(r.ID, r.Last)
		m.tell(topicLog)
	}
}

// readAll says that everything is read.
func (m *model) readAll() {
	m.client.MarkAllRead()
	m.readRoom()
}

// unread makes the message seq of the shown room, and what follows it, unread.
func (m *model) unread(seq shared.Seq) {
	m.after = seq - 1
	m.client.MarkUnread(m.room, seq)
	m.tell(topicLog)
}

// unreadMark is the number of messages that are for the reader, or a dot for
// others; text for screen readers beside it.
func (m *model) unreadMark(r client.RoomSummary) []app.UI {
	switch calls := r.Calls(); {
	case r.Unread == 0:
		return nil
	case calls == 0:
		return []app.UI{app.Span().Class("news").Aria("hidden", attr("true")), hidden(m.text.UnreadCount(r.Unread))}
	case r.Level == shared.InEverything:
		return []app.UI{app.Span().Class("badge").Aria("hidden", attr("true")).Text(capped(calls)), hidden(m.text.UnreadCount(r.Unread))}
	default:
		return []app.UI{
			app.Span().Class("badge").Aria("hidden", attr("true")).Text(capped(calls)),
			hidden(m.text.MentionCount(calls) + ", " + m.text.UnreadCount(r.Unread)),
		}
	}
}

const lineKey = "new" // of the row "New messages"

// lookForLine notes that the line "New messages" came into view. It reports
// whether that is news.
func (t *timeline) lookForLine(tl client.Timeline) bool {
	was := t.line
	switch {
	case t.M.after == 0 || t.line == lineSeen:
		return false
	case !holdsLine(tl, t.M.after):
		t.line = lineAway
	case inView(listID, lineKey):
		t.line = lineSeen
	default:
		t.line = lineAway
	}
	return t.line != was
}

// lineSight is whether the reader has seen the line "New messages".
type lineSight uint8

const (
	lineUnknown lineSight = iota
	lineAway
	lineSeen
)

// holdsLine reports whether the line stands where the first new message is, and
// not only before the first that is loaded.
func holdsLine(tl client.Timeline, after shared.Seq) bool {
	return !tl.Older || len(tl.Events) > 0 && tl.Events[0].Seq <= after+1
}

// toLine is the button that leads to the line, while it was not seen.
func (t *timeline) toLine() app.UI {
	if !app.IsClient || t.M.after == 0 || t.line != lineAway {
		return app.Div().Class("jump", "up")
	}
	return app.Div().Class("jump", "up").Body(
		app.Button().Type("button").Body(iconUp(), app.Span().Text(t.M.text.JumpUnread)).OnClick(t.jumpToLine),
	)
}

func (t *timeline) jumpToLine(app.Context, app.Event) {
	t.follow, t.seek = false, true
	t.M.client.OpenAt(t.Room, t.M.after+1)
}

// unreader marks a message unread, and what follows it.
func (t *timeline) unreader(seq shared.Seq) app.EventHandler {
	return func(app.Context, app.Event) { t.M.unread(seq) }
}
