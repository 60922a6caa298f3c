package markup

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy is the second wall. It allows what the writer writes; whatever else
// it is given, it takes away.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"p", "br", "strong", "em", "del", "blockquote", "hr", "h4", "ul", "li",
		"pre", "table", "thead", "tbody", "tr",
	)
	p.AllowNoAttrs().OnElements("code", "ol", "th", "td")
	class := func(pattern string, elements ...string) {
		p.AllowAttrs("class").Matching(regexp.MustCompile(pattern)).OnElements(elements...)
	}
	class(`^h[1-6]$`, "h4")
	class(`^language-[a-z0-9+#-]{1,32}$`, "code")
	class(`^hl-[a-z]$`, "span")
	class(`^(center|end)$`, "th", "td")
	class(`^mention( all)?$`, "bdi")
	class(`^room$`, "a")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("data-user").Matching(regexp.MustCompile(`^[\w-]+$`)).OnElements("bdi")
	p.AllowAttrs("data-room").Matching(regexp.MustCompile(`^[\w-]+$`)).OnElements("a")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener noreferrer nofollow$`)).OnElements("a")
	p.AllowAttrs("target").Matching(regexp.MustCompile(`^_blank$`)).OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	return p
}
