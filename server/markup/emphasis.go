package markup

import (
	"unicode"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// emphasis parses *, ** and _, and ~~ for what is struck through. It differs
// from CommonMark where there are no spaces between words: Chinese, Japanese
// and Korean characters and their punctuation never keep a run from opening or
// closing, so that **重要。**请看 is bold.
type emphasis struct{}

func (emphasis) Trigger() []byte { return []byte{'*', '_', '~'} }

func (emphasis) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	n := 1
	for n < len(line) && line[n] == line[0] {
		n++
	}
	if line[0] == '~' && n != 2 || !passOf(pc).delimiters.take() {
		// All of the run is text: what is left of it would be asked for again.
		block.Advance(n)
		return ast.NewTextSegment(segment.WithStop(segment.Start + n))
	}
	after := ' '
	if n < len(line) {
		after = util.ToRune(line, n)
	}
	left := !util.IsSpaceRune(after) && (!parts(after) || util.IsSpaceRune(before) || parts(before) || isCJK(before))
	right := !util.IsSpaceRune(before) && (!parts(before) || util.IsSpaceRune(after) || parts(after) || isCJK(after))
	opens, closes := left, right
	if line[0] == '_' { // not within words: snake_case_name
		opens = left && (!right || util.IsPunctRune(before))
		closes = right && (!left || util.IsPunctRune(after))
	}
	d := parser.NewDelimiter(opens, closes, n, line[0], processor(line[0]))
	d.Segment = segment.WithStop(segment.Start + n)
	block.Advance(n)
	pc.PushDelimiter(d)
	return d
}

// parts reports whether r is punctuation that tells where words begin and end.
func parts(r rune) bool { return util.IsPunctRune(r) && !isCJK(r) }

// processor is what goldmark asks about runs of a character.
type processor byte

func (p processor) IsDelimiter(c byte) bool { return c == byte(p) }

func (p processor) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (p processor) OnMatch(consumed int) ast.Node {
	if p == '~' {
		return east.NewStrikethrough()
	}
	return ast.NewEmphasis(consumed)
}

// isCJK reports whether r belongs to a script that writes no spaces between
// words, or is its punctuation.
func isCJK(r rune) bool {
	return r >= 0x2e80 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) ||
		r >= 0x3000 && r <= 0x303f || // 、。「」…
		r >= 0xff00 && r <= 0xffef) || // （），！？…
		r == '“' || r == '”' || r == '‘' || r == '’' || r == '…' || r == '—'
}
