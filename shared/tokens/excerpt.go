package tokens

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What an excerpt shows, in characters.
const (
	excerptBefore = 40 // the first place that was found
	excerptSize   = 240
)

// Excerpt returns the part of a text where the clauses stand, in pieces: every
// second piece, from the second on, is what was looked for. Joined, they are a
// part of the text, with "…" where it goes on.
func Excerpt(text string, clauses []Clause) []string {
	found := spans(text, clauses)
	from := 0
	if len(found) > 0 {
		from = back(text, found[0].from, excerptBefore)
	}
	to := forth(text, from, excerptSize)
	pieces, at := make([]string, 0, 2*len(found)+1), from
	for _, s := range found {
		if s.from >= to {
			break
		}
		s.to = min(s.to, to)
		pieces = append(pieces, text[at:s.from], text[s.from:s.to])
		at = s.to
	}
	pieces = append(pieces, text[at:to])
	if from > 0 {
		pieces[0] = "…" + pieces[0]
	}
	if to < len(text) {
		last := len(pieces) - 1
		pieces[last] += "…"
	}
	return pieces
}

// Found reports whether one of the clauses stands in a text.
func Found(text string, clauses []Clause) bool { return len(spans(text, clauses)) > 0 }

// back returns a place up to n characters before at, the beginning of a word
// where there is one.
func back(text string, at, n int) int {
	from := at
	for ; n > 0 && from > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	if from == 0 {
		return 0
	}
	if gap := strings.IndexFunc(text[from:at], unicode.IsSpace); gap >= 0 {
		_, size := utf8.DecodeRuneInString(text[from+gap:])
		return from + gap + size
	}
	return from
}

// forth returns the place n characters after from, or the end.
func forth(text string, from, n int) int {
	for i := range text[from:] {
		if n == 0 {
			return from + i
		}
		n--
	}
	return len(text)
}
