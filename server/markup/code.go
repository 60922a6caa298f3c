package markup

import (
	"html"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
)

// Colours are a help, not the message. Lexers are regular expressions that
// backtrack; some take seconds for what was made to hurt them. So: common
// languages only, not too much of it, and not for long.
const (
	maxHighlighted = 3000 // bytes in a message
	maxColouring   = 10 * time.Millisecond
)

// languages are those with colours, by the names people write after the fence.
var languages = map[string]string{
	"bash": "", "sh": "bash", "shell": "bash", "zsh": "bash", "console": "bash",
	"c": "", "h": "c", "cpp": "", "c++": "cpp", "cs": "csharp", "csharp": "", "c#": "csharp",
	"css": "", "scss": "", "dart": "", "diff": "", "patch": "diff", "docker": "", "dockerfile": "docker",
	"elixir": "", "go": "", "golang": "go", "graphql": "", "haskell": "", "html": "", "xml": "", "svg": "xml",
	"ini": "", "toml": "", "java": "", "js": "javascript", "javascript": "", "jsx": "", "json": "",
	"kotlin": "", "kt": "kotlin", "lua": "", "nginx": "", "perl": "", "php": "",
	"py": "python", "python": "", "r": "", "rb": "ruby", "ruby": "", "rs": "rust", "rust": "",
	"scala": "", "sql": "", "swift": "", "ts": "typescript", "tsx": "typescript", "typescript": "",
	"yaml": "", "yml": "yaml", "zig": "",
}

var languageName = regexp.MustCompile(`^[a-z0-9+#-]{1,32}$`)

// code writes a block of code, coloured when it says what language it is.
func (w *writer) code(n *ast.FencedCodeBlock) {
	var code strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		code.Write(line.Value(w.source))
	}
	said := strings.TrimRight(code.String(), "\n")
	language, attributes := strings.ToLower(string(n.Language(w.source))), ""
	if languageName.MatchString(language) {
		attributes = ` class="language-` + language + `"`
	}
	w.element("pre", "", func() {
		w.element("code", attributes, func() { w.coloured(language, said) })
	})
}

func (w *writer) coloured(language, code string) {
	name, known := languages[language]
	if name == "" {
		name = language
	}
	if !known || len(code) > w.highlighted {
		w.text(code)
		return
	}
	w.highlighted -= len(code)
	w.said = w.said || strings.TrimSpace(code) != ""
	w.html.WriteString(colour(name, code, alarm(maxColouring)))
}

// alarm returns what reports whether the time is over.
func alarm(after time.Duration) (over func() bool) {
	end := time.Now().Add(after)
	return func() bool { return time.Now().After(end) }
}

// colour returns code as HTML with its tokens marked. When the time is over,
// the rest has no colours.
func colour(language, code string, over func() bool) string {
	var b strings.Builder
	last := ""
	mark := func(class string) {
		if class == last {
			return
		}
		if last != "" {
			b.WriteString("</span>")
		}
		if class != "" {
			b.WriteString(`<span class="` + class + `">`)
		}
		last = class
	}
	rest := code
	if lexer := lexers.Get(language); lexer != nil {
		next, err := lexer.Tokenise(nil, code)
		for err == nil && !over() {
			t := next()
			if t == chroma.EOF || !strings.HasPrefix(rest, t.Value) {
				break // lexers may add a line break at the end
			}
			mark(tokenClass(t.Type))
			b.WriteString(html.EscapeString(t.Value))
			rest = rest[len(t.Value):]
		}
	}
	mark("")
	return b.String() + html.EscapeString(rest)
}

// tokenClass is the stylesheet's name for a kind of token. Few colours read
// better than many.
func tokenClass(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "hl-c"
	case t.InSubCategory(chroma.LiteralString):
		return "hl-s"
	case t.InSubCategory(chroma.LiteralNumber), t == chroma.NameConstant, t == chroma.KeywordConstant:
		return "hl-n"
	case t == chroma.KeywordType, t == chroma.NameClass, t == chroma.NameBuiltin, t == chroma.NameTag:
		return "hl-t"
	case t.InCategory(chroma.Keyword), t == chroma.OperatorWord:
		return "hl-k"
	case t == chroma.NameFunction, t == chroma.NameAttribute, t == chroma.NameDecorator, t == chroma.NameProperty:
		return "hl-f"
	case t == chroma.GenericInserted:
		return "hl-i"
	case t == chroma.GenericDeleted:
		return "hl-d"
	}
	return ""
}
