package markup

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"hubbub/server/markup/hostile"
)

// TestTheFirstWallStandsAlone: the sanitiser finds nothing to take away from
// what the writer writes.
func TestTheFirstWallStandsAlone(t *testing.T) {
	for _, in := range slices.Concat(hostile.Messages(), hostile.Names()) {
		in = strings.ReplaceAll(in, "\r", "\n")
		p := newPass(town{new(int)})
		w := writer{source: []byte(in), highlighted: maxHighlighted}
		w.block(engine().parser.Parse(text.NewReader([]byte(in)), parser.WithContext(p.context())))
		if got := engine().policy.Sanitize(w.html.String()); got != w.html.String() {
			t.Errorf("%q became\n     %s\nbut was left\n     %s", in, w.html.String(), got)
		}
	}
}

// TestTheSecondWallStandsAlone: what the writer never writes does not pass.
func TestTheSecondWallStandsAlone(t *testing.T) {
	for _, in := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<p onclick="alert(1)">x</p>`,
		`<p style="position:fixed">x</p>`, `<p class="dialog">x</p>`, `<svg onload=alert(1)>`, `<iframe src="https://a.b">`, `<!-- x -->`,
		`<a href="//a.b">x</a>`, `<bdi class="mention" data-user='"><script>'>x</bdi>`, `<span class="hl-k icon">x</span>`, `<form action="/">`, `<p id="composer">x</p>`,
	} {
		got := engine().policy.Sanitize(in)
		for _, bad := range []string{"script>", "alert", "style", "dialog", "svg", "iframe", "--", "//a", "icon", "form", "id="} {
			if strings.Contains(got, bad) && !strings.HasPrefix(in, "<script") {
				t.Errorf("%s became %s", in, got)
			}
		}
	}
}

// TestColouringEnds: when the time is over the rest is plain, and all of it is
// there.
func TestColouringEnds(t *testing.T) {
	code := strings.Repeat("return 1 // one\n", 100)
	left := 100
	got := colour("java", code, func() bool { left--; return left < 0 })
	if left != -1 {
		t.Errorf("the lexer went on after its time: %d", left)
	}
	if n := strings.Count(got, "<span"); n == 0 || n > 100 {
		t.Errorf("%d spans in %q", n, got)
	}
	if plain := strings.NewReplacer(`<span class="hl-k">`, "", `<span class="hl-n">`, "", `<span class="hl-c">`, "", "</span>", "").Replace(got); plain != code {
		t.Errorf("the code became %q", plain)
	}
	long := "```java\n" + strings.Repeat("\n", maxHighlighted) + "x\n```"
	if got := Render(long, nil).HTML; strings.Contains(got, "<span") {
		t.Error("a block beyond the bound was coloured")
	}
}

func TestEveryLanguageHasItsLexer(t *testing.T) {
	for name, same := range languages {
		if same == "" {
			same = name
		}
		if lexers.Get(same) == nil || languages[same] != "" {
			t.Errorf("%s is to be coloured as %q, which is no lexer", name, same)
		}
	}
}
