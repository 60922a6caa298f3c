package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// What is shown of a message that is not in the log yet, in the conversation
// and in the list of all of them.

// unsentText is the message's text with what can be done about it.
func (m *model) unsentText(p *client.Pending) []app.UI {
	var text app.UI = app.Span()
	if p.Text != "" || len(p.Files) == 0 {
		text = said(p.Text)
	}
	return []app.UI{text, unsentFiles(p), m.unsentState(p)}
}

func (m *model) unsentState(p *client.Pending) app.UI {
	room, key, text := p.Room, p.Key, p.Text
	button := func(label string, do app.EventHandler) app.UI {
		return app.Button().Type("button").Class("link").Text(label).OnClick(do, app.EventScope(key, label, text))
	}
	edit := app.If(m.writable(p.Room), func() app.UI { return button(m.text.Edit, m.rewriter(*p)) })
	discard := button(m.text.Discard, func(app.Context, app.Event) {
		err := m.client.Discard(key)
		if err == nil && m.rewording(room, key) {
			m.begin(task{})
		}
		m.notice = m.text.Error(m.unsentError(err))
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

// writable reports whether there is a composer for a room.
func (m *model) writable(room shared.RoomID) bool {
	r, in := m.summary(room)
	return in && !r.Archived
}

// rewriter takes the reader to the composer of the room that p waits for.
func (m *model) rewriter(p client.Pending) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		listed := m.dialog != ""
		m.dismiss()
		m.rewordsUnsent(&p)
		switch {
		case m.room != p.Room:
			ctx.Navigate(m.roomPath(p.Room))
		case listed:
			unlay()
		}
	}
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
