package app

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
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
	var b bytes.Buffer
	b.WriteString("<!doctype html>\n<html lang=\"" + m.text.Code + "\" data-theme=\"" + theme(v.Theme) + "\">\n")
	p.head(&b, m)
	b.WriteString("<body>\n")
	b.WriteString(app.HTMLString(&screen{m: m}))
	b.WriteString("\n<script type=\"application/json\" id=\"view\">")
	b.Write(data)
	b.WriteString("</script>\n</body>\n</html>\n")
	_, err = b.WriteTo(w)
	return err
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
<title>` + escape(m.title()) + `</title>
`)
	link := func(rel, name, more string) {
		if url := p.assets.URL(name); url != "" {
			b.WriteString(`<link rel="` + rel + `" href="` + m.path(url) + `"` + more + ">\n")
		}
	}
	link("stylesheet", "app.css", "")
	link("manifest", "manifest.webmanifest", "")
	link("icon", "icon.svg", ` type="image/svg+xml"`)
	link("apple-touch-icon", "apple-touch-icon.png", "")
	script := p.assets.URL("app.js")
	if script == "" {
		b.WriteString("</head>\n")
		return
	}
	script = m.path(script)
	if m.view.Screen == shared.ScreenChat {
		link("preload", "app.wasm", ` as="fetch" crossorigin`)
		b.WriteString(`<script defer src="` + script + `" id="boot" data-wasm="` + m.path(p.assets.URL("app.wasm")) +
			`" data-size="` + strconv.Itoa(p.assets.Size("app.wasm")) + "\"></script>\n</head>\n")
		return
	}
	// A form needs no app. It has time to come while somebody types.
	link("prefetch", "app.wasm", ` as="fetch" crossorigin`)
	b.WriteString(`<script defer src="` + script + `" id="boot" data-screen="` + string(m.view.Screen) + "\"></script>\n</head>\n")
}
