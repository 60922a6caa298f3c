package app

import (
	"encoding/json"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// secret shows a token that was made just now, how to use it, and that this is
// the only time.
func (d *dialogs) secret() app.UI {
	k, t := d.made, d.M.text
	if k == nil {
		return app.Div()
	}
	lead, secret := t.SecretOnce, k.Secret
	if k.Room != "" {
		r, _ := d.M.summary(k.Room)
		lead, secret = fillName(t.WebhookLead, r)+" "+t.SecretOnce, d.M.address("/hooks/"+k.Secret)
	}
	return app.Div().Class("secret").Role("status").Body(
		app.H3().Text(i18n.Fill(t.SecretLead, k.Name)),
		app.P().Text(lead),
		d.copyRow("secret", i18n.Fill(t.SecretLead, k.Name), secret),
		app.P().Class("hint").Text(t.TryIt),
		d.copyRow("try-it", t.TryIt, d.M.example(k)),
	)
}

// copyRow is a line that can be copied.
func (d *dialogs) copyRow(id, label, text string) app.UI {
	button := d.M.text.Copy
	if d.taken == id {
		button = d.M.text.Copied
	}
	return app.Div().Class("copy-row").Body(
		app.Input().ID(id).Class("input", "mono").ReadOnly(true).Type("text").Aria("label", attr(label)).Value(attr(text)),
		app.Button().Type("button").Class("button").Text(button).Aria("label", attr(button+": "+label)).
			OnClick(func(app.Context, app.Event) {
				copyText(text)
				d.taken = id
			}, app.EventScope(id, text)),
	)
}

// address is a path of this server, whole.
func (m *model) address(path string) string { return origin() + m.path(path) }

// example is a line for a shell that uses a token.
func (m *model) example(k *shared.Token) string {
	if k.Room != "" {
		return "curl -d 'Hello' " + m.address("/hooks/"+k.Secret)
	}
	path, body := "/api/v1/people", any(shared.Nothing{})
	switch k.Scopes[0] {
	case shared.ScopePush:
		path, body = "/push", shared.NewPush{UserID: m.client.You().ID, Title: "Hello", Message: "It works"}
	case shared.ScopePost:
		path, body = "/api/v1/post", shared.Post{Room: m.room, Key: shared.NewID(), Text: "Hello"}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return "" // all of these encode
	}
	quoted := strings.ReplaceAll(string(raw), "'", `'\''`)
	return "curl -H 'Authorization: Bearer " + k.Secret + "' -d '" + quoted + "' " + m.address(path)
}
