package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"hubbub/shared"
)

// oldBatch is how many old messages are indexed in one transaction.
const oldBatch = 1000

// replaceTerms is insertTerms for documents that may have terms.
const replaceTerms = `INSERT OR REPLACE INTO search (rowid, terms) SELECT value ->> 0, value ->> 1 FROM json_each($1)`

// indexOld indexes what was said before there was an index, or before it was
// made this way, some 10,000 messages a second. When it is cut short it goes on where it was.
func (s *Store) indexOld(ctx context.Context) error {
	for {
		batch, err := s.unindexed(ctx)
		if err != nil {
			return fmt.Errorf("index old messages: %w", err)
		}
		if len(batch) == 0 {
			return nil
		}
		list, err := json.Marshal(batch)
		if err != nil {
			return err
		}
		err = s.writer.do(ctx, func(t *tx) error {
			if err := t.exec(replaceTerms, string(list)); err != nil {
				return err
			}
			return t.exec(`DELETE FROM unindexed WHERE id <= $1`, batch[len(batch)-1][0])
		})
		if err != nil {
			return fmt.Errorf("index old messages: %w", err)
		}
	}
}

// unindexed returns the next old documents with their terms, in order.
func (s *Store) unindexed(ctx context.Context) ([][2]any, error) {
	rows, err := s.reader.query(ctx, `
		SELECT u.id, e.room, e.author, e.kind, e.body
		FROM unindexed u
		JOIN documents d ON d.id = u.id
		JOIN events e ON e.room = d.room AND e.seq = d.seq
		ORDER BY u.id LIMIT $1`, oldBatch)
	return collect(rows, err, func(row scanner) (doc [2]any, err error) {
		var (
			id         int64
			room       shared.RoomID
			by         shared.UserID
			kind, text string
			body       messageBody
		)
		if err := row.Scan(&id, &room, &by, &kind, &text); err != nil {
			return doc, err
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return doc, fmt.Errorf("document %d: %w", id, err)
		}
		if kind != kindMessage { // deleted
			return [2]any{id, ""}, nil
		}
		return [2]any{id, termsOf(room, by, body.message("", false))}, nil
	})
}
