package app

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestServerAttrSurvivesTheServersQuoting(t *testing.T) {
	for _, hostile := range []string{
		`plain`, `true`, `say "hi"`, `a\b`, `</script><script>`, "line\nbreak", "tab\t", `&amp;`, "👩\u200d👧 family",
		"\u202eoverride", "李文", `" onmouseover="alert(1)`, "\x07bell", `trailing\`, "non\u00a0breaking",
	} {
		page := `<p title="` + strings.TrimSuffix(strings.TrimPrefix(strconv.Quote(serverAttr(hostile)), `"`), `"`) + `"></p>`
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		p := find(doc, "p")
		if p == nil || len(p.Attr) != 1 || p.Attr[0].Val != hostile {
			t.Errorf("%q came back as %+v from %s", hostile, p, page)
		}
	}
}

func TestTextHTML(t *testing.T) {
	link := func(url string) string {
		return `<a href="` + url + `" target="_blank" rel="noopener noreferrer nofollow">` + url + `</a>`
	}
	cases := []struct{ name, in, want string }{
		{"plain", "hi there", "hi there"},
		{"markup is shown as typed", "<b>&", "&lt;b&gt;&amp;"},
		{"a link", "see https://a.b/c now", "see " + link("https://a.b/c") + " now"},
		{"a full stop after it", "https://a.b/c.", link("https://a.b/c") + "."},
		{"a Chinese full stop", "看https://a.b/c。好", "看" + link("https://a.b/c") + "。好"},
		{"in brackets", "(https://a.b/c)", "(" + link("https://a.b/c") + ")"},
		{"brackets of its own", "https://a.b/c_(d)", link("https://a.b/c_(d)")},
		{"a query", "https://a.b/?x=1&y=2", `<a href="https://a.b/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">https://a.b/?x=1&amp;y=2</a>`},
		{"two", "http://a http://b", link("http://a") + " " + link("http://b")},
		{"no host", "https:// nothing", "https:// nothing"},
		{"javascript is none", "javascript:alert(1)", "javascript:alert(1)"},
		{"within a word", "xhttp://a.b", "xhttp://a.b"},
		{"quotes end it", `https://a.b/"onclick="x`, link("https://a.b/") + `&#34;onclick=&#34;x`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := textHTML(c.in); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Lovelace": "AL", "ada": "A", "李文": "李文", "欧阳小明": "小明", "José de la Cruz": "JC", "🎉": "?", "": "?", "#1 fan": "1F",
	} {
		if got := initials(name); got != want {
			t.Errorf("initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestOnlyEmoji(t *testing.T) {
	for text, want := range map[string]bool{
		"🎉": true, " 👍🏽 ": true, "👩\u200d👧": true, "🎉 🎉\u00a0": true, "🇨🇳🇩🇪": true, "1️⃣2️⃣": true, "❤️❤️❤️❤️❤️❤️": true,
		"🎉🎉🎉🎉🎉🎉🎉": false, "hi 🎉": false, "🎉!": false, "": false, "  ": false, "123": false, "→": false, "🎉\n\n🎉": false,
	} {
		if got := onlyEmoji(text); got != want {
			t.Errorf("onlyEmoji(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestEveryEmojiIsDrawnLarge(t *testing.T) {
	all, err := os.ReadFile("../web/testdata/emoji.txt")
	if err != nil {
		t.Fatal(err)
	}
	for emoji := range strings.FieldsSeq(string(all)) {
		for _, text := range []string{emoji, strings.Repeat(emoji, mostLarge)} {
			if !onlyEmoji(text) {
				t.Errorf("%s is drawn small", text)
			}
		}
		if onlyEmoji("a" + emoji) {
			t.Errorf("text before %s is drawn large", emoji)
		}
	}
}

func find(n *html.Node, tag string) *html.Node {
	if n.Type == html.ElementNode && n.Data == tag {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f := find(c, tag); f != nil {
			return f
		}
	}
	return nil
}
