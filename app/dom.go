package app

import (
	"math"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The few things that are done to the page beside drawing it. All of them do
// nothing on the server.

func byID(id string) app.Value { return app.Window().GetElementByID(id) }

// sight is how much of a list is out of view, in pixels.
type sight struct{ above, below float64 }

func lookAt(id string) sight {
	if app.IsServer {
		return sight{}
	}
	list := byID(id)
	if !list.Truthy() {
		return sight{}
	}
	below := -list.Get("scrollTop").Float() // the list is reversed: 0 is its end
	return sight{above: list.Get("scrollHeight").Float() - list.Get("clientHeight").Float() - below, below: below}
}

func scrollToEnd(id string) {
	if app.IsServer {
		return
	}
	if list := byID(id); list.Truthy() {
		list.Set("scrollTop", 0)
	}
}

// anchor is a row and where it is on the screen.
type anchor struct {
	key string
	top float64
}

// anchorOf returns the first row that is in view.
func anchorOf(id string) anchor {
	list := byID(id)
	if !list.Truthy() {
		return anchor{}
	}
	edge := list.Call("getBoundingClientRect").Get("top").Float()
	rows := list.Call("querySelectorAll", ".chunk > *")
	lo := 0
	for hi := rows.Length(); lo < hi; { // the rows are in order
		mid := (lo + hi) / 2
		box := rows.Index(mid).Call("getBoundingClientRect")
		if box.Get("bottom").Float() <= edge {
			lo = mid + 1
			if lo == hi && lo < rows.Length() {
				return anchorAt(rows.Index(lo))
			}
			continue
		}
		if hi = mid; lo == hi {
			return anchorAt(rows.Index(mid))
		}
	}
	return anchor{}
}

func anchorAt(row app.Value) anchor {
	if next := row.Get("nextElementSibling"); row.Get("className").String() == "day" && next.Truthy() {
		row = next // a day's line moves up when older messages of that day come
	}
	return anchor{key: row.Get("id").String(), top: row.Call("getBoundingClientRect").Get("top").Float()}
}

// hold scrolls so that the row is where it was.
func (a anchor) hold(id string) {
	if app.IsServer || a.key == "" {
		return
	}
	row, list := byID(a.key), byID(id)
	if !row.Truthy() || !list.Truthy() {
		return
	}
	if moved := row.Call("getBoundingClientRect").Get("top").Float() - a.top; math.Abs(moved) >= 1 {
		list.Set("scrollTop", list.Get("scrollTop").Float()+moved)
	}
}

// showElement scrolls to a row and reports whether it is there.
func showElement(list, id string) bool {
	if app.IsServer {
		return false
	}
	row := byID(id)
	if !row.Truthy() || !byID(list).Truthy() {
		return false
	}
	row.Call("scrollIntoView", map[string]any{"block": "center"})
	return true
}

// inView reports whether a row is there, and not out of sight above or below.
func inView(list, id string) bool {
	row, frame := byID(id), byID(list)
	if !row.Truthy() || !frame.Truthy() {
		return false
	}
	box, view := row.Call("getBoundingClientRect"), frame.Call("getBoundingClientRect")
	return box.Get("bottom").Float() > view.Get("top").Float() && box.Get("top").Float() < view.Get("bottom").Float()
}

// attentive reports whether somebody is looking: the tab is in view and has
// the focus.
func attentive() bool {
	if app.IsServer {
		return false
	}
	document := app.Window().Get("document")
	return document.Get("visibilityState").String() == "visible" && document.Call("hasFocus").Bool()
}

func setTitle(title string) {
	if app.IsClient {
		app.Window().Get("document").Set("title", title)
	}
}

// markPhase lets the stylesheet, and whoever tests the page, see how the
// connection is.
func markPhase(phase string) {
	app.Window().Get("document").Get("documentElement").Call("setAttribute", "data-phase", phase)
}

// origin is this site's, like "https://chat.example.org".
func origin() string {
	if app.IsServer {
		return ""
	}
	return app.Window().Get("location").Get("origin").String()
}

// copier puts text on the clipboard.
func copier(text string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		ctx.PreventUpdate()
		copyText(text)
	}
}

// linkCopier puts the whole address of a path there.
func linkCopier(path string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		ctx.PreventUpdate()
		copyText(origin() + path)
	}
}

func copyText(text string) {
	if clipboard := app.Window().Get("navigator").Get("clipboard"); clipboard.Truthy() {
		clipboard.Call("writeText", text)
	}
}

// takeover is what the reader had done to the page before the app took it over.
type takeover struct {
	typed    string
	focused  bool
	from, to int
	top      float64 // of the list
	scrolled bool
}

// capture must run before the first render.
func capture() takeover {
	var t takeover
	if input := byID(composerID); input.Truthy() {
		t.typed = input.Get("value").String()
		t.focused = app.Window().Get("document").Get("activeElement").Equal(input)
		t.from, t.to = input.Get("selectionStart").Int(), input.Get("selectionEnd").Int()
	}
	if list := byID(listID); list.Truthy() {
		v := lookAt(listID)
		t.top, t.scrolled = -v.below, v.below >= nearEnd
	}
	return t
}

// restore puts it back, in the same task as the first render.
func (t *takeover) restore() {
	if t.scrolled {
		if list := byID(listID); list.Truthy() {
			list.Set("scrollTop", t.top)
		}
	}
	t.scrolled = false
}
