package app

import (
	"hash/fnv"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// hues is how many avatar colours the stylesheet has.
const hues = 8

// face is somebody's picture, on their initials on a colour of their own: those
// are seen until it has come, and where there is none. It repeats the name beside
// it, so screen readers skip it.
func (m *model) face(a shared.Author, size string) app.UI {
	name := m.client.Name(a)
	body := []app.UI{app.Text(initials(name))}
	if version := m.client.Picture(a); version != "" {
		body = append(body, app.Img().Src(attr(m.picturePath(a.ID, version))).Alt("").Attr("loading", "lazy").Attr("decoding", "async"))
	}
	return app.Span().Class("avatar", size, "hue-"+strconv.Itoa(hue(a.ID))).Aria("hidden", attr("true")).Body(body...)
}

// picturePath is where the server has a picture.
func (m *model) picturePath(id shared.UserID, version string) string {
	return m.path("/pictures/" + url.PathEscape(string(id)) + "/" + url.PathEscape(version))
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
