package tokens

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds on what one text gives. More than a message can say is never indexed
// as more: whoever writes nonsense pays for it alone.
const (
	maxTerms = 20_000
	maxWord  = 64 // characters; of a longer word the beginning counts
)

// term is one term of a text and where it stands there, in bytes.
type term struct {
	text     string
	from, to int
	head     int // of a pair: where its first character ends; else to
}

// class is what a character is to search.
type class uint8

const (
	gap    class = iota // stands between terms
	letter              // part of a word
	sign                // an emoji, a symbol: a word by itself
	cjk                 // of a script without spaces
	unseen              // joins, hides, colours; as if it were not there
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return letter
		}
		return gap
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r == 'ー':
		return cjk
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return letter
	case unicode.IsMark(r), unicode.Is(unicode.Cf, r), r >= 0x1f3fb && r <= 0x1f3ff: // the last: colours of skin
		return unseen
	case unicode.Is(unicode.So, r):
		return sign
	}
	return gap
}

// fold is r in the one form that is compared, which may be two letters: in lower
// case and, where people leave them out as they type, without accents.
func fold(r rune) (one, two rune) {
	r = unicode.ToLower(r)
	if r < utf8.RuneSelf {
		return r, 0
	}
	if accented(r) {
		var space [utf8.UTFMax]byte
		if parts := norm.NFD.Properties(utf8.AppendRune(space[:0], r)).Decomposition(); parts != nil {
			r, _ = utf8.DecodeRune(parts)
		}
	}
	switch r {
	case 'ς':
		return 'σ', 0 // the same letter at the end of a word
	case 'ё':
		return 'е', 0 // no other accent of Cyrillic: й is another letter than и
	case 'ß':
		return 's', 's'
	case 'æ':
		return 'a', 'e'
	case 'œ':
		return 'o', 'e'
	case 'ø':
		return 'o', 0
	case 'ł':
		return 'l', 0
	case 'đ':
		return 'd', 0
	case 'ı':
		return 'i', 0
	}
	return r, 0
}

// Plain is a text as names are compared: normalized as words are, all of it.
func Plain(text string) string {
	var plain []byte
	for _, r := range norm.NFKC.String(text) {
		one, two := fold(r)
		if on, _ := utf8.DecodeLastRune(plain); unicode.IsMark(one) && len(plain) > 0 && accented(on) {
			continue
		}
		if plain = utf8.AppendRune(plain, one); two != 0 {
			plain = utf8.AppendRune(plain, two)
		}
	}
	return string(plain)
}

// accented reports whether accents on r, or of it, do not count. Unicode has no
// Latin or Greek letters with accents from U+2000 on.
func accented(r rune) bool {
	return r < utf8.RuneSelf || r < 0x2000 && unicode.In(r, unicode.Latin, unicode.Greek)
}

// scanner turns characters into terms.
type scanner struct {
	terms []term
	word  []byte // the word that is being read
	size  int    // its characters
	from  int
	to    int
	last  term // the last character of the run that is being read
}

// scan returns the terms of a text in their order, at most maxTerms.
func scan(text string) []term {
	s := scanner{terms: make([]term, 0, len(text)/4+1)}
	for i := 0; i < len(text) && text[i] < utf8.RuneSelf; i++ {
		if i+1 == len(text) {
			return s.ascii(text)
		}
	}
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	for !it.Done() && len(s.terms) < maxTerms {
		from := it.Pos()
		segment := it.Next()
		for len(segment) > 0 {
			r, n := utf8.DecodeRune(segment)
			s.read(r, from, it.Pos())
			segment = segment[n:]
		}
	}
	return s.end()
}

// ascii is scan for text that needs no normalization.
func (s *scanner) ascii(text string) []term {
	for i := 0; i < len(text) && len(s.terms) < maxTerms; i++ {
		s.read(rune(text[i]), i, i+1)
	}
	return s.end()
}

// read takes the next character, which stands at [from, to).
func (s *scanner) read(r rune, from, to int) {
	r, second := fold(r)
	kind := classOf(r)
	if kind == unseen {
		if len(s.word) == 0 || !unicode.IsMark(r) {
			return
		}
		if on, _ := utf8.DecodeLastRune(s.word); accented(on) {
			s.to = to
			return
		}
		kind = letter // a sign of vowels, say, that is no part of its letter
	}
	if kind != letter {
		s.endWord()
	}
	if kind != cjk {
		s.endRun()
	}
	switch kind {
	case letter:
		s.letter(r, from, to)
		if second != 0 {
			s.letter(second, from, to)
		}
	case sign:
		s.terms = append(s.terms, term{string(r), from, to, to})
	case cjk:
		if s.last.text != "" {
			s.terms = append(s.terms, term{s.last.text + string(r), s.last.from, to, s.last.to})
		}
		s.last = term{string(r), from, to, to}
	}
}

func (s *scanner) letter(r rune, from, to int) {
	if len(s.word) == 0 {
		s.from, s.size = from, 0
	}
	if s.to = to; s.size < maxWord {
		s.word = utf8.AppendRune(s.word, r)
		s.size++
	}
}

func (s *scanner) endWord() {
	if len(s.word) > 0 {
		s.terms = append(s.terms, term{string(s.word), s.from, s.to, s.to})
		s.word = s.word[:0]
	}
}

func (s *scanner) endRun() {
	if s.last.text != "" {
		s.terms = append(s.terms, s.last)
		s.last = term{}
	}
}

func (s *scanner) end() []term {
	s.endWord()
	s.endRun()
	return s.terms[:min(len(s.terms), maxTerms)]
}
