package shared

import (
	"strings"
	"unicode/utf8"
)

// ValidateEmoji checks that s is one emoji, as Unicode's UTS #51 builds them:
// an emoji with its selector, tone or tags, several joined to one, a flag, a
// keycap.
func ValidateEmoji(s string) error {
	if s == "" || EmojiAt(s) < len(s) {
		return Invalidf("emoji", "this is not one emoji")
	}
	return nil
}

// EmojiAt returns how many bytes of s are the emoji that it begins with, 0 when
// it begins with something else.
func EmojiAt(s string) int {
	size := emojiElement(s)
	for n := 1; n < maxJoined && size > 0; n++ {
		r, joiner := utf8.DecodeRuneInString(s[size:])
		if r != zeroWidthJoiner {
			break
		}
		next := emojiElement(s[size+joiner:])
		if next == 0 {
			break
		}
		size += joiner + next
	}
	return size
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

// isPictograph reports whether r is an emoji by itself, or lies where Unicode
// adds new ones.
func isPictograph(r rune) bool {
	switch {
	case r >= 0x1F300 && r <= 0x1FAFF, r == 0x1F004, r == 0x1F0CF, r >= 0x1F170 && r <= 0x1F251:
		return true
	}
	return strings.ContainsRune(symbols, r)
}

// symbols are the emoji among older characters, most of which are none.
const symbols = "©®‼⁉™ℹ↔↕↖↗↘↙↩↪⌚⌛⌨⏏⏩⏪⏫⏬⏭⏮⏯⏰⏱⏲⏳⏸⏹⏺Ⓜ▪▫▶◀◻◼◽◾" +
	"☀☁☂☃☄☎☑☔☕☘☝☠☢☣☦☪☮☯☸☹☺♀♂♈♉♊♋♌♍♎♏♐♑♒♓♟♠♣♥♦♨♻♾♿⚒⚓⚔⚕⚖⚗⚙⚛⚜⚠⚡⚧⚪⚫⚰⚱⚽⚾" +
	"⛄⛅⛈⛎⛏⛑⛓⛔⛩⛪⛰⛱⛲⛳⛴⛵⛷⛸⛹⛺⛽✂✅✈✉✊✋✌✍✏✒✔✖✝✡✨✳✴❄❇❌❎❓❔❕❗❣❤➕➖➗➡➰➿" +
	"⤴⤵⬅⬆⬇⬛⬜⭐⭕〰〽㊗㊙"
