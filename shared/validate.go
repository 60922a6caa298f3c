package shared

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Validate reports what is wrong with p, or nil.
func (p Post) Validate() error {
	if err := ValidateKey(p.Key); err != nil {
		return err
	}
	if p.Reply < 0 {
		return Invalidf("reply", "reply is the position of the message that is answered")
	}
	if err := ValidateFiles(p.Files); err != nil {
		return err
	}
	if len(p.Files) > 0 && p.Text == "" {
		return nil
	}
	return ValidateText(p.Text)
}

// Equal reports whether p and q say the same.
func (p Post) Equal(q Post) bool {
	return p.Room == q.Room && p.Key == q.Key && p.Text == q.Text && p.Reply == q.Reply && slices.Equal(p.Files, q.Files)
}

// ValidateFiles checks which files a message is to have: not too many, and each
// once.
func ValidateFiles(files []FileID) error {
	if len(files) > MaxFiles {
		return Invalidf("files", "a message has at most %d files", MaxFiles)
	}
	for i, f := range files {
		if f == "" || slices.Contains(files[:i], f) {
			return Invalidf("files", "a file has an id, and is in a message once")
		}
	}
	return nil
}

// ValidateKey checks an idempotency key: 1 to MaxKey visible ASCII characters.
func ValidateKey(key string) error {
	if key == "" || len(key) > MaxKey {
		return Invalidf("key", "the key must have 1 to %d characters", MaxKey)
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return Invalidf("key", "the key must be visible ASCII characters")
		}
	}
	return nil
}

// ValidateText checks the text of a message: something to see, at most MaxText
// characters, and no NUL.
func ValidateText(text string) error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return Invalidf("text", "the text is not valid UTF-8 text")
	case strings.TrimSpace(text) == "":
		return Invalidf("text", "the text is empty")
	case utf8.RuneCountInString(text) > MaxText:
		return &Error{
			Code: CodeTooLarge, Field: "text",
			Message: "the text is too long: at most 8,000 characters",
		}
	}
	return nil
}

// CleanName returns a person's name without surrounding or repeated space, or
// an error when nothing readable is left or it is too long.
func CleanName(name string) (string, error) {
	return cleanLine("name", "the name", name, 1, MaxName)
}

// CleanRoomName is CleanName for rooms; a leading "#" is dropped.
func CleanRoomName(name string) (string, error) {
	return cleanLine("name", "the room's name", strings.TrimLeft(strings.TrimSpace(name), "#"), 1, MaxRoomName)
}

// CleanTopic is CleanName for topics, which may be empty.
func CleanTopic(topic string) (string, error) {
	return cleanLine("topic", "the topic", topic, 0, MaxTopic)
}

// CleanAbout is CleanName for what somebody says of themselves, which may be
// empty.
func CleanAbout(about string) (string, error) {
	return cleanLine("about", "what you say about yourself", about, 0, MaxAbout)
}

// cleanLine makes one line of s. Control characters and the invisible ones
// that reorder or hide text (Unicode Cf but for the joiners emoji and some
// scripts need) are refused, so that a name cannot look like another's.
func cleanLine(field, what, s string, least, most int) (string, error) {
	if !utf8.ValidString(s) {
		return "", Invalidf(field, "%s is not valid UTF-8 text", what)
	}
	s = strings.Join(strings.Fields(s), " ")
	visible := 0
	for _, r := range s {
		switch {
		case r == '\u200c' || r == '\u200d': // joiners
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r):
			return "", Invalidf(field, "%s contains an invisible character", what)
		case !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r):
			visible++
		}
	}
	if visible < least {
		return "", Invalidf(field, "%s is empty", what)
	}
	if utf8.RuneCountInString(s) > most {
		return "", Invalidf(field, "%s is too long: at most %d characters", what, most)
	}
	return s, nil
}

// CleanHandle returns a handle in its stored form: lower case, without "@".
// Handles are 2 to MaxHandle of a–z, 0–9, "_", "-" and ".", and begin with a
// letter or digit.
func CleanHandle(handle string) (string, error) {
	h := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(handle), "@"))
	ok := len(h) >= 2 && len(h) <= MaxHandle
	for i := range len(h) {
		c := h[i]
		alnum := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		ok = ok && (alnum || i > 0 && (c == '_' || c == '-' || c == '.'))
	}
	if !ok {
		return "", Invalidf("handle", "a handle has 2 to %d letters (a to z), digits, and . _ -", MaxHandle)
	}
	return h, nil
}

// ValidatePassword checks a new password's length.
func ValidatePassword(password string) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return Invalidf("password", "the password is too short: at least %d characters", MinPassword)
	}
	if len(password) > MaxPassword {
		return Invalidf("password", "the password is too long: at most %d bytes", MaxPassword)
	}
	return nil
}

// Validate reports what is wrong with q, or nil.
func (q HistoryQuery) Validate() error {
	given := 0
	for _, set := range []bool{q.Before != 0, q.After != nil, q.Around != 0} {
		if set {
			given++
		}
	}
	switch {
	case given != 1:
		return Invalidf("before", "give exactly one of before, after and around")
	case q.Before < 0 || q.Around < 0 || q.After != nil && *q.After < 0:
		return Invalidf("before", "a position is never negative")
	case q.Limit < 0 || q.Limit > MaxPage:
		return Invalidf("limit", "the limit must be 0 to %d", MaxPage)
	}
	return nil
}
