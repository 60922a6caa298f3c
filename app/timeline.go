package app

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/shared"
)

// timeline is the conversation: a window of rows in the page that follows the
// reader through a window of the log in the client.
type timeline struct {
	app.Compo

	M    *model
	Room shared.RoomID
	At   shared.Seq // the event that a link asked for; 0: the end

	ctx    app.Context
	of     shared.RoomID // what the fields below are about
	ofAt   shared.Seq
	span   span
	made   made // the rows that were drawn of
	total  int  // rows there were when it was drawn
	follow bool // the view stays at the end
	anchor anchor
	sought bool      // At was scrolled to
	seek   bool      // the line "New messages" is to be scrolled to
	line   lineSight // the line "New messages"

	drawnOf  [2]shared.Seq  // the ends of the log that was drawn last
	nudges   int            // how often more rows were drawn since, without scrolling
	reacting []shared.React // shown, and on their way

	focus   string          // the id of the message that has it
	focusOn app.Value       // its element
	had     bool            // and had it before rows were drawn
	still   bool            // only tools are drawn: nothing is to be scrolled
	unnamed []shared.UserID // who reacted, and whose name is not known
	held    shared.Seq      // the message that has the focus, or an element that has it
	hovered shared.Seq      // the message under the pointer
	pass    int             // how often it was drawn

	menu shared.Seq // the message whose menu is open
	sure bool       // deleting it was pressed once
}

const (
	listID      = "timeline"
	beginningID = "beginning"
)

func (t *timeline) OnMount(ctx app.Context) {
	t.ctx = ctx
	t.M.watch(ctx, t, topicLog, topicUsers, topicMoods)
	t.settle(ctx)
	t.M.taken.restore()
}
func (t *timeline) OnDismount() { t.M.unwatch(t) }

// made is rows, and what they were made of: a log that is drawn again is mostly
// the same.
type made struct {
	rows   []row
	events []shared.Event // no two logs share them: a window is copied before it changes
	after  shared.Seq
	me     shared.UserID
}

// rows are the rows of a timeline.
func (t *timeline) rows(tl client.Timeline) []row {
	events, me := tl.Events, t.M.client.You().ID
	same := len(events) > 0 && len(events) == len(t.made.events) && &events[0] == &t.made.events[0]
	if !same || t.made.after != t.M.after || t.made.me != me || len(tl.Pending) > 0 {
		t.made = made{rowsOf(tl, t.M.dates, t.M.after, me), events, t.M.after, me}
	}
	if len(tl.Pending) > 0 {
		t.made.events = nil // what is on its way changes
	}
	return t.made.rows
}

// begin starts over for another room, or another place in this one.
func (t *timeline) begin() {
	t.of, t.ofAt = t.Room, t.At
	t.span, t.follow, t.sought, t.anchor, t.menu = span{}, t.At == 0, false, anchor{}, 0
	t.focus, t.held, t.hovered, t.unnamed = "", 0, 0, nil
	t.seek, t.line = false, lineUnknown
}

func (t *timeline) Render() app.UI {
	if t.of != t.Room || t.ofAt != t.At {
		t.begin()
	}
	if t.M.jump {
		t.M.jump = false
		t.toEnd()
	}
	tl := t.M.client.Timeline(t.Room)
	t.reacting = tl.Reacting
	rows := t.rows(tl)
	if app.IsClient {
		t.anchor, t.had = t.look(), t.hasFocus()
		t.total = len(rows)
		t.span = t.span.fit(rows, t.follow && !tl.Newer, t.eye()).whole(rows)
		rows = rows[t.span.from:t.span.to]
		if t.ctx.Src() != nil {
			t.ctx.Defer(t.settle)
		}
	}
	above, below := app.Text(""), app.Text("") // each has its place
	if t.span.from == 0 {
		above = t.beginning(tl)
	}
	if tl.Err != nil {
		below = app.P().Class("error").Text(t.M.text.Error(tl.Err))
	}
	return app.Section().Class("timeline").Aria("label", t.M.text.Conversation).Body(
		app.H2().Class("visually-hidden").Text(t.M.text.Conversation), // that of the beginning is not always there
		app.Div().ID(listID).Class("list").TabIndex(0).OnScroll(t.scrolled, app.PassiveEvent()).
			OnKeyDown(t.walk).On("focusin", t.focused).On("mouseover", t.pointed).OnClick(t.M.personPressed).Body(
			app.Div().Class("column").Body(above, t.tree(rows), below),
		),
		t.jump(tl),
		t.toLine(),
	)
}

// eye is the row to keep in view: the one a link asked for until it was shown,
// then the one the reader sees.
func (t *timeline) eye() string {
	if t.At > 0 && !t.sought {
		return eventKey(t.At)
	}
	if t.seek {
		return lineKey
	}
	return t.anchor.key
}

// beginning is what stands above the first event.
func (t *timeline) beginning(tl client.Timeline) app.UI {
	if tl.Older || !tl.Loaded {
		return app.P().ID(beginningID).Class("loading").Text(t.M.text.LoadingOlder)
	}
	r, _ := t.M.summary(t.Room)
	title, lead := t.M.opening(r)
	return app.Div().ID(beginningID).Class("beginning").Body(
		app.H2().Text(title),
		app.P().Text(lead),
		t.M.welcomeCard(),
	)
}

// jump leads back to the end.
func (t *timeline) jump(tl client.Timeline) app.UI {
	if !app.IsClient || t.follow && !tl.Newer {
		return app.Div().Class("jump")
	}
	label := t.M.text.JumpNewest
	if r, ok := t.M.summary(t.Room); ok && r.Unread > 0 {
		label += " (" + capped(r.Unread) + ")"
	}
	return app.Div().Class("jump").Body(
		app.Button().Type("button").Body(iconDown(), app.Span().Text(label)).OnClick(t.jumped),
	)
}

func (t *timeline) jumped(ctx app.Context, _ app.Event) {
	if t.At > 0 {
		ctx.Navigate(t.M.roomPath(t.Room))
	}
	t.toEnd()
}

// toEnd goes to the newest event and stays there.
func (t *timeline) toEnd() {
	t.follow, t.span = true, span{}
	if t.M.client.Timeline(t.Room).Newer {
		t.M.client.OpenNewest(t.Room)
	}
}

// scrolled follows the reader: near an edge of what is drawn, more is.
func (t *timeline) scrolled(ctx app.Context, _ app.Event) {
	followed := t.follow
	tl := t.M.client.Timeline(t.Room)
	t.follow = !tl.Newer && lookAt(listID).below < nearEnd && (followed || t.span.to == t.total)
	moved := t.reach(tl)
	t.markRead(tl)
	if !t.lookForLine(tl) && !moved && followed == t.follow {
		ctx.PreventUpdate()
	}
}

// reach sees to it that there is more beyond what is in view: rows to draw, or
// a page on its way. It reports whether there are rows.
func (t *timeline) reach(tl client.Timeline) bool {
	v := lookAt(listID)
	switch {
	case v.above < edge && t.span.from > 0:
		t.span.up = step
		return true
	case v.above < edge && tl.Older && !tl.Loading:
		t.M.client.LoadOlder(t.Room)
	case v.below < edge && t.span.to < t.total:
		t.span.down = step
		return true
	case v.below < edge && tl.Newer && !tl.Loading:
		t.M.client.LoadNewer(t.Room)
	}
	return false
}

// settle puts the view where it belongs after the rows were drawn.
func (t *timeline) settle(ctx app.Context) {
	tl, still := t.M.client.Timeline(t.Room), t.still
	t.still = false
	switch {
	case t.At > 0 && !t.sought && showElement(listID, eventKey(t.At)):
		t.sought = true
	case t.seek && holdsLine(tl, t.M.after) && showElement(listID, lineKey):
		t.seek = false
	case t.follow && !tl.Newer && still: // the reader may be a little above the end
	case t.follow && !tl.Newer:
		scrollToEnd(listID)
	default:
		t.anchor.hold(listID)
	}
	if end := edges(tl); end != t.drawnOf {
		t.drawnOf, t.nudges = end, 0
	}
	// At the very end of a list nothing scrolls, and nobody would hear of what
	// came since. Where rows are few for the screen, there is an end to it.
	if t.reach(tl) && !t.follow && t.nudges < 5 {
		t.nudges++
		ctx.Update()
	}
	if t.refocus() || t.lookForLine(tl) {
		ctx.Update()
	}
	if unnamed := t.unnamed; len(unnamed) > 0 {
		t.unnamed = nil
		t.M.learn(ctx, unnamed)
	}
	t.markRead(tl)
}

// edges are the first and the last event that are held.
func edges(tl client.Timeline) [2]shared.Seq {
	if n := len(tl.Events); n > 0 {
		return [2]shared.Seq{tl.Events[0].Seq, tl.Events[n-1].Seq}
	}
	return [2]shared.Seq{}
}

// markRead moves the read position when the reader is looking at the end.
func (t *timeline) markRead(tl client.Timeline) {
	n := len(tl.Events)
	if n == 0 || tl.Newer || !t.follow || !attentive() {
		return
	}
	if r, ok := t.M.summary(t.Room); ok && r.Read < tl.Events[n-1].Seq && t.M.reads(r) {
		t.M.client.MarkRead(t.Room, tl.Events[n-1].Seq)
	}
}

// live is the context of the timeline, which outlives an element of a row: what
// comes of a press may come when that is gone.
func (t *timeline) live(ctx app.Context) app.Context {
	if t.ctx.Src() == nil {
		return ctx
	}
	return t.ctx
}

// look remembers which row the reader sees at the top, and where.
func (t *timeline) look() anchor {
	if t.ctx.Src() == nil || t.follow {
		return anchor{}
	}
	return anchorOf(listID)
}

func (m *model) now() shared.Millis {
	if app.IsServer {
		return m.view.Now
	}
	return shared.Millis(time.Now().UnixMilli())
}
