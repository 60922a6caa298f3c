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
		t.M.rewords(t.Room, said)
	}
}

func isMessage(element app.Value) bool { return element.Call("matches", ".msg").Bool() }

// neighbourOf is the message after or before one, or the newest of the list.
func neighbourOf(from app.Value, onList, down bool) app.Value {
	rows := byID(listID).Call("querySelectorAll", ".msg")
	at := rows.Length()
	if !onList {
		at = app.Window().Get("Array").Get("prototype").Get("indexOf").Call("call", rows, from).Int()
	}
	if down {
		at += 2
	}
	return rows.Call("item", at-1)
}

// saidAt is the message that a row shows, or nil.
func (t *timeline) saidAt(id string) *shared.Event {
	seq, events := seqOf(id), t.M.client.Timeline(t.Room).Events
	if seq == 0 || len(events) == 0 {
		return nil
	}
	i := int(seq - events[0].Seq)
	if i < 0 || i >= len(events) || events[i].Message == nil {
		return nil
	}
	return &events[i]
}

// focused remembers which message has the focus, and gives it its tools.
func (t *timeline) focused(ctx app.Context, e app.Event) {
	target := e.Get("target")
	t.focus = ""
	if isMessage(target) {
		t.focus, t.focusOn = target.Get("id").String(), target
	}
	t.hand(ctx, &t.held, target)
}

// pointed gives the message under the pointer its tools.
func (t *timeline) pointed(ctx app.Context, e app.Event) { t.hand(ctx, &t.hovered, e.Get("target")) }

// hand gives tools to the message that at is in, where *to named another one.
// The menu of one without tools is closed.
func (t *timeline) hand(ctx app.Context, to *shared.Seq, at app.Value) {
	var seq shared.Seq
	row := at.Call("closest", ".msg")
	if row.Truthy() {
		seq = seqOf(row.Get("id").String())
	}
	if seq == *to {
		ctx.PreventUpdate()
		return
	}
	*to, t.still = seq, true
	if e := t.saidAt(eventKey(seq)); e != nil {
		row.Call("querySelector", ".time").Set("title", t.M.dates.full(e.At))
	}
	if t.menu != t.hovered && t.menu != t.held {
		t.menu = 0
	}
}

// seqOf is the event whose row has an id, or 0.
func seqOf(id string) shared.Seq {
	digits, _ := strings.CutPrefix(id, "e")
	seq, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return shared.Seq(seq)
}

// hasFocus reports whether the element that had the focus last still has it.
func (t *timeline) hasFocus() bool {
	return t.focus != "" && app.Window().Get("document").Get("activeElement").Equal(t.focusOn)
}

// refocus gives the focus back to its message after rows moved: elements of a
// chunk stay, and show other messages, or go. A focus that was moved since is
// left where it is, whether focused heard of it or not. Where the message is no
// more, another one has its element, or the list has the focus. It reports
// whether another message is to have tools.
func (t *timeline) refocus() bool {
	document := app.Window().Get("document")
	active := document.Get("activeElement")
	gone := t.had && active.Equal(document.Get("body"))
	if !gone && (!t.hasFocus() || active.Get("id").String() == t.focus) {
		return false
	}
	without := map[string]any{"preventScroll": true}
	if row := byID(t.focus); row.Truthy() {
		row.Call("focus", without)
		return false
	}
	if gone {
		t.focus, t.held = "", 0
		byID(listID).Call("focus", without)
		return false
	}
	t.focus = active.Get("id").String()
	t.held = seqOf(t.focus)
	return true
}
