package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"hubbub/shared"
)

// hookMessage is what was sent to a webhook.
type hookMessage struct {
	text  string
	files []hookFile // that are said

	attach   attacher
	attached int // how many files it took
	room     int // bytes that may still be read to be said
}

// hookFile is a text file.
type hookFile struct{ name, content string }

// attacher takes a file that is not said as text; nil: none is taken.
type attacher func(name string, content io.Reader) error

// parseHook reads a body as what its type says. What curl -d sends is called a
// form, whatever it is. Files that are not text, or too long to be read whole,
// are attach's.
func parseHook(contentType string, in io.Reader, attach attacher) (hookMessage, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "application/x-www-form-urlencoded"
	}
	m := hookMessage{attach: attach, room: maxHook}
	known := kind == "application/json" || strings.HasSuffix(kind, "+json") ||
		kind == "application/x-www-form-urlencoded" || strings.HasPrefix(kind, "text/")
	switch {
	case kind == "multipart/form-data":
		err := m.parseParts(multipart.NewReader(in, params["boundary"]))
		return m, err
	case !known:
		err := m.addFile("", "the body", in)
		return m, err
	}
	body, err := m.read(in)
	if err != nil {
		return m, err
	}
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return parsePayload(body)
	case kind == "application/x-www-form-urlencoded":
		return parseLoose(body)
	}
	text, err := textOf("the body", body)
	return hookMessage{text: text}, err
}

// read reads what is to be said: all of it is in memory, and it is not much.
func (m *hookMessage) read(in io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, int64(m.room)+1))
	var said *shared.Error
	switch {
	case errors.As(err, &said):
		return nil, err
	case err != nil:
		return nil, shared.Errorf(shared.CodeMalformed, "the body did not come to its end: %v", err)
	case len(b) > m.room:
		return nil, &http.MaxBytesError{Limit: maxHook}
	}
	m.room -= len(b)
	return b, nil
}

// parseLoose reads what may be a form, JSON that nobody called so, or just
// text.
func parseLoose(body []byte) (hookMessage, error) {
	text, err := textOf("the body", body)
	if err != nil {
		return hookMessage{}, err
	}
	if form, err := url.ParseQuery(text); err == nil {
		if form.Has("payload") {
			return parsePayload([]byte(form.Get("payload")))
		}
		if form.Has("text") {
			text, err := textOf("the text", []byte(form.Get("text")))
			return hookMessage{text: text}, err
		}
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Valid(body) {
		return parsePayload(body)
	}
	return hookMessage{text: strings.TrimPrefix(text, "text=")}, nil // text=100% is no form, but meant as one
}

// parseParts reads a form with files.
func (m *hookMessage) parseParts(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return shared.Errorf(shared.CodeMalformed, "the form could not be read: %v", err)
		}
		if name := part.FileName(); name != "" {
			name = cleanFileName(name)
			err = m.addFile(name, name, part)
		} else {
			err = m.addField(part.FormName(), part)
		}
		if err != nil {
			return err
		}
	}
}

// addFile takes a file, which what names in an error: a short one of text is
// said, another attached.
func (m *hookMessage) addFile(name, what string, in io.Reader) error {
	content, err := io.ReadAll(io.LimitReader(in, int64(m.room)+1))
	if err != nil {
		return shared.Errorf(shared.CodeMalformed, "the form ends too early: %v", err)
	}
	text, err := textOf(what, content)
	switch {
	case m.attach == nil && len(content) > m.room:
		return &http.MaxBytesError{Limit: maxHook}
	case m.attach != nil && (err != nil || len(content) > m.room):
		m.attached++
		return m.attach(name, io.MultiReader(bytes.NewReader(content), in))
	case err != nil:
		return err
	}
	m.room -= len(content)
	m.files = append(m.files, hookFile{name, text})
	return nil
}

// addField takes a field of a form.
func (m *hookMessage) addField(field string, in io.Reader) error {
	content, err := m.read(in)
	if err != nil {
		return err
	}
	switch {
	case field == "payload":
		p, err := parsePayload(content)
		m.text = joinLines(m.text, p.text)
		return err
	case field == "text":
		text, err := textOf("the text", content)
		m.text = joinLines(m.text, text)
		return err
	}
	return nil
}

// textOf is content as text: lines that end with a newline alone, nothing that
// could not be shown. What else is not text is an error.
func textOf(name string, content []byte) (string, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	text := strings.ToValidUTF8(string(content), "\ufffd")
	strange := (len(content) - len(strings.ReplaceAll(text, "\ufffd", ""))) * 20
	if bytes.IndexByte(content, 0) >= 0 || strange > len(content) { // a few bytes of another encoding are no harm
		return "", shared.Errorf(shared.CodeUnsupported, "%s is not text: a webhook says text and text files; "+
			"send another file as a part of a form, like curl -F file=@picture.png", name)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimRight(text, "\n"), nil
}

// cleanFileName is the last part of a name, in one short line.
func cleanFileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "\ufffd"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '`' {
			return -1
		}
		return r
	}, name)
	name, _ = firstRunes(name, 100)
	if strings.Trim(name, "./ ") == "" {
		return "file"
	}
	return name
}

const (
	noteRoom     = 80 // more than the note of what was left out takes
	longestFence = 10 // what has longer ones in it is no Markdown
)

// compose makes one message of it, with as much as fits and a word on what does
// not.
func (m hookMessage) compose() string {
	text := cut(m.text, shared.MaxText)
	for i, f := range m.files {
		room := shared.MaxText - utf8.RuneCountInString(text) - noteRoom
		if room < 3*noteRoom+len(f.name) {
			more := fmt.Sprintf("(left out: %d of %d files)", len(m.files)-i, len(m.files))
			return joinLines(cut(text, shared.MaxText-noteRoom), more)
		}
		text = joinLines(text, f.block(room))
	}
	return text
}

// block is a file's name and its content between fences that are not in it.
func (f hookFile) block(room int) string {
	fence := "```"
	for strings.Contains(f.content, fence) && len(fence) < longestFence {
		fence += "`"
	}
	begin, end := joinLines(f.name, fence)+"\n", "\n"+fence
	room -= utf8.RuneCountInString(begin) + utf8.RuneCountInString(end)
	kept, note := fit(f.content, room)
	return begin + kept + end + note
}

// cut is a text, or as much of it as fits and a note.
func cut(text string, room int) string {
	kept, note := fit(text, room)
	return kept + note
}

func fit(text string, room int) (kept, note string) {
	if _, left := firstRunes(text, room); left == 0 {
		return text, ""
	}
	kept, left := firstRunes(text, max(0, room-noteRoom))
	return kept, fmt.Sprintf("\n… (cut: %d of %d characters left out)", left, left+utf8.RuneCountInString(kept))
}

// firstRunes returns the first n characters of s, and how many follow.
func firstRunes(s string, n int) (first string, left int) {
	if utf8.RuneCountInString(s) <= n {
		return s, 0
	}
	for i := range s {
		if n == 0 {
			return s[:i], utf8.RuneCountInString(s[i:])
		}
		n--
	}
	return s, 0
}

// joinLines joins what is not empty, a line each.
func joinLines(parts ...string) string {
	var said []string
	for _, p := range parts {
		if strings.TrimSpace(p) != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, "\n")
}
