package server

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hubbub/shared"
	"hubbub/shared/tokens"
)

// part is one thing of what somebody typed to look for.
type part struct {
	not    bool   // it is not to be there
	key    string // of a filter: "from", "in", …; of text ""
	text   string
	quoted bool
}

// filters are the keys that text may begin with. Anything else before a colon
// is text: addresses have colons too.
func isFilter(key string) bool {
	switch key {
	case "from", "in", "before", "after", "on", "has":
		return true
	}
	return false
}

// parseQuery reads what somebody typed: words, "phrases", filters, and what is
// not to be there after a "-". Every text can be read. Quotes and colons may be
// those that Chinese input methods write.
func parseQuery(query string) []part {
	var parts []part
	for {
		query = strings.TrimLeftFunc(query, unicode.IsSpace)
		if query == "" {
			return parts
		}
		var p part
		if rest := strings.TrimPrefix(query, "-"); rest != query && rest != "" && !unicode.IsSpace(rune(rest[0])) {
			p.not, query = true, rest
		}
		p.key, query = cutKey(query)
		p.text, p.quoted, query = cutText(query)
		parts = append(parts, p)
	}
}

// cutKey takes a filter's key off the beginning.
func cutKey(query string) (key, rest string) {
	i := strings.IndexAny(query, ":： ")
	if i < 0 || query[i] == ' ' {
		return "", query
	}
	if key = strings.ToLower(query[:i]); !isFilter(key) {
		return "", query
	}
	_, colon := utf8.DecodeRuneInString(query[i:])
	return key, query[i+colon:]
}

// cutText takes a phrase or a word off the beginning.
func cutText(query string) (text string, quoted bool, rest string) {
	for _, quotes := range [][2]string{{`"`, `"`}, {"“", "”"}, {"「", "」"}} {
		if inner, ok := strings.CutPrefix(query, quotes[0]); ok {
			text, rest, _ = strings.Cut(inner, quotes[1]) // without an end, to the end
			return text, true, rest
		}
	}
	if i := strings.IndexFunc(query, unicode.IsSpace); i >= 0 {
		return query[:i], false, query[i:]
	}
	return query, false, ""
}

// lastText returns which part is the last text, or -1.
func lastText(parts []part) int {
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i].key == "" {
			return i
		}
	}
	return -1
}

// add takes a part into q. What needs the server's people and rooms is left.
func (q *Query) add(p part, last bool, zone int) error {
	switch {
	case p.key == "":
		q.addText(p, last && !p.not)
		return nil
	case p.not:
		return shared.Invalidf("query.not", "only words can be left out with -, not %s:", p.key)
	case strings.TrimSpace(p.text) == "":
		return shared.Invalidf("query.blank", "something is missing after %s:", p.key)
	case p.key == "has":
		return q.addMark(p.text)
	case p.key == "before", p.key == "after", p.key == "on":
		return q.addDate(p.key, p.text, zone)
	}
	return nil
}

func (q *Query) addText(p part, last bool) {
	c, ok := tokens.Word(p.text, last)
	if p.quoted {
		c, ok = tokens.Phrase(p.text)
	}
	switch {
	case !ok: // signs that nobody finds
	case p.not:
		q.None = append(q.None, c)
	default:
		q.All = append(q.All, c)
	}
}

func (q *Query) addMark(what string) error {
	switch strings.ToLower(what) {
	case "file", "files":
		q.Marks = append(q.Marks, tokens.File)
	case "link", "links":
		q.Marks = append(q.Marks, tokens.Link)
	default:
		return shared.Invalidf("query.has", "after has: stands file or link, not %q", what)
	}
	return nil
}

// addDate narrows q to days as they are where the asker is. The day itself
// belongs neither to what is before it nor to what is after.
func (q *Query) addDate(key, date string, zone int) error {
	day, err := time.ParseInLocation("2006-1-2", strings.ReplaceAll(date, "/", "-"), time.FixedZone("", zone*60))
	if err != nil || day.Year() < 1971 {
		return shared.Invalidf("query.date", "after %s: stands a day like 2026-11-20, not %q", key, date)
	}
	begin, end := shared.Millis(day.UnixMilli()), shared.Millis(day.AddDate(0, 0, 1).UnixMilli())
	switch key {
	case "before":
		q.until(begin)
	case "after":
		q.From = max(q.From, end)
	default:
		q.From = max(q.From, begin)
		q.until(end)
	}
	return nil
}

func (q *Query) until(at shared.Millis) {
	if q.Until == 0 || at < q.Until {
		q.Until = at
	}
}

// usersNamed returns whom a name means: who has it as a handle, else as a name,
// else as a part of it.
func usersNamed(users []shared.User, name string) []shared.UserID {
	handle := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
	name = tokens.Plain(handle)
	for _, means := range []func(shared.User) bool{
		func(u shared.User) bool { return u.Handle == handle },
		func(u shared.User) bool { return tokens.Plain(u.Name) == name },
		func(u shared.User) bool { return strings.Contains(tokens.Plain(u.Name), name) },
	} {
		var named []shared.UserID
		for _, u := range users {
			if name != "" && means(u) {
				named = append(named, u.ID)
			}
		}
		if named != nil {
			return named
		}
	}
	return nil
}

// roomName is what a room is called: a direct conversation by who is in it.
func roomName(r shared.RoomState) string {
	names := []string{r.Name}
	for _, u := range r.People {
		names = append(names, u.Name)
	}
	return strings.TrimSpace(strings.Join(names, " "))
}

// roomsNamed is usersNamed for rooms.
func roomsNamed(rooms []shared.RoomState, name string) []shared.RoomID {
	name = tokens.Plain(strings.TrimLeft(strings.TrimSpace(name), "#@"))
	for _, means := range []func(string) bool{
		func(room string) bool { return room == name },
		func(room string) bool { return strings.Contains(room, name) },
	} {
		var named []shared.RoomID
		for _, r := range rooms {
			if name != "" && means(tokens.Plain(roomName(r))) {
				named = append(named, r.ID)
			}
		}
		if named != nil {
			return named
		}
	}
	return nil
}
