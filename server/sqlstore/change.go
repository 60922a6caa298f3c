package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// What becomes of a message after it was said. Its row is made to say what it
// says now, in the transaction that appends the event which tells of it.

// Message implements server.LogStore.
func (s *Store) Message(ctx context.Context, m shared.MessageRef) (shared.Event, error) {
	row, err := scanMessage(s.reader.row(ctx, selectMessage, m.Room, m.Seq))
	if err != nil {
		return shared.Event{}, fmt.Errorf("message %d of room %q: %w", m.Seq, m.Room, err)
	}
	return row.event, nil
}

const selectMessage = eventColumns + ` WHERE e.room = $1 AND e.seq = $2`

// scanMessage is scanEvent for a message: what is none is not found.
func scanMessage(s scanner) (eventRow, error) {
	row, err := scanEvent(s)
	if err == nil && row.event.Message == nil {
		return row, server.ErrNotFound
	}
	return row, err
}

func (t *tx) message(room shared.RoomID, seq shared.Seq) (eventRow, error) {
	return scanMessage(t.row(selectMessage, room, seq))
}

// Edit implements server.LogStore.
func (s *Store) Edit(ctx context.Context, by shared.Author, m shared.MessageRef, said server.Said, at time.Time) (shared.Event, error) {
	ev := newChange(by, m.Room, at)
	ev.Edited = &shared.Edited{Of: m.Seq, Text: said.Text, HTML: said.HTML, Mentions: said.Mentions}
	return s.change(ctx, ev, func(t *tx, row *eventRow, body *messageBody) error {
		if body.Text == said.Text {
			return server.ErrNoChange
		}
		if err := t.inRoom(m.Room, by.ID); err != nil {
			return err
		}
		if body.First == "" {
			body.First = digest(body.Text)
		}
		return t.keepVersion(row)
	}, func(t *tx) error {
		if err := t.unmention(m); err != nil {
			return err
		}
		return t.mention(m.Room, m.Seq, said.Mentions)
	})
}

// Delete implements server.LogStore.
func (s *Store) Delete(ctx context.Context, by shared.Author, m shared.MessageRef, at time.Time) (shared.Event, error) {
	ev := newChange(by, m.Room, at)
	ev.Deleted = &shared.Deleted{Of: m.Seq}
	return s.change(ctx, ev, func(_ *tx, row *eventRow, body *messageBody) error {
		ev.Deleted.Author = row.event.By.ID
		if body.First == "" {
			body.First = digest(body.Text)
		}
		return nil
	}, func(t *tx) error {
		if err := t.exec(`DELETE FROM versions WHERE room = $1 AND seq = $2`, m.Room, m.Seq); err != nil {
			return err
		}
		if err := t.detach(m); err != nil {
			return err
		}
		return t.unmention(m)
	})
}

// React implements server.LogStore.
func (s *Store) React(ctx context.Context, by shared.Author, r shared.React, at time.Time) (shared.Event, error) {
	ev := newChange(by, r.Room, at)
	ev.Reacted = &shared.Reacted{Of: r.Seq, Emoji: r.Emoji, On: r.On}
	return s.change(ctx, ev, func(t *tx, row *eventRow, _ *messageBody) error {
		m := row.event.Message
		switch {
		case m.HasReaction(by.ID, r.Emoji) == r.On:
			return server.ErrNoChange
		case r.On && !m.CanTake(r.Emoji):
			return server.ErrFull
		}
		return t.inRoom(r.Room, by.ID)
	}, func(*tx) error { return nil })
}

func newChange(by shared.Author, room shared.RoomID, at time.Time) *shared.Event {
	return &shared.Event{Room: room, At: shared.Millis(at.UnixMilli()), By: by}
}

// inRoom returns server.ErrNotFound when user is not in room, any more: they
// were when they were asked what they may.
func (t *tx) inRoom(room shared.RoomID, user shared.UserID) error {
	if in, err := t.isMember(room, user); in || err != nil {
		return err
	}
	return fmt.Errorf("user %q is not in the room: %w", user, server.ErrNotFound)
}

// change appends ev and applies it to the message that it is about. Before it
// does, check says no or notes what the message was; after sees to what is kept
// beside it.
func (s *Store) change(
	ctx context.Context, ev *shared.Event,
	check func(t *tx, row *eventRow, body *messageBody) error, after func(*tx) error,
) (shared.Event, error) {
	err := s.writer.do(ctx, func(t *tx) error {
		row, err := t.message(ev.Room, ev.About())
		if err != nil {
			return err
		}
		if row.event.Message.Deleted {
			if ev.Deleted != nil {
				return server.ErrNoChange
			}
			return server.ErrNotFound
		}
		var body messageBody
		if err := json.Unmarshal([]byte(row.body), &body); err != nil {
			return err
		}
		if err := check(t, &row, &body); err != nil {
			return err
		}
		if err := t.append(ev); err != nil {
			return err
		}
		m := row.event.Message.Apply(ev)
		if err := t.rewrite(m, ev, body.First); err != nil {
			return err
		}
		if err := t.refind(&row.event, &m, ev); err != nil {
			return err
		}
		return after(t)
	})
	if err != nil {
		return shared.Event{}, fmt.Errorf("message %d of room %q: %w", ev.About(), ev.Room, err)
	}
	return *ev, nil
}

// rewrite makes the message that ev is about say m.
func (t *tx) rewrite(m shared.Message, ev *shared.Event, first string) error {
	body := bodyOf(&m)
	body.First = first
	text, err := encode(body)
	if err != nil {
		return err
	}
	kind := kindMessage
	if m.Deleted {
		kind = kindErased
	}
	return t.exec(`UPDATE events SET kind = $1, body = $2 WHERE room = $3 AND seq = $4`, kind, text, ev.Room, ev.About())
}

// mention notes who is called by a message.
func (t *tx) mention(room shared.RoomID, seq shared.Seq, users []shared.UserID) error {
	for _, u := range users {
		err := t.exec(`INSERT INTO mentions (room, member, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, room, u, seq)
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) unmention(m shared.MessageRef) error {
	return t.exec(`DELETE FROM mentions WHERE room = $1 AND seq = $2`, m.Room, m.Seq)
}

// keepVersion keeps what a message says before that changes.
func (t *tx) keepVersion(row *eventRow) error {
	ev, m := &row.event, row.event.Message
	v := shared.Version{At: since(ev), Text: m.Text, HTML: m.HTML}
	body, err := encode(v)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO versions (room, seq, rev, body) VALUES ($1, $2, $3, $4)`, ev.Room, ev.Seq, m.Rev, body)
}

// since is when a message began to say what it says.
func since(ev *shared.Event) shared.Millis { return max(ev.At, ev.Message.Edited) }

// Versions implements server.LogStore.
func (s *Store) Versions(ctx context.Context, m shared.MessageRef) ([]shared.Version, error) {
	now, err := s.Message(ctx, m)
	if err != nil {
		return nil, err
	}
	if now.Message.Deleted {
		return []shared.Version{}, nil
	}
	rows, err := s.reader.query(ctx, `SELECT body FROM versions WHERE room = $1 AND seq = $2 ORDER BY rev`, m.Room, m.Seq)
	before, err := collect(rows, err, func(row scanner) (v shared.Version, err error) {
		var body string
		if err := row.Scan(&body); err != nil {
			return v, err
		}
		return v, json.Unmarshal([]byte(body), &v)
	})
	if err != nil {
		return nil, fmt.Errorf("versions of message %d of room %q: %w", m.Seq, m.Room, err)
	}
	return append(before, shared.Version{At: since(&now), Text: now.Message.Text, HTML: now.Message.HTML}), nil
}
