package app

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// rendered is the text of a message as the server rendered it. What that HTML
// leaves open is for each reader: where rooms are, what is the reader's own,
// and in which language a button speaks. Its quotation marks are all around
// attributes: those of the text are written as references.
func (m *model) rendered(text, html string) app.UI {
	if html == "" {
		return said(text)
	}
	return element(`<div class="text rich" dir="auto">` + m.personal().Replace(html) + `</div>`)
}

// personal fills in what is the reader's own. Every message is drawn often, so
// it is kept.
func (m *model) personal() *strings.Replacer {
	me := m.client.You().ID
	if m.fillIn != nil && m.fillInFor == me {
		return m.fillIn
	}
	copyCode := escape(m.text.CopyCode)
	m.fillInFor, m.fillIn = me, strings.NewReplacer(
		`data-room="`, `href="`+escape(m.path("/r/")),
		`class="mention" data-user="`+string(me)+`"`, `class="mention mine" data-user="`+string(me)+`"`,
		`<pre>`, `<div class="listing"><button type="button" class="icon" aria-label="`+copyCode+`" title="`+copyCode+`">`+drawing(copyPaths)+`</button><pre tabindex="0">`,
		`</pre>`, `</pre></div>`,
		`<table>`, `<div class="wide" tabindex="0"><table>`,
		`</table>`, `</table></div>`,
	)
	return m.fillIn
}

// personPressed shows the profile of somebody whose name or picture in a list
// was pressed: one handler for all of them.
func (m *model) personPressed(ctx app.Context, e app.Event) {
	name := e.Get("target").Call("closest", "[data-user]")
	if !name.Truthy() {
		ctx.PreventUpdate()
		return
	}
	m.openPerson(shared.UserID(name.Get("dataset").Get("user").String()))
}

// callsMe reports whether somebody else's message calls the reader.
func (m *model) callsMe(e *shared.Event) bool {
	me := m.client.You().ID
	return e.By.ID != me && (slices.Contains(e.Message.Mentions, me) || slices.Contains(e.Message.Mentions, shared.Everybody))
}
