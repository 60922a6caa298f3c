package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// crowd is who is in a room. It is asked for when somebody has to be found or
// named, not with every room that is opened.
type crowd struct {
	room  shared.RoomID
	count int // members the room had then
	users []shared.User
	asked map[shared.UserID]bool // who is in no room of ours, or left
}

// gathered reports whether the people of a room are known, or asked for.
func (m *model) gathered(r client.RoomSummary) bool {
	return m.crowd.room == r.ID && m.crowd.count == r.Members
}

// gather asks for the people of the shown room when it does not know them, or
// somebody came or went, and runs then when they are there.
func (m *model) gather(ctx app.Context, then func()) {
	r, _ := m.summary(m.room)
	if m.gathered(r) {
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

// learn gets the names of people: those in the room have them together, those
// who left each by themselves.
func (m *model) learn(ctx app.Context, people []shared.UserID) {
	if m.crowd.asked == nil {
		m.crowd.asked = make(map[shared.UserID]bool)
	}
	each := func() {
		for _, id := range people {
			if m.client.Name(shared.Author{ID: id}) != "" || m.crowd.asked[id] {
				continue
			}
			m.crowd.asked[id] = true
			m.do(ctx, shared.Frame{Person: &shared.UserRef{User: id}}, func(ctx app.Context, _ shared.OK, err *shared.Error) {
				ctx.PreventUpdate()
				if err != nil && err.Code == codeHere {
					delete(m.crowd.asked, id) // another time
				}
			})
		}
	}
	if r, _ := m.summary(m.room); m.gathered(r) {
		each()
		return
	}
	m.gather(ctx, each)
}
