package markup

import (
	"slices"

	"github.com/yuin/goldmark/parser"

	"hubbub/shared"
)

// allowance is how much of something a text may still have.
type allowance int

func (a *allowance) take() bool {
	*a--
	return *a >= 0
}

// pass is what the parsers remember while they go over one text.
type pass struct {
	names    Resolver
	members  **People // as asked for once
	rooms    **Rooms
	mentions []shared.UserID

	delimiters, brackets, unclosed, links, called allowance
}

func newPass(names Resolver) *pass {
	return &pass{
		names:      names,
		delimiters: maxDelimiters, brackets: maxBrackets, unclosed: maxUnclosed, links: maxLinks, called: maxMentions,
	}
}

// passKey is where a parser.Context keeps the pass.
var passKey = parser.NewContextKey()

func (p *pass) context() parser.Context {
	pc := parser.NewContext()
	pc.Set(passKey, p)
	return pc
}

func passOf(pc parser.Context) *pass { return pc.Get(passKey).(*pass) }

func (p *pass) mention(users ...shared.UserID) {
	for _, u := range users {
		if !slices.Contains(p.mentions, u) {
			p.mentions = append(p.mentions, u)
		}
	}
}
