package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// crowd is who is in a room. It is asked for when somebody has to be found or
// named, not with every room that is opened.
type crowd struct {
	room  shared.RoomID
	count int // members the room had then
	users []shared.User
}

// gather asks for the people of the shown room when it does not know them, or
// somebody came or went, and runs then when they are there.
func (m *model) gather(ctx app.Context, then func()) {
	r, _ := m.summary(m.room)
	if m.crowd.room == r.ID && m.crowd.count == r.Members {
		return
	}
	if m.crowd.room != r.ID {
		m.crowd.users = nil
	}
	m.crowd.room, m.crowd.count = r.ID, r.Members
	m.do(ctx, shared.Frame{Members: &shared.RoomRef{Room: r.ID}}, func(ctx app.Context, ok shared.OK, err *shared.Error) {
		ctx.PreventUpdate()
		switch {
		case m.crowd.room != r.ID:
		case err != nil:
			m.crowd.room = "" // another time
		default:
			m.crowd.users = ok.Users
			then()
		}
	})
}
