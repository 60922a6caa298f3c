package markup

import (
	"slices"
	"testing"

	"hubbub/shared"
)

// town is a room with people in it, and rooms that can be seen from it.
type town struct {
	asked *int // how often somebody was looked for
}

func (t town) People() *People {
	*t.asked++
	return NewPeople([]shared.User{
		{ID: "u1", Name: "Ada Lovelace", Handle: "ada"},
		{ID: "u2", Name: "Ada"},
		{ID: "u3", Name: "李文"},
		{ID: "u4", Name: "李文 Li Wen", Handle: "liwen"},
		{ID: "u5", Name: "Ann", Handle: "ann.b"},
		{ID: "u6", Name: "Ann", Handle: "ann_c"},
		{ID: "u7", Name: "room"},
		{ID: "u8", Name: "Éva *star*"},
	})
}

func (t town) Everybody() bool { return true }

func (t town) Rooms() *Rooms {
	*t.asked++
	return NewRooms([]shared.Room{{ID: "r1", Name: "design"}, {ID: "r2", Name: "发布计划"}, {ID: "r3", Name: "Release plan"}, {ID: "r4", Name: "design"}})
}

const link = ` rel="noopener noreferrer nofollow" target="_blank"`

func TestWhatIsTypedIsShown(t *testing.T) {
	for _, c := range []struct{ name, text, html string }{
		{"words are themselves", "Hello, world!\nTwo lines.\n\nTwo paragraphs.", ""},
		{"emoji are drawn large by the app", "🎉👍🏽", ""},
		{"signs within sentences", "3 > 2 & 5 < 6: \"sure\" 'yes' - no. 1) x = y + z!", ""},
		{"bold, italic, struck through", "**b** *i* _i_ ~~s~~", "<p><strong>b</strong> <em>i</em> <em>i</em> <del>s</del></p>"},
		{"a waved tilde", "好的~ 谢谢~ a~b~c", ""},
		{"names in code are no emphasis", "snake_case_name and a*b*c", "<p>snake_case_name and a<em>b</em>c</p>"},
		{"bold before Chinese", "**重要。**请看", "<p><strong>重要。</strong>请看</p>"},
		{"bold after Chinese", "请看**“重要”**一下", "<p>请看<strong>“重要”</strong>一下</p>"},
		{"bold with brackets", "这是**（重要）**的", "<p>这是<strong>（重要）</strong>的</p>"},
		{"a tag is shown", "<script>alert(1)</script>", ""},
		{"a tag is shown in bold", "**<b>x</b>**", "<p><strong>&lt;b&gt;x&lt;/b&gt;</strong></p>"},
		{"an entity is shown", "**a** &lt; &amp;", "<p><strong>a</strong> &amp;lt; &amp;amp;</p>"},
		{"a template is shown", "std::vector<std::string>", ""},
		{"lines break where they were broken", "**a**\nb", "<p><strong>a</strong><br>b</p>"},
		{"spaces stay", "*a*   b", "<p><em>a</em>   b</p>"},
		{"a backslash", `\*a\*`, "<p>*a*</p>"},
		{"a backslash that is itself", `C:\dir\new`, ""},
		{"an address", "see https://a.b/c?d=e&f#g.", `<p>see <a href="https://a.b/c?d=e&amp;f#g"` + link + `>https://a.b/c?d=e&amp;f#g</a>.</p>`},
		{"an address in Chinese", "看https://a.b/c。", `<p>看<a href="https://a.b/c"` + link + `>https://a.b/c</a>。</p>`},
		{"an address in wide brackets", "（https://a.b/c），好", `<p>（<a href="https://a.b/c"` + link + `>https://a.b/c</a>），好</p>`},
		{"an address in brackets", "(https://a.b/c_(d))", `<p>(<a href="https://a.b/c_(d)"` + link + `>https://a.b/c_(d)</a>)</p>`},
		{"an address with underscores", "https://a.b/_c_*d*", `<p><a href="https://a.b/_c_*d"` + link + `>https://a.b/_c_*d</a>*</p>`},
		{"an address in bold", "**https://a.b**", `<p><strong><a href="https://a.b"` + link + `>https://a.b</a></strong></p>`},
		{"an address without a scheme", "www.example.org.", `<p><a href="http://www.example.org"` + link + `>www.example.org</a>.</p>`},
		{"an address in angle brackets", "<https://a.b>", `<p><a href="https://a.b"` + link + `>https://a.b</a></p>`},
		{"a mail address", "to a.b+c@example.org, please", `<p>to <a href="mailto:a.b+c@example.org"` + link + `>a.b+c@example.org</a>, please</p>`},
		{"no address within a word", "xhttps://a.b https:// http://. a@b", ""},
		{"a link", "[a *b*](https://a.b \"t\")", `<p><a href="https://a.b"` + link + `>a <em>b</em></a></p>`},
		{"a link elsewhere is shown", "[a](javascript:alert(1)) [b](/r/x) [c](data:text/html,x \"t\")", ""},
		{"a picture is a link", "![cat](https://a.b/c.png) ![](https://a.b)", `<p><a href="https://a.b/c.png"` + link + `>cat</a> <a href="https://a.b"` + link + `>https://a.b</a></p>`},
		{"a reference is shown", "[1]: https://a.b", `<p>[1]: <a href="https://a.b"` + link + `>https://a.b</a></p>`},
		{"a quote", "> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"},
		{"a list", "- a\n- b\n  1. c", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>"},
		{"a list that goes on", "3. a\n4. b", `<ol start="3"><li>a</li><li>b</li></ol>`},
		{"a heading is no outline", "# a\n## b", `<h4 class="h1">a</h4><h4 class="h2">b</h4>`},
		{"no heading by underlining", "a\n---\nb", "<p>a</p><hr><p>b</p>"},
		{"no code by indentation", "    a", ""},
		{"code", "`a  <b>`", "<p><code>a  &lt;b&gt;</code></p>"},
		{"a block of code", "```\na <b>\n\n  c\n```", "<pre><code>a &lt;b&gt;\n\n  c</code></pre>"},
		{"a coloured block", "```go\nreturn 1\n```", `<pre><code class="language-go"><span class="hl-k">return</span> <span class="hl-n">1</span></code></pre>`},
		{"a strange language", "```\"onload=x\na\n```", "<pre><code>a</code></pre>"},
		{"a table", "a | b\n:-:|--:\n*c* | d", `<table><thead><tr><th class="center">a</th><th class="end">b</th></tr></thead><tbody><tr><td class="center"><em>c</em></td><td class="end">d</td></tr></tbody></table>`},
		{"markup of nothing", "- ", ""},
		{"an empty quote", "> > ", ""},
		{"a line across", "** **", "<hr>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Render(c.text, town{new(int)}).HTML; got != c.html {
				t.Errorf("%q became\n     %s\nwant %s", c.text, got, c.html)
			}
		})
	}
}

func TestWhoIsMentioned(t *testing.T) {
	for _, c := range []struct {
		text string
		who  []shared.UserID
		html string
	}{
		{"@ada hi", []shared.UserID{"u1"}, `<p><bdi class="mention" data-user="u1">@ada</bdi> hi</p>`},
		{"hi @ADA.", []shared.UserID{"u1"}, `<p>hi <bdi class="mention" data-user="u1">@ADA</bdi>.</p>`},
		{"@Ada Lovelace!", []shared.UserID{"u1"}, `<p><bdi class="mention" data-user="u1">@Ada Lovelace</bdi>!</p>`},
		{"@李文好", []shared.UserID{"u3"}, `<p><bdi class="mention" data-user="u3">@李文</bdi>好</p>`},
		{"你好@李文 li wen", []shared.UserID{"u4"}, `<p>你好<bdi class="mention" data-user="u4">@李文 li wen</bdi></p>`},
		{"@Ann", []shared.UserID{"u5", "u6"}, `<p><bdi class="mention" data-user="u6"><bdi class="mention" data-user="u5">@Ann</bdi></bdi></p>`},
		{"@ann_c, @ann.b.", []shared.UserID{"u6", "u5"}, `<p><bdi class="mention" data-user="u6">@ann_c</bdi>, <bdi class="mention" data-user="u5">@ann.b</bdi>.</p>`},
		{"@éva *star* x", []shared.UserID{"u8"}, `<p><bdi class="mention" data-user="u8">@éva *star*</bdi> x</p>`},
		{"@room look, @ada", []shared.UserID{shared.Everybody, "u1"}, `<p><bdi class="mention all">@room</bdi> look, <bdi class="mention" data-user="u1">@ada</bdi></p>`},
		{"@rooms @roomy", nil, ""},
		{"@adam @adalovelace ada@ada.example.org /@ada @@ada", nil, `<p>@adam @adalovelace <a href="mailto:ada@ada.example.org"` + link + `>ada@ada.example.org</a> /@ada @@ada</p>`},
		{"`@ada` \\@ada", nil, "<p><code>@ada</code> @ada</p>"},
		{"```\n@room\n```", nil, "<pre><code>@room</code></pre>"},
		{"> @ada", []shared.UserID{"u1"}, `<blockquote><p><bdi class="mention" data-user="u1">@ada</bdi></p></blockquote>`},
		{"**@ada** [@ada", []shared.UserID{"u1"}, `<p><strong><bdi class="mention" data-user="u1">@ada</bdi></strong> [<bdi class="mention" data-user="u1">@ada</bdi></p>`},
		{"see #design.", nil, `<p>see <a class="room" data-room="r1">#design</a>.</p>`},
		{"看#发布计划吧 #release PLAN", nil, `<p>看<a class="room" data-room="r2">#发布计划</a>吧 <a class="room" data-room="r3">#release PLAN</a></p>`},
		{"#designs #1 https://a.b/#design", nil, `<p>#designs #1 <a href="https://a.b/#design"` + link + `>https://a.b/#design</a></p>`},
	} {
		got := Render(c.text, town{new(int)})
		if !slices.Equal(got.Mentions, c.who) || got.HTML != c.html {
			t.Errorf("%q mentions %q and became\n     %s\nwant %q\n     %s", c.text, got.Mentions, got.HTML, c.who, c.html)
		}
	}
}

func TestNobodyIsLookedForInVain(t *testing.T) {
	for _, text := range []string{"hello", "**hello**", "a@b.example", "`@ada`", "@ada\\", "1. @", "@ #", "no. #"} {
		asked := 0
		Render(text, town{&asked})
		if want := map[string]int{"@ada\\": 1}[text]; asked != want {
			t.Errorf("%q asked %d times, want %d", text, asked, want)
		}
	}
	asked := 0
	if Render("@ada @ann #design #x @room @nobody", town{&asked}); asked != 2 {
		t.Errorf("names were asked for %d times, want once for people and once for rooms", asked)
	}
}

func TestPlainTextHasNoMarkup(t *testing.T) {
	for _, c := range []struct{ text, plain string }{
		{"hello\n\nworld", "hello\n\nworld"},
		{"**b** `c` [l](https://a.b) ~~s~~ @ada", "b c l s @ada"},
		{"# Title\n\n- a\n- b\n\n> q", "Title\n• a\n• b\nq"},
		{"```go\nx := 1\n```\nok", "x := 1\nok"},
		{"a | b\n--|--\nc | d", "a | b\nc | d"},
		{"---", "———"},
		{"- ", "- "},
	} {
		if got := shared.Plain(c.text, Render(c.text, nil).HTML); got != c.plain {
			t.Errorf("%q reads %q, want %q", c.text, got, c.plain)
		}
	}
}

func TestPlainWordsCostNothing(t *testing.T) {
	for _, text := range []string{"Plain words, as in most messages.", "好的，明天见！", "Two\nlines: a-b (c) 1.5"} {
		if n := testing.AllocsPerRun(100, func() { Render(text, nil) }); n != 0 || Any(text) {
			t.Errorf("%q costs %v allocations", text, n)
		}
	}
}
