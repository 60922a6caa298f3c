package markup

import (
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"hubbub/shared"
)

// writer makes HTML of a parsed text. Elements stand without
// white space between them: all white space in the result is the author's.
type writer struct {
	source      []byte
	html        strings.Builder
	rich        bool // the HTML says more than the text
	said        bool // there is something to see
	highlighted int  // bytes of code that may still be coloured
}

// text writes what somebody wrote.
func (w *writer) text(s string) {
	w.html.WriteString(html.EscapeString(s))
	w.said = w.said || strings.TrimSpace(s) != ""
}

// element writes what body writes as an element.
func (w *writer) element(name, attributes string, body func()) {
	w.rich = true
	w.html.WriteString("<" + name + attributes + ">")
	body()
	w.html.WriteString("</" + name + ">")
}

// around writes n's children as an element.
func (w *writer) around(name, attributes string, n ast.Node) {
	w.element(name, attributes, func() { w.children(n) })
}

func (w *writer) children(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Type() == ast.TypeBlock {
			w.block(c)
		} else {
			w.inline(c)
		}
	}
}

// block writes n, which stands on lines of its own.
func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		w.html.WriteString("<p>") // many paragraphs are no more than the text says
		w.children(n)
		w.html.WriteString("</p>")
	case *ast.Heading:
		// One level, whatever was typed: the page's outline is not the author's.
		w.around("h4", ` class="h`+strconv.Itoa(n.Level)+`"`, n)
	case *ast.Blockquote:
		w.around("blockquote", "", n)
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.around("li", "", n)
	case *ast.FencedCodeBlock:
		w.code(n)
	case *ast.ThematicBreak:
		w.rich, w.said = true, true
		w.html.WriteString("<hr>")
	case *east.Table:
		w.table(n)
	default:
		w.children(n)
	}
}

func (w *writer) list(n *ast.List) {
	switch {
	case !n.IsOrdered():
		w.around("ul", "", n)
	case n.Start == 1:
		w.around("ol", "", n)
	default:
		w.around("ol", ` start="`+strconv.Itoa(n.Start)+`"`, n)
	}
}

func (w *writer) table(n *east.Table) {
	w.element("table", "", func() {
		for row := n.FirstChild(); row != nil; row = row.NextSibling() {
			part, cell := "tbody", "td"
			if row == n.FirstChild() {
				part, cell = "thead", "th"
			}
			if row.PreviousSibling() == n.FirstChild() || part == "thead" {
				w.html.WriteString("<" + part + ">")
			}
			w.element("tr", "", func() { w.cells(row, cell) })
			if row.NextSibling() == nil || part == "thead" {
				w.html.WriteString("</" + part + ">")
			}
		}
	})
}

func (w *writer) cells(row ast.Node, name string) {
	for c := row.FirstChild(); c != nil; c = c.NextSibling() {
		attributes := ""
		switch c.(*east.TableCell).Alignment {
		case east.AlignCenter:
			attributes = ` class="center"`
		case east.AlignRight:
			attributes = ` class="end"`
		}
		w.around(name, attributes, c)
	}
}

// inline writes n, which stands within a line.
func (w *writer) inline(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.words(n)
	case *ast.CodeSpan:
		w.element("code", "", func() { w.raw(n) })
	case *ast.Emphasis:
		name := "em"
		if n.Level == 2 {
			name = "strong"
		}
		w.around(name, "", n)
	case *east.Strikethrough:
		w.around("del", "", n)
	case *ast.AutoLink:
		label := string(n.Label(w.source))
		w.link(string(n.Protocol)+label, "", "", func() { w.text(label) })
	case *ast.Link:
		w.link(destination(n.Destination), "[", title(n.Title), func() { w.children(n) })
	case *ast.Image:
		w.image(n)
	case *mention:
		w.mention(n)
	default:
		w.children(n)
	}
}

// words writes a piece of text. A backslash says that a sign is itself.
func (w *writer) words(n *ast.Text) {
	said := n.Segment.Value(w.source)
	if clean := util.UnescapePunctuations(said); len(clean) != len(said) {
		w.rich, said = true, clean
	}
	w.text(string(said))
	if n.SoftLineBreak() || n.HardLineBreak() {
		w.html.WriteString("<br>")
	}
}

// raw writes a code span: lines become one.
func (w *writer) raw(n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			w.text(strings.ReplaceAll(string(t.Segment.Value(w.source)), "\n", " "))
		}
	}
}

// link writes a link, or as it was typed what leads somewhere strange. typed is
// how that began; title is how it ended.
func (w *writer) link(address, typed, title string, label func()) {
	if safe := safeLink(address); safe != "" {
		w.element("a", ` href="`+html.EscapeString(safe)+`" rel="noopener noreferrer nofollow" target="_blank"`, label)
		return
	}
	w.text(typed)
	label()
	if typed != "" {
		w.text("](" + address + title + ")")
	}
}

// image writes a picture's address as a link: what a reader's browser fetches
// from elsewhere tells on them.
func (w *writer) image(n *ast.Image) {
	address := destination(n.Destination)
	w.link(address, "![", title(n.Title), func() {
		if before := w.html.Len(); n.HasChildren() {
			w.children(n)
			if w.html.Len() > before {
				return
			}
		}
		w.text(address)
	})
}

func destination(raw []byte) string { return string(util.UnescapePunctuations(raw)) }

func title(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	return ` "` + string(raw) + `"`
}

// mention writes a name. Whose it is stands in data-user, for each who is meant
// an element around the name; what a reader's own looks like is the app's to
// know, and so is where a room's page is.
func (w *writer) mention(m *mention) {
	said := func() { w.text(string(m.segment.Value(w.source))) }
	switch {
	case m.room != "":
		w.element("a", ` class="room" data-room="`+html.EscapeString(string(m.room))+`"`, said)
	case m.users[0] == shared.Everybody:
		w.element("bdi", ` class="mention all"`, said)
	default:
		for _, u := range m.users {
			inner := said
			said = func() { w.element("bdi", ` class="mention" data-user="`+html.EscapeString(string(u))+`"`, inner) }
		}
		said()
	}
}
