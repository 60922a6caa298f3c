package markup

import (
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"hubbub/shared"
)

// Result is what a text says.
type Result struct {
	// HTML shows the text. It is empty when it would say no more than the text
	// itself, escaped, with its line breaks: most messages.
	HTML string

	// Mentions is who the text calls, each once, in order; shared.Everybody is
	// all in the room.
	Mentions []shared.UserID
}

// maxHTML is the most bytes of HTML: a text that needs more is shown as typed.
const maxHTML = 64 << 10

// Render renders a message. names may be nil: then nobody is mentioned.
func Render(source string, names Resolver) Result {
	if !Any(source) {
		return Result{}
	}
	if strings.Contains(source, "\r") {
		source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)
	}
	e := engine()
	p := newPass(names)
	src := []byte(source)
	root := e.parser.Parse(text.NewReader(src), parser.WithContext(p.context()))
	w := writer{source: src, highlighted: maxHighlighted}
	w.block(root)
	if !w.said {
		return Result{} // nothing but markup is no markup
	}
	r := Result{Mentions: p.mentions}
	if w.rich && w.html.Len() <= maxHTML {
		r.HTML = e.policy.Sanitize(w.html.String())
	}
	return r
}

// engine is the parser and the sanitiser. Both are set up once, never change,
// and may be used by many at once.
var engine = sync.OnceValue(func() engines {
	return engines{parser: newParser(), policy: newPolicy()}
})

type engines struct {
	parser parser.Parser
	policy *bluemonday.Policy
}
