package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

func (d *dialogs) loadSessions() {
	d.ask(shared.Frame{Sessions: &shared.Nothing{}}, func(ok shared.OK) { d.sessions, d.doomed = ok.Sessions, "" })
}

func (d *dialogs) sessionsBody() []app.UI {
	t := d.M.text
	return []app.UI{
		app.Ul().Class("people").Body(app.Range(d.sessions).Slice(func(i int) app.UI { return d.sessionRow(d.sessions[i]) })),
		app.If(len(d.sessions) > 1, func() app.UI {
			return app.Div().Class("buttons").Body(
				app.Button().Type("button").Class("button", "danger").Text(t.EndOthers).OnClick(func(app.Context, app.Event) {
					d.endSession(shared.SessionRef{Others: true})
				}),
			)
		}).Else(func() app.UI { return app.Div() }),
	}
}

func (d *dialogs) sessionRow(s shared.Session) app.UI {
	t := d.M.text
	about := []string{i18n.Fill(t.SignedInAt, d.M.dates.full(s.Created)), i18n.Fill(t.LastUsed, d.M.dates.full(s.Seen))}
	if !s.Here {
		return d.program(s.ID, s.Device, about, t.SignOut, t.SignOutSure, func() { d.endSession(shared.SessionRef{ID: s.ID}) })
	}
	return app.Li().Class("person").Body(app.Span().Class("who", "whole").Body(
		app.Span().Class("name").Text(s.Device),
		app.Span().Class("detail").Text(t.ThisDevice+" · "+about[0]),
	))
}

func (d *dialogs) endSession(ref shared.SessionRef) {
	d.ask(shared.Frame{End: &ref}, func(shared.OK) { d.loadSessions() })
}
