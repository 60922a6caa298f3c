package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// What is shown of a message that is not in the log yet, in the conversation
// and in the list of all of them. place tells the two apart.

// unsentText is the message's text with what can be done about it, or the
// field in which it is changed.
func (m *model) unsentText(p *client.Pending, place string) []app.UI {
	if m.edited == place+p.Key {
		return []app.UI{m.unsentEditor(p)}
	}
	var text app.UI = app.Span()
	if p.Text != "" || len(p.Files) == 0 {
		text = said(p.Text)
	}
	return []app.UI{text, unsentFiles(p), m.unsentState(p, place)}
}

func (m *model) unsentState(p *client.Pending, place string) app.UI {
	key, text := p.Key, p.Text
	button := func(label string, do app.EventHandler) app.UI {
		return app.Button().Type("button").Class("link").Text(label).OnClick(do, app.EventScope(key, label))
	}
	edit := button(m.text.Edit, func(app.Context, app.Event) { m.edit(place + key) })
	discard := button(m.text.Discard, func(app.Context, app.Event) {
		m.notice = m.text.Error(m.unsentError(m.client.Discard(key)))
	})
	switch {
	case p.State == client.Failed:
		return app.Span().Class("why").Role("alert").Body(
			app.Span().Text(i18n.Fill(m.text.NotSent, m.text.Error(p.Err))),
			button(m.text.Retry, func(app.Context, app.Event) { m.client.Retry(key) }),
			edit, button(m.text.CopyText, copier(text)), discard,
		)
	case m.client.Phase() == client.Live && len(p.Files) > 0 && !p.Tried:
		return app.Span().Class("waits").Body(iconClock(), app.Span().Text(m.text.Uploading), discard)
	case m.client.Phase() == client.Live:
		return app.Span().Class("state").Title(m.text.Sending).Body(iconClock(), hidden(m.text.Sending))
	case p.Tried:
		return app.Span().Class("waits").Body(iconClock(), app.Span().Text(m.text.WaitsForNetwork))
	}
	return app.Span().Class("waits").Body(iconClock(), app.Span().Text(m.text.WaitsForNetwork), edit, discard)
}

const unsentEditorID = "edit-unsent"

// edit opens or closes the field for a message.
func (m *model) edit(key string) {
	m.edited = key
	m.tell(topicLog, topicStatus)
	if key == "" {
		return
	}
	var focus app.Func
	focus = app.FuncOf(func(app.Value, []app.Value) any {
		focus.Release()
		if field := byID(unsentEditorID); field.Truthy() {
			fit(field)
			field.Call("focus")
		}
		return nil
	})
	app.Window().Call("setTimeout", focus) // once it is drawn
}

func (m *model) unsentEditor(p *client.Pending) app.UI {
	key := p.Key
	save := func() {
		text := strings.TrimRight(value(unsentEditorID), " \t\n")
		if err := m.unsentError(m.client.Edit(key, text)); err != nil {
			m.notice = m.text.Error(err)
		}
		m.edit("")
	}
	return app.Form().Class("edit-unsent").OnSubmit(func(_ app.Context, e app.Event) {
		e.PreventDefault()
		save()
	}, app.EventScope(key)).Body(
		app.Elem("textarea").ID(unsentEditorID).Class("input").Attr("dir", "auto").Attr("rows", "1").Attr("data-complete", "words").Aria("label", m.text.Edit).
			Text(p.Text).OnKeyDown(func(ctx app.Context, e app.Event) {
			switch press := pressOf(e); {
			case press.composing || press.processed:
			case press.key == "Escape":
				e.PreventDefault()
				e.StopImmediatePropagation()
				m.edit("")
			case sends(press, setting(settingSwap) == "1", coarse()):
				e.PreventDefault()
				save()
			}
		}, app.EventScope(key)),
		app.Div().Class("buttons").Body(
			app.Button().Type("submit").Class("primary", "small").Text(m.text.Save),
			app.Button().Type("button").Class("quiet", "small").Text(m.text.Cancel).
				OnClick(func(app.Context, app.Event) { m.edit("") }, app.EventScope(key)),
		),
	)
}

// unsentError says why a message could not be changed.
func (m *model) unsentError(err error) *shared.Error {
	if err == nil {
		return nil
	}
	if err == client.ErrOnItsWay {
		return shared.Errorf(shared.CodeInvalid, "%s", m.text.OnItsWay)
	}
	return shared.AsError(err)
}
