package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
	"hubbub/shared/tokens"
)

// BenchmarkFind finds the newest 20 of 200,000 messages in English, Chinese and
// Japanese, in 20 rooms, while nobody writes.
func BenchmarkFind(b *testing.B) {
	const messages = 200_000
	l := newLibrary(b, messages, 20)
	quiet := shared.User{ID: "quiet", Name: "Quiet", Role: shared.RoleMember}
	if _, _, err := l.Arrive(b.Context(), quiet, "Studio", lobby, start); err != nil {
		b.Fatal(err)
	}
	for _, room := range []shared.RoomID{"room18", "room19"} { // little is said there
		if _, err := l.AddMember(b.Context(), owner.Author(), room, quiet.ID, start); err != nil {
			b.Fatal(err)
		}
	}
	first, last := l.all[0].At, l.all[messages-1].At
	words := func(typed ...string) (q server.Query) {
		for i, w := range typed {
			c, _ := tokens.Word(w, i == len(typed)-1)
			q.All = append(q.All, c)
		}
		return q
	}
	phrase := func(text string) server.Query {
		c, _ := tokens.Phrase(text)
		return server.Query{All: []tokens.Clause{c}}
	}
	narrow := words("the")
	narrow.By, narrow.Rooms, narrow.Until = []shared.UserID{"user-7"}, []shared.RoomID{"room3"}, (first+last)/2
	without := words("the")
	without.None = words("to", "is").All
	early := words("的")
	early.Until = first + 24*3600*1000
	for _, c := range []struct {
		name  string
		query server.Query
		hits  int           // how many there must be
		who   shared.UserID // looks, if not somebody who is everywhere
	}{
		{"frequent-word", words("the"), 20, ""},
		{"frequent-words", words("the", "to", "meeting"), 20, ""},
		{"rare-word", words("zebra7"), 1, ""},
		{"rare-and-frequent", words("zebra7", "the"), 0, ""},
		{"no-such-word", words("xyzzy"), 0, ""},
		{"stem", words("deploying", "server "), 20, ""},
		{"prefix-2", words("th"), 20, ""},
		{"prefix-3", words("dep"), 20, ""},
		{"phrase", phrase("the meeting"), 20, ""},
		{"Han-1", words("会"), 20, ""},
		{"Han-1-frequent", words("的"), 20, ""},
		{"Han-2", words("会议"), 20, ""},
		{"Han-4", words("会议室的"), 20, ""},
		{"Kana-1", words("の"), 20, ""},
		{"Kana-5", words("お願いし"), 20, ""},
		{"mixed", words("会", "th"), 20, ""},
		{"link", server.Query{Marks: []string{tokens.Link}}, 20, ""},
		{"from-in-before", narrow, 20, ""},
		{"from-alone", server.Query{By: []shared.UserID{"user-7"}}, 20, ""},
		{"without", without, 20, ""},
		{"first-day", early, 20, ""},
		{"in-few-rooms", words("the", "会"), 1, quiet.ID},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.query.Limit = 20
			var took []time.Duration
			for b.Loop() {
				begun := time.Now()
				hits, err := l.Find(context.Background(), cmp.Or(c.who, owner.ID), c.query)
				took = append(took, time.Since(begun))
				if err != nil || len(hits) < c.hits {
					b.Fatal(len(hits), err)
				}
			}
			slices.Sort(took)
			b.ReportMetric(milliseconds(took[0]), "least-ms")
			b.ReportMetric(milliseconds(took[len(took)/2]), "p50-ms")
			b.ReportMetric(milliseconds(took[len(took)*99/100]), "p99-ms")
		})
	}
}
