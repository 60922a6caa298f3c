package shared

import (
	"reflect"
	"strings"
	"testing"
)

// changesOf is a log of changes of one message, each kind among them.
func changesOf() []Event {
	by := func(id UserID) Author { return Author{ID: id} }
	return []Event{
		{Seq: 2, By: by("a"), Reacted: &Reacted{Of: 1, Emoji: "👍", On: true}},
		{Seq: 3, By: by("b"), Reacted: &Reacted{Of: 1, Emoji: "👍", On: true}},
		{Seq: 4, By: by("a"), At: 40, Edited: &Edited{Of: 1, Text: "better", Mentions: []UserID{"b"}}},
		{Seq: 5, By: by("a"), Reacted: &Reacted{Of: 1, Emoji: "👍"}},
		{Seq: 6, By: by("b"), Reacted: &Reacted{Of: 1, Emoji: "🎉", On: true}},
		{Seq: 7, By: by("a"), At: 70, Edited: &Edited{Of: 1, Text: "best"}},
		{Seq: 8, By: by("a"), Deleted: &Deleted{Of: 1}},
	}
}

func TestAMessageTakesEachChangeOnce(t *testing.T) {
	changes := changesOf()
	for n := range len(changes) + 1 {
		once := Message{Key: "k", Text: "first"}
		for i := range changes[:n] {
			once = once.Apply(&changes[i])
		}
		for from := range n { // the state of some moment, and events that overlap it
			again := once
			for i := from; i < n; i++ {
				again = again.Apply(&changes[i])
			}
			if !reflect.DeepEqual(once, again) {
				t.Errorf("after %d changes, with those after %d again: got %+v, want %+v", n, from, again, once)
			}
		}
	}
}

func TestAChangeLeavesWhatItChangesAsItWas(t *testing.T) {
	m := Message{Text: "first"}
	for _, ev := range changesOf() {
		before := m
		before.Reactions = append([]Reaction(nil), m.Reactions...)
		for i := range before.Reactions {
			before.Reactions[i].Users = append([]UserID(nil), m.Reactions[i].Users...)
		}
		next := m.Apply(&ev)
		if len(m.Reactions) > 0 && !reflect.DeepEqual(m, before) {
			t.Fatalf("event %d changed %+v to %+v", ev.Seq, before, m)
		}
		m = next
	}
	if !m.Deleted || m.Text != "" || m.Reactions != nil || m.Edited != 0 {
		t.Errorf("a deleted message still says %+v", m)
	}
}

func TestAQuoteIsWhatItsMessageSays(t *testing.T) {
	said := Event{Seq: 1, By: Author{ID: "a"}, Message: &Message{Text: "**first**", HTML: "<p><strong>first</strong></p>"}}
	quote := said.Quote()
	if quote.Text != "first" {
		t.Errorf("it says %q", quote.Text)
	}
	for _, ev := range changesOf() {
		m := said.Message.Apply(&ev)
		said.Message = &m
		quote = quote.Apply(&ev)
		if quote != said.Quote() {
			t.Errorf("after event %d: got %+v, want %+v", ev.Seq, quote, said.Quote())
		}
	}
}

func TestPlainTextIsWhatTheHTMLSays(t *testing.T) {
	for in, want := range map[string]string{
		``:                      `**typed**`,
		`<p>a<br>b</p><p>c</p>`: "a\nb\nc",
		`<p>1 &lt; 2 &amp;amp; &#34;&#39;&gt;</p>`:                                                                "1 < 2 &amp; \"'>",
		`<p>see <a href="https://a.b">there</a></p>`:                                                              "see there",
		`<ul><li>one</li><li><p>two</p></li></ul>`:                                                                "• one\n• two",
		`<ol start="3"><li></li><li>b</li></ol><p>c</p>`:                                                          "•\n• b\nc",
		`<blockquote><p>q</p></blockquote>`:                                                                       "q",
		`<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>`: "a | b\nc | d",
		`<pre><code class="go"><span class="hl-k">go</span> x

y</code></pre>`: "go x\ny",
		`<hr>`:   "———",
		`cut <b`: "cut",
	} {
		if got := Plain("**typed**", in); got != want {
			t.Errorf("%s reads %q, want %q", in, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"one\n  two\tthree ":        "one two three",
		strings.Repeat("文", 140):    strings.Repeat("文", 140),
		strings.Repeat("文", 141):    strings.Repeat("文", 140) + "…",
		strings.Repeat("🎉", 9_000):  strings.Repeat("🎉", 140) + "…",
		strings.Repeat("a ", 9_000): strings.Repeat("a ", 70) + "…",
	} {
		if got := Excerpt(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
