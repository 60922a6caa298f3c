package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"

	"hubbub/server"
	"hubbub/shared"
	"hubbub/shared/tokens"
)

// The index is told to look only where somebody is, if that is in a few rooms
// and a small part of all that was said. Else it looks everywhere, which takes
// less, and what is elsewhere falls away.
const (
	fewRooms  = 50
	smallPart = 4 // no more than 1 in so many
)

// findPlaces reads the index from its end and stops when it has enough. The
// order of the tables is given: SQLite would begin with the members.
const findPlaces = `
	SELECT d.id, d.room, d.seq
	FROM search
	CROSS JOIN documents d
	CROSS JOIN members m
	CROSS JOIN events e
	WHERE search MATCH $1 AND search.rowid >= $2 AND search.rowid < $3
		AND d.id = search.rowid
		AND m.room = d.room AND m.member = $4
		AND e.room = d.room AND e.seq = d.seq AND e.at >= $5 AND e.at < $6
	ORDER BY search.rowid DESC
	LIMIT $7`

// place is where a message is.
type place struct {
	id   int64
	room shared.RoomID
	seq  shared.Seq
}

func scanPlace(row scanner) (p place, err error) {
	return p, row.Scan(&p.id, &p.room, &p.seq)
}

// Find implements server.SearchStore.
func (s *Store) Find(ctx context.Context, user shared.UserID, q server.Query) ([]server.Hit, error) {
	rooms := q.Rooms
	if rooms == nil {
		var err error
		if rooms, err = s.fewRooms(ctx, user); err != nil {
			return nil, err
		}
	}
	from, until, err := s.days(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := s.reader.query(ctx, findPlaces, match(q, rooms), from, until, user,
		q.From, cmp.Or(q.Until, math.MaxInt64), q.Limit)
	places, err := collect(rows, err, scanPlace)
	if err != nil {
		return nil, fmt.Errorf("find messages: %w", err)
	}
	hits := make([]server.Hit, 0, len(places))
	for _, p := range places {
		row, err := scanEvent(s.reader.row(ctx, eventColumns+` WHERE e.room = $1 AND e.seq = $2`, p.room, p.seq))
		if err != nil {
			return nil, fmt.Errorf("message %d of room %q: %w", p.seq, p.room, err)
		}
		hits = append(hits, server.Hit{Place: p.id, Event: row.event})
	}
	return hits, nil
}

// fewRooms returns the rooms that somebody is in, or nil when they are not few.
func (s *Store) fewRooms(ctx context.Context, user shared.UserID) ([]shared.RoomID, error) {
	var said, all int64
	rows, err := s.reader.query(ctx, `
		SELECT m.room, r.last, (SELECT coalesce(max(id), 0) FROM documents)
		FROM members m JOIN rooms r ON r.id = m.room
		WHERE m.member = $1 LIMIT $2`, user, fewRooms+1)
	rooms, err := collect(rows, err, func(row scanner) (id shared.RoomID, err error) {
		var last int64
		err = row.Scan(&id, &last, &all)
		said += last
		return id, err
	})
	if len(rooms) > fewRooms || said*smallPart > all {
		return nil, err
	}
	return rooms, err
}

// days returns between which documents the messages of q's time are: [from,
// until). Between them there may be others too.
func (s *Store) days(ctx context.Context, q server.Query) (from, until int64, err error) {
	until = cmp.Or(q.Before, math.MaxInt64)
	if q.From > 0 {
		err := s.reader.row(ctx, `SELECT coalesce(min(first), $1) FROM document_days WHERE day >= $2`,
			until, int64(q.From)/oneDay).Scan(&from)
		if err != nil {
			return 0, 0, fmt.Errorf("since which document: %w", err)
		}
	}
	if q.Until > 0 {
		var last int64
		err := s.reader.row(ctx, `
			SELECT coalesce(max(next), 0)
			FROM (SELECT day, lead(first, 1, $1) OVER (ORDER BY first) AS next FROM document_days) AS days
			WHERE day <= $2`, until, int64(q.Until)/oneDay).Scan(&last)
		if err != nil {
			return 0, 0, fmt.Errorf("until which document: %w", err)
		}
		until = min(until, last)
	}
	return from, until, nil
}

// match writes q in the language of SQLite's index.
func match(q server.Query, rooms []shared.RoomID) string {
	var all []string
	for i := range q.All {
		all = append(all, clause(&q.All[i]))
	}
	for _, mark := range q.Marks {
		all = append(all, quoted(mark))
	}
	if q.By != nil {
		all = append(all, either(q.By, func(id shared.UserID) string { return tokens.By(string(id)) }))
	}
	if rooms != nil {
		all = append(all, either(rooms, func(id shared.RoomID) string { return tokens.In(string(id)) }))
	}
	if len(all) == 0 {
		all = append(all, quoted(tokens.All)) // the index cannot be asked for what is not in something
	}
	found := strings.Join(all, " AND ")
	if len(q.None) == 0 {
		return found
	}
	none := make([]string, len(q.None))
	for i := range q.None {
		none[i] = clause(&q.None[i])
	}
	return "(" + found + ") NOT (" + strings.Join(none, " OR ") + ")"
}

func clause(c *tokens.Clause) string {
	if term, ok := tokens.Begins(c); ok {
		return quoted(term)
	}
	terms := quoted(strings.Join(c.Terms, " "))
	if c.Prefix {
		terms += " *"
	}
	if c.Stem == "" {
		return terms
	}
	// The stem itself, and every word that has it: the word among them, where
	// it is another. Only of a word that is not finished there may be more.
	forms := quoted(c.Stem) + " OR " + quoted(tokens.Stem(c.Stem))
	if c.Prefix {
		forms = terms + " OR " + forms
	}
	return "(" + forms + ")"
}

// either is any of some marks; of none, what no message has.
func either[ID ~string](ids []ID, mark func(ID) string) string {
	if len(ids) == 0 {
		return quoted(tokens.None)
	}
	marks := make([]string, len(ids))
	for i, id := range ids {
		marks[i] = quoted(mark(id))
	}
	return "(" + strings.Join(marks, " OR ") + ")"
}

// quoted is a string of that language. No term has a quote in it.
func quoted(terms string) string { return `"` + terms + `"` }
