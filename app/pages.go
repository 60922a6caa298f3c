package app

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n/checks"
	"hubbub/shared"
)

// Assets says where the browser finds what was built.
type Assets interface {
	URL(name string) string // path of an asset, "" when there is none
	Size(name string) int   // bytes, uncompressed
}

// Pages draws whole pages on the server. It is a server.Pages.
type Pages struct{ assets Assets }

// NewPages returns Pages whose HTML refers to assets.
func NewPages(assets Assets) *Pages { return &Pages{assets: assets} }

// Render writes a whole HTML document that shows v.
func (p *Pages) Render(w io.Writer, v shared.View) error {
	data, err := json.Marshal(v) // escapes "<", so it cannot end its script element
	if err != nil {
		return err
	}
	m := newModel(v, client.Options{})
	var root app.UI = &screen{m: m}
	var check []byte
	if v.Screen == shared.ScreenCheck {
		page := &checkPage{m: m, text: checks.For(m.text.Code)}
		if check, err = page.data(); err != nil {
			return err
		}
		root = page
	}
	var b bytes.Buffer
	b.WriteString("<!doctype html>\n<html lang=\"" + m.text.Code + "\" data-theme=\"" + theme(v.Theme) + "\">\n")
	p.head(&b, m)
	b.WriteString("<body>\n")
	b.WriteString(app.HTMLString(root))
	embed(&b, "view", data)
	embed(&b, "check", check)
	b.WriteString("\n</body>\n</html>\n")
	_, err = b.WriteTo(w)
	return err
}

// embed writes JSON for a script to find.
func embed(b *bytes.Buffer, id string, data []byte) {
	if data == nil {
		return
	}
	b.WriteString("\n<script type=\"application/json\" id=\"" + id + "\">")
	b.Write(data)
	b.WriteString("</script>")
}

func theme(name string) string {
	switch name {
	case "light", "dark":
		return name
	}
	return "system"
}

func (p *Pages) head(b *bytes.Buffer, m *model) {
	b.WriteString(`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f3f1ec">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#151412">
<title>` + escape(m.heading()) + `</title>
`)
	link := func(rel, name, more string) {
		if url := p.assets.URL(name); url != "" {
			b.WriteString(`<link rel="` + rel + `" href="` + m.path(url) + `"` + more + ">\n")
		}
	}
	link("stylesheet", "app.css", "")
	link("manifest", "manifest.webmanifest", "")
	link("icon", "icon.svg", ` type="image/svg+xml" data-dot="`+m.path(p.assets.URL("icon-dot.svg"))+`"`)
	link("apple-touch-icon", "apple-touch-icon.png", "")
	p.scripts(b, m, link)
	b.WriteString("</head>\n")
}

// scripts refers to what the screen runs.
func (p *Pages) scripts(b *bytes.Buffer, m *model, link func(rel, name, more string)) {
	script := p.assets.URL("app.js")
	if m.view.Screen == shared.ScreenCheck {
		script = p.assets.URL("check.js") // and no more: it has to work where the app does not
	}
	if script == "" {
		return
	}
	boot := `<script defer src="` + m.path(script) + `" id="boot"`
	switch m.view.Screen {
	case shared.ScreenChat:
		link("preload", "app.wasm", ` as="fetch" crossorigin`)
		boot += ` data-wasm="` + m.path(p.assets.URL("app.wasm")) + `" data-size="` + strconv.Itoa(p.assets.Size("app.wasm")) + `"`
	case shared.ScreenCheck:
	default: // a form needs no app: it has time to come while somebody types
		link("prefetch", "app.wasm", ` as="fetch" crossorigin`)
		boot += ` data-screen="` + string(m.view.Screen) + `"`
	}
	b.WriteString(boot + "></script>\n")
}
