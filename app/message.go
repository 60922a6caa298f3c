package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// Rows are plain functions: components of their own would cost a lifecycle for
// each message. Each value that goes to the browser costs, too: what never
// changes within a row is one piece of markup.

func (t *timeline) row(r row) app.UI {
	switch r.kind {
	case rowDay:
		return app.Div().ID(r.key).Class("day").Body(app.H3().Text(t.dayName(r.at)))
	case rowNew:
		return app.Div().ID(r.key).Class("new").Body(app.H3().Text(t.M.text.NewMessages))
	case rowSystem:
		return app.P().ID(r.key).Class("system").Attr("dir", "auto").Text(t.M.system(r.events))
	case rowPending:
		return t.pending(r)
	}
	return t.message(r)
}

const oneDay = 24 * 60 * 60 * 1000 // ms, mostly

func (t *timeline) dayName(at shared.Millis) string {
	now := t.M.now()
	switch t.M.dates.date(at) {
	case t.M.dates.date(now):
		return t.M.text.Today
	case t.M.dates.date(now - oneDay):
		return t.M.text.Yesterday
	}
	return t.M.dates.day(at)
}

func (t *timeline) message(r row) app.UI {
	e := r.event
	m := t.M
	name := m.client.Name(e.By)
	item := app.Article().ID(r.key).Class("msg").TabIndex(-1).Aria("label", attr(name+" "+m.dates.clock(e.At)))
	if e.Seq == t.At {
		item = item.Class("target")
	}
	if e.By.ID == m.client.You().ID && m.rewording(t.Room, e.Message.Key) {
		item = item.Class("editing")
	}
	if m.callsMe(e) {
		item = item.Class("calls-me")
	}
	full := ""
	if app.IsServer { // in the browser, when it is pointed at
		full = `" title="` + escape(m.dates.full(e.At))
	}
	when := `<a class="time" href="` + escape(m.eventPath(t.Room, e.Seq)) + full + `">` + escape(m.dates.clock(e.At)) + `</a>`
	if !r.head {
		return item.Body(element(`<span class="gutter">`+when+`</span>`), app.Div().Class("said").Body(t.saying(e)...), t.tools(e))
	}
	return item.Class("head-of-group").Body(
		m.pressedFace(e.By, "large"),
		app.Div().Class("said").Body(append([]app.UI{
			app.P().Class("by").Body(m.nameButton(e.By), m.mood(e.By.ID), m.botTag(e.By), element(when)),
		}, t.saying(e)...)...),
		t.tools(e),
	)
}

// botTag stands after a bot's name: who reads should know what speaks.
func (m *model) botTag(a shared.Author) app.UI {
	return app.If(a.Bot, func() app.UI { return app.Span().Class("tag").Text(m.text.Bot) })
}

// said is the text of a message, as one piece of markup: go-app would put
// white space between pieces.
func said(text string) app.UI {
	class := "text"
	if onlyEmoji(text) {
		class += " emoji"
	}
	return element(`<div class="` + class + `" dir="auto">` + textHTML(text) + `</div>`)
}

func (t *timeline) pending(r row) app.UI {
	m, p := t.M, r.mine
	you := m.client.You()
	item := app.Article().ID(r.key).Class("msg", "pending").TabIndex(-1)
	if p.State == client.Failed {
		item = app.Article().ID(r.key).Class("msg", "failed").TabIndex(-1)
	}
	if m.rewording(t.Room, p.Key) {
		item = item.Class("editing")
	}
	text := m.unsentText(p)
	if !r.head {
		return item.Body(app.Span().Class("gutter"), app.Div().Class("said").Body(text...))
	}
	by := app.P().Class("by").Body(app.Span().Class("name").Attr("dir", "auto").Text(you.Name))
	return item.Class("head-of-group").Body(
		m.face(you.Author(), "large"),
		app.Div().Class("said").Body(append([]app.UI{by}, text...)...),
	)
}

// system says what happened in the room. Several events are people who joined.
func (m *model) system(events []shared.Event) string {
	if len(events) > 1 {
		names := make([]string, len(events))
		for i, e := range events {
			names[i] = m.client.Name(e.By)
		}
		return i18n.Fill(m.text.DidJoin, strings.Join(names, ", "))
	}
	e := events[0]
	by, t := m.client.Name(e.By), m.text
	switch {
	case e.Created != nil:
		return i18n.Fill(t.WasCreated, by)
	case e.Joined != nil && e.Joined.ID == e.By.ID:
		return i18n.Fill(t.DidJoin, by)
	case e.Joined != nil:
		return i18n.Fill(t.WasAdded, by, m.client.Name(e.Joined.Author()))
	case e.Left != nil && e.Left.ID == e.By.ID:
		return i18n.Fill(t.DidLeave, by)
	case e.Left != nil:
		return i18n.Fill(t.WasRemoved, by, m.client.Name(*e.Left))
	}
	return m.changedLine(by, *e.Changed)
}

func (m *model) changedLine(by string, c shared.RoomChange) string {
	t := m.text
	var said []string
	add := func(sentence string, values ...string) {
		said = append(said, i18n.Fill(sentence, append([]string{by}, values...)...))
	}
	pick := func(on *bool, yes, no string) {
		switch {
		case on == nil:
		case *on:
			add(yes)
		default:
			add(no)
		}
	}
	if c.Name != nil {
		add(t.DidRename, "#"+*c.Name)
	}
	if c.Topic != nil && *c.Topic != "" {
		add(t.DidTopic, *c.Topic)
	} else if c.Topic != nil {
		add(t.DidTopicNone)
	}
	pick(c.Closed, t.DidClose, t.DidOpen)
	pick(c.Archived, t.DidArchive, t.DidUnarchive)
	return strings.Join(said, " · ")
}
