package app

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// roomName is what a room is called: a direct conversation by who is in it.
func (m *model) roomName(r client.RoomSummary) string {
	if !r.Direct {
		return r.Name
	}
	if len(r.People) == 0 {
		return m.text.NotesToMyself
	}
	names := make([]string, len(r.People))
	for i, u := range r.People {
		names[i] = m.client.Name(u.Author())
	}
	return strings.Join(names, ", ")
}

// roomLabel is roomName with the mark that rooms have.
func (m *model) roomLabel(r client.RoomSummary) string {
	if r.Direct {
		return m.roomName(r)
	}
	return "#" + r.Name
}

// placeholder is what the composer says while it is empty.
func (m *model) placeholder(r client.RoomSummary) string {
	switch {
	case r.Direct && len(r.People) == 0:
		return m.text.NoteToMyself
	case r.Direct:
		return i18n.Fill(m.text.MessagePeople, m.roomName(r))
	}
	return i18n.Fill(m.text.MessageTo, r.Name)
}

// opening is what stands above the first event of a room.
func (m *model) opening(r client.RoomSummary) (title, lead string) {
	switch {
	case r.Direct && len(r.People) == 0:
		return m.text.NotesToMyself, m.text.BeginningNotes
	case r.Direct:
		return i18n.Fill(m.text.BeginningDirect, m.roomName(r)), m.text.BeginningDirectLead
	}
	return i18n.Fill(m.text.Beginning, r.Name), m.text.BeginningLead
}

// direct opens the direct conversation with users; with nobody, or only the
// reader, the notes to oneself.
func (m *model) direct(ctx app.Context, users ...shared.UserID) {
	m.openDirect(ctx, users, m.complain)
}

func (m *model) openDirect(ctx app.Context, users []shared.UserID, failed func(app.Context, shared.OK, *shared.Error)) {
	circle := append([]shared.UserID{}, users...) // [] on the wire, never null
	m.do(ctx, shared.Frame{Direct: &shared.Circle{Users: circle}}, func(ctx app.Context, ok shared.OK, err *shared.Error) {
		if err != nil {
			failed(ctx, ok, err)
			return
		}
		m.clear()
		ctx.Navigate(m.roomPath(ok.Room.ID))
	})
}

// messenger opens the conversation with somebody.
func (m *model) messenger(user shared.UserID) app.EventHandler {
	return func(ctx app.Context, _ app.Event) { m.direct(ctx, user) }
}

// directFace is the picture of a direct conversation.
func (m *model) directFace(r client.RoomSummary) app.UI {
	switch len(r.People) {
	case 0:
		return m.face(m.client.You().Author(), "small")
	case 1:
		return m.present(m.face(r.People[0].Author(), "small"), r.People[0].ID)
	}
	return app.Span().Class("avatar", "small", "several").Aria("hidden", attr("true")).Text(itoa(len(r.People)))
}

// hideRow is what the settings of a direct conversation have.
func (d *dialogs) hideRow() []app.UI {
	t := d.M.text
	return []app.UI{
		app.P().Class("hint").Text(t.HideHint),
		app.Div().Class("buttons").Body(
			app.Button().Type("button").Class("button").Text(t.HideDirect).OnClick(d.hide),
		),
	}
}

// hide has read what it hides: what nobody saw must not be out of sight.
func (d *dialogs) hide(app.Context, app.Event) {
	r, _ := d.M.summary(d.M.room)
	d.M.client.MarkRead(r.ID, r.Last)
	d.ask(shared.Frame{Hide: &shared.Position{Room: r.ID, Seq: r.Last}}, func(shared.OK) {
		d.M.clear()
		if rooms := d.M.client.State().Rooms; len(rooms) > 0 && rooms[0].ID != r.ID {
			d.ctx.Navigate(d.M.roomPath(rooms[0].ID))
			return
		}
		d.ctx.Navigate(d.M.path("/"))
	})
}

const (
	directField = "direct-search"
	directList  = "direct-people"
)

// circle is who was chosen for a direct conversation, as the dialog is.
type circle struct {
	with   []shared.User
	query  string
	active int // the option that Enter takes, counted from 1; 0: none
}

// found are the people that the query fits and that are not chosen, the best
// first. The reader is among them as long as nobody is: they are in every
// conversation.
func (d *dialogs) found() []shared.User {
	me := d.M.client.You().ID
	query := plain(strings.TrimSpace(d.query))
	var list []shared.User
	for _, u := range d.people {
		if !d.isChosen(u.ID) && (u.ID != me || len(d.with) == 0) && (query == "" || fits(query, u) > 0) {
			list = append(list, u)
		}
	}
	slices.SortStableFunc(list, func(a, b shared.User) int { return fits(query, b) - fits(query, a) })
	return list
}

func fits(query string, u shared.User) int {
	return max(fitness(query, u.Name), fitness(strings.TrimPrefix(query, "@"), u.Handle))
}

func (d *dialogs) isChosen(id shared.UserID) bool {
	return slices.ContainsFunc(d.with, func(u shared.User) bool { return u.ID == id })
}

func (d *dialogs) directBody() []app.UI {
	t := d.M.text
	people := d.found()
	field := app.Input().ID(directField).Type("text").Class("input").Attr("dir", "auto").Attr("autocomplete", "off").
		Role("combobox").Aria("expanded", attr(yesNo(len(people) > 0))).Aria("controls", directList).Aria("autocomplete", "list").
		OnInput(d.searched).OnKeyDown(d.directKeyed)
	if d.active > 0 && d.active <= len(people) {
		field = field.Aria("activedescendant", optionID(d.active))
	} else {
		field = field.Aria("activedescendant", "")
	}
	return []app.UI{
		app.Div().Class("field").Body(app.Label().For(directField).Text(t.WhomToTalkTo), field),
		app.Ul().Class("chips").Aria("label", t.Chosen).Body(app.Range(d.with).Slice(func(i int) app.UI {
			u := d.with[i]
			return app.Li().Body(app.Button().Type("button").Class("chip").Aria("label", attr(t.Remove+" "+u.Name)).
				Body(app.Span().Attr("dir", "auto").Text(u.Name), iconClose()).OnClick(d.unchooser(u.ID), app.EventScope(u.ID)))
		})),
		app.If(len(d.with) >= shared.MaxCircle-1, func() app.UI { return app.P().Class("hint").Role("status").Text(t.CircleFull) }).
			Else(func() app.UI { return app.P().Class("hint").Role("status") }),
		app.Ul().ID(directList).Class("options").Role("listbox").Aria("label", t.WhomToTalkTo).
			Body(app.Range(people).Slice(func(i int) app.UI { return d.option(i, people[i]) })),
		app.Button().Type("button").Class("primary").Text(t.OpenDirect).Disabled(len(d.with) == 0).OnClick(func(ctx app.Context, _ app.Event) { d.openChosen(ctx) }),
	}
}

func optionID(n int) string { return "direct-option-" + itoa(n) }

func (d *dialogs) option(i int, u shared.User) app.UI {
	detail := d.M.text.Role(u.Role)
	if u.Handle != "" {
		detail = "@" + u.Handle
	}
	if u.ID == d.M.client.You().ID {
		detail = d.M.text.NotesToMyself
	}
	return app.Li().ID(optionID(i+1)).Role("option").Aria("selected", attr(yesNo(i+1 == d.active))).
		OnClick(func(app.Context, app.Event) { d.choose(u) }, app.EventScope(u.ID)).Body(
		d.M.face(u.Author(), "medium"),
		app.Span().Class("who").Body(
			app.Span().Class("name").Attr("dir", "auto").Text(u.Name),
			app.Span().Class("detail").Text(detail),
		),
	)
}

func (d *dialogs) searched(ctx app.Context, _ app.Event) {
	d.query, d.active = ctx.JSSrc().Get("value").String(), 0
	if strings.TrimSpace(d.query) != "" {
		d.active = 1
	}
}

// directKeyed moves through the people. Enter takes one, and where none is
// marked opens the conversation; Backspace in the empty field takes the last
// one back.
func (d *dialogs) directKeyed(ctx app.Context, e app.Event) {
	p := pressOf(e)
	if p.composing || p.processed || p.alt {
		ctx.PreventUpdate()
		return
	}
	people := d.found()
	switch {
	case p.key == "ArrowDown" && d.active < len(people):
		d.active++
	case p.key == "ArrowUp" && d.active > 0:
		d.active--
	case p.key == "Enter" && !p.ctrl && d.active > 0 && d.active <= len(people):
		d.choose(people[d.active-1])
	case p.key == "Enter" && len(d.with) > 0:
		d.openChosen(ctx)
	case p.key == "Backspace" && d.query == "" && len(d.with) > 0:
		d.with = d.with[:len(d.with)-1]
		return
	default:
		ctx.PreventUpdate()
		return
	}
	e.PreventDefault()
	d.ctx.Defer(func(app.Context) {
		if option := byID(optionID(d.active)); option.Truthy() {
			option.Call("scrollIntoView", map[string]any{"block": "nearest"})
		}
	})
}

// choose takes somebody into the circle; to choose oneself is to choose the
// notes, which are open at once.
func (d *dialogs) choose(u shared.User) {
	if u.ID == d.M.client.You().ID {
		d.with = append(d.with, u)
		d.openChosen(d.ctx)
		return
	}
	if len(d.with) < shared.MaxCircle-1 {
		d.with = append(d.with, u)
	}
	d.query, d.active = "", 0
	if field := byID(directField); field.Truthy() {
		field.Set("value", "")
		field.Call("focus")
	}
}

func (d *dialogs) unchooser(id shared.UserID) app.EventHandler {
	return func(app.Context, app.Event) {
		d.with = slices.DeleteFunc(d.with, func(u shared.User) bool { return u.ID == id })
		if field := byID(directField); field.Truthy() {
			field.Call("focus")
		}
	}
}

func (d *dialogs) openChosen(ctx app.Context) {
	users := make([]shared.UserID, len(d.with))
	for i, u := range d.with {
		users[i] = u.ID
	}
	asked := d.opening
	d.M.openDirect(ctx, users, func(_ app.Context, _ shared.OK, err *shared.Error) {
		if asked == d.opening {
			d.err = err
		}
	})
}
