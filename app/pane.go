package app

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// paneName says what is shown at the right.
type paneName string

const (
	paneMembers paneName = "members" // of the shown room
	panePushes  paneName = "pushes"  // what programs told the reader
	paneSearch  paneName = "search"  // what was said
)

// toggler shows a pane, in place of another, or closes it.
func (m *model) toggler(name paneName) app.EventHandler {
	return func(app.Context, app.Event) {
		if m.pane == name {
			m.shut()
			return
		}
		m.pane, m.drawer = name, false
		m.lay()
		m.tell(topicShell)
	}
}

// paneHead is a pane's title, and what closes it.
func (m *model) paneHead(title string) app.UI {
	return app.Div().Class("pane-head").Body(
		app.H2().Text(title),
		app.Button().Type("button").Class("icon").Aria("label", m.text.Close).
			OnClick(func(app.Context, app.Event) { m.shut() }).Body(iconClose()),
	)
}
