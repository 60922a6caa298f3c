package app

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// paneName says what is shown at the right.
type paneName string

const paneMembers paneName = "members" // of the shown room

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
