package markup

import (
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hubbub/shared"
)

// callAll is what calls all who are in a room.
const callAll = "room"

// mention is a person, everybody, or a room in the text.
type mention struct {
	ast.BaseInline
	segment text.Segment
	users   []shared.UserID // or shared.Everybody
	room    shared.RoomID   // instead
}

var kindMention = ast.NewNodeKind("Mention")

func (*mention) Kind() ast.NodeKind              { return kindMention }
func (m *mention) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// mentioning parses @name and #room. Code is text before this is asked.
type mentioning struct{}

func (mentioning) Trigger() []byte { return []byte{'@', '#'} }

func (mentioning) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	p := passOf(pc)
	line, segment := block.PeekLine()
	if p.names == nil || len(line) < 2 || util.IsSpace(line[1]) || !mayBegin(block.PrecendingCharacter()) || !p.called.take() {
		return nil
	}
	m := &mention{}
	n := 0
	if line[0] == '@' {
		m.users, n = p.people(line[1:])
	} else if !pc.IsInLinkLabel() { // there would be a link in a link
		m.room, n = p.room(line[1:])
	}
	if n == 0 {
		return nil
	}
	p.mention(m.users...)
	m.segment = segment.WithStop(segment.Start + 1 + n)
	block.Advance(1 + n)
	return m
}

// mayBegin reports whether a mention may follow r. An address has its "@", and
// a link its "#", within words.
func mayBegin(r rune) bool {
	return !wordy(r) && !(r < utf8.RuneSelf && (r == '@' || r == '#' || r == '/' || r == '&' || r == '='))
}

// people finds who is called by text, which follows an "@".
func (p *pass) people(text []byte) ([]shared.UserID, int) {
	if end := handleEnd(text); end > 0 && fold(string(text[:end])) == callAll {
		if !p.names.Everybody() {
			return nil, 0
		}
		return []shared.UserID{shared.Everybody}, end
	}
	if p.members == nil {
		members := p.names.People()
		p.members = &members
	}
	return (*p.members).find(text)
}

// room finds which room text, which follows a "#", begins with.
func (p *pass) room(text []byte) (shared.RoomID, int) {
	if p.rooms == nil {
		rooms := p.names.Rooms()
		p.rooms = &rooms
	}
	return (*p.rooms).find(text)
}
