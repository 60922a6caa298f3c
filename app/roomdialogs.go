package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

func (d *dialogs) roomsBody() []app.UI {
	t := d.M.text
	return []app.UI{
		app.H3().Text(t.BrowseRooms),
		d.directoryBody(),
		app.H3().Text(t.CreateRoom),
		form(d.create,
			input("new-room-name", t.RoomName, "", "text", "off", true),
			input("new-room-topic", t.Topic, "", "text", "off", false),
			check("new-room-closed", t.Closed+": "+t.ClosedHint, false, nil),
			app.Button().Type("submit").Class("primary").Text(t.CreateRoom),
		),
	}
}

func (d *dialogs) create(ctx app.Context) {
	room := &shared.NewRoom{Name: value("new-room-name"), Topic: value("new-room-topic"), Closed: checked("new-room-closed")}
	d.ask(shared.Frame{Create: room}, d.arrive)
}

func (d *dialogs) joiner(id shared.RoomID) app.EventHandler {
	return func(app.Context, app.Event) {
		d.ask(shared.Frame{Join: &shared.RoomRef{Room: id}}, d.arrive)
	}
}

// arrive goes to the room that a command led into.
func (d *dialogs) arrive(ok shared.OK) {
	d.M.clear() // shutting would go back in the history, perhaps after we went on
	if ok.Room != nil {
		d.ctx.Navigate(d.M.roomPath(ok.Room.ID))
	}
}

func (d *dialogs) roomBody() []app.UI {
	t := d.M.text
	r, ok := d.M.summary(d.M.room)
	if !ok {
		return nil
	}
	if r.Direct {
		return append([]app.UI{d.levelChoice(r)}, d.hideRow()...)
	}
	role := d.M.client.You().Role
	staff := role.Staff()
	leave := t.Leave
	if d.sure {
		leave = fillName(t.LeaveSure, r)
	}
	archive := t.Archive
	if r.Archived {
		archive = t.Unarchive
	}
	return []app.UI{
		d.levelChoice(r),
		form(d.saveRoom,
			input("room-name", t.RoomName, r.Name, "text", "off", true),
			input("room-topic", t.Topic, r.Topic, "text", "off", false),
			app.If(staff, func() app.UI { return check("room-closed", t.Closed+": "+t.ClosedHint, r.Closed, nil) }),
			app.Div().Class("buttons").Body(
				app.Button().Type("submit").Class("primary").Text(t.Save),
				app.If(d.saved, func() app.UI { return app.Span().Class("ok").Role("status").Text(t.Saved) }),
			),
		),
		app.Div().Class("buttons", "apart").Body(
			app.Button().Type("button").Class("button").Text(t.AddPeople).OnClick(d.M.opener(dialogAdd), app.EventScope(dialogAdd)),
			app.If(mayHavePrograms(role) && !r.Archived, func() app.UI {
				return app.Button().Type("button").Class("button").Text(t.Webhooks).OnClick(d.M.opener(dialogHooks), app.EventScope(dialogHooks))
			}),
			app.If(staff, func() app.UI {
				return app.Button().Type("button").Class("button").Title(t.ArchiveHint).Text(archive).OnClick(d.archive)
			}),
			app.Button().Type("button").Class("button", "danger").Text(leave).OnClick(d.leave),
		),
	}
}

func (d *dialogs) saveRoom(app.Context) {
	r, _ := d.M.summary(d.M.room)
	var c shared.RoomChange
	if name := value("room-name"); name != r.Name {
		c.Name = &name
	}
	if topic := value("room-topic"); topic != r.Topic {
		c.Topic = &topic
	}
	if byID("room-closed").Truthy() {
		if closed := checked("room-closed"); closed != r.Closed {
			c.Closed = &closed
		}
	}
	d.saved = false
	if c == (shared.RoomChange{}) {
		d.saved = true
		return
	}
	d.ask(shared.Frame{Update: &shared.RoomUpdate{Room: r.ID, RoomChange: c}}, func(shared.OK) { d.saved = true })
}

func (d *dialogs) archive(app.Context, app.Event) {
	r, _ := d.M.summary(d.M.room)
	archived := !r.Archived
	u := &shared.RoomUpdate{Room: r.ID, RoomChange: shared.RoomChange{Archived: &archived}}
	d.ask(shared.Frame{Update: u}, func(shared.OK) { d.M.shut() })
}

// leave asks once before it leaves.
func (d *dialogs) leave(app.Context, app.Event) {
	if !d.sure {
		d.sure = true
		return
	}
	d.ask(shared.Frame{Leave: &shared.RoomRef{Room: d.M.room}}, func(shared.OK) {
		d.M.shut()
		app.Window().Get("location").Set("href", d.M.path("/"))
	})
}

// loadStrangers loads who is on the server and not in the shown room.
func (d *dialogs) loadStrangers() {
	d.ask(shared.Frame{Members: &shared.RoomRef{Room: d.M.room}}, func(ok shared.OK) {
		in := make(map[shared.UserID]bool, len(ok.Users))
		for _, u := range ok.Users {
			in[u.ID] = true
		}
		d.ask(shared.Frame{People: &shared.Nothing{}}, func(ok shared.OK) {
			d.people = []shared.User{}
			for _, u := range ok.Users {
				if !in[u.ID] {
					d.people = append(d.people, u)
				}
			}
		})
	})
}

func (d *dialogs) addBody() []app.UI {
	t := d.M.text
	if len(d.people) == 0 {
		return []app.UI{
			app.P().Class("hint").Text(t.AddPeopleNone),
			app.Button().Type("button").Class("primary").Text(t.InvitePeople).OnClick(d.M.opener(dialogInvite)),
		}
	}
	return []app.UI{app.Ul().Class("people").Body(app.Range(d.people).Slice(func(i int) app.UI {
		u := d.people[i]
		return app.Li().Class("person").Body(
			d.M.face(u.Author(), "medium"),
			app.Span().Class("who").Body(app.Span().Class("name").Attr("dir", "auto").Text(u.Name)),
			app.Button().Type("button").Class("button").Text(t.Add).Aria("label", attr(t.Add+" "+u.Name)).
				OnClick(d.adder(u.ID), app.EventScope(u.ID)),
		)
	}))}
}

func (d *dialogs) adder(id shared.UserID) app.EventHandler {
	return func(app.Context, app.Event) {
		ref := &shared.MemberRef{Room: d.M.room, User: id}
		d.ask(shared.Frame{Add: ref}, func(shared.OK) { d.loadStrangers() })
	}
}
