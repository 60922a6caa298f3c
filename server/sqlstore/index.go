package sqlstore

import (
	"encoding/json"
	"fmt"

	"hubbub/shared"
	"hubbub/shared/tokens"
)

// The index that search.go reads. What is SQLite's own is here and in match:
// PostgreSQL would keep the same terms as a tsvector beside the document.

// insertTerms is for many at once: SQLite writes out what its index holds in
// memory before every statement that changes it.
const (
	insertTerms = `INSERT INTO search (rowid, terms) SELECT value ->> 0, value ->> 1 FROM json_each($1)`
	changeTerms = `INSERT OR REPLACE INTO search (rowid, terms) VALUES ($1, $2)`
	deleteTerms = `DELETE FROM search WHERE rowid = $1`
)

// document is a message that is to be indexed.
type document struct {
	room  shared.RoomID
	seq   shared.Seq
	at    shared.Millis
	terms string
}

// termsOf is what a message is found by. It takes microseconds: the writer,
// which serves everybody, gets it ready made.
func termsOf(room shared.RoomID, by shared.UserID, m *shared.Message) string {
	names := make([]string, len(m.Files))
	for i := range m.Files {
		names[i] = m.Files[i].Name
	}
	return tokens.Of(m.Text, names...) + " " + tokens.In(string(room)) + " " + tokens.By(string(by))
}

// index makes the group's fresh messages findable.
func (t *tx) index() error {
	if len(t.fresh) == 0 {
		return nil
	}
	id, day, err := t.newest()
	if err != nil {
		return fmt.Errorf("the newest document: %w", err)
	}
	terms := make([][2]any, len(t.fresh))
	for i, d := range t.fresh {
		id++
		terms[i] = [2]any{id, d.terms}
		if err := t.exec(`INSERT INTO documents (id, room, seq) VALUES ($1, $2, $3)`, id, d.room, d.seq); err != nil {
			return fmt.Errorf("document %d: %w", id, err)
		}
		if today := int64(d.at) / oneDay; today != day {
			day = today
			if err := t.exec(`INSERT INTO document_days (first, day) VALUES ($1, $2)`, id, day); err != nil {
				return fmt.Errorf("day of document %d: %w", id, err)
			}
		}
	}
	list, err := json.Marshal(terms)
	if err != nil {
		return err
	}
	t.fresh = t.fresh[:0]
	return t.exec(insertTerms, string(list))
}

const oneDay = 24 * 60 * 60 * 1000

// newest returns the last document, and the day it is of; -1 for none.
func (t *tx) newest() (id, day int64, err error) {
	return id, day, t.row(`
		SELECT coalesce(max(id), 0), coalesce((SELECT day FROM document_days ORDER BY first DESC LIMIT 1), -1)
		FROM documents`).Scan(&id, &day)
}

// refind makes the message at was findable as m, which ev made of it.
func (t *tx) refind(was *shared.Event, m *shared.Message, ev *shared.Event) error {
	if ev.Edited == nil && ev.Deleted == nil {
		return nil
	}
	id, err := t.document(was.Room, was.Seq)
	if err != nil {
		return err
	}
	if m.Deleted {
		return t.exec(deleteTerms, id)
	}
	return t.exec(changeTerms, id, termsOf(was.Room, was.By.ID, m))
}

func (t *tx) document(room shared.RoomID, seq shared.Seq) (id int64, err error) {
	if err := t.row(`SELECT id FROM documents WHERE room = $1 AND seq = $2`, room, seq).Scan(&id); err != nil {
		return 0, fmt.Errorf("document of event %d of room %q: %w", seq, room, noRows(err))
	}
	return id, nil
}
