package shared

import "strings"

// Plain returns what a message says without its markup, for where there is no
// HTML: rendered is the HTML of text, or "" where the two say the same. Lines
// that say nothing are left out.
func Plain(text, rendered string) string {
	if rendered == "" {
		return text
	}
	var p plain
	for rendered != "" {
		words, rest, _ := strings.Cut(rendered, "<")
		p.write(references.Replace(words))
		var tag string
		tag, rendered, _ = strings.Cut(rest, ">") // values of attributes have none
		p.tag(tag)
	}
	return strings.Join(p.said(), "\n")
}

// references are those that the server's sanitiser writes.
var references = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", `"`, "&quot;", `"`, "&#39;", "'", "&#13;", "\r", "&amp;", "&")

// plain is text in lines.
type plain struct {
	strings.Builder
	begun   bool // the line has something
	pointed bool // all it has is its point in a list
}

func (p *plain) write(s string) {
	if s == "" {
		return
	}
	p.WriteString(s)
	p.begun, p.pointed = !strings.HasSuffix(s, "\n"), false
}

// tag writes what an element is in plain text: a line's end, mostly, or nothing.
func (p *plain) tag(tag string) {
	name, closing := strings.CutPrefix(tag, "/")
	name, _, _ = strings.Cut(name, " ")
	switch name {
	case "p", "h4", "blockquote", "ul", "ol", "li", "pre", "table", "thead", "tbody", "tr", "hr", "br":
		if p.begun && (closing || !p.pointed || name == "br") {
			p.write("\n")
		}
	case "td", "th":
		if p.begun && !closing {
			p.write(" | ")
		}
	}
	switch {
	case name == "li" && !closing:
		p.write("• ")
		p.pointed = true
	case name == "hr":
		p.write("———\n")
	}
}

func (p *plain) said() []string {
	lines := strings.Split(p.String(), "\n")
	kept := lines[:0]
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			kept = append(kept, strings.TrimRight(line, " \t\r"))
		}
	}
	return kept
}
