package shared

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Message is what somebody said, as it is now. Its place in the log never
// changes; later events of the log change what it says.
type Message struct {
	Key       string     `json:"key"`                // the author's idempotency key, unique in the room for that author
	Text      string     `json:"text"`               // as it was typed
	HTML      string     `json:"html,omitempty"`     // of Text, safe to insert; left out where it would say no more
	Reply     *Quote     `json:"reply,omitempty"`    // what it answers
	Mentions  []UserID   `json:"mentions,omitempty"` // who is called by it; Everybody is all in the room
	Files     []File     `json:"files,omitempty"`    // that belong to it
	Edited    Millis     `json:"edited,omitempty"`   // when Text last changed
	Deleted   bool       `json:"deleted,omitempty"`  // it says nothing any more
	Reactions []Reaction `json:"reactions,omitempty"`
	Rev       Seq        `json:"rev,omitempty"` // of the newest event that changed it
}

// Everybody stands for all members of a room in Message.Mentions.
const Everybody = "*"

// Quote is the message that another one answers, as it is now.
type Quote struct {
	Seq     Seq    `json:"seq"`
	By      Author `json:"by"`
	Text    string `json:"text,omitempty"` // its beginning, without markup
	Deleted bool   `json:"deleted,omitempty"`
	Rev     Seq    `json:"rev,omitempty"` // as of Message
}

// Reaction is an emoji under a message, and who put it there, in that order.
type Reaction struct {
	Emoji string   `json:"emoji"`
	Users []UserID `json:"users"`
}

// Edited says that message Of says something else now. Read later, it has what
// the message says then.
type Edited struct {
	Of       Seq      `json:"of"`
	Text     string   `json:"text,omitempty"`
	HTML     string   `json:"html,omitempty"`
	Mentions []UserID `json:"mentions,omitempty"`
}

// Deleted says that message Of says nothing any more.
type Deleted struct {
	Of     Seq    `json:"of"`
	Author UserID `json:"author"` // of the message
}

// Reacted says that By put an emoji under message Of, or took it away.
type Reacted struct {
	Of    Seq    `json:"of"`
	Emoji string `json:"emoji"`
	On    bool   `json:"on"`
}

// Edit is the command that changes what a message says.
type Edit struct {
	Room RoomID `json:"room"`
	Seq  Seq    `json:"seq"`
	Text string `json:"text"`
}

// MessageRef names a message.
type MessageRef struct {
	Room RoomID `json:"room"`
	Seq  Seq    `json:"seq"`
}

// React is the command that puts an emoji under a message, or takes it away.
type React struct {
	Room  RoomID `json:"room"`
	Seq   Seq    `json:"seq"`
	Emoji string `json:"emoji"`
	On    bool   `json:"on"`
}

// Version is what a message said before it was edited.
type Version struct {
	At   Millis `json:"at"` // since when it said so
	Text string `json:"text"`
	HTML string `json:"html,omitempty"`
}

// About returns the message that ev changes, or 0.
func (ev *Event) About() Seq {
	switch {
	case ev.Edited != nil:
		return ev.Edited.Of
	case ev.Deleted != nil:
		return ev.Deleted.Of
	case ev.Reacted != nil:
		return ev.Reacted.Of
	}
	return 0
}

// Apply returns m as ev, which is about it, leaves it. What m has taken in
// already changes nothing: events may repeat, and m may be newer than they are.
// m itself and what it holds stay as they were.
func (m Message) Apply(ev *Event) Message {
	if ev.Seq <= m.Rev {
		return m
	}
	m.Rev = ev.Seq
	switch {
	case ev.Deleted != nil:
		return Message{Key: m.Key, Deleted: true, Rev: ev.Seq}
	case m.Deleted:
	case ev.Edited != nil:
		m.Text, m.HTML, m.Mentions, m.Edited = ev.Edited.Text, ev.Edited.HTML, ev.Edited.Mentions, ev.At
	case ev.Reacted != nil:
		m.Reactions = react(m.Reactions, ev.By.ID, ev.Reacted)
	}
	return m
}

// Apply returns q as ev, which is about the message it quotes, leaves it.
func (q Quote) Apply(ev *Event) Quote {
	if ev.Seq <= q.Rev {
		return q
	}
	q.Rev = ev.Seq
	switch {
	case ev.Deleted != nil:
		q.Text, q.Deleted = "", true
	case ev.Edited != nil && !q.Deleted:
		q.Text = Excerpt(Plain(ev.Edited.Text, ev.Edited.HTML))
	}
	return q
}

// Quote returns what an answer to the message shows of it.
func (ev *Event) Quote() Quote {
	by := ev.By
	by.Picture = "" // none is drawn there
	return Quote{
		Seq: ev.Seq, By: by, Text: Excerpt(ev.Message.Words()), Deleted: ev.Message.Deleted, Rev: ev.Message.Rev,
	}
}

// Words returns what m says, without markup, or what its files are called where
// it says nothing.
func (m *Message) Words() string {
	if m.Text != "" {
		return Plain(m.Text, m.HTML)
	}
	names := make([]string, len(m.Files))
	for i := range m.Files {
		names[i] = m.Files[i].Name
	}
	return strings.Join(names, ", ")
}

// Excerpt returns the beginning of a text, in one line.
func Excerpt(text string) string {
	const long = 140
	if len(text) > 8*long { // more bytes than so many characters have
		text = text[:8*long]
	}
	line := strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	for i, n := 0, 0; i < len(line); n++ {
		if n == long {
			return line[:i] + "…"
		}
		_, size := utf8.DecodeRuneInString(line[i:])
		i += size
	}
	return line
}

// react returns reactions with one more, or less. Nothing of the old list is
// overwritten.
func react(list []Reaction, user UserID, r *Reacted) []Reaction {
	i := slices.IndexFunc(list, func(one Reaction) bool { return one.Emoji == r.Emoji })
	switch {
	case i < 0 && r.On:
		return append(slices.Clone(list), Reaction{Emoji: r.Emoji, Users: []UserID{user}})
	case i < 0 || slices.Contains(list[i].Users, user) == r.On:
		return list
	}
	list = slices.Clone(list)
	if r.On {
		list[i].Users = append(slices.Clone(list[i].Users), user)
		return list
	}
	list[i].Users = slices.DeleteFunc(slices.Clone(list[i].Users), func(u UserID) bool { return u == user })
	if len(list[i].Users) > 0 {
		return list
	}
	if list = slices.Delete(list, i, i+1); len(list) == 0 {
		return nil
	}
	return list
}

// HasReaction reports whether user put emoji under m.
func (m *Message) HasReaction(user UserID, emoji string) bool {
	return slices.ContainsFunc(m.Reactions, func(r Reaction) bool {
		return r.Emoji == emoji && slices.Contains(r.Users, user)
	})
}

// CanTake reports whether m has room for a reaction: a message bears so many
// different ones, and so many people's.
func (m *Message) CanTake(emoji string) bool {
	people, known := 0, false
	for _, r := range m.Reactions {
		people += len(r.Users)
		known = known || r.Emoji == emoji
	}
	return people < MaxReactors && (known || len(m.Reactions) < MaxReactions)
}

// Validate reports what is wrong with e, or nil.
func (e Edit) Validate() error { return ValidateText(e.Text) }

// Validate reports what is wrong with r, or nil.
func (r React) Validate() error { return ValidateEmoji(r.Emoji) }
