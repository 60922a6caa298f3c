package shared

import (
	"strings"
	"unicode/utf8"
)

// ValidateEmoji checks that s is one emoji, as Unicode's UTS #51 builds them:
// an emoji with its selector, tone or tags, several joined to one, a flag, a
// keycap.
func ValidateEmoji(s string) error {
	rest, n := s, 0
	for ; rest != "" && n < maxJoined; n++ {
		size := emojiElement(rest)
		if size == 0 {
			break
		}
		rest = rest[size:]
		if rest == "" {
			return nil
		}
		r, joiner := utf8.DecodeRuneInString(rest)
		if r != zeroWidthJoiner {
			break
		}
		rest = rest[joiner:]
	}
	return Invalidf("emoji", "this is not one emoji")
}

const (
	maxJoined       = 10 // elements in one emoji: families have four
	zeroWidthJoiner = '\u200d'
	emojiSelector   = '\ufe0f'
	keycap          = '\u20e3'
)

// emojiElement returns how many bytes of s are one element of an emoji: a
// flag, a keycap, or a character with what modifies it.
func emojiElement(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	next, more := utf8.DecodeRuneInString(s[size:])
	switch {
	case isFlagLetter(r):
		if isFlagLetter(next) {
			return size + more
		}
		return 0
	case r >= '0' && r <= '9', r == '#', r == '*':
		if next == emojiSelector {
			size += more
			next, more = utf8.DecodeRuneInString(s[size:])
		}
		if next == keycap {
			return size + more
		}
		return 0
	case !isPictograph(r):
		return 0
	}
	if next == emojiSelector || next >= 0x1F3FB && next <= 0x1F3FF { // skin tones
		size += more
	}
	for tag, more := utf8.DecodeRuneInString(s[size:]); tag >= 0xE0020 && tag <= 0xE007F; tag, more = utf8.DecodeRuneInString(s[size:]) {
		size += more // flags of regions
	}
	return size
}

func isFlagLetter(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isPictograph reports whether r lies where Unicode keeps its pictographs.
func isPictograph(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x27BF, r >= 0x2B00 && r <= 0x2BFF,
		r >= 0x2190 && r <= 0x21FF, r >= 0x2300 && r <= 0x23FF, r >= 0x25A0 && r <= 0x25FF:
		return true
	}
	return strings.ContainsRune("©®‼⁉™ℹⓂ⤴⤵〰〽㊗㊙", r)
}
