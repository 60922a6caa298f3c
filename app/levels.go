package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// level is a level of involvement in words.
func (m *model) level(v shared.Involvement) string {
	switch v {
	case shared.InEverything:
		return m.text.LevelEverything
	case shared.InNothing:
		return m.text.LevelNothing
	}
	return m.text.LevelMentions
}

// levels are those to choose from.
func (m *model) levels(first ...[2]string) [][2]string {
	for _, v := range []shared.Involvement{shared.InEverything, shared.InMentions, shared.InNothing} {
		first = append(first, [2]string{string(v), m.level(v)})
	}
	return first
}

// levelChoice is how much of a room the reader is told of.
func (d *dialogs) levelChoice(r client.RoomSummary) app.UI {
	t := d.M.text
	usual := d.M.level(d.M.client.State().Prefer.InvolvementOf(r.Room, ""))
	options := d.M.levels([2]string{"", i18n.Fill(t.LevelDefault, usual)})
	return pick("room-level", t.Level, string(r.Involvement), options, func(v string) {
		d.ask(shared.Frame{Involve: &shared.Involve{Room: r.ID, Involvement: shared.Involvement(v)}}, func(shared.OK) {})
	})
}

// preferences are what the reader wants of notifications everywhere.
func (d *dialogs) preferences() app.UI {
	t, p := d.M.text, d.M.client.State().Prefer
	set := func(p shared.Preferences) { d.ask(shared.Frame{Prefer: &p}, func(shared.OK) {}) }
	level, reveal := p.Involvement, p.Reveal
	if level == "" {
		level = shared.InMentions
	}
	if reveal == "" {
		reveal = shared.RevealText
	}
	return app.Div().Class("pair").Body(
		pick("prefer-level", t.LevelPreferred, string(level), d.M.levels(), func(v string) {
			p := d.M.client.State().Prefer
			p.Involvement = shared.Involvement(v)
			set(p)
		}),
		pick("prefer-reveal", t.Reveal, string(reveal), [][2]string{
			{string(shared.RevealText), t.RevealText},
			{string(shared.RevealPlace), t.RevealPlace},
			{string(shared.RevealNothing), t.RevealNothing},
		}, func(v string) {
			p := d.M.client.State().Prefer
			p.Reveal = shared.Reveal(v)
			set(p)
		}),
	)
}

// muted says that the reader is told of nothing in a room.
func (m *model) muted() app.UI {
	return app.Span().Class("kind").Title(m.text.Muted).Body(iconMuted(), hidden(m.text.Muted))
}
