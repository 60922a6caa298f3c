package app

import (
	"encoding/json"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n/checks"
	"hubbub/shared"
)

// checkPath is the connection check. It is a page of the server's, not of the
// app's: it has to work where the app does not.
const checkPath = "/check"

// checkPage looks at the way to the server. The server draws it, web/script/check.js
// fills it, and no wasm is loaded for it.
type checkPage struct {
	app.Compo

	m    *model
	text *checks.Text
}

// data is what the script needs: it says nothing by itself.
func (p *checkPage) data() ([]byte, error) {
	return json.Marshal(struct {
		Text   *checks.Text  `json:"text"`
		Limits checks.Limits `json:"limits"`
	}{p.text, checks.DefaultLimits()})
}

func (p *checkPage) Render() app.UI {
	t := p.text
	return app.Main().Class("page").Body(app.Div().Class("card", "check-card").Body(
		logo(),
		app.H1().Text(t.Title),
		app.P().Class("lead").Text(t.Lead),
		app.P().ID("unscripted").Class("error").Text(t.Unscripted),
		app.P().ID("verdict").Class("verdict").Role("status"),
		app.Ul().ID("checks").Class("checks").Hidden(true).Body(
			app.Range(checks.Page()).Slice(func(i int) app.UI { return p.line(checks.Page()[i]) }),
		),
		app.Div().Class("buttons").Body(
			app.Button().Type("button").ID("copy").Class("primary").Hidden(true).Text(t.Copy),
			app.A().Href(p.m.path(checkPath)).Class("button").Text(t.Again),
			app.A().Href(p.m.path("/")).Class("button").Text(t.Home),
		),
		app.Details().ID("report-box").Hidden(true).Body(
			app.Summary().Text(t.Report),
			app.Textarea().ID("report").Class("input", "code").ReadOnly(true).Rows(12).Aria("label", t.Report),
		),
		app.Details().ID("proxies").Body(
			app.Summary().Text(t.Proxies),
			app.P().Class("hint").Text(t.ProxiesLead),
			code("", "hubbub --url https://chat.example.org"),
			app.Range(checks.Proxies()).Slice(func(i int) app.UI { return settings(checks.Proxies()[i]) }),
		),
		app.P().Class("hint").Text(t.Terminal),
		code("command", "hubbub check https://chat.example.org"),
	))
}

// heading is a page's title.
func (m *model) heading() string {
	if m.view.Screen == shared.ScreenCheck {
		return checks.For(m.text.Code).Title + " · " + m.view.Server
	}
	return m.title()
}

// line waits for its result.
func (p *checkPage) line(c checks.Check) app.UI {
	return app.Li().ID("line-"+string(c)).Class("line").Body(
		app.Span().Class("mark").Aria("hidden", attr("true")),
		app.Div().Class("found").Body(
			app.H2().Text(p.text.Names[c]),
			app.P().Class("figure").Text(p.text.Waits),
		),
	)
}

func settings(p checks.Proxy) app.UI {
	return app.Div().ID("proxy-"+p.ID).Class("stack").Body(app.H2().Text(p.Name), code("", p.Settings))
}

// code is what one copies as it is. It scrolls by itself, also by keyboard.
func code(id, text string) app.UI {
	if id != "" {
		id = ` id="` + id + `"`
	}
	return element(`<pre class="code" tabindex="0"` + id + `><code>` + escape(text) + `</code></pre>`)
}

// checkLink leads to it, beside the conversation.
func (m *model) checkLink(classes ...string) app.UI {
	return app.A().Href(m.path(checkPath)).Target("_blank").Class(classes...).Text(m.text.CheckConnection)
}
