package app

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/shared"
)

// textHTML returns a message's text as HTML: escaped, with links to http and
// https. Line breaks stay; the stylesheet keeps them.
func textHTML(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		start, end := nextURL(text)
		b.WriteString(escape(text[:start]))
		if link := text[start:end]; link != "" {
			b.WriteString(`<a href="` + escape(link) + `" target="_blank" rel="noopener noreferrer nofollow">` + escape(link) + `</a>`)
		}
		text = text[end:]
	}
	return b.String()
}

// nextURL finds the first link in text; both are len(text) when there is none.
func nextURL(text string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(text[from:], "http")
		if i < 0 {
			return len(text), len(text)
		}
		start = from + i
		if end = urlEnd(text, start); end > start {
			return start, end
		}
		from = start + len("http")
	}
}

// urlEnd returns where the link that begins at start ends, or start when none
// does.
func urlEnd(text string, start int) int {
	rest := text[start:]
	scheme := "https://"
	if !strings.HasPrefix(rest, scheme) {
		scheme = "http://"
		if !strings.HasPrefix(rest, scheme) {
			return start
		}
	}
	if before, _ := utf8.DecodeLastRuneInString(text[:start]); before < utf8.RuneSelf && (unicode.IsLetter(before) || unicode.IsDigit(before)) {
		return start // "xhttp://": within a word
	}
	end := len(rest)
	for i, r := range rest {
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>"`+"`"+`{}|\^。，、；：？！“”‘’（）《》「」【】…`, r) {
			end = i
			break
		}
	}
	end = trimURL(rest[:end])
	if end <= len(scheme) || !hostStart(rest[len(scheme):end]) {
		return start
	}
	return start + end
}

// trimURL returns the length of url without the punctuation of the sentence
// around it. A closing bracket belongs to it only when it was opened in it.
func trimURL(url string) int {
	for len(url) > 0 {
		last := url[len(url)-1]
		closes := last == ')' && strings.Count(url, ")") > strings.Count(url, "(") ||
			last == ']' && strings.Count(url, "]") > strings.Count(url, "[")
		if !closes && !strings.ContainsRune(".,;:!?'*_~", rune(last)) {
			break
		}
		url = url[:len(url)-1]
	}
	return len(url)
}

func hostStart(host string) bool {
	r, _ := utf8.DecodeRuneInString(host)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '['
}

// onlyEmoji reports whether text is one to six emoji and nothing else: they are
// drawn large.
func onlyEmoji(text string) bool {
	seen := 0
	for text = strings.TrimSpace(text); text != "" && seen <= mostLarge; seen++ {
		size := shared.EmojiAt(text)
		if size == 0 {
			return false
		}
		text = strings.TrimLeft(text[size:], " ")
	}
	return seen > 0 && seen <= mostLarge
}

const mostLarge = 6 // emoji
