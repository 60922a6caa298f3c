package client

import (
	"slices"

	"hubbub/shared"
)

const maxWindows = 10 // rooms whose log is held

// windows are those of the rooms opened last.
type windows struct {
	held   map[shared.RoomID]*window
	recent []shared.RoomID // in order of opening, the newest last
}

func newWindows() windows {
	return windows{held: make(map[shared.RoomID]*window)}
}

// open returns the window of a room and makes it the one opened last.
func (ws *windows) open(room shared.RoomID) *window {
	ws.recent = append(slices.DeleteFunc(ws.recent, func(r shared.RoomID) bool { return r == room }), room)
	for len(ws.recent) > maxWindows {
		ws.drop(ws.recent[0])
	}
	w := ws.held[room]
	if w == nil {
		w = newWindow(room)
		ws.held[room] = w
	}
	return w
}

// drop forgets a room's log.
func (ws *windows) drop(room shared.RoomID) {
	delete(ws.held, room)
	ws.recent = slices.DeleteFunc(ws.recent, func(r shared.RoomID) bool { return r == room })
}

// positions are where to resume. A window that is about to be replaced needs
// no events. One that is elsewhere in its log needs those that did not come yet:
// they may change its messages.
func (ws *windows) positions(streamed func(shared.RoomID) shared.Seq) map[shared.RoomID]shared.Seq {
	at := make(map[shared.RoomID]shared.Seq)
	for room, w := range ws.held {
		switch {
		case w.load != nil && w.load.replaces():
		case w.following():
			at[room] = w.end
		case w.loaded:
			at[room] = streamed(room)
		}
	}
	return at
}
