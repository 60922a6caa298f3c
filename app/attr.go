package app

import (
	"html"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// attr prepares text that a user may have written for use in an attribute.
// Every such attribute goes through it. In the browser the text is set through
// the DOM as it is. On the server go-app writes attributes with strconv.Quote,
// whose rules are Go's and not HTML's: whatever Quote would escape is written
// as a character reference, which leaves Quote nothing to do.
func attr(text string) string {
	if app.IsClient {
		return text
	}
	return serverAttr(text)
}

func serverAttr(text string) string {
	if text == "true" {
		return "&#116;rue" // go-app would write the bare name, which says "" in ARIA
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		switch {
		case r == 0:
			b.WriteRune('\ufffd') // HTML has no NUL
		case r == '"' || r == '&' || r == '<' || r == '>' || r == '\\' || !strconv.IsPrint(r):
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// element returns markup as a node. What users wrote must be in it escaped.
func element(markup string) app.UI { return app.Raw(markup) }

func escape(text string) string { return html.EscapeString(text) }
