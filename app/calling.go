package app

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// A message that calls everybody is asked about first, when that is many.

const (
	manyCalled = 5 // people that are called without asking
	callAllID  = "call-all"
)

// asks asks whether text is to call so many, and reports whether it did. Asked
// once, the next press sends.
func (c *composer) asks(text string) bool {
	r, _ := c.M.summary(c.Room)
	guest := c.M.client.You().Role == shared.RoleGuest && r.Members > shared.MaxCalled
	if c.asking || r.Members <= manyCalled || guest || !callsAll(text) || c.edits != nil && callsAll(c.edits.text) {
		c.asking = false
		return false
	}
	c.asking = true
	c.ctx.Defer(func(app.Context) {
		if button := byID(callAllID); button.Truthy() {
			button.Call("focus")
		}
	})
	return true
}

// callLine says how many a message calls, and asks.
func (c *composer) callLine() app.UI {
	line := app.Div().Class("task").Role("alert")
	if !c.asking {
		return line
	}
	t := c.M.text
	r, _ := c.M.summary(c.Room)
	return line.Class("on", "asks").Body(
		app.Span().Class("name").Text(i18n.Fill(t.CallsAll, itoa(r.Members))),
		app.Button().ID(callAllID).Type("button").Class("button", "small").Text(t.SendAnyway).
			OnClick(func(ctx app.Context, _ app.Event) { c.send(ctx) }),
		app.Button().Type("button").Class("quiet", "small").Text(t.Cancel).OnClick(c.keepWriting),
	).OnKeyDown(func(ctx app.Context, e app.Event) {
		if pressOf(e).key == "Escape" {
			e.Call("stopPropagation")
			c.keepWriting(ctx, e)
			return
		}
		ctx.PreventUpdate()
	})
}

func (c *composer) keepWriting(app.Context, app.Event) {
	c.asking = false
	c.focus()
}

// callsAll reports whether text has @room in it as the server would see it,
// code aside.
func callsAll(text string) bool {
	const word = "@room"
	for text = strings.ToLower(text); ; {
		i := strings.Index(text, word)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		text = text[i+len(word):]
		after, _ := utf8.DecodeRuneInString(text)
		if !ofWord(before) && !ofWord(after) {
			return true
		}
	}
}

func ofWord(r rune) bool {
	return r < 0x2e80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '/' || r == '@')
}
