package server

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"hubbub/shared"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// hook is what is said of a body, or the code of the error.
func hook(contentType, body string) string {
	m, err := parseHook(contentType, strings.NewReader(body), nil)
	if err != nil {
		return "error: " + string(shared.AsError(err).Code)
	}
	return m.compose()
}

func TestWhatAWebhookSays(t *testing.T) {
	const boundary = "multipart/form-data; boundary=xyz"
	part := func(header, body string) string {
		return "--xyz\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + body + "\r\n"
	}
	for _, test := range []struct{ name, contentType, body, want string }{
		{"curl -d calls a text a form", formType, "Backup done: 3 GB & counting", "Backup done: 3 GB & counting"},
		{"also with signs that forms have", formType, "a=1&b=2 50% + 3", "a=1&b=2 50% + 3"},
		{"and without a type", "", "hello", "hello"},
		{"a text of several lines", formType, "one\r\ntwo\n", "one\ntwo"},
		{"a form's text", formType, "text=one+two%21&x=1", "one two!"},
		{"a form's text that is not encoded", formType, "text=50% done", "50% done"},
		{"a form's payload", formType, "payload=%7B%22text%22%3A%22from+Jenkins%22%7D", "from Jenkins"},
		{"JSON that curl calls a form", formType, `{"text": "a & b"}`, "a & b"},
		{"braces that are no JSON", formType, "{oops}", "{oops}"},
		{"plain text, as it is", "text/plain; charset=utf-8", `{"text":"<b>"}`, `{"text":"<b>"}`},
		{"a byte order mark is no character", "text/plain", "\ufeffhi", "hi"},
		{"JSON", jsonType, `{"text":"hi","username":"mallory","channel":"#x","icon_emoji":":x:"}`, "hi"},
		{"JSON that is none", jsonType, `{"text":`, "error: malformed"},
		{"JSON that is a list", jsonType, `["hi"]`, "error: malformed"},
		{"a payload in a form that is no JSON", formType, "payload=hi", "error: malformed"},
		{"a file", boundary, part(`name="file"; filename="log.txt"`, "line 1\nline 2\n") + "--xyz--", "log.txt\n```\nline 1\nline 2\n```"},
		{
			"a file with fences in it", boundary, part(`name="f"; filename="README.md"`, "```\nx\n```") + "--xyz--",
			"README.md\n````\n```\nx\n```\n````",
		},
		{
			"a text and two files", boundary,
			part(`name="text"`, "Look:") + part(`name="a"; filename="a.txt"`, "A") + part(`name="b"; filename="C:\\logs\\b.txt"`, "B") + "--xyz--",
			"Look:\na.txt\n```\nA\n```\nb.txt\n```\nB\n```",
		},
		{"a form with a payload, in parts", boundary, part(`name="payload"`, `{"text":"hi"}`) + "--xyz--", "hi"},
		{"a field that nobody knows", boundary, part(`name="x"`, `hi`) + "--xyz--", ""},
		{"a form that ends too early", boundary, part(`name="text"`, "hi"), "error: malformed"},
		{"a picture", boundary, part(`name="f"; filename="x.png"`, "\x89PNG\r\n\x1a\n\x00\x00") + "--xyz--", "error: unsupported"},
		{"bytes", "application/octet-stream", "\x00\x01", "error: unsupported"},
		{"bytes that are text", "application/octet-stream", "one\ntwo", "```\none\ntwo\n```"},
		{"bytes that curl calls a form", formType, "\xff\xd8\xff\xe0\x00\x10JFIF", "error: unsupported"},
		{"another encoding", "text/plain", "\xd6\xd0\xce\xc4\xd5\xe2", "error: unsupported"},
		{"a stray byte is no harm", "text/plain", "a long line of a log with one \xe9 in it", "a long line of a log with one \ufffd in it"},
		{"a name that leads elsewhere", boundary, part(`name="f"; filename="../../etc/passwd"`, "x") + "--xyz--", "passwd\n```\nx\n```"},
		{"a name that hides", boundary, part("name=\"f\"; filename=\"a\u202egpj.txt`\"", "x") + "--xyz--", "agpj.txt\n```\nx\n```"},
		{"nothing", jsonType, `{}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := hook(test.contentType, test.body); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSlacksPayloadsAreReadable(t *testing.T) {
	for _, test := range []struct{ name, payload, want string }{
		{"links", `{"text":"see <https://ci.example.org/7|build 7> and <https://ci.example.org>"}`, "see build 7 (https://ci.example.org/7) and https://ci.example.org"},
		{"a link whose name is its address", `{"text":"<http://a.example/|a.example> <http://a.example|http://a.example>"}`, "http://a.example/ http://a.example"},
		{"mail and telephone", `{"text":"<mailto:ada@example.org|ada@example.org> <tel:+4912|+4912>"}`, "ada@example.org +4912"},
		{"people, rooms and everybody", `{"text":"<@U123> <@U123|ada> <#C1|general> <#C1> <!here> <!channel|channel> <!subteam^S9|@devs> <!subteam^S9>"}`, "@U123 @ada #general #C1 @here @channel @devs @S9"},
		{"a time", `{"text":"at <!date^1392734382^{time}|6:39 AM>"}`, "at 6:39 AM"},
		{"what is escaped is shown", `{"text":"a &lt;b&gt; &amp;amp; &lt;https://x|y&gt;"}`, "a <b> &amp; <https://x|y>"},
		{"comparisons and generics are no marks", `{"text":"if a<b and c>d: List<String>"}`, "if a<b and c>d: List<String>"},
		{"an address with a query", `{"text":"<https://a.example/?x=1&amp;y=2|here>"}`, "here (https://a.example/?x=1&y=2)"},
		{
			"attachments",
			`{"text":"Deploy","attachments":[{"fallback":"not this","color":"#f00","pretext":"Pre","author_name":"CI","title":"Build 7","title_link":"https://ci.example.org/7","text":"failed","fields":[{"title":"Branch","value":"main","short":true},{"title":"Tests","value":12},{"value":"alone"}],"footer":"Jenkins"}]}`,
			"Deploy\nPre\nCI\nBuild 7 (https://ci.example.org/7)\nfailed\nBranch: main\nTests: 12\nalone\nJenkins",
		},
		{"an attachment that says nothing else", `{"attachments":[{"fallback":"Build failed"}]}`, "Build failed"},
		{
			"blocks, in whose place the text stands elsewhere",
			`{"text":"short","blocks":[{"type":"header","text":{"type":"plain_text","text":"Alert :fire:"}},{"type":"divider"},{"type":"section","text":{"type":"mrkdwn","text":"*CPU* at <https://g.example|90%>"},"fields":[{"type":"mrkdwn","text":"*Host*\nweb-1"},{"type":"mrkdwn","text":"*Since*\n5m"}]},{"type":"context","elements":[{"type":"image","image_url":"x","alt_text":"logo"},{"type":"mrkdwn","text":"by Grafana"}]},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"OK"}}]}]}`,
			"Alert :fire:\n*CPU* at 90% (https://g.example)\n*Host*\nweb-1\n*Since*\n5m\nlogo by Grafana",
		},
		{
			"rich text",
			`{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a < b "},{"type":"link","url":"https://x.example","text":"x"},{"type":"user","user_id":"U1"},{"type":"emoji","name":"wave"}]},{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]}]}]}`,
			"a < b x (https://x.example)@U1:wave:\none",
		},
		{"blocks without words leave the text", `{"text":"short","blocks":[{"type":"divider"}]}`, "short"},
		{"a picture in a block", `{"blocks":[{"type":"image","title":{"type":"plain_text","text":"Load"},"image_url":"https://g.example/1.png","alt_text":"a graph"}]}`, "Load\na graph\nhttps://g.example/1.png"},
		{"Mattermost's", `{"username":"bot","text":"#### Tests\n| a | b |","props":{"card":"x"},"attachments":[{"text":"**bold**","fields":[{"short":false,"title":"T","value":"V"}]}]}`, "#### Tests\n| a | b |\n**bold**\nT: V"},
		{"values of other kinds", `{"text":7,"attachments":[{"text":null,"title":true,"fields":null}]}`, "7\ntrue"},
		{"a NUL", `{"text":"a\u0000b"}`, "error: unsupported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := hook(jsonType, test.payload); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWhatDoesNotFitIsSaidToBeMissing(t *testing.T) {
	long := strings.Repeat("中文 line\n", 50_000)
	t.Run("of a text", func(t *testing.T) {
		got := hook("text/plain", long)
		wantCut(t, got, "中文 line\n中文", "characters left out)")
	})
	t.Run("of a file, whose fence still ends", func(t *testing.T) {
		m := hookMessage{text: "Look:", files: []hookFile{{"log.txt", long}}}
		got := m.compose()
		wantCut(t, got, "Look:\nlog.txt\n```\n", "characters left out)")
		if strings.Count(got, "```") != 2 {
			t.Errorf("it ends with %q", got[len(got)-100:])
		}
	})
	t.Run("of many files", func(t *testing.T) {
		m := hookMessage{text: "Look:"}
		for i := range 300 {
			m.files = append(m.files, hookFile{fmt.Sprint(i, ".txt"), strings.Repeat("x", 60)})
		}
		wantCut(t, m.compose(), "Look:\n0.txt\n```\n", "of 300 files)")
	})
	t.Run("of a text with a file", func(t *testing.T) {
		m := hookMessage{text: long, files: []hookFile{{"log.txt", "x"}}}
		wantCut(t, m.compose(), "中文", "(left out: 1 of 1 files)")
	})
	t.Run("of a file that is all fences", func(t *testing.T) {
		m := hookMessage{files: []hookFile{{"x", strings.Repeat("`", 20_000)}}}
		wantCut(t, m.compose(), "x\n``````````\n", "characters left out)")
	})
	t.Run("what just fits is whole", func(t *testing.T) {
		whole := strings.Repeat("中", shared.MaxText)
		if got := hook("text/plain", whole); got != whole {
			t.Errorf("it was cut to %d characters", utf8.RuneCountInString(got))
		}
	})
}

func wantCut(t *testing.T, text, begin, end string) {
	t.Helper()
	if err := shared.ValidateText(text); err != nil {
		t.Error(err)
	}
	if n := utf8.RuneCountInString(text); n < shared.MaxText*8/10 {
		t.Errorf("only %d characters were kept", n)
	}
	if !strings.HasPrefix(text, begin) || !strings.HasSuffix(text, end) {
		t.Errorf("it is %.40q … %q", text, text[len(text)-60:])
	}
}

// FuzzHook holds that whatever is sent, what comes of it can be said.
func FuzzHook(f *testing.F) {
	for _, body := range []string{
		"plain", "text=x", "payload=%7B%7D", `{"text":"<https://a|b> &amp; <!here>"}`,
		`{"blocks":[{"type":"section","text":{"text":"x"},"fields":[{"text":"y"}]}],"attachments":[{"fields":[{"title":1}]}]}`,
		"--x\r\nContent-Disposition: form-data; name=f; filename=a.txt\r\n\r\nhi\r\n--x--", "\xff\xfe\x00",
	} {
		for _, kind := range []string{jsonType, formType, "multipart/form-data; boundary=x", "text/plain", "image/png"} {
			f.Add(kind, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		m, err := parseHook(contentType, bytes.NewReader(body), nil)
		if err != nil {
			return
		}
		text := m.compose()
		if strings.TrimSpace(text) == "" {
			return
		}
		if err := shared.ValidateText(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}
