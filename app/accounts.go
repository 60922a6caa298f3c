package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

const filterField = "account-filter"

// staffPart is what staff sees of an account, and may do about it.
func (d *dialogs) staffPart(p *shared.Person, you shared.User) app.UI {
	t := d.M.text
	if !you.Role.Staff() || p.Role == shared.RoleBot {
		return app.Div()
	}
	seen := t.NeverSeen
	if p.Seen > 0 {
		seen = i18n.Fill(t.SeenAt, d.M.dates.full(p.Seen))
	}
	body := []app.UI{app.P().Class("hint").Text(i18n.Fill(t.HereSince, d.M.dates.full(p.Since)) + " · " + seen)}
	if d.recovery != nil {
		body = append(body, d.recoveryLink(p))
	}
	if roles := rolesFor(you, p); len(roles) > 1 {
		options := make([][2]string, len(roles))
		for i, r := range roles {
			options[i] = [2]string{string(r), roleName(t, r)}
		}
		body = append(body, pick("person-role", t.RoleHere, string(p.Role), options, d.setRole))
	}
	if d.doomed == ownerDoom {
		body = append(body, app.P().Class("hint").Role("alert").Text(i18n.Fill(t.OwnerSure, p.Name)),
			app.Div().Class("buttons").Body(d.actButton(t.MakeOwner, "danger", d.roleChange(p, shared.RoleOwner))))
	}
	buttons := []app.UI{d.listButton()}
	if below(p.Role, you.Role) {
		buttons = append(buttons, d.standingButtons(p)...)
	}
	return app.Div().Class("stack", "staff").Body(append(body, app.Div().Class("buttons", "apart").Body(buttons...))...)
}

const ownerDoom = "owner" // no user's id has to be asked about twice while this is

// rolesFor is what a role can be changed to, by whom.
func rolesFor(you shared.User, p *shared.Person) []shared.Role {
	switch {
	case p.Standing != "":
		return nil
	case you.Role == shared.RoleOwner:
		return []shared.Role{shared.RoleGuest, shared.RoleMember, shared.RoleAdmin, shared.RoleOwner}
	case p.ID == you.ID:
		return []shared.Role{shared.RoleGuest, shared.RoleMember, shared.RoleAdmin}
	case below(p.Role, you.Role):
		return []shared.Role{shared.RoleGuest, shared.RoleMember}
	}
	return nil
}

// below reports whether staff may do something about an account. The server
// decides; this is what is worth offering.
func below(r, yours shared.Role) bool {
	return yours == shared.RoleOwner && r != shared.RoleOwner || yours == shared.RoleAdmin && !r.Staff()
}

func roleName(t *i18n.Text, r shared.Role) string {
	if r == shared.RoleMember {
		return t.Member
	}
	return t.Role(r)
}

// setRole gives a role to whom the dialog shows now; that somebody becomes an
// owner is asked once more.
func (d *dialogs) setRole(role string) {
	if shared.Role(role) == shared.RoleOwner && d.person.Role != shared.RoleOwner {
		d.doomed = ownerDoom
		return
	}
	d.act(d.roleChange(d.person, shared.Role(role)))
}

func (d *dialogs) roleChange(p *shared.Person, r shared.Role) shared.Frame {
	return shared.Frame{Role: &shared.RoleChange{User: p.ID, Role: r}}
}

// act does something about the account that is shown, and shows what it is then.
func (d *dialogs) act(f shared.Frame) { d.ask(f, d.takePerson) }

func (d *dialogs) actButton(label, class string, f shared.Frame) app.UI {
	return app.Button().Type("button").Class("button", class).Text(label).
		OnClick(func(app.Context, app.Event) { d.act(f) }, app.EventScope(label, d.person.ID))
}

// standingButtons are those that let somebody in or put them out.
func (d *dialogs) standingButtons(p *shared.Person) []app.UI {
	t, ref := d.M.text, &shared.UserRef{User: p.ID}
	if p.Standing != "" {
		buttons := []app.UI{d.actButton(t.Readmit, "", shared.Frame{Readmit: ref})}
		if p.Standing == shared.StandingBanned {
			buttons = append(buttons, d.sureButton(t.Erase, t.EraseSure, shared.Frame{Erase: ref}))
		}
		return buttons
	}
	return []app.UI{
		app.Button().Type("button").Class("button").Text(t.RecoverPerson).OnClick(d.recover, app.EventScope("recover")),
		d.sureButton(t.RemovePerson, i18n.Fill(t.RemovePersonSure, p.Name), shared.Frame{Deactivate: ref}),
		d.sureButton(t.Ban, i18n.Fill(t.BanSure, p.Name), shared.Frame{Ban: ref}),
	}
}

// sureButton asks once more before it acts.
func (d *dialogs) sureButton(label, sure string, f shared.Frame) app.UI {
	text := label
	if d.doomed == label {
		text = sure
	}
	return app.Button().Type("button").Class("button", "danger").Text(text).OnClick(func(app.Context, app.Event) {
		if d.doomed != label {
			d.doomed = label
			return
		}
		d.act(f)
	}, app.EventScope(label, d.person.ID))
}

func (d *dialogs) recover(app.Context, app.Event) {
	d.ask(shared.Frame{Recover: &shared.UserRef{User: d.person.ID}}, func(ok shared.OK) { d.recovery = ok.Recovery })
}

// recoveryLink is what to hand over to who forgot their password.
func (d *dialogs) recoveryLink(p *shared.Person) app.UI {
	t := d.M.text
	link := origin() + d.M.path(d.recovery.Path)
	return app.Div().Class("secret").Role("status").Body(
		app.P().Class("hint").Text(i18n.Fill(t.RecoverLead, p.Name)),
		d.copyRow("recovery-link", t.RecoverPerson, link),
	)
}

// listButton leads to everybody's accounts.
func (d *dialogs) listButton() app.UI {
	return app.Button().Type("button").Class("button").Text(d.M.text.Accounts).OnClick(d.M.opener(dialogAccounts), app.EventScope(dialogAccounts))
}

func (d *dialogs) loadAccounts() {
	d.ask(shared.Frame{Accounts: &shared.Nothing{}}, func(ok shared.OK) { d.accounts = ok.Accounts })
}

func (d *dialogs) accountsBody() []app.UI {
	t := d.M.text
	found := []shared.Person{}
	words := strings.Fields(plain(value(filterField)))
	for _, p := range d.accounts {
		if matches(words, plain(p.Name+" "+strings.Join(d.M.personFacts(&p), " "))) {
			found = append(found, p)
		}
	}
	return []app.UI{
		app.Div().Class("field").Body(
			app.Label().For(filterField).Text(t.FindPeople),
			app.Input().ID(filterField).Type("search").Class("input").Attr("dir", "auto").Attr("autocomplete", "off").
				OnInput(func(app.Context, app.Event) {}), // it is drawn again
		),
		app.Ul().Class("people").Body(app.Range(found).Slice(func(i int) app.UI { return d.accountRow(&found[i]) })),
	}
}

func matches(words []string, in string) bool {
	for _, word := range words {
		if !strings.Contains(in, word) {
			return false
		}
	}
	return true
}

func (d *dialogs) accountRow(p *shared.Person) app.UI {
	t := d.M.text
	seen := t.NeverSeen
	if p.Seen > 0 {
		seen = i18n.Fill(t.SeenAt, d.M.dates.full(p.Seen))
	}
	return app.Li().Body(
		app.Button().Type("button").Class("person", "account").OnClick(d.M.personOpener(p.ID), app.EventScope(p.ID)).Body(
			d.M.face(p.Author(), "medium"),
			app.Span().Class("who").Body(
				app.Span().Class("name").Attr("dir", "auto").Text(p.Name),
				app.Span().Class("detail").Text(strings.Join(append(d.M.personFacts(p), seen), " · ")),
			),
		),
	)
}
