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
	copyCode := escape(m.text.CopyCode)
	return element(`<div class="text rich" dir="auto">` + strings.NewReplacer(
		`data-room="`, `href="`+escape(m.path("/r/")),
		`class="mention" data-user="`+string(m.client.State().You.ID)+`"`, `class="mention mine"`,
		`<pre>`, `<div class="listing"><button type="button" class="icon" aria-label="`+copyCode+`" title="`+copyCode+`">`+drawing(copyPaths)+`</button><pre tabindex="0">`,
		`</pre>`, `</pre></div>`,
		`<table>`, `<div class="wide" tabindex="0"><table>`,
		`</table>`, `</table></div>`,
	).Replace(html) + `</div>`)
}

// callsMe reports whether somebody else's message calls the reader.
func (m *model) callsMe(e *shared.Event) bool {
	me := m.client.State().You.ID
	return e.By.ID != me && (slices.Contains(e.Message.Mentions, me) || slices.Contains(e.Message.Mentions, shared.Everybody))
}
