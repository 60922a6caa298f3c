package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// Post implements server.LogStore.
func (s *Store) Post(ctx context.Context, author shared.Author, p server.Said, at time.Time) (shared.Event, bool, error) {
	ev := shared.Event{
		Room: p.Room, At: shared.Millis(at.UnixMilli()), By: author,
		Message: &shared.Message{Key: p.Key, Text: p.Text, HTML: p.HTML, Mentions: p.Mentions, Files: p.Attached},
	}
	if p.Reply != 0 {
		ev.Message.Reply = &shared.Quote{Seq: p.Reply}
	}
	e, err := newEntry(&ev) // here and not in the writer, which serves everybody
	if err != nil {
		return shared.Event{}, false, err
	}
	terms := termsOf(ev.Room, author.ID, ev.Message)
	fresh, do := false, s.writer.doBare
	if len(p.Files) > 0 {
		do = s.writer.do // files that are not there are found missing when the message stands
	}
	err = do(ctx, func(t *tx) (err error) {
		fresh, err = t.post(&ev, e, p.Files, terms)
		return err
	})
	if err != nil {
		return shared.Event{}, false, fmt.Errorf("post in room %q: %w", p.Room, err)
	}
	return ev, fresh, nil
}

// Posted implements server.LogStore.
func (s *Store) Posted(ctx context.Context, author shared.Author, p shared.Post) (shared.Event, error) {
	return firstUse(s.reader.row(ctx, selectPosted, p.Room, author.ID, p.Key), p)
}

const selectPosted = eventColumns + ` WHERE e.room = $1 AND e.author = $2 AND e.key = $3`

// firstUse scans the event that was stored when a key was first used. What it
// said then must be what p says. Which files were in a message that is deleted,
// nobody knows any more.
func firstUse(s scanner, p shared.Post) (shared.Event, error) {
	row, err := scanEvent(s)
	if err != nil {
		return shared.Event{}, fmt.Errorf("the first use of a key: %w", noRows(err))
	}
	var body messageBody
	if err := json.Unmarshal([]byte(row.body), &body); err != nil {
		return shared.Event{}, err
	}
	same := row.kind == kindErased || sameFiles(body.Files, p.Files)
	if !same || !body.saidFirst(p.Text) || shared.Seq(row.about.Int64) != p.Reply {
		return shared.Event{}, server.ErrKeyUsed
	}
	return row.event, nil
}

// insertEvent stores nothing when the author has used the key in the room.
const insertEvent = `
	INSERT INTO events (room, seq, at, author, kind, key, subject, body, about)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	ON CONFLICT (room, author, key) DO NOTHING`

// insertPost is insertEvent for who is in the room by now: they may have been
// removed since somebody looked.
const insertPost = `
	INSERT INTO events (room, seq, at, author, kind, key, subject, body, about)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
	WHERE EXISTS (SELECT 1 FROM members WHERE room = $1 AND member = $4)
	ON CONFLICT (room, author, key) DO NOTHING`

// post stores a message at the next position of its room, to be found with the
// group. A message that is there already becomes ev, with fresh false. Without
// files it changes nothing before it fails.
func (t *tx) post(ev *shared.Event, e entry, files []shared.FileID, terms string) (fresh bool, err error) {
	c, err := t.counter(ev.Room)
	if err != nil {
		return false, err
	}
	m := ev.Message
	if m.Reply != nil {
		target, err := t.message(ev.Room, m.Reply.Seq)
		if err != nil {
			return false, err
		}
		*m.Reply = target.event.Quote()
	}
	ev.Seq = c.last + 1
	n, err := t.changed(insertPost, ev.Room, ev.Seq, ev.At, ev.By.ID, e.kind, e.key, e.subject, e.body, e.about)
	if err != nil {
		return false, err
	}
	if n == 0 { // the key was used before, or else they are not in the room
		return false, t.posted(ev, files)
	}
	if err := t.attach(ev); err != nil {
		return false, err
	}
	c.last, c.moved = ev.Seq, true
	t.fresh = append(t.fresh, document{room: ev.Room, seq: ev.Seq, at: ev.At, terms: terms})
	return true, t.mention(ev.Room, ev.Seq, m.Mentions)
}

// posted makes ev the event that was stored when its key was first used.
func (t *tx) posted(ev *shared.Event, files []shared.FileID) error {
	p := shared.Post{Text: ev.Message.Text, Files: files}
	if ev.Message.Reply != nil {
		p.Reply = ev.Message.Reply.Seq
	}
	first, err := firstUse(t.row(selectPosted, ev.Room, ev.By.ID, ev.Message.Key), p)
	if err == nil {
		*ev = first
	}
	return err
}

// append stores any other event at the next position of its room.
func (t *tx) append(ev *shared.Event) error {
	e, err := newEntry(ev)
	if err != nil {
		return err
	}
	err = t.row(`UPDATE rooms SET last = last + 1 WHERE id = $1 RETURNING last`, ev.Room).Scan(&ev.Seq)
	if err != nil {
		return fmt.Errorf("room %q: %w", ev.Room, noRows(err))
	}
	return t.exec(insertEvent, ev.Room, ev.Seq, ev.At, ev.By.ID, e.kind, e.key, e.subject, e.body, e.about)
}
