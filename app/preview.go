package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// peek shows a room that the reader may join. What it shows stays out of the
// client: it is as it was, and nothing of it is kept.
func (m *model) peek(ctx app.Context, room shared.RoomID) {
	m.do(ctx, shared.Frame{Preview: &shared.RoomRef{Room: room}}, func(ctx app.Context, ok shared.OK, err *shared.Error) {
		if err != nil {
			app.Window().Get("location").Call("reload") // no such room: the server says so
			return
		}
		m.room, m.at, m.preview = "", 0, ok.Preview
		m.clear()
		m.tell(topicRooms)
	})
}

// lookInto shows what is at a path that is no room of the reader's.
func (m *model) lookInto(ctx app.Context, path string) {
	if room, _ := parsePath(m.view.Base, path); room != "" {
		m.peek(ctx, room)
		return
	}
	app.Window().Get("location").Call("reload") // no room: the server knows
}

// previewPage is the newest of a room, to be read and not to be written.
func (m *model) previewPage() app.UI {
	p, t := m.preview, m.text
	tl := client.Timeline{Room: p.Room.ID, Events: p.Page.Events, Older: p.Page.Older, Loaded: true}
	rows := rowsOf(tl, m.dates, 0, m.client.You().ID)
	list := &timeline{M: m, Room: p.Room.ID}
	items := make([]app.UI, len(rows))
	for i, r := range rows {
		items[i] = list.row(r)
	}
	return app.Section().Class("preview").Aria("label", t.Preview).Body(
		app.H2().Class("visually-hidden").Text(t.Preview),
		app.Div().ID("preview").Class("list").TabIndex(0).OnClick(m.personPressed).Body(app.Div().Class("column").Body(items...)),
		app.Div().Class("compose").Body(app.Div().Class("join").Body(
			app.P().Text(i18n.Fill(t.PreviewLine, p.Room.Name)),
			app.Button().Type("button").Class("primary").Text(t.Join).OnClick(m.joinPreviewed),
		)),
	)
}

func (m *model) joinPreviewed(ctx app.Context, _ app.Event) {
	room := m.preview.Room.ID
	m.do(ctx, shared.Frame{Join: &shared.RoomRef{Room: room}}, func(ctx app.Context, ok shared.OK, err *shared.Error) {
		if err != nil {
			m.complain(ctx, ok, err)
			return
		}
		if m.show(m.roomPath(room)) {
			m.rememberRoom()
			m.tell(topicShell, topicRooms, topicLog)
		}
	})
}

// previewHead is the head of a room that is only looked at.
func (m *model) previewHead(menu app.UI) app.UI {
	r := m.preview.Room
	return app.Header().Class("head").Body(
		menu,
		app.H1().Attr("dir", "auto").Text("# "+r.Name),
		app.P().Class("topic").Attr("dir", "auto").Title(attr(r.Topic)).Text(r.Topic),
		app.Div().Class("actions").Body(app.Span().Class("count").Text(m.text.MemberCount(r.Members))),
	)
}

// directory is the open rooms that the query names.
func (d *dialogs) directory() []shared.RoomState {
	if d.query == "" {
		return d.rooms
	}
	var list []shared.RoomState
	query := plain(d.query)
	for _, r := range d.rooms {
		if strings.Contains(plain(r.Name+" "+r.Topic), query) {
			list = append(list, r)
		}
	}
	return list
}

func (d *dialogs) directoryBody() app.UI {
	t := d.M.text
	rooms := d.directory()
	if len(d.rooms) == 0 {
		return app.P().Class("hint").Text(t.BrowseNone)
	}
	return app.Div().Class("stack").Body(
		app.Input().ID("directory-filter").Type("search").Class("input").Attr("dir", "auto").Attr("autocomplete", "off").
			Attr("placeholder", t.FilterRooms).Aria("label", t.FilterRooms).OnInput(func(ctx app.Context, _ app.Event) {
			d.query = ctx.JSSrc().Get("value").String()
		}),
		app.Ul().Class("people", "directory").Body(app.Range(rooms).Slice(func(i int) app.UI { return d.directoryRow(rooms[i]) })),
	)
}

func (d *dialogs) directoryRow(r shared.RoomState) app.UI {
	t := d.M.text
	detail := t.MemberCount(r.Members)
	if r.Active > 0 {
		detail += " · " + i18n.Fill(t.LastActive, d.M.dates.full(r.Active))
	}
	return app.Li().Class("person").Body(
		app.Span().Class("who", "whole").Body(
			app.A().Class("name").Attr("dir", "auto").Href(attr(d.M.roomPath(r.ID))).Text("# "+r.Name).
				OnClick(func(app.Context, app.Event) { d.M.clear() }, app.EventScope(r.ID)),
			app.If(r.Topic != "", func() app.UI { return app.Span().Class("detail").Attr("dir", "auto").Text(r.Topic) }),
			app.Span().Class("detail").Text(detail),
		),
		app.Button().Type("button").Class("button").Text(t.Join).Aria("label", attr(t.Join+" "+r.Name)).
			OnClick(d.joiner(r.ID), app.EventScope(r.ID)),
	)
}
