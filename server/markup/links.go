package markup

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// linking makes links of addresses in the text: https://…, www.… and
// somebody@example.org. It is called at the first sign that is none of a
// word's (":" in "https:", "." in "www.", "@"), and takes the word before back
// from the text: in "看https://a.b" no space says where the address begins.
type linking struct{}

func (linking) Trigger() []byte { return []byte{':', '.', '@'} }

func (linking) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if pc.IsInLinkLabel() {
		return nil
	}
	last, ok := parent.LastChild().(*ast.Text)
	line, segment := block.PeekLine()
	if !ok || last.Segment.Stop != segment.Start || last.SoftLineBreak() || last.HardLineBreak() {
		return nil
	}
	said := last.Segment.Value(block.Source())
	begin, scheme := addressBegin(said, line)
	if begin < 0 || begin == 0 && last.PreviousSibling() != nil && !breaks(last.PreviousSibling()) {
		return nil
	}
	if !passOf(pc).links.take() {
		return nil
	}
	whole := block.Source()[last.Segment.Start+begin : segment.Stop]
	end := addressEnd(string(whole[:min(len(whole), maxAddress)]), scheme)
	if end <= len(said)-begin {
		return nil
	}
	start := last.Segment.Start + begin
	block.Advance(start + end - segment.Start)
	last.Segment = last.Segment.WithStop(start)
	if last.Segment.IsEmpty() {
		parent.RemoveChild(parent, last)
	}
	link := ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(start, start+end)))
	link.Protocol = []byte(scheme)
	return link
}

// breaks reports whether a word may begin after n: at a new line, or after
// something that is no part of a word.
func breaks(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Text:
		return n.SoftLineBreak() || n.HardLineBreak()
	case *parser.Delimiter:
		return true
	}
	return false
}

// addressBegin returns where in said, which comes right before line, an
// address begins, or -1; scheme is what to put before the address.
func addressBegin(said, line []byte) (begin int, scheme string) {
	switch line[0] {
	case ':':
		if bytes.HasPrefix(line, []byte("://")) {
			for _, name := range []string{"https", "http"} {
				if n := len(said) - len(name); n >= 0 && strings.EqualFold(string(said[n:]), name) && wordBegins(said[:n]) {
					return n, ""
				}
			}
		}
	case '.':
		if n := len(said) - 3; n >= 0 && strings.EqualFold(string(said[n:]), "www") && wordBegins(said[:n]) {
			return n, "http://"
		}
	case '@':
		n := len(said)
		for n > 0 && mailbox(said[n-1]) {
			n--
		}
		for n < len(said) && !alnum(said[n]) {
			n++
		}
		if n < len(said) && alnum(said[len(said)-1]) && wordBegins(said[:n]) {
			return n, "mailto:"
		}
	}
	return -1, ""
}

// wordBegins reports whether a word may begin after before.
func wordBegins(before []byte) bool {
	r, _ := utf8.DecodeLastRune(before)
	return len(before) == 0 || isCJK(r) || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_'
}

func alnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func mailbox(c byte) bool { return alnum(c) || strings.IndexByte("._+-", c) >= 0 }

// addressEnd returns the length of the address that text begins with, or 0.
func addressEnd(text, scheme string) int {
	if scheme == "mailto:" {
		return mailEnd(text)
	}
	end := len(text)
	for i, r := range text {
		if r == utf8.RuneError || endsAddress(r) {
			end = i
			break
		}
	}
	end = trimAddress(text[:end])
	if u, err := url.Parse(scheme + text[:end]); err != nil || !goodHost(u.Hostname()) {
		return 0
	}
	return end
}

// mailEnd is addressEnd for somebody@example.org, which needs a dot.
func mailEnd(text string) int {
	at := strings.IndexByte(text, '@')
	end := at + 1
	for end < len(text) && (alnum(text[end]) || text[end] == '.' || text[end] == '-') {
		end++
	}
	for end > at && !alnum(text[end-1]) && text[end-1] != '@' {
		end--
	}
	if dot := strings.LastIndexByte(text[at:end], '.'); dot < 2 || end < len(text) && (text[end] == '_' || text[end] == '@') {
		return 0
	}
	return end
}

// endsAddress reports whether r is in no address as people write it: spaces,
// quotes, what Chinese and Japanese sentences go on with, and what cannot be
// seen or turns the direction of text.
func endsAddress(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f || strings.IndexByte("<>\"`{}|\\^", byte(r)) >= 0
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) ||
		isCJK(r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// trimAddress returns the length of address without the punctuation of the
// sentence around it. A closing bracket belongs to it only when it was opened
// in it.
func trimAddress(address string) int {
	round := strings.Count(address, "(") - strings.Count(address, ")")
	square := strings.Count(address, "[") - strings.Count(address, "]")
	for n := len(address); n > 0; n-- {
		switch last := address[n-1]; {
		case last == ')' && round < 0:
			round++
		case last == ']' && square < 0:
			square++
		case strings.IndexByte(".,;:!?'*_~", last) < 0:
			return n
		}
	}
	return 0
}

func goodHost(host string) bool {
	r, _ := utf8.DecodeRuneInString(host)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.Contains(host, ":") // an IPv6 address
}

// bracketed makes links of <https://…> and <mailto:…>: the brackets are
// Markdown's. Other things in angle brackets stay as they are.
type bracketed struct{}

func (bracketed) Trigger() []byte { return []byte{'<'} }

func (bracketed) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	end := bytes.IndexAny(line[1:], "<> \t\n") + 1
	if pc.IsInLinkLabel() || end == 0 || line[end] != '>' || safeLink(string(line[1:end])) == "" || !passOf(pc).links.take() {
		return nil
	}
	block.Advance(end + 1)
	return ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(text.NewSegment(segment.Start+1, segment.Start+end)))
}

// safeLink returns address as an attribute's value may have it, or "" when it
// is not one of those that only lead somewhere: http, https, mailto.
func safeLink(address string) string {
	for _, r := range address {
		if unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError || strings.ContainsRune(`\<>"`, r) {
			return ""
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	switch u.Scheme { // lower case already
	case "http", "https":
		if u.Opaque != "" || !goodHost(u.Hostname()) {
			return ""
		}
	case "mailto":
		if !strings.Contains(u.Opaque, "@") {
			return ""
		}
	default:
		return ""
	}
	return u.String()
}
