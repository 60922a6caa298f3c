package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// What the browser shows and keeps beside the page: notifications, see
// web/script/notify.js, and the marks of web/script/marks.js.

// attend says which room the reader looks at now: to the server, so that this
// device is not notified of it, and to the scripts.
func (m *model) attend() {
	room := m.room
	if !attentive() {
		room = ""
	}
	m.client.Look(room)
	app.Window().Get("hubbubNotify").Call("look", string(room))
}

// marks is what the browser was told last.
type marks struct {
	calls int
	dot   bool
	read  map[shared.RoomID]shared.Seq
	over  map[string]bool // pushes that were opened
}

// mark has the page's icons say what is unread, and takes away notifications of
// what was read, here or on another device.
func (m *model) mark(state client.State) {
	if app.IsServer {
		return
	}
	_, calls, dot := m.waiting()
	moved := make(map[string]any)
	first := m.marked.read == nil
	if first {
		m.marked.read = make(map[shared.RoomID]shared.Seq, len(state.Rooms))
	}
	for i := range state.Rooms {
		r := &state.Rooms[i]
		if m.marked.read[r.ID] != r.Read {
			m.marked.read[r.ID] = r.Read
			moved[string(r.ID)] = int64(r.Read)
		}
	}
	if first || calls != m.marked.calls || dot != m.marked.dot {
		m.marked.calls, m.marked.dot = calls, dot
		app.Window().Call("hubbubMarks", calls, dot)
	}
	if len(moved) > 0 {
		app.Window().Get("hubbubNotify").Call("read", moved)
	}
}

// unring takes away the notifications of pushes that are over: opened on some
// device, or taken back.
func (m *model) unring(pushes []client.Push) {
	if app.IsServer {
		return
	}
	var over []any
	held := make(map[string]bool, len(pushes))
	for i := range pushes {
		held[pushes[i].ID] = !pushes[i].Opened
	}
	for id, waits := range m.marked.over {
		if waits && !held[id] {
			over = append(over, id)
		}
	}
	m.marked.over = held
	if len(over) > 0 {
		app.Window().Get("hubbubNotify").Call("over", over)
	}
}

// ring shows a message where Web Push does not, while somebody works in another
// window.
func (m *model) ring(ev *shared.Event) {
	r, ok := m.summary(ev.Room)
	if !ok || m.client.Presence(m.client.You().ID).DND > m.now() {
		return
	}
	title, body := "", ""
	name := m.client.Name(ev.By)
	reveal := m.client.State().Prefer.Reveal
	switch {
	case reveal == shared.RevealNothing:
		title = m.text.NotifyMessage
	case len(r.People) == 1:
		title, body = name, ev.Message.Words()
	default:
		title, body = m.roomLabel(r), name+": "+ev.Message.Words()
	}
	if reveal == shared.RevealPlace {
		body = name
	}
	app.Window().Get("hubbubNotify").Call("ring", map[string]any{
		"id": string(ev.Room) + "/" + itoa(int(ev.Seq)), "room": string(ev.Room), "seq": int64(ev.Seq),
		"url": roomPath(ev.Room) + "/" + itoa(int(ev.Seq)), "title": title, "body": shared.Excerpt(body),
	})
}
