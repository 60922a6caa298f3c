package app

import (
	"net/url"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// pushesPane lists what programs told the reader, at the right.
type pushesPane struct {
	app.Compo

	M *model
}

func (p *pushesPane) OnMount(ctx app.Context) { p.M.watch(ctx, p, topicPushes, topicUsers) }
func (p *pushesPane) OnDismount()             { p.M.unwatch(p) }

func (p *pushesPane) Render() app.UI {
	t := p.M.text
	pushes := p.M.client.Pushes()
	pane := app.Aside().Class("pane").Aria("label", t.Pushes)
	if len(pushes) == 0 {
		return pane.Body(
			p.M.paneHead(t.Pushes),
			app.P().Class("nothing").Text(t.PushesNone),
			app.P().Class("hint").Text(t.PushesNoneLead),
		)
	}
	unopened := 0
	for i := range pushes {
		if !pushes[i].Opened {
			unopened++
		}
	}
	return pane.Body(
		p.M.paneHead(t.Pushes),
		app.Ul().Class("pushes").Body(app.Range(pushes).Slice(func(i int) app.UI { return p.M.pushItem(&pushes[i]) })),
		app.If(unopened > 1, func() app.UI {
			return app.Button().Type("button").Class("button").Text(t.OpenAll).OnClick(p.openAll)
		}),
	)
}

func (p *pushesPane) openAll(app.Context, app.Event) {
	for _, push := range p.M.client.Pushes() {
		p.M.client.OpenPush(push.ID)
	}
}

// pushItem is one of the list. All of it can be pressed, and links in its text
// lead where they say.
func (m *model) pushItem(p *client.Push) app.UI {
	item := app.Li().Class("push")
	state := app.UI(app.Text(""))
	if !p.Opened {
		item = item.Class("unopened")
		state = hidden(m.text.NotOpened)
	}
	return item.Body(
		m.pushOpener(p, m.pushTitle(p), "push-open"),
		state,
		said(p.Message),
		app.P().Class("detail").Attr("dir", "auto").Title(attr(m.dates.full(p.At))).Text(m.aboutPush(p)),
	)
}

// aboutPush is who said it, unless that is its title, when, and which other
// site it leads to.
func (m *model) aboutPush(p *client.Push) string {
	about := []string{m.moment(p.At)}
	if p.Title != "" {
		about = []string{m.pushSender(p), about[0]}
	}
	if _, here := m.pathOf(p.URL); !here {
		if u, err := url.Parse(p.URL); err == nil && u.Host != "" {
			about = append(about, u.Host)
		}
	}
	return strings.Join(about, " · ")
}

// pushOpener is what opens a push: a link where it leads somewhere.
func (m *model) pushOpener(p *client.Push, label, class string, then ...func()) app.UI {
	id := p.ID
	open := func(app.Context, app.Event) {
		m.client.OpenPush(id)
		for _, do := range then {
			do()
		}
	}
	text := app.Span().Attr("dir", "auto").Text(label)
	if p.URL == "" || shared.ValidatePushURL(p.URL) != nil {
		return app.Button().Type("button").Class(class).Body(text).OnClick(open, app.EventScope(id))
	}
	link := app.A().Class(class).Body(text)
	if path, here := m.pathOf(p.URL); here {
		return link.Href(attr(path)).OnClick(func(ctx app.Context, e app.Event) {
			open(ctx, e)
			if narrow() && m.pane != "" {
				m.pane = "" // it lies over where this leads
			}
		}, app.EventScope(id, path))
	}
	return link.Href(attr(p.URL)).Target("_blank").Rel("noopener noreferrer").OnClick(open, app.EventScope(id, p.URL))
}

// pathOf returns where an address is on this server. A push says "/r/lobby"
// wherever the server is.
func (m *model) pathOf(address string) (path string, here bool) {
	if rest, ours := strings.CutPrefix(address, origin()+m.view.Base+"/"); ours && app.IsClient {
		return m.path("/" + rest), true
	}
	if !strings.HasPrefix(address, "/") {
		return "", false
	}
	if base := m.view.Base; base != "" && strings.HasPrefix(address, base+"/") {
		return address, true
	}
	return m.path(address), true
}

// pushTitle is what stands first: the title, or else who says it.
func (m *model) pushTitle(p *client.Push) string {
	if p.Title != "" {
		return p.Title
	}
	return m.pushSender(p)
}

// pushSender is who said it; the server itself has its own name.
func (m *model) pushSender(p *client.Push) string {
	if p.Sender == "" || p.From == "" {
		return m.view.Server
	}
	return m.client.Name(shared.Author{ID: shared.UserID(p.Sender), Name: p.From})
}

// moment is when something was: the time alone if it was today.
func (m *model) moment(at shared.Millis) string {
	if m.dates.date(at) == m.dates.date(m.now()) {
		return m.dates.clock(at)
	}
	return m.dates.day(at) + ", " + m.dates.clock(at)
}

// bell opens the list. Where nothing was ever pushed there is none.
func (s *sidebar) bell(state client.State) app.UI {
	m := s.M
	if state.Pushes == 0 {
		return app.Text("")
	}
	label := m.text.Pushes
	if state.Unopened > 0 {
		label += ", " + m.text.UnopenedCount(state.Unopened)
	}
	return app.Button().Type("button").Class("icon", "bell").Aria("label", label).Title(m.text.Pushes).
		OnClick(m.toggler(panePushes)).Body(
		iconBell(),
		app.If(state.Unopened > 0, func() app.UI {
			return app.Span().Class("badge").Aria("hidden", attr("true")).Text(capped(state.Unopened))
		}),
	)
}
