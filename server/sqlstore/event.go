package sqlstore

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"

	"hubbub/shared"
)

// The kinds of events, as the kind column names them.
const (
	kindMessage = "message"
	kindCreated = "created"
	kindChanged = "changed"
	kindJoined  = "joined"
	kindLeft    = "left"
	kindEdited  = "edited"
	kindDeleted = "deleted"
	kindReacted = "reacted"

	// A message that was deleted: nobody finds it, or counts it as unread.
	kindErased = "erased"
)

// emptyBody is the body of an event whose columns say everything.
const emptyBody = "{}"

// entry is an event as the table holds it.
type entry struct {
	kind    string
	key     any // string or nil
	subject any // shared.UserID or nil
	about   any // shared.Seq of the message that it answers or changes, or nil
	body    string
}

// newEntry returns ev as the table holds it.
func newEntry(ev *shared.Event) (entry, error) {
	e := entry{body: emptyBody}
	var payload any
	switch {
	case ev.Message != nil:
		e.kind, e.key, payload = kindMessage, ev.Message.Key, bodyOf(ev.Message)
		if ev.Message.Reply != nil {
			e.about = ev.Message.Reply.Seq
		}
	case ev.Created != nil:
		e.kind, payload = kindCreated, ev.Created
	case ev.Changed != nil:
		e.kind, payload = kindChanged, ev.Changed
	case ev.Joined != nil:
		e.kind, e.subject = kindJoined, ev.Joined.ID
		return e, nil
	case ev.Left != nil:
		e.kind, e.subject = kindLeft, ev.Left.ID
		return e, nil
	case ev.Edited != nil:
		e.kind, e.about = kindEdited, ev.Edited.Of
		return e, nil // what it says now stands with the message
	case ev.Deleted != nil:
		e.kind, e.about = kindDeleted, ev.Deleted.Of
		return e, nil
	case ev.Reacted != nil:
		e.kind, e.about, payload = kindReacted, ev.Reacted.Of, reactedBody{ev.Reacted.Emoji, ev.Reacted.On}
	default:
		return e, fmt.Errorf("an event of no kind in room %q", ev.Room)
	}
	body, err := encode(payload)
	e.body = body
	return e, err
}

// encode returns JSON as frames have it, so that its length is the wire's.
func encode(payload any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(payload); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// eventColumns is what scanEvent reads: an event, and as they are now who it is
// by, whom it is about, and the message that it answers or changes.
const eventColumns = `
	SELECT e.room, e.seq, e.at, e.author, a.name, a.role, a.picture, e.kind, e.key, e.body,
		s.id, s.name, s.handle, s.role, s.owner, s.picture,
		e.about, m.author, ma.name, ma.role, m.kind, m.body
	FROM events e
	JOIN users a ON a.id = e.author
	LEFT JOIN users s ON s.id = e.subject
	LEFT JOIN events m ON m.room = e.room AND m.seq = e.about
	LEFT JOIN users ma ON ma.id = m.author`

// eventRow is a row of eventColumns.
type eventRow struct {
	event           shared.Event
	kind, body      string
	author          shared.Role
	key             sql.NullString
	subject         struct{ id, name, handle, role, owner, picture sql.NullString }
	about           sql.NullInt64
	message         struct{ author, name, role, kind, body sql.NullString } // that it is about
	estimatedLength int
}

func scanEvent(row scanner) (eventRow, error) {
	var r eventRow
	ev, s, m := &r.event, &r.subject, &r.message
	err := row.Scan(&ev.Room, &ev.Seq, &ev.At, &ev.By.ID, &ev.By.Name, &r.author, &ev.By.Picture, &r.kind, &r.key, &r.body,
		&s.id, &s.name, &s.handle, &s.role, &s.owner, &s.picture,
		&r.about, &m.author, &m.name, &m.role, &m.kind, &m.body)
	if err != nil {
		return r, noRows(err)
	}
	ev.By.Bot = r.author == shared.RoleBot
	if err := r.payload(); err != nil {
		return r, fmt.Errorf("event %d of room %q: %w", ev.Seq, ev.Room, err)
	}
	r.estimatedLength = eventFrame + len(r.body) + len(r.key.String) + len(ev.Room) + len(ev.By.ID) +
		len(s.id.String) + len(s.handle.String) + len(s.owner.String) + len(ev.By.Picture) + len(s.picture.String) + 2*(len(ev.By.Name)+len(s.name.String))
	if r.about.Valid {
		r.estimatedLength += 2*len(m.name.String) + len(m.body.String)
	}
	return r, nil
}

// eventFrame is more than the JSON around an event's values takes.
const eventFrame = 200

// payload sets the event's kind.
func (r *eventRow) payload() error {
	ev := &r.event
	switch r.kind {
	case kindMessage, kindErased:
		return r.said()
	case kindEdited, kindDeleted, kindReacted:
		return r.changed()
	case kindCreated:
		return json.Unmarshal([]byte(r.body), &ev.Created)
	case kindChanged:
		return json.Unmarshal([]byte(r.body), &ev.Changed)
	case kindJoined:
		ev.Joined = &shared.User{
			ID: shared.UserID(r.subject.id.String), Name: r.subject.name.String,
			Handle: r.subject.handle.String, Role: shared.Role(r.subject.role.String), Owner: shared.UserID(r.subject.owner.String),
			Picture: r.subject.picture.String,
		}
	case kindLeft:
		left := authorOf(r.subject.id, r.subject.name, r.subject.role)
		left.Picture = r.subject.picture.String
		ev.Left = &left
	default:
		return fmt.Errorf("unknown kind %q", r.kind)
	}
	return nil
}

func authorOf(id, name, role sql.NullString) shared.Author {
	return shared.User{ID: shared.UserID(id.String), Name: name.String, Role: shared.Role(role.String)}.Author()
}
