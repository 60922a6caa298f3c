package tokens

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// mark begins what is a term and no word, a stem; two of them what else can be
// asked of a message. No text has it in a term.
const mark = "·"

// Marks of messages: they are terms like the others.
const (
	Link = mark + mark + "link"
	File = mark + mark + "file"
	All  = mark               // every message has it
	None = mark + mark + "no" // none has
)

// In and By are the marks of a room's messages and of an author's.
func In(room string) string { return mark + mark + "r" + hex.EncodeToString([]byte(room)) }
func By(user string) string { return mark + mark + "u" + hex.EncodeToString([]byte(user)) }

// Stem is how the stem of words that are not their own stem stands in the tail.
func Stem(stem string) string { return mark + stem }

// beginning is how many characters of a word are looked for so often, by people
// who are still typing, and stand in so many words, that they are a term.
const beginning = 2

// begins is the term of all words with word's first two characters, or "" where
// there are not so many, or the script has no spaces.
func begins(word string) string {
	n := 0
	for i, r := range word {
		if n++; n == 1 && classOf(r) != letter {
			return ""
		}
		if n > beginning {
			return word[:i] + "…"
		}
	}
	if n < beginning {
		return ""
	}
	return word + "…"
}

// Begins is the term that stands for c, where c is no more than the first two
// characters of a word.
func Begins(c *Clause) (term string, ok bool) {
	if !c.Prefix || len(c.Terms) != 1 || utf8.RuneCountInString(c.Terms[0]) != beginning {
		return "", false
	}
	term = begins(c.Terms[0])
	return term, term != ""
}

// Of returns the terms of a message, with spaces between: those of its text,
// those of its files' names, and its marks.
func Of(text string, files ...string) string {
	b := builder{seen: make(map[string]bool, 32)}
	b.Grow(2 * len(text))
	b.put(scan(text))
	for _, name := range files {
		b.put(scan(name))
	}
	if len(files) > 0 {
		b.tail = append(b.tail, File)
	}
	if strings.Contains(text, "http://") || strings.Contains(text, "https://") {
		b.tail = append(b.tail, Link)
	}
	b.WriteString(strings.Join(b.tail, " "))
	return b.String()
}

// builder writes terms, and gathers what comes behind them.
type builder struct {
	strings.Builder

	seen map[string]bool // words, and what is in the tail
	tail []string
}

// put writes terms, and what keeps them apart from those that follow.
func (b *builder) put(list []term) {
	for _, t := range list {
		b.WriteString(t.text)
		b.WriteByte(' ')
		if b.seen[t.text] {
			continue
		}
		b.seen[t.text] = true
		if s := begins(t.text); s != "" {
			b.behind(s)
		}
		if s := stem(t.text); s != t.text {
			b.behind(Stem(s))
		}
	}
	b.WriteString(mark)
	b.WriteByte(' ')
}

// behind puts a term into the tail, once.
func (b *builder) behind(term string) {
	if !b.seen[term] && len(b.tail) < maxTail {
		b.seen[term] = true
		b.tail = append(b.tail, term)
	}
}

// maxTail is how many different stems and beginnings a message has.
const maxTail = 2000

// stem is what a word has in common with its other forms: of "deploys" and
// "deploying", "deploy". Words that are not in plain letters stay as they are.
func stem(word string) string {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current()
}
