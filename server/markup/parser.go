package markup

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// What a text may have of what could grow faster than the text itself. People
// stay far below.
const (
	maxDepth      = 8   // quotes and lists within each other
	maxDelimiters = 400 // runs of * _ ~
	maxBrackets   = 200 // [
	maxUnclosed   = 20  // runs of ` that none closes
	maxLinks      = 200 // what looks like an address, each of so many bytes:
	maxAddress    = 2048
	maxMentions   = 200 // what looks like a mention
	maxCells      = 1500
)

// newParser is Markdown as people type it in a chat. Left out of CommonMark:
// HTML, reference links (a line "[1]: https://…" would vanish), code by
// indentation and headings by underlining (both happen to people who meant
// neither).
func newParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(shallow{parser.NewListParser()}, 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(shallow{parser.NewBlockquoteParser()}, 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(spans{parser.NewCodeSpanParser()}, 100),
			util.Prioritized(brackets{parser.NewLinkParser()}, 200),
			util.Prioritized(bracketed{}, 300),
			util.Prioritized(mentioning{}, 400),
			util.Prioritized(linking{}, 500),
			util.Prioritized(emphasis{}, 600),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(smallTable{extension.NewTableParagraphTransformer()}, 200),
		),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
		),
	)
}

// shallow keeps a container from nesting without end.
type shallow struct{ parser.BlockParser }

func (s shallow) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if k := n.Kind(); k == ast.KindBlockquote || k == ast.KindList {
			depth++
		}
	}
	if depth >= maxDepth {
		return nil, parser.NoChildren
	}
	return s.BlockParser.Open(parent, reader, pc)
}

// brackets parses links, until there are too many brackets.
type brackets struct{ parser.InlineParser }

func (b brackets) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if block.Peek() != ']' && !passOf(pc).brackets.take() {
		return nil
	}
	return b.InlineParser.Parse(parent, block, pc)
}

// CloseBlock passes on what goldmark asks of the parser of links only.
func (b brackets) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	b.InlineParser.(parser.CloseBlocker).CloseBlock(parent, block, pc)
}

// spans parses code within a line. Each run that none closes is looked for up
// to the end of the paragraph, so after a few of them no more are.
type spans struct{ parser.InlineParser }

func (s spans) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	p := passOf(pc)
	if p.unclosed < 0 {
		return nil
	}
	n := s.InlineParser.Parse(parent, block, pc)
	if _, closed := n.(*ast.CodeSpan); !closed {
		p.unclosed.take()
	}
	return n
}

// smallTable makes tables, but none that is mostly missing cells: goldmark
// fills every row up to the width of the first.
type smallTable struct{ parser.ParagraphTransformer }

func (s smallTable) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	wide := 0
	for i := range min(lines.Len(), 2) {
		line := lines.At(i)
		wide = max(wide, bytes.Count(line.Value(reader.Source()), []byte("|"))+1)
	}
	if lines.Len() < 2 || wide*lines.Len() > maxCells {
		return
	}
	s.ParagraphTransformer.Transform(node, reader, pc)
}
