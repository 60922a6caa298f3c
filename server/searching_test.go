package server_test

import (
	"strings"
	"testing"

	"hubbub/shared"
)

func TestSearching(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	bob := s.member("Bob Builder", "bob")
	garden := ada.must("create", shared.NewRoom{Name: "garden", Closed: true}).Room.ID
	say := func(who *visitor, room shared.RoomID, key, text string) {
		t.Helper()
		who.must("post", shared.Post{Room: room, Key: key, Text: text})
	}
	say(ada, lobby, "a1", "We deploy on Thursday, see https://example.org")
	say(bob, lobby, "b1", "会议室见，明天 deploying")
	say(ada, garden, "a2", "Deployed the roses")

	say(ada, garden, "a3", "**Important:** the [tulips](https://example.org/bulbs)")

	found := func(who *visitor, q shared.Search) string {
		t.Helper()
		var all []string
		for _, h := range who.must("search", q).Found.Hits {
			all = append(all, strings.Join(h.Excerpt, "|"))
		}
		return strings.Join(all, "\n")
	}
	for _, c := range []struct {
		name string
		who  *visitor
		q    shared.Search
		want string
	}{
		{"everywhere one is, the newest first", ada, shared.Search{Query: "deploys"}, "|Deployed| the roses\n会议室见，明天 |deploying|\nWe |deploy| on Thursday, see https://example.org"},
		{"not where one is not", bob, shared.Search{Query: "deploys"}, "会议室见，明天 |deploying|\nWe |deploy| on Thursday, see https://example.org"},
		{"here", ada, shared.Search{Query: "deploys", Room: garden}, "|Deployed| the roses"},
		{"in a room by name", ada, shared.Search{Query: "in:#Garden deploys", Room: lobby}, "|Deployed| the roses"},
		{"by somebody", ada, shared.Search{Query: "deploys from:builder"}, "会议室见，明天 |deploying|"},
		{"by me", bob, shared.Search{Query: "from:me"}, "会议室见，明天 deploying"},
		{"with a link", ada, shared.Search{Query: "has:link deploy"}, "We |deploy| on Thursday, see https://example.org"},
		{"one character", ada, shared.Search{Query: "议"}, "会|议|室见，明天 deploying"},
		{"the word is not finished", ada, shared.Search{Query: "thurs from:ada"}, "We deploy on |Thursday|, see https://example.org"},
		{"without something", ada, shared.Search{Query: "deploys -roses -会议"}, "We |deploy| on Thursday, see https://example.org"},
		{"what is shown of markup", ada, shared.Search{Query: "tulips"}, "Important: the |tulips|"},
		{"what is not shown of it", ada, shared.Search{Query: "bulbs"}, "…the [tulips](https://example.org/|bulbs|)"},
		{"nothing", ada, shared.Search{Query: "xyzzy"}, ""},
		{"long ago", ada, shared.Search{Query: "deploys before:1980-01-01"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := found(c.who, c.q); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
	t.Run("pages", func(t *testing.T) {
		first := ada.must("search", shared.Search{Query: "deploys", Limit: 2}).Found
		if len(first.Hits) != 2 || first.More == 0 {
			t.Fatalf("the first page is %+v", first)
		}
		second := ada.must("search", shared.Search{Query: "deploys", Limit: 2, Before: first.More}).Found
		if len(second.Hits) != 1 || second.More != 0 {
			t.Errorf("the second page is %+v", second)
		}
	})
	for _, q := range []shared.Search{
		{},
		{Query: "..."},
		{Query: "from:nobody"},
		{Query: "in:garden"},
		{Query: "has:x"},
		{Query: strings.Repeat("x", 301)},
		{Query: "x", Limit: 51},
		{Query: "x", Before: -1},
		{Query: "x", Zone: 2000},
	} {
		bob.refused(shared.CodeInvalid, "search", q)
	}
}
