package app

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// The pages before the conversation are plain forms: they need no wasm.

func (m *model) setupPage() app.UI {
	t := m.text
	return m.page(t.SetupTitle,
		app.P().Class("lead").Text(t.SetupLead),
		app.Form().Method("post").Action(m.path("/setup")).Body(
			app.Input().Type("hidden").Name("token").Value(attr(m.view.Form["token"])),
			m.field(field{name: "server", label: t.ServerName, value: "Hubbub", max: shared.MaxName}),
			m.field(field{name: "name", label: t.YourName, auto: "name", max: shared.MaxName, focus: true}),
			m.field(field{name: "handle", label: t.Handle, hint: t.HandleHint, auto: "username", max: shared.MaxHandle}),
			m.field(field{name: "password", label: t.Password, hint: t.PasswordHint, auto: "new-password", kind: "password"}),
			app.Button().Type("submit").Class("primary").Text(t.SetupButton),
		),
	)
}

func (m *model) invitePage() app.UI {
	t := m.text
	code := ""
	if m.view.Invite != nil {
		code = m.view.Invite.Code
	}
	form := func() app.HTMLForm { return app.Form().Method("post").Action(attr(m.path("/join/" + code))) }
	if m.view.Welcome != nil {
		return m.page(i18n.Fill(t.JoinTitle, m.view.Server),
			form().Body(app.Button().Type("submit").Class("primary").Text(i18n.Fill(t.JoinAs, m.view.Welcome.You.Name))),
		)
	}
	lead := t.JoinLead
	if m.view.InviteRoom != "" {
		lead = i18n.Fill(t.JoinRoom, m.view.InviteRoom) + " " + lead
	}
	open := m.view.Form["handle"] != ""
	more := app.Details().Body(
		app.Summary().Text(t.KeepAccount),
		app.P().Class("hint").Text(t.KeepAccountLead),
		m.field(field{name: "handle", label: t.Handle, hint: t.HandleHint, auto: "username", max: shared.MaxHandle, optional: true}),
		m.field(field{name: "password", label: t.Password, hint: t.PasswordHint, auto: "new-password", kind: "password", optional: true}),
	)
	if open {
		more = more.Open(true)
	}
	return m.page(i18n.Fill(t.JoinTitle, m.view.Server),
		app.P().Class("lead").Text(lead),
		form().Body(
			m.field(field{name: "name", label: t.YourName, auto: "name", max: shared.MaxName, focus: true}),
			more,
			app.Button().Type("submit").Class("primary").Text(t.JoinButton),
		),
	)
}

func (m *model) signInPage() app.UI {
	t := m.text
	return m.page(i18n.Fill(t.SignInTitle, m.view.Server),
		app.Form().Method("post").Action(m.path("/signin")).Body(
			app.Input().Type("hidden").Name("next").Value(attr(m.view.Form["next"])),
			m.field(field{name: "handle", label: t.Handle, auto: "username", max: shared.MaxHandle + 1, focus: true}),
			m.field(field{name: "password", label: t.Password, auto: "current-password", kind: "password"}),
			app.Button().Type("submit").Class("primary").Text(t.SignInButton),
		),
		app.P().Class("hint").Text(t.SignInNoHandle),
	)
}

func (m *model) recoverPage() app.UI {
	t := m.text
	handle := field{name: "handle", label: t.Handle, hint: t.HandleHint, auto: "username", max: shared.MaxHandle, focus: true}
	return m.page(i18n.Fill(t.RecoverTitle, m.view.Form["name"]),
		app.Form().Method("post").Body(
			m.field(handle),
			m.field(field{name: "password", label: t.NewPassword, hint: t.PasswordHint, auto: "new-password", kind: "password"}),
			app.Button().Type("submit").Class("primary").Text(t.RecoverButton),
		),
	)
}

func (m *model) noticePage() app.UI {
	return app.Main().Class("page").Body(app.Div().Class("card").Body(
		logo(),
		app.H1().Text(m.text.NoticeTitle),
		app.P().Text(m.text.Error(m.view.Error)),
		app.P().Body(app.A().Href(m.path("/")).Class("button").Text(m.text.NoticeHome)),
	))
}

// page is a card in the middle of the screen, with what went wrong on top.
func (m *model) page(title string, body ...app.UI) app.UI {
	content := []app.UI{logo(), app.H1().Text(title)}
	if e := m.view.Error; e != nil && e.Field == "" {
		content = append(content, app.P().Class("error").Role("alert").Text(m.text.Error(e)))
	}
	return app.Main().Class("page").Body(app.Div().Class("card").Body(append(content, body...)...))
}

// field is one labelled input of a form.
type field struct {
	name, label, hint, value, auto, kind string
	max                                  int
	focus, optional                      bool
}

func (m *model) field(f field) app.UI {
	id := "field-" + f.name
	value, typed := m.view.Form[f.name]
	if !typed {
		value = f.value
	}
	if f.kind == "" {
		f.kind = "text"
	}
	input := app.Input().ID(id).Name(f.name).Type(f.kind).Class("input").Attr("dir", "auto")
	if f.kind != "password" && value != "" {
		input = input.Value(attr(value))
	}
	if f.auto != "" {
		input = input.Attr("autocomplete", f.auto)
	}
	if f.auto == "username" {
		input = input.Attr("autocapitalize", "none").Attr("spellcheck", "false")
	}
	if f.max > 0 {
		input = input.Attr("maxlength", strconv.Itoa(f.max))
	}
	if !f.optional {
		input = input.Required(true)
	}
	if f.focus && m.view.Error == nil {
		input = input.AutoFocus(true)
	}
	parts := []app.UI{app.Label().For(id).Text(f.label)}
	hint := f.hint
	if e := m.view.Error; e != nil && e.Field == f.name {
		input = input.Aria("invalid", attr("true")).AutoFocus(true)
		hint = m.text.Error(e)
		parts = append(parts, input.Aria("describedby", id+"-hint"), app.P().ID(id+"-hint").Class("error").Role("alert").Text(hint))
		return app.Div().Class("field").Body(parts...)
	}
	if hint != "" {
		parts = append(parts, input.Aria("describedby", id+"-hint"), app.P().ID(id+"-hint").Class("hint").Text(hint))
		return app.Div().Class("field").Body(parts...)
	}
	return app.Div().Class("field").Body(append(parts, input)...)
}

// logo is the mark of five dots.
func logo() app.UI {
	return element(`<span class="logo" aria-hidden="true"><svg viewBox="0 0 16 16"><circle cx="8" cy="8" r="2.6"/>` +
		`<circle cx="2.6" cy="4" r="1.7"/><circle cx="13.4" cy="4" r="1.7"/>` +
		`<circle cx="2.6" cy="12" r="1.7"/><circle cx="13.4" cy="12" r="1.7"/></svg></span>`)
}
