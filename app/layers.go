package app

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Drawer, pane and dialog lie over the conversation on a phone, where the
// browser's back button is expected to close them: each is an entry of its
// history there.

func narrow() bool {
	return app.IsClient && app.Window().Call("matchMedia", "(max-width: 640px)").Get("matches").Bool()
}

// lay notes that something was opened over the conversation.
func (m *model) lay() {
	if !narrow() {
		return
	}
	history := app.Window().Get("history")
	if state := history.Get("state"); state.Truthy() && state.Get("layer").Truthy() {
		return // in the place of what lay there
	}
	history.Call("pushState", map[string]any{"layer": true}, "", app.Window().Get("location").Get("href"))
}

// shut closes what lies on top, by way of the history where it has an entry.
func (m *model) shut() {
	if !unlay() {
		m.shutTop()
	}
}

// unlay goes back in the history where what lies on top has an entry there, and
// reports whether it has.
func unlay() bool {
	history := app.Window().Get("history")
	state := history.Get("state")
	if !narrow() || !state.Truthy() || !state.Get("layer").Truthy() {
		return false
	}
	history.Call("back")
	return true
}

// clear closes all that lies on top because something else is shown from now
// on, which gets an entry of its own in the history.
func (m *model) clear() {
	m.dialog, m.pane, m.drawer = "", "", false
	m.tell(topicShell)
}

func (m *model) shutTop() {
	switch {
	case m.dialog != "":
		m.dialog = ""
	case m.pane != "":
		m.pane = ""
	case m.drawer:
		m.drawer = false
	default:
		return
	}
	m.tell(topicShell)
}
