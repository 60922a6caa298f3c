package app

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// sidebar is the rooms, and oneself at the bottom.
type sidebar struct {
	app.Compo

	M    *model
	Room shared.RoomID // shown
}

func (s *sidebar) OnMount(ctx app.Context) {
	s.M.watch(ctx, s, topicStatus, topicRooms, topicUsers, topicPushes, topicPresence)
}
func (s *sidebar) OnDismount() { s.M.unwatch(s) }

func (s *sidebar) Render() app.UI {
	t := s.M.text
	state := s.M.client.State()
	setTitle(s.M.title())
	s.M.mark(state)
	s.M.unring(s.M.client.Pushes())
	rooms, directs := state.Rooms, []client.RoomSummary(nil)
	for i, r := range rooms {
		if r.Direct {
			rooms, directs = rooms[:i], rooms[i:]
			break
		}
	}
	unread, _, _ := s.M.waiting()
	return app.Nav().Class("rooms").Aria("label", t.Rooms).Body(
		app.Div().Class("brand").Body(
			logo(),
			app.Span().Class("name").Attr("dir", "auto").Text(s.M.view.Server),
			app.Button().Type("button").Class("icon", "switch-button").Aria("label", t.Switch).Title(t.Switch+" (Ctrl+K)").OnClick(s.M.opener(dialogSwitch)).Body(iconSwitch()),
			s.bell(state),
			app.Button().Type("button").Class("icon", "drawer-close").Aria("label", t.CloseMenu).OnClick(s.closeDrawer).Body(iconClose()),
		),
		app.Div().Class("group").Body(
			app.H2().Text(t.Rooms),
			app.If(unread > 0, func() app.UI {
				return app.Button().Type("button").Class("icon", "read-all").Aria("label", t.MarkAllRead).Title(t.MarkAllRead).
					OnClick(func(app.Context, app.Event) { s.M.readAll() }).Body(iconCheck())
			}),
			app.Button().Type("button").Class("icon").Aria("label", t.AddRoom).Title(t.AddRoom).OnClick(s.M.opener(dialogRooms)).Body(iconPlus()),
		),
		app.Div().Class("room-list").Body(
			app.Ul().Aria("label", t.Rooms).Body(app.Range(rooms).Slice(func(i int) app.UI { return s.row(rooms[i]) })),
			app.Div().Class("group").Body(
				app.H2().Text(t.DirectMessages),
				app.Button().Type("button").Class("icon").Aria("label", t.NewDirect).Title(t.NewDirect).OnClick(s.M.opener(dialogDirect)).Body(iconPlus()),
			),
			app.Ul().Aria("label", t.DirectMessages).Class("directs").Body(app.Range(directs).Slice(func(i int) app.UI { return s.row(directs[i]) })),
		),
		s.me(state.You),
	)
}

func (s *sidebar) row(r client.RoomSummary) app.UI {
	link := app.A().Class("row").Href(attr(s.M.roomPath(r.ID)))
	mark := app.Span().Class("kind").Aria("hidden", attr("true")).Text("#")
	if r.Closed {
		mark = app.Span().Class("kind").Aria("hidden", attr("true")).Body(iconLock())
	}
	name := app.Span().Class("name").Attr("dir", "auto").Text(s.M.roomName(r))
	body := []app.UI{mark, name}
	if r.Direct {
		body = []app.UI{s.M.directFace(r), name}
		if len(r.People) == 1 {
			body = append(body, s.M.mood(r.People[0].ID))
		}
	} else if r.Closed {
		body = append(body, hidden(s.M.text.ClosedRoom))
	}
	if r.Archived {
		link = link.Class("archived")
		body = append(body, app.Span().Class("state").Text(s.M.text.ArchivedRoom))
	}
	if r.Dot() {
		link = link.Class("unread")
		body = append(body, s.M.unreadMark(r)...)
	}
	if r.Level == shared.InNothing {
		link = link.Class("silent")
		body = append(body, s.M.muted())
	}
	if r.ID == s.Room {
		link = link.Class("on").Aria("current", "page")
	}
	return app.Li().Body(link.Body(body...))
}

// capped is a count as far as unread messages are counted.
func capped(n int) string {
	if n >= shared.MaxUnread {
		return strconv.Itoa(shared.MaxUnread-1) + "+"
	}
	return strconv.Itoa(n)
}

// hidden is text for screen readers alone.
func hidden(text string) app.UI { return app.Span().Class("visually-hidden").Text(text) }

func (s *sidebar) me(you shared.User) app.UI {
	detail := s.M.text.Role(you.Role)
	if you.Handle != "" {
		detail = "@" + you.Handle
	}
	if said := s.M.saidOf(s.M.presence(you.ID)); said != "" {
		detail = said
	}
	return app.Button().Type("button").Class("me").Aria("label", attr(s.M.text.YourMenu)).Aria("haspopup", "dialog").
		OnClick(s.M.opener(dialogMe)).Body(
		s.M.present(s.M.face(you.Author(), "medium"), you.ID),
		app.Span().Class("who").Body(
			app.Span().Class("name").Attr("dir", "auto").Text(you.Name),
			app.Span().Class("detail").Attr("dir", "auto").Text(detail),
		),
		iconMore(),
	)
}

func (s *sidebar) closeDrawer(ctx app.Context, _ app.Event) {
	s.M.shut()
}
