package sqlstore

import (
	"context"
	"fmt"

	"hubbub/shared"
)

const presenceColumns = `member, emoji, text, until, undisturbed`

func scanPresence(row scanner) (shared.Presence, error) {
	var p shared.Presence
	err := row.Scan(&p.User, &p.Emoji, &p.Text, &p.Until, &p.DND)
	return p, noRows(err)
}

// SetStatus implements server.PresenceStore.
func (s *Store) SetStatus(ctx context.Context, user shared.UserID, st shared.Status) (shared.Presence, error) {
	return s.setPresence(ctx, user, `
		INSERT INTO statuses (`+presenceColumns+`) VALUES ($1, $2, $3, $4, 0)
		ON CONFLICT (member) DO UPDATE SET emoji = excluded.emoji, text = excluded.text, until = excluded.until
		RETURNING `+presenceColumns, user, st.Emoji, st.Text, st.Until)
}

// SetDND implements server.PresenceStore.
func (s *Store) SetDND(ctx context.Context, user shared.UserID, until shared.Millis) (shared.Presence, error) {
	return s.setPresence(ctx, user, `
		INSERT INTO statuses (`+presenceColumns+`) VALUES ($1, '', '', 0, $2)
		ON CONFLICT (member) DO UPDATE SET undisturbed = excluded.undisturbed
		RETURNING `+presenceColumns, user, until)
}

func (s *Store) setPresence(ctx context.Context, user shared.UserID, text string, args ...any) (p shared.Presence, err error) {
	err = s.writer.do(ctx, func(t *tx) error {
		if err := exists(t.row(`SELECT 1 FROM users WHERE id = $1`, user)); err != nil {
			return err
		}
		p, err = scanPresence(t.row(text, args...))
		return err
	})
	if err != nil {
		return shared.Presence{}, fmt.Errorf("presence of %q: %w", user, err)
	}
	return p, nil
}

// Statuses implements server.PresenceStore.
func (s *Store) Statuses(ctx context.Context, now shared.Millis) ([]shared.Presence, error) {
	rows, err := s.reader.query(ctx, `
		SELECT `+presenceColumns+` FROM statuses
		WHERE undisturbed > $1 OR (emoji <> '' OR text <> '') AND (until = 0 OR until > $1)`, now)
	return collect(rows, err, scanPresence)
}

// Acquainted implements server.PresenceStore. Each is looked up by itself: the
// rooms of one person are few, their members may be many.
func (s *Store) Acquainted(ctx context.Context, user shared.UserID, others []shared.UserID) ([]shared.UserID, error) {
	var known []shared.UserID
	for _, other := range others {
		err := exists(s.reader.row(ctx, `
			SELECT 1 FROM members a JOIN members b ON b.room = a.room WHERE a.member = $1 AND b.member = $2 LIMIT 1`, user, other))
		switch {
		case err == nil || other == user:
			known = append(known, other)
		case !isNotFound(err):
			return nil, fmt.Errorf("who is known to %q: %w", user, err)
		}
	}
	return known, nil
}
