package tokens

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Clause is one thing that is looked for: terms that follow each other in this
// order, or the stem.
type Clause struct {
	Terms  []string
	Prefix bool   // of the last term only the beginning is given
	Stem   string // which is as good as the terms; or ""
}

// Phrase looks for what somebody put between quotes, as it stands. ok is false
// when there is nothing in it that could be found.
func Phrase(text string) (c Clause, ok bool) {
	terms := scan(text)
	if len(terms) == 0 {
		return Clause{}, false
	}
	for _, t := range terms {
		c.Terms = append(c.Terms, t.text)
	}
	switch last := terms[len(terms)-1]; {
	case !isRun(last.text):
	case len(terms) > 1 && terms[len(terms)-2].to == last.to: // the end of a run says that no more follows: nobody meant that
		c.Terms = c.Terms[:len(c.Terms)-1]
	default:
		c.Prefix = true
	}
	return c, true
}

// Word looks for what stands between spaces: a word in any form, or several
// terms in their order, as in "v1.4". Of the last word only the beginning may
// have been typed yet; a single letter is no beginning of anything.
func Word(text string, last bool) (c Clause, ok bool) {
	c, ok = Phrase(text)
	if !ok {
		return c, false
	}
	if end := c.Terms[len(c.Terms)-1]; last && !isRun(end) && utf8.RuneCountInString(end) > 1 {
		c.Prefix = true
	}
	if len(c.Terms) == 1 && !isRun(c.Terms[0]) {
		c.Stem = stem(c.Terms[0])
	}
	return c, true
}

// isRun reports whether a term is of a script without spaces.
func isRun(text string) bool {
	for _, r := range text {
		return classOf(r) == cjk
	}
	return false
}

// find calls found for every place where c stands among terms: the first and
// the last of them.
func (c *Clause) find(terms []term, found func(first, last term)) {
	n := len(c.Terms)
	for i := 0; i+n <= len(terms); i++ {
		if c.at(terms[i : i+n]) {
			found(terms[i], c.cut(terms[i+n-1]))
		}
	}
	if c.Stem == "" {
		return
	}
	for _, t := range terms {
		if stem(t.text) == c.Stem || t.text == c.Stem {
			found(t, t)
		}
	}
}

// at reports whether the terms are those of c.
func (c *Clause) at(terms []term) bool {
	for i, want := range c.Terms {
		got := terms[i].text
		if got != want && !(c.Prefix && i == len(c.Terms)-1 && strings.HasPrefix(got, want)) {
			return false
		}
	}
	return true
}

// cut is the last term of what was found: of a pair of characters only the
// first one, where no more was looked for.
func (c *Clause) cut(t term) term {
	if want := c.Terms[len(c.Terms)-1]; c.Prefix && want != t.text && isRun(want) {
		t.to = t.head
	}
	return t
}

// span is a place in a text, in bytes.
type span struct{ from, to int }

// spans returns where the clauses stand in a text, in order and apart.
func spans(text string, clauses []Clause) []span {
	terms := scan(text)
	var all []span
	for i := range clauses {
		clauses[i].find(terms, func(first, last term) { all = append(all, span{first.from, last.to}) })
	}
	slices.SortFunc(all, func(a, b span) int { return a.from - b.from })
	apart := all[:0]
	for _, s := range all {
		if n := len(apart); n > 0 && s.from <= apart[n-1].to {
			apart[n-1].to = max(apart[n-1].to, s.to)
			continue
		}
		apart = append(apart, s)
	}
	return apart
}
