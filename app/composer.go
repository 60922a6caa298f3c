package app

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// composer is where one writes. The text area is uncontrolled: no render ever
// sets its value, so none can break an input method's composition.
type composer struct {
	app.Compo

	M    *model
	Room shared.RoomID

	ctx     app.Context
	of      shared.RoomID // whose draft is in the text area
	saver   *time.Timer
	left    int    // characters left, shown when few
	why     string // the text cannot be sent
	shelved bool   // the room was archived when last drawn: there is no text area

	begun  task       // that was followed last
	asking bool       // whether the message is to call so many
	edits  *rewording // the message whose text is in the text area
}

const (
	composerID = "composer"
	fewLeft    = 500
)

func (c *composer) Render() app.UI {
	t := c.M.text
	r, _ := c.M.summary(c.Room)
	if r.Archived {
		c.shelved = true
		return app.Div().Class("compose").Body(app.P().Class("archived-line").Text(t.ArchivedLine))
	}
	mounted := c.ctx.Src() != nil // drawn first, it mounts after
	if c.shelved && mounted {
		c.ctx.Defer(func(app.Context) { c.put(draft(c.Room)) })
	}
	c.shelved = false
	if c.M.task != c.begun && mounted {
		c.ctx.Defer(func(app.Context) { c.follow() })
	}
	why := c.why
	if app.IsServer {
		why = t.Error(c.M.view.Error)
	}
	name := c.M.placeholder(r)
	// go-app's own Textarea writes its text as an attribute on the server.
	input := app.Elem("textarea").ID(composerID).Attr("name", "text").Class("input").Attr("dir", "auto").
		Attr("rows", "1").Attr("required", app.IsServer).Attr("placeholder", attr(name)).Aria("label", attr(name)).
		Attr("enterkeyhint", "enter").Attr("data-complete", "words").Aria("autocomplete", "list").OnKeyDown(c.keyed).OnInput(c.typed)
	if app.IsServer {
		text := c.M.view.Form["text"]
		if strings.HasPrefix(text, "\n") {
			text = "\n" + text // HTML drops the first line break of a text area
		}
		input = input.Text(text)
	}
	return app.Div().Class("compose").Body(
		alert(why), // these are always there: what follows must keep its place
		c.callLine(),
		c.taskLine(),
		c.tray(),
		app.Form().Class("box").Method("post").Action(attr(c.M.roomPath(c.Room))).OnSubmit(c.submitted).Body(
			app.Input().Type("hidden").Name("key").Value(attr(c.M.view.Key)),
			input,
			app.Div().Class("bar").Body(
				c.M.attach(),
				app.Span().Class("left").Aria("live", "polite").Text(c.room()),
				c.M.emojiButton(composerID),
				app.Button().Type("submit").Class("primary", "send").Body(app.Span().Text(t.Send), iconSend()),
			),
		),
	)
}

// room says how many characters are left, when they are few.
func (c *composer) room() string {
	switch {
	case app.IsServer: // counts nothing
		return ""
	case c.left < 0:
		return i18n.Fill(c.M.text.TooLong, itoa(-c.left))
	case c.left < fewLeft:
		return c.M.text.Left(c.left)
	}
	return ""
}

func (c *composer) OnInit() { c.left = shared.MaxText }

func (c *composer) OnMount(ctx app.Context) {
	c.ctx = ctx
	c.of = c.Room
	taken := &c.M.taken
	text := taken.typed
	if text == "" {
		text = draft(c.Room)
	}
	c.put(text)
	if taken.focused || !coarse() {
		c.focus()
	}
	if input := byID(composerID); taken.focused && input.Truthy() {
		input.Call("setSelectionRange", taken.from, taken.to)
	}
	c.M.taken = takeover{top: taken.top, scrolled: taken.scrolled}
	c.M.watch(ctx, c, topicRooms, topicTask)
	c.M.tellFiles()
	c.moved()
}

func (c *composer) OnDismount() {
	c.M.unwatch(c)
	c.save()
}

// OnUpdate follows a change of room: each has its own draft.
func (c *composer) OnUpdate(app.Context) {
	if c.of == c.Room {
		return
	}
	c.save()
	c.edits = nil
	c.of, c.why, c.asking = c.Room, "", false
	c.put(draft(c.Room))
	if !coarse() {
		c.focus()
	}
	c.moved()
}

// moved ends the task of editing something of another room, and follows one of
// this room.
func (c *composer) moved() {
	if c.M.task.edits != nil && c.M.task.room != c.Room {
		c.M.task = task{}
	}
	c.begun = task{}
	c.follow()
}

func (c *composer) text() string {
	if input := byID(composerID); input.Truthy() {
		return input.Get("value").String()
	}
	return ""
}

// put replaces the text and fits the box to it.
func (c *composer) put(text string) {
	if input := byID(composerID); input.Truthy() {
		input.Set("value", text)
		fit(input)
	}
	c.left = shared.MaxText - utf8.RuneCountInString(text)
}

func (c *composer) focus() {
	if input := byID(composerID); input.Truthy() {
		input.Call("focus", map[string]any{"preventScroll": true})
	}
}

// fit makes the box as high as its text; the stylesheet bounds it.
func fit(input app.Value) {
	style := input.Get("style")
	style.Set("height", "auto")
	style.Set("height", itoa(input.Get("scrollHeight").Int()+2)+"px")
}

func (c *composer) typed(ctx app.Context, e app.Event) {
	input := ctx.JSSrc()
	follow := lookAt(listID).below < nearEnd
	fit(input)
	if follow {
		scrollToEnd(listID)
	}
	text := input.Get("value").String()
	c.M.types(c.Room, text)
	left := shared.MaxText - utf8.RuneCountInString(text)
	few := left < fewLeft || c.left < fewLeft || c.why != "" || c.asking
	c.left, c.why, c.asking = left, "", false
	if !few {
		ctx.PreventUpdate()
	}
	if c.saver == nil {
		c.saver = time.AfterFunc(300*time.Millisecond, c.save)
	} else {
		c.saver.Reset(300 * time.Millisecond)
	}
}

// save keeps the draft of the room that the text is for.
func (c *composer) save() {
	if c.of != "" && c.edits == nil && byID(composerID).Truthy() {
		keepDraft(c.of, c.text())
	}
}

func (c *composer) keyed(ctx app.Context, e app.Event) {
	p := pressOf(e)
	switch {
	case p.composing || p.processed:
		ctx.PreventUpdate()
	case p.key == "Escape" && c.asking:
		e.Call("stopPropagation")
		c.keepWriting(ctx, e)
	case p.key == "Escape" && c.M.task.room == c.Room:
		e.Call("stopPropagation")
		c.endTask()
	case p.key == "ArrowUp" && !p.shift && !p.ctrl && !p.alt && c.text() == "" && c.editLast():
		e.PreventDefault()
	case sends(p, setting(settingSwap) == "1", coarse()):
		e.PreventDefault()
		c.send(ctx)
	default:
		ctx.PreventUpdate()
	}
}

func (c *composer) submitted(ctx app.Context, e app.Event) {
	e.PreventDefault()
	c.send(ctx)
}

// send hands the text to the client, which never loses it from then on.
func (c *composer) send(ctx app.Context) {
	text := strings.TrimRight(c.text(), " \t\n")
	if strings.TrimSpace(text) == "" {
		text = ""
	}
	if c.asks(text) {
		return
	}
	if c.edits != nil && (text != "" || c.edits.seq == 0) {
		c.saveEdit(ctx, text)
		return
	}
	files, kept := chosen(c.Room)
	if c.edits != nil || !kept || len(files) == 0 && text == "" {
		ctx.PreventUpdate()
		return
	}
	p := shared.Post{Room: c.Room, Text: text, Files: files}
	if k := c.M.task; k.room == c.Room && k.reply != nil {
		p.Reply = k.reply.Seq
	}
	if _, err := c.M.client.Post(p); err != nil {
		c.why = c.M.text.Error(shared.AsError(err))
		return
	}
	posted(files)
	c.why = ""
	c.put("")
	keepDraft(c.Room, "")
	c.M.task = task{}
	c.focus()
	c.M.sent(ctx)
}

// press is a key as a text area gets it.
type press struct {
	key                  string
	shift, ctrl, alt     bool
	composing, processed bool // an input method has it
}

func pressOf(e app.Event) press {
	return press{
		key:   e.Get("key").String(),
		shift: e.Get("shiftKey").Bool(), ctrl: e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool(), alt: e.Get("altKey").Bool(),
		composing: e.Get("isComposing").Bool(), processed: e.Get("keyCode").Int() == 229,
	}
}

// sends reports whether a key sends the message. While an input method
// composes no key is ours. swapped: Enter breaks the line and Shift+Enter
// sends; touch: Enter always breaks it, there is a button.
func sends(p press, swapped, touch bool) bool {
	switch {
	case p.composing || p.processed || p.key != "Enter" || p.alt:
		return false
	case p.ctrl:
		return true
	case touch:
		return false
	}
	return p.shift == swapped
}
