package app

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// walk moves the focus over the messages, and does what their tools do: the
// list is one stop of the Tab key, the tools of the focused message follow it.
func (t *timeline) walk(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	p, from := pressOf(e), e.Get("target")
	onList := from.Get("id").String() == listID
	if p.composing || p.processed || p.ctrl || p.alt || p.shift || !onList && !isMessage(from) {
		return
	}
	switch p.key {
	case "ArrowUp", "ArrowDown":
		if next := neighbourOf(from, onList, p.key == "ArrowDown"); next.Truthy() {
			e.PreventDefault()
			next.Call("focus")
		}
	case "r", "e", "u":
		if said := t.saidAt(from.Get("id").String()); said != nil {
			e.PreventDefault()
			t.start(p.key, said)
		}
	}
}

// start gives the composer the task that a key stands for.
func (t *timeline) start(key string, said *shared.Event) {
	r, _ := t.M.summary(t.Room)
	quote := said.Quote()
	switch mine := said.By.ID == t.M.client.You().ID; {
	case key == "u":
		t.M.unread(said.Seq)
	case r.Archived || said.Message.Deleted:
	case key == "r":
		t.M.begin(task{room: t.Room, reply: &quote})
	case mine:
		t.M.begin(task{room: t.Room, edits: said})
	}
}

func isMessage(element app.Value) bool { return element.Call("matches", ".msg").Bool() }

// neighbourOf is the message after or before one, or the newest of the list.
func neighbourOf(from app.Value, onList, down bool) app.Value {
	step := "previousElementSibling"
	switch {
	case onList && down:
		return app.Null()
	case onList:
		if from = from.Get("firstElementChild").Get("lastElementChild"); from.Truthy() && isMessage(from) {
			return from
		}
	case down:
		step = "nextElementSibling"
	}
	for from.Truthy() {
		if from = from.Get(step); from.Truthy() && isMessage(from) {
			break
		}
	}
	return from
}

// saidAt is the message that a row shows, or nil.
func (t *timeline) saidAt(id string) *shared.Event {
	digits, _ := strings.CutPrefix(id, "e")
	seq, err := strconv.ParseInt(digits, 10, 64)
	events := t.M.client.Timeline(t.Room).Events
	if err != nil || len(events) == 0 {
		return nil
	}
	i := int(shared.Seq(seq) - events[0].Seq)
	if i < 0 || i >= len(events) || events[i].Message == nil {
		return nil
	}
	return &events[i]
}

// focused remembers which message has the focus.
func (t *timeline) focused(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	t.focus = ""
	if target := e.Get("target"); isMessage(target) {
		t.focus = target.Get("id").String()
	}
}

// refocus gives the focus back to its message after rows moved: the list's
// elements stay, and show other messages.
func (t *timeline) refocus() {
	active := app.Window().Get("document").Get("activeElement")
	if t.focus == "" || !active.Truthy() || !isMessage(active) || active.Get("id").String() == t.focus {
		return
	}
	if row := byID(t.focus); row.Truthy() {
		row.Call("focus", map[string]any{"preventScroll": true})
	}
}
