package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// header is the room's name, topic and what can be opened from it.
type header struct {
	app.Compo

	M    *model
	Room shared.RoomID
}

func (h *header) OnMount(ctx app.Context) { h.M.watch(ctx, h, topicRooms, topicUsers, topicPushes) }
func (h *header) OnDismount()             { h.M.unwatch(h) }

func (h *header) Render() app.UI {
	t := h.M.text
	label, unopened := t.OpenMenu, h.M.client.State().Unopened
	if unopened > 0 {
		label += ", " + t.Pushes + ": " + t.UnopenedCount(unopened) // the bell is in there
	}
	menu := app.Button().Type("button").Class("icon", "drawer-open-button").Aria("label", label).OnClick(h.openDrawer).Body(
		iconMenu(), app.If(unopened > 0, func() app.UI { return app.Span().Class("dot") }))
	r, ok := h.M.summary(h.Room)
	if !ok && h.M.preview != nil {
		return h.M.previewHead(menu)
	}
	if !ok {
		return app.Header().Class("head").Body(menu)
	}
	return app.Header().Class("head").Body(
		menu,
		app.H1().Attr("dir", "auto").Text(h.title(r)),
		app.P().Class("topic").Attr("dir", "auto").Title(attr(r.Topic)).Text(r.Topic),
		app.Div().Class("actions").Body(
			app.Button().Type("button").Class("quiet").OnClick(func(app.Context, app.Event) { h.M.toggleSearch() }).Aria("label", t.Search).Title(t.Search+" (Ctrl+F)").Body(iconSearch()),
			app.If(!r.Direct, func() app.UI {
				return app.Button().Type("button").Class("quiet").OnClick(h.M.opener(dialogInvite)).Aria("label", t.InvitePeople).Title(t.InvitePeople).Body(iconInvite())
			}),
			app.Button().Type("button").Class("quiet", "members-button").OnClick(h.M.toggler(paneMembers)).Aria("label", t.MemberCount(r.Members)).Title(t.Members).Body(
				iconPeople(), app.Span().Text(itoa(r.Members))),
			app.Button().Type("button").Class("quiet").OnClick(h.M.opener(dialogRoom)).Aria("label", t.RoomMenu).Title(t.RoomMenu).Body(iconMore()),
		),
	)
}

func (h *header) title(r client.RoomSummary) string {
	if r.Direct {
		return h.M.roomName(r)
	}
	return "# " + r.Name
}

func (h *header) openDrawer(ctx app.Context, _ app.Event) {
	h.M.drawer = true
	h.M.lay()
	h.M.tell(topicShell)
}
