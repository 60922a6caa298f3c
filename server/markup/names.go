package markup

import (
	"unicode"
	"unicode/utf8"

	"hubbub/shared"
)

// Resolver knows who is in a message's room, and which rooms all who read it
// may see. Each is asked for at most once, and only for a text that has an "@"
// or a "#" where a mention could begin. nil is nobody, or no room.
type Resolver interface {
	People() *People
	Rooms() *Rooms

	// Everybody reports whether the author may call all who are in the room.
	// Where not, "@room" is just a word.
	Everybody() bool
}

// maxShared is how many people of the same name a mention calls: beyond, a name
// would be a way to ring many.
const maxShared = 5

// People finds the members of a room by handle and by name. It never changes.
type People struct {
	handles map[string]shared.UserID
	names   map[string][]shared.UserID
}

// NewPeople makes members found.
func NewPeople(members []shared.User) *People {
	p := &People{handles: make(map[string]shared.UserID), names: make(map[string][]shared.UserID, len(members))}
	for _, u := range members {
		if u.Handle != "" {
			p.handles[u.Handle] = u.ID
		}
		if name := fold(u.Name); len(p.names[name]) < maxShared {
			p.names[name] = append(p.names[name], u.ID)
		}
	}
	return p
}

// find returns who text, which follows an "@", begins with, and how many bytes
// of it name them: the longest name or handle. Several people may share one
// name; all of them are meant.
func (p *People) find(text []byte) (users []shared.UserID, n int) {
	if p == nil {
		return nil, 0
	}
	if end := handleEnd(text); end > 0 {
		if u, ok := p.handles[fold(string(text[:end]))]; ok {
			users, n = []shared.UserID{u}, end
		}
	}
	begins(text, func(folded []byte, end int) bool {
		same, ok := p.names[string(folded)]
		if ok && end > n {
			users, n = same, end
		}
		return ok
	})
	return users, n
}

// handleEnd returns the length of the handle that text begins with. What ends
// a sentence ends a handle; "ada.example.org" is none.
func handleEnd(text []byte) int {
	n := 0
	for n < len(text) && (alnum(text[n]) || text[n] == '_' || text[n] == '-' || text[n] == '.') {
		n++
	}
	for n > 0 && !alnum(text[n-1]) && text[n-1] != '_' {
		n--
	}
	return n
}

// Rooms finds rooms by name. It never changes.
type Rooms struct{ names map[string]shared.RoomID }

// NewRooms makes rooms found. Of several with one name the first is meant.
func NewRooms(rooms []shared.Room) *Rooms {
	r := &Rooms{names: make(map[string]shared.RoomID, len(rooms))}
	for _, room := range rooms {
		if name := fold(room.Name); r.names[name] == "" {
			r.names[name] = room.ID
		}
	}
	return r
}

// find returns the room with the longest name that text, which follows a "#",
// begins with, and the length of that name.
func (r *Rooms) find(text []byte) (room shared.RoomID, n int) {
	if r == nil {
		return "", 0
	}
	begins(text, func(folded []byte, end int) bool {
		id, ok := r.names[string(folded)]
		room, n = id, end
		return ok
	})
	if room == "" {
		n = 0
	}
	return room, n
}

// begins gives is the beginnings of text that could be a name, folded, the
// longest first, until one is. end is how many bytes of text it is. A name ends
// where a word ends; in Chinese and Japanese that can be anywhere.
func begins(text []byte, is func(folded []byte, end int) bool) {
	var buffer [shared.MaxName * utf8.UTFMax]byte
	var ends [shared.MaxName + 1]struct{ folded, text int }
	folded, n := buffer[:0], 0
	for at := 0; at < len(text) && n < shared.MaxName; n++ {
		r, size := utf8.DecodeRune(text[at:])
		if r == '\n' || r == utf8.RuneError {
			break
		}
		folded, at = utf8.AppendRune(folded, foldRune(r)), at+size
		ends[n+1].folded, ends[n+1].text = len(folded), at
	}
	for ; n > 0; n-- {
		end := ends[n]
		last, _ := utf8.DecodeLastRune(text[:end.text])
		next, _ := utf8.DecodeRune(text[end.text:])
		if wordy(last) && wordy(next) {
			continue
		}
		if is(folded[:end.folded], end.text) {
			return
		}
	}
}

// wordy reports whether r is part of a word that spaces end.
func wordy(r rune) bool {
	return r != utf8.RuneError && !isCJK(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_')
}

// fold makes names equal that differ in case.
func fold(name string) string {
	folded := make([]byte, 0, len(name))
	for _, r := range name {
		folded = utf8.AppendRune(folded, foldRune(r))
	}
	return string(folded)
}

func foldRune(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }
