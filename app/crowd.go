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
	known bool                   // they came
	asked map[shared.UserID]bool // who is not among them
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
	m.crowd.room, m.crowd.count, m.crowd.known = r.ID, r.Members, false
	m.do(ctx, shared.Frame{Members: &shared.RoomRef{Room: r.ID}}, func(ctx app.Context, ok shared.OK, err *shared.Error) {
		ctx.PreventUpdate()
		switch {
		case m.crowd.room != r.ID:
		case err != nil:
			m.crowd.room = "" // another time
		default:
			m.crowd.users, m.crowd.known = ok.Users, true
			then()
		}
	})
}

// mostAsked is how many people are asked for at once: their answers lead to more.
const mostAsked = 10

// learn gets the names of people: those in the room have them together, those
// who left each by themselves.
func (m *model) learn(ctx app.Context, people []shared.UserID) {
	r, _ := m.summary(m.room)
	switch {
	case !m.gathered(r):
		m.gather(ctx, func() { m.learnEach(ctx, people) })
	case m.crowd.known: // else they are on their way
		m.learnEach(ctx, people)
	}
}

func (m *model) learnEach(ctx app.Context, people []shared.UserID) {
	if m.crowd.asked == nil {
		m.crowd.asked = make(map[shared.UserID]bool)
	}
	asked := 0
	for _, id := range people {
		if m.client.Name(shared.Author{ID: id}) != "" || m.crowd.asked[id] || asked == mostAsked {
			continue
		}
		asked++
		m.crowd.asked[id] = true
		m.do(ctx, shared.Frame{Person: &shared.UserRef{User: id}}, func(ctx app.Context, _ shared.OK, err *shared.Error) {
			ctx.PreventUpdate()
			if err != nil && (err.Code == codeHere || err.Temporary()) {
				delete(m.crowd.asked, id) // another time
			}
		})
	}
}
