package server

import (
	"errors"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"hubbub/shared"
	"hubbub/shared/tokens"
)

func TestQueriesAreRead(t *testing.T) {
	for _, c := range []struct {
		query string
		want  []part
	}{
		{"", nil},
		{"  two  words ", []part{{text: "two"}, {text: "words"}}},
		{`say "on Thursday" -draft -"not this"`, []part{
			{text: "say"}, {text: "on Thursday", quoted: true}, {not: true, text: "draft"}, {not: true, text: "not this", quoted: true},
		}},
		{`from:"Ada Lovelace" FROM:bob in:#lobby`, []part{
			{key: "from", text: "Ada Lovelace", quoted: true}, {key: "from", text: "bob"}, {key: "in", text: "#lobby"},
		}},
		{"from：李文 “会议 室” 「明日」", []part{{key: "from", text: "李文"}, {text: "会议 室", quoted: true}, {text: "明日", quoted: true}}},
		{"https://a.b/c note:this", []part{{text: "https://a.b/c"}, {text: "note:this"}}},
		{`"no end`, []part{{text: "no end", quoted: true}}},
		{"- -- a-b", []part{{text: "-"}, {not: true, text: "-"}, {text: "a-b"}}},
		{"from: x", []part{{key: "from"}, {text: "x"}}},
	} {
		if got := parseQuery(c.query); !slices.Equal(got, c.want) {
			t.Errorf("%q: got %+v, want %+v", c.query, got, c.want)
		}
	}
}

func FuzzQueries(f *testing.F) {
	for _, s := range []string{"from：李文 “会议", `-"x`, "in:", "has:link on:2026-2-30", "-：", "\xff:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		var q Query
		total := 0
		for _, p := range parseQuery(query) {
			total += len(p.text) + len(p.key)
			var told *shared.Error
			if err := q.add(p, true, 480); err != nil && (!errors.As(err, &told) || !utf8.ValidString(told.Message) && utf8.ValidString(query)) {
				t.Fatalf("%q: %v", query, err)
			}
		}
		if total > len(query) {
			t.Fatalf("%q became longer", query)
		}
	})
}

func TestDatesAreDaysWhereTheAskerIs(t *testing.T) {
	at := func(text string) shared.Millis {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return shared.Millis(when.UnixMilli())
	}
	for _, c := range []struct {
		query       string
		from, until shared.Millis
	}{
		{"before:2026-11-20", 0, at("2026-11-20T00:00:00+08:00")},
		{"after:2026-11-20", at("2026-11-21T00:00:00+08:00"), 0},
		{"on:2026/1/2", at("2026-01-02T00:00:00+08:00"), at("2026-01-03T00:00:00+08:00")},
		{"after:2026-11-01 after:2026-11-03 before:2026-11-09 before:2026-11-20", at("2026-11-04T00:00:00+08:00"), at("2026-11-09T00:00:00+08:00")},
	} {
		var q Query
		for _, p := range parseQuery(c.query) {
			if err := q.add(p, false, 8*60); err != nil {
				t.Errorf("%q: %v", c.query, err)
			}
		}
		if q.From != c.from || q.Until != c.until {
			t.Errorf("%q: from %d until %d, want %d and %d", c.query, q.From, q.Until, c.from, c.until)
		}
	}
}

func TestWhatFiltersCannotTakeIsTold(t *testing.T) {
	for query, field := range map[string]string{
		"has:soul": "query.has", "before:yesterday": "query.date", "on:2026-02-30": "query.date", "in:": "query.blank",
		`from:""`: "query.blank", "-from:ada": "query.not", "-has:link": "query.not",
	} {
		var q Query
		var told *shared.Error
		if err := q.add(parseQuery(query)[0], true, 0); !errors.As(err, &told) || told.Field != field {
			t.Errorf("%q: got %v, want %s", query, err, field)
		}
	}
	var q Query
	if err := q.add(part{key: "has", text: "Link"}, true, 0); err != nil || !slices.Equal(q.Marks, []string{tokens.Link}) {
		t.Errorf("got %+v, %v", q, err)
	}
}

func TestAnExcerptIsOfWhatSaysIt(t *testing.T) {
	look := func(typed string) []tokens.Clause {
		c, _ := tokens.Word(typed, true)
		return []tokens.Clause{c}
	}
	files := []shared.File{{Name: "会议.pdf"}, {Name: "plan.png"}}
	for _, c := range []struct {
		m           shared.Message
		typed, want string
	}{
		{shared.Message{Text: "the plan"}, "plan", "the plan"},
		{shared.Message{Text: "the plan", Files: files}, "plan", "the plan"},
		{shared.Message{Text: "look", Files: files}, "议", "会议.pdf, plan.png"},
		{shared.Message{Files: files}, "nothing", "会议.pdf, plan.png"},
		{shared.Message{Text: "**look**", HTML: "<p><strong>look</strong></p>", Files: files}, "look", "look"},
	} {
		if got := shown(&c.m, look(c.typed)); got != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.typed, c.m.Text, got, c.want)
		}
	}
}

func TestNamesMeanWhoHasThem(t *testing.T) {
	users := []shared.User{{ID: "1", Name: "Ada Lovelace", Handle: "ada"}, {ID: "2", Name: "Ada King"}, {ID: "3", Name: "ada king"}, {ID: "4", Name: "李文"}, {ID: "5", Name: "José Weiß"}, {ID: "6", Name: "Hans", Handle: "weiss"}}
	for name, want := range map[string][]shared.UserID{
		"ada": {"1"}, "@ADA": {"1"}, "Ada King": {"2", "3"}, "king": {"2", "3"}, "love": {"1"}, "文": {"4"}, "jose": {"5"}, "Weiß": {"5"}, "WEISS": {"6"}, "eve": nil, "@": nil,
	} {
		if got := usersNamed(users, name); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
