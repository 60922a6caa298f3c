package app

import (
	"cmp"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// profiles is what the dialogs about people, accounts and logins know.
type profiles struct {
	person   *shared.Person // whom the profile shows, or oneself
	accounts []shared.Person
	sessions []shared.Session
	recovery *shared.Recovery // made just now
	sending  bool             // a picture is on its way
}

// personOpener shows somebody's profile.
func (m *model) personOpener(id shared.UserID) app.EventHandler {
	return func(app.Context, app.Event) { m.openPerson(id) }
}

func (m *model) openPerson(id shared.UserID) {
	m.who = id
	m.open(dialogPerson)
}

// nameButton is somebody's name, which opens their profile: personPressed of
// the list that it is in does.
func (m *model) nameButton(a shared.Author) app.UI {
	return app.Button().Type("button").Class("name", "person-link").Attr("dir", "auto").Aria("haspopup", "dialog").
		DataSet("user", attr(string(a.ID))).Text(m.client.Name(a))
}

// pressedFace is face for the pointer: it does what the name beside it does.
func (m *model) pressedFace(a shared.Author, size string) app.UI {
	return app.Span().Class("face").DataSet("user", attr(string(a.ID))).Body(m.face(a, size))
}

// loadPerson shows whom it shows already until the answer comes, and what was
// pressed meanwhile stays pressed; it does not show somebody else.
func (d *dialogs) loadPerson(id shared.UserID) {
	if d.person != nil && d.person.ID != id {
		d.person = nil
	}
	d.ask(shared.Frame{Person: &shared.UserRef{User: id}}, func(ok shared.OK) { d.person = ok.Person })
}

func (d *dialogs) takePerson(ok shared.OK) { d.person, d.doomed = ok.Person, "" }

func (d *dialogs) personTitle() string {
	if d.person == nil {
		return d.M.text.Profile
	}
	return d.person.Name
}

func (d *dialogs) personBody() []app.UI {
	p := d.person
	if p == nil {
		return nil
	}
	you := d.M.client.You()
	return []app.UI{
		app.Div().Class("profile").Body(
			d.M.present(d.M.face(p.Author(), "huge"), p.ID),
			app.Div().Class("who", "whole").Body(
				app.P().Class("detail").Attr("dir", "auto").Text(d.M.saidOf(d.M.presence(p.ID))),
				app.P().Class("detail").Text(strings.Join(d.M.personFacts(p), " · ")),
				app.P().Class("detail").Text(d.M.timeThere(p.Zone)),
			),
		),
		app.P().Class("about").Attr("dir", "auto").Text(p.About),
		d.personActions(p, you),
		d.staffPart(p, you),
	}
}

// personActions is what everybody does with a profile.
func (d *dialogs) personActions(p *shared.Person, you shared.User) app.UI {
	button := app.Button().Type("button").Class("button")
	switch {
	case p.ID == you.ID:
		button = button.Text(d.M.text.EditProfile).OnClick(d.M.opener(dialogMe), app.EventScope(dialogMe))
	case p.Standing != "":
		return app.Div()
	default:
		button = button.Text(d.M.text.MessagePerson).OnClick(d.M.messenger(p.ID), app.EventScope(p.ID))
	}
	return app.Div().Class("buttons").Body(button)
}

// personFacts is a line of what there is to say of somebody.
func (m *model) personFacts(p *shared.Person) []string {
	t := m.text
	var facts []string
	if p.Handle != "" {
		facts = append(facts, "@"+p.Handle)
	}
	if owner := m.client.Name(shared.Author{ID: p.Owner}); p.Role == shared.RoleBot && owner != "" {
		facts = append(facts, i18n.Fill(t.BotOf, owner))
	} else {
		facts = append(facts, cmp.Or(t.Role(p.Role), t.Member))
	}
	switch p.Standing {
	case shared.StandingBanned:
		facts = append(facts, t.Banned)
	case shared.StandingRemoved:
		facts = append(facts, t.Removed)
	}
	return facts
}

// timeThere is what the clock shows in a time zone.
func (m *model) timeThere(zone string) string {
	if zone == "" {
		return ""
	}
	return i18n.Fill(m.text.TimeThere, clockIn(m.text.Code, zone, m.now()), strings.ReplaceAll(zone, "_", " "))
}
