package server

import (
	"bytes"
	"encoding/json"
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
	files []hookFile
}

// hookFile is a text file.
type hookFile struct{ name, content string }

// readHook makes a message's text of a request.
func readHook(r *http.Request) (string, error) {
	body, err := readBody(r)
	if err != nil {
		return "", err
	}
	m, err := parseHook(r.Header.Get("Content-Type"), body)
	if err != nil {
		return "", err
	}
	text := m.compose()
	if strings.TrimSpace(text) == "" {
		return "", shared.Invalidf("text", "there is no text in this: send text, "+
			`{"text":"…"}, a text file, or what Slack's and Mattermost's webhooks take`)
	}
	return text, nil
}

// parseHook reads a body as what its type says. What curl -d sends is called a
// form, whatever it is.
func parseHook(contentType string, body []byte) (hookMessage, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind = "application/x-www-form-urlencoded"
	}
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return parsePayload(body)
	case kind == "application/x-www-form-urlencoded":
		return parseLoose(body)
	case kind == "multipart/form-data":
		return parseParts(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
	case strings.HasPrefix(kind, "text/"):
		text, err := textOf("the body", body)
		return hookMessage{text: text}, err
	}
	content, err := textOf("the body", body)
	return hookMessage{files: []hookFile{{content: content}}}, err
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
func parseParts(parts *multipart.Reader) (hookMessage, error) {
	var m hookMessage
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return m, nil
		}
		if err != nil {
			return m, shared.Errorf(shared.CodeMalformed, "the form could not be read: %v", err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return m, shared.Errorf(shared.CodeMalformed, "the form ends too early: %v", err)
		}
		if err := m.add(part.FormName(), part.FileName(), content); err != nil {
			return m, err
		}
	}
}

// add takes a part of a form.
func (m *hookMessage) add(field, file string, content []byte) error {
	switch {
	case file != "":
		file = cleanFileName(file)
		text, err := textOf(file, content)
		m.files = append(m.files, hookFile{file, text})
		return err
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
			"other files come as attachments, not through a webhook", name)
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
