package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// saying is what stands beside a message's picture: what it answers, what it
// says, and what became of it.
func (t *timeline) saying(e *shared.Event) []app.UI {
	m := t.M
	if e.Message.Deleted {
		return []app.UI{app.P().Class("erased").Text(m.text.WasDeleted)}
	}
	var parts []app.UI
	if e.Message.Reply != nil {
		parts = append(parts, m.quote(t.Room, e.Message.Reply))
	}
	if e.Message.Text != "" || len(e.Message.Files) == 0 {
		parts = append(parts, m.rendered(e.Message.Text, e.Message.HTML))
	}
	if len(e.Message.Files) > 0 {
		parts = append(parts, m.files(e.Message.Files))
	}
	if e.Message.Edited != 0 {
		parts = append(parts, app.Button().Type("button").Class("link", "edited").Text(m.text.WasEdited).
			Title(attr(m.dates.full(e.Message.Edited))).OnClick(t.historian(e.Seq), app.EventScope(e.Seq)))
	}
	if len(e.Message.Reactions) > 0 {
		parts = append(parts, t.reactions(e))
	}
	return parts
}

// quote shows the message that another one answers, and leads to it.
func (m *model) quote(room shared.RoomID, q *shared.Quote) app.UI {
	text := q.Text
	if q.Deleted {
		text = m.text.WasDeleted
	}
	return app.A().Class("quote").Href(attr(m.eventPath(room, q.Seq))).Body(
		app.Span().Class("name").Attr("dir", "auto").Text(m.client.Name(q.By)),
		app.Span().Class("excerpt").Attr("dir", "auto").Text(text),
	)
}

// historian opens what a message said before.
func (t *timeline) historian(seq shared.Seq) app.EventHandler {
	return func(app.Context, app.Event) {
		t.M.about = seq
		t.M.open(dialogVersions)
	}
}

func (d *dialogs) loadVersions() {
	ref := &shared.MessageRef{Room: d.M.room, Seq: d.M.about}
	d.ask(shared.Frame{Versions: ref}, func(ok shared.OK) { d.versions = ok.Versions })
}

// versionsBody is what a message said, the newest first.
func (d *dialogs) versionsBody() []app.UI {
	n := len(d.versions)
	return []app.UI{app.Ol().Class("versions").Body(app.Range(d.versions).Slice(func(i int) app.UI {
		v := d.versions[n-1-i]
		return app.Li().Body(app.P().Class("detail").Text(d.M.dates.full(v.At)), d.M.rendered(v.Text, v.HTML))
	}))}
}

// answered reports whether a message of the window answers seq.
func answered(events []shared.Event, seq shared.Seq) bool {
	for i := range events {
		if m := events[i].Message; m != nil && m.Reply != nil && m.Reply.Seq == seq {
			return true
		}
	}
	return false
}
