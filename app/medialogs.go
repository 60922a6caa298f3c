package app

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

const (
	day  = 24 * 60 * 60 // seconds
	week = 7 * day
)

// findInvite shows a link of mine that still works for whoever comes, or makes
// one.
func (d *dialogs) findInvite() {
	you := d.M.client.You().ID
	d.ask(shared.Frame{Invites: &shared.Nothing{}}, func(ok shared.OK) {
		d.invites = ok.Invites
		for _, i := range ok.Invites {
			lasts := i.Expires == 0 || i.Expires > d.M.now()+day*1000
			if i.By.ID == you && i.Room == d.M.room && i.MaxUses == 0 && lasts {
				d.fresh = &i
				return
			}
		}
		d.makeInvite(shared.NewInvite{Room: d.M.room, TTL: week})
	})
}

func (d *dialogs) makeInvite(i shared.NewInvite) {
	d.ask(shared.Frame{Invite: &i}, func(ok shared.OK) {
		d.fresh, d.copied = ok.Invite, false
		d.ask(shared.Frame{Invites: &shared.Nothing{}}, func(ok shared.OK) { d.invites = ok.Invites })
	})
}

func (m *model) inviteURL(code string) string { return origin() + m.path("/join/"+code) }

func (d *dialogs) inviteBody() []app.UI {
	t := d.M.text
	if d.fresh == nil {
		return []app.UI{app.P().Class("hint").Text(t.InviteLead)}
	}
	url := d.M.inviteURL(d.fresh.Code)
	label := t.Copy
	if d.copied {
		label = t.Copied
	}
	return []app.UI{
		app.P().Class("hint").Text(t.InviteLead),
		app.Div().Class("copy-row").Body(
			app.Input().ID("invite-url").Class("input").ReadOnly(true).Type("text").Aria("label", t.InvitePeople).Value(url),
			app.Button().Type("button").Class("primary").Text(label).OnClick(func(app.Context, app.Event) {
				copyText(url)
				d.copied = true
			}, app.EventScope(url)),
		),
		app.Img().Class("qr").Src(attr(d.M.path("/join/" + d.fresh.Code + "/qr.png"))).Alt(t.InviteQR).Width(180).Height(180),
		form(d.another,
			app.Div().Class("pair").Body(
				choose("invite-ttl", t.ExpiresIn, [][2]string{{strconv.Itoa(week), t.OneWeek}, {strconv.Itoa(day), t.OneDay}, {"0", t.Forever}}),
				choose("invite-uses", t.MaxUses, [][2]string{{"0", t.InviteUnlimited}, {"1", "1"}, {"10", "10"}, {"100", "100"}}),
			),
			app.Button().Type("submit").Class("button").Text(t.InviteNew),
		),
		app.H3().Text(t.InviteActive),
		app.Ul().Class("people").Body(app.Range(d.invites).Slice(func(i int) app.UI { return d.inviteRow(d.invites[i]) })),
	}
}

func (d *dialogs) inviteRow(i shared.Invite) app.UI {
	t := d.M.text
	until := t.InviteNever
	if i.Expires > 0 {
		until = "→ " + d.M.dates.full(i.Expires)
	}
	uses := strconv.Itoa(i.Uses)
	if i.MaxUses > 0 {
		uses += "/" + strconv.Itoa(i.MaxUses)
	}
	return app.Li().Class("person").Body(
		app.Span().Class("who").Body(
			app.Span().Class("name").Text("…/"+i.Code[:min(8, len(i.Code))]),
			app.Span().Class("detail").Text(i.By.Name+" · "+i18n.Fill(t.InviteUses, uses)+" · "+until),
		),
		app.Button().Type("button").Class("quiet", "small").Text(t.Revoke).Aria("label", attr(t.Revoke+" "+i.Code)).
			OnClick(d.revoker(i.Code), app.EventScope(i.Code)),
	)
}

func (d *dialogs) another(app.Context) {
	ttl, _ := strconv.ParseInt(value("invite-ttl"), 10, 64) // ours: a number
	uses, _ := strconv.Atoi(value("invite-uses"))
	d.makeInvite(shared.NewInvite{Room: d.M.room, TTL: ttl, MaxUses: uses})
}

func (d *dialogs) revoker(code string) app.EventHandler {
	return func(app.Context, app.Event) {
		d.ask(shared.Frame{Revoke: &shared.InviteRef{Code: code}}, func(shared.OK) {
			if d.fresh != nil && d.fresh.Code == code {
				d.M.shut()
				return
			}
			d.ask(shared.Frame{Invites: &shared.Nothing{}}, func(ok shared.OK) { d.invites = ok.Invites })
		})
	}
}

// choose is a labelled selection; the first option is chosen.
func choose(id, label string, options [][2]string) app.UI {
	return app.Div().Class("field").Body(
		app.Label().For(id).Text(label),
		app.Select().ID(id).Name(id).Class("input").Body(app.Range(options).Slice(func(i int) app.UI {
			return app.Option().Value(options[i][0]).Text(options[i][1])
		})),
	)
}

func (d *dialogs) meBody() []app.UI {
	t := d.M.text
	you := d.M.client.You()
	out := t.SignOut
	if d.sure {
		out = t.SignOutAnyway
	}
	title, lead := t.ChangePassword, ""
	if you.Handle == "" {
		title, lead = t.AccountTitle, t.AccountLead
	}
	signOut := func(label, everywhere string) app.UI {
		return app.Form().Method("post").Action(d.M.path("/signout")).OnSubmit(d.signOut, app.EventScope(everywhere)).Body(
			app.If(everywhere != "", func() app.UI { return app.Input().Type("hidden").Name("everywhere").Value(everywhere) }),
			app.Button().Type("submit").Class("button").Text(label),
		)
	}
	account := app.Details().Body(
		app.Summary().Text(title),
		app.If(lead != "", func() app.UI { return app.P().Class("hint").Text(lead) }),
		form(d.savePassword,
			app.If(you.Handle == "", func() app.UI { return input("my-handle", t.Handle, "", "text", "username", true) }).
				Else(func() app.UI { return app.Input().Type("hidden").ID("my-handle").Value(attr(you.Handle)) }),
			app.If(you.Handle != "", func() app.UI {
				return input("my-current", t.CurrentPassword, "", "password", "current-password", true)
			}),
			input("my-new", t.NewPassword, "", "password", "new-password", true),
			app.Button().Type("submit").Class("button").Text(t.Save),
		),
	)
	return []app.UI{
		d.statusButton(),
		d.portrait(you),
		d.gravatar(),
		d.profileForm(you),
		app.If(d.sure, func() app.UI {
			return app.P().Class("error").Role("alert").Text(i18n.Fill(t.SignOutUnsent, itoa(len(d.M.client.State().Unsent))))
		}).
			Else(func() app.UI { return app.P() }),
		account,
		app.Div().Class("pair").Body(d.themeChoice(), d.languageChoice()),
		app.Div().Class("buttons", "apart").Body(
			app.If(installable(), func() app.UI {
				return app.Button().Type("button").Class("button").Text(t.Install).OnClick(func(app.Context, app.Event) {
					app.Window().Call("goappShowInstallPrompt")
				})
			}),
			app.Button().Type("button").Class("button").Text(t.Notify).OnClick(d.M.opener(dialogNotify), app.EventScope(dialogNotify)),
			app.If(mayHavePrograms(you.Role), func() app.UI {
				return app.Button().Type("button").Class("button").Text(t.Programs).OnClick(d.M.opener(dialogTokens), app.EventScope(dialogTokens))
			}),
			app.Button().Type("button").Class("button").Text(t.Sessions).OnClick(d.M.opener(dialogSessions), app.EventScope(dialogSessions)),
			app.If(you.Role.Staff(), d.listButton),
			app.Button().Type("button").Class("button").Text(t.Keys).OnClick(d.M.opener(dialogKeys), app.EventScope(dialogKeys)),
			d.M.checkLink("button"),
			signOut(out, ""), signOut(t.SignOutEverywhere, "1"),
		),
	}
}

// signOut clears what this browser keeps before it lets the form go. What is
// not sent is deleted only when that was said.
func (d *dialogs) signOut(ctx app.Context, e app.Event) {
	e.PreventDefault()
	if d.M.client.Phase() != client.Live {
		d.err = d.M.failure(client.ErrOffline)
		return
	}
	if !d.sure && len(d.M.client.State().Unsent) > 0 {
		d.sure = true
		return
	}
	form, user := ctx.JSSrc(), d.M.client.You().ID
	ctx.Async(func() {
		d.M.quit()
		stopNotifying()
		forgetHere(user)
		form.Call("submit")
	})
}

func installable() bool {
	return app.IsClient && app.Window().Call("goappIsAppInstallable").Bool()
}

func (d *dialogs) themeChoice() app.UI {
	t := d.M.text
	return pick("my-theme", t.Theme, theme(d.M.view.Theme), [][2]string{
		{"system", t.ThemeSystem}, {"light", t.ThemeLight}, {"dark", t.ThemeDark},
	}, func(name string) {
		d.M.view.Theme = name
		d.M.setTheme(name)
	})
}

func (d *dialogs) languageChoice() app.UI {
	var options [][2]string
	for _, l := range i18n.All() {
		options = append(options, [2]string{l.Code, l.Name})
	}
	return pick("my-language", d.M.text.Language, d.M.text.Code, options, d.setLanguage)
}

// pick is choose with one option chosen, which acts at once.
func pick(id, label, chosen string, options [][2]string, do func(string)) app.UI {
	return app.Div().Class("field").Body(
		app.Label().For(id).Text(label),
		app.Select().ID(id).Name(id).Class("input").OnChange(func(_ app.Context, e app.Event) {
			do(e.Get("target").Get("value").String())
		}, app.EventScope(id)).Body(app.Range(options).Slice(func(i int) app.UI {
			o := app.Option().Value(options[i][0]).Text(options[i][1])
			if options[i][0] == chosen {
				o = o.Selected(true)
			}
			return o
		})),
	)
}

func (d *dialogs) savePassword(app.Context) {
	d.saved = false
	p := &shared.NewPassword{Handle: value("my-handle"), Current: value("my-current"), New: value("my-new")}
	d.ask(shared.Frame{Password: p}, func(shared.OK) { d.saved = true })
}

// welcomeCard is for the owner who has just set the server up.
func (m *model) welcomeCard() app.UI {
	if !m.view.FirstTime {
		return app.Text("")
	}
	return app.Div().Class("welcome").Body(
		app.H3().Text(m.text.WelcomeTitle),
		app.P().Text(m.text.WelcomeLead),
		app.Div().Class("buttons").Body(
			app.Button().Type("button").Class("primary").Body(iconInvite(), app.Span().Text(m.text.InvitePeople)).OnClick(m.opener(dialogInvite)),
			app.Button().Type("button").Class("button").Text(m.text.NotifyTurnOn).OnClick(m.opener(dialogNotify)),
			m.checkLink("button"),
		),
	)
}
