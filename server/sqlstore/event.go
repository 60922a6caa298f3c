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
)

// messageBody is what the body column says of a message; its key has a column
// of its own.
type messageBody struct {
	Text string `json:"text"`
}

// emptyBody is the body of an event whose columns say everything.
const emptyBody = "{}"

// entry is an event as the table holds it.
type entry struct {
	kind    string
	key     any // string or nil
	subject any // shared.UserID or nil
	body    string
}

// newEntry returns ev as the table holds it.
func newEntry(ev *shared.Event) (entry, error) {
	e := entry{body: emptyBody}
	var payload any
	switch {
	case ev.Message != nil:
		e.kind, e.key, payload = kindMessage, ev.Message.Key, messageBody{ev.Message.Text}
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

// eventColumns is what scanEvent reads.
const eventColumns = `
	SELECT e.room, e.seq, e.at, e.author, a.name, a.role, e.kind, e.key, e.body,
		s.id, s.name, s.handle, s.role, s.owner
	FROM events e
	JOIN users a ON a.id = e.author
	LEFT JOIN users s ON s.id = e.subject`

// eventRow is a row of eventColumns.
type eventRow struct {
	event           shared.Event
	kind, body      string
	author          shared.Role
	key             sql.NullString
	id, name        sql.NullString // of the subject
	handle, role    sql.NullString
	owner           sql.NullString
	estimatedLength int
}

func scanEvent(row scanner) (eventRow, error) {
	var r eventRow
	ev := &r.event
	err := row.Scan(&ev.Room, &ev.Seq, &ev.At, &ev.By.ID, &ev.By.Name, &r.author, &r.kind, &r.key, &r.body,
		&r.id, &r.name, &r.handle, &r.role, &r.owner)
	if err != nil {
		return r, noRows(err)
	}
	ev.By.Bot = r.author == shared.RoleBot
	if err := r.payload(); err != nil {
		return r, fmt.Errorf("event %d of room %q: %w", ev.Seq, ev.Room, err)
	}
	r.estimatedLength = eventFrame + len(r.body) + len(r.key.String) + len(ev.Room) + len(ev.By.ID) +
		len(r.id.String) + len(r.handle.String) + len(r.owner.String) + 2*(len(ev.By.Name)+len(r.name.String))
	return r, nil
}

// eventFrame is more than the JSON around an event's values takes.
const eventFrame = 160

// payload sets the event's kind.
func (r *eventRow) payload() error {
	ev := &r.event
	switch r.kind {
	case kindMessage:
		var body messageBody
		if err := json.Unmarshal([]byte(r.body), &body); err != nil {
			return err
		}
		ev.Message = &shared.Message{Key: r.key.String, Text: body.Text}
	case kindCreated:
		return json.Unmarshal([]byte(r.body), &ev.Created)
	case kindChanged:
		return json.Unmarshal([]byte(r.body), &ev.Changed)
	case kindJoined:
		ev.Joined = &shared.User{
			ID: shared.UserID(r.id.String), Name: r.name.String,
			Handle: r.handle.String, Role: shared.Role(r.role.String), Owner: shared.UserID(r.owner.String),
		}
	case kindLeft:
		left := shared.User{ID: shared.UserID(r.id.String), Name: r.name.String, Role: shared.Role(r.role.String)}.Author()
		ev.Left = &left
	default:
		return fmt.Errorf("unknown kind %q", r.kind)
	}
	return nil
}
