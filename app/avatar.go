package app

import (
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// hues is how many avatar colours the stylesheet has.
const hues = 8

// avatar is a person's initials on a colour of their own. It repeats the name
// beside it, so screen readers skip it.
func avatar(id shared.UserID, name, size string) app.UI {
	return app.Span().
		Class("avatar", size, "hue-"+strconv.Itoa(hue(id))).
		Aria("hidden", attr("true")).
		Text(initials(name))
}

func hue(id shared.UserID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % hues)
}

// initials are the first letters of the first and last word, or the last two
// characters of a Chinese, Japanese or Korean name's first word.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])
	if unicode.In(first[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
		return string(first[max(0, len(first)-2):])
	}
	head, _ := utf8.DecodeRuneInString(words[0])
	if len(words) == 1 {
		return strings.ToUpper(string(head))
	}
	tail, _ := utf8.DecodeRuneInString(words[len(words)-1])
	return strings.ToUpper(string(head) + string(tail))
}
