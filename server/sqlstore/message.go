package sqlstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"hubbub/shared"
)

// messageBody is what the body column says of a message: what it says now. Its
// key and what it answers have columns of their own.
type messageBody struct {
	Text      string            `json:"text"`
	HTML      string            `json:"html,omitempty"`
	Mentions  []shared.UserID   `json:"mentions,omitempty"`
	Files     []shared.File     `json:"files,omitempty"`
	Edited    shared.Millis     `json:"edited,omitempty"`
	Reactions []shared.Reaction `json:"reactions,omitempty"`
	Rev       shared.Seq        `json:"rev,omitempty"`
	// First is the SHA-256 of the text that the key was used for, in hex, once
	// Text is another.
	First string `json:"first,omitempty"`
}

// reactedBody is what the body column says of a reaction.
type reactedBody struct {
	Emoji string `json:"emoji"`
	On    bool   `json:"on"`
}

func bodyOf(m *shared.Message) messageBody {
	return messageBody{
		Text: m.Text, HTML: m.HTML, Mentions: m.Mentions, Files: m.Files,
		Edited: m.Edited, Reactions: m.Reactions, Rev: m.Rev,
	}
}

// message returns what b says.
func (b messageBody) message(key string, erased bool) *shared.Message {
	return &shared.Message{
		Key: key, Text: b.Text, HTML: b.HTML, Mentions: b.Mentions, Files: b.Files,
		Edited: b.Edited, Deleted: erased, Reactions: b.Reactions, Rev: b.Rev,
	}
}

// saidFirst reports whether text is what the message's key was used for.
func (b messageBody) saidFirst(text string) bool {
	if b.First == "" {
		return b.Text == text
	}
	return b.First == digest(text)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// said sets the event's message.
func (r *eventRow) said() error {
	var body messageBody
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		return err
	}
	r.event.Message = body.message(r.key.String, r.kind == kindErased)
	if !r.about.Valid || r.kind == kindErased {
		return nil
	}
	quoted, err := r.target()
	if err != nil {
		return err
	}
	quote := quoted.Quote()
	r.event.Message.Reply = &quote
	return nil
}

// changed sets what the event made of a message.
func (r *eventRow) changed() error {
	m, err := r.target()
	if err != nil {
		return err
	}
	switch r.kind {
	case kindEdited:
		r.event.Edited = &shared.Edited{Of: m.Seq, Text: m.Message.Text, HTML: m.Message.HTML, Mentions: m.Message.Mentions}
	case kindDeleted:
		r.event.Deleted = &shared.Deleted{Of: m.Seq, Author: m.By.ID}
	default:
		var body reactedBody
		if err := json.Unmarshal([]byte(r.body), &body); err != nil {
			return err
		}
		r.event.Reacted = &shared.Reacted{Of: m.Seq, Emoji: body.Emoji, On: body.On}
	}
	return nil
}

// target is the message that the event is about.
func (r *eventRow) target() (shared.Event, error) {
	var body messageBody
	if err := json.Unmarshal([]byte(r.message.body.String), &body); err != nil {
		return shared.Event{}, err
	}
	return shared.Event{
		Seq: shared.Seq(r.about.Int64), By: authorOf(r.message.author, r.message.name, r.message.role),
		Message: body.message("", r.message.kind.String == kindErased),
	}, nil
}
