package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"hubbub/shared"
)

// Last implements server.LogStore.
func (s *Store) Last(ctx context.Context, room shared.RoomID) (shared.Seq, error) {
	var last shared.Seq
	if err := s.reader.row(ctx, `SELECT last FROM rooms WHERE id = $1`, room).Scan(&last); err != nil {
		return 0, fmt.Errorf("room %q: %w", room, noRows(err))
	}
	return last, nil
}

// After implements server.LogStore.
func (s *Store) After(ctx context.Context, room shared.RoomID, seq shared.Seq, limit int) ([]shared.Event, error) {
	rows, err := s.later(ctx, room, seq, limit, shared.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	return events(rows), nil
}

// History implements server.LogStore.
func (s *Store) History(ctx context.Context, q shared.HistoryQuery) (shared.Page, error) {
	var (
		rows []eventRow
		err  error
	)
	switch {
	case q.After != nil:
		rows, err = s.later(ctx, q.Room, *q.After, q.Limit, shared.MaxPageBytes)
	case q.Around != 0:
		rows, err = s.around(ctx, q.Room, q.Around, q.Limit)
	default:
		rows, err = s.earlier(ctx, q.Room, q.Before, q.Limit, shared.MaxPageBytes)
		slices.Reverse(rows)
	}
	if err != nil {
		return shared.Page{}, err
	}
	last, err := s.Last(ctx, q.Room) // after the events, so that Newer is never said too little
	if err != nil {
		return shared.Page{}, err
	}
	page := shared.Page{Room: q.Room, Events: events(rows)}
	page.Older, page.Newer = beyond(q, page.Events, last)
	return page, nil
}

// beyond says whether the log goes on before and after a page.
func beyond(q shared.HistoryQuery, evs []shared.Event, last shared.Seq) (older, newer bool) {
	if len(evs) > 0 {
		return evs[0].Seq > 1, evs[len(evs)-1].Seq < last
	}
	if q.After != nil { // at or beyond the end
		return last > 0, false
	}
	return false, last > 0 // before the beginning
}

// around returns the events on both sides of seq, seq among the later ones.
// Where one side has too few, the other fills the page.
func (s *Store) around(ctx context.Context, room shared.RoomID, seq shared.Seq, limit int) ([]eventRow, error) {
	older, err := s.earlier(ctx, room, seq, limit, shared.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	newer, err := s.later(ctx, room, seq-1, limit, shared.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	o, n := window(older, newer, limit, shared.MaxPageBytes)
	slices.Reverse(older[:o])
	return append(older[:o], newer[:n]...), nil
}

// window says how many of the events on each side fit on a page: both lists
// begin next to its middle, and each side takes a turn while it has some.
func window(older, newer []eventRow, limit, size int) (o, n int) {
	left := size
	take := func(side []eventRow, i *int) bool {
		if *i == len(side) || o+n == limit || side[*i].estimatedLength > left && o+n > 0 {
			return false
		}
		left -= side[*i].estimatedLength
		*i++
		return true
	}
	for more := true; more; {
		more = take(newer, &n)
		more = take(older, &o) || more
	}
	return o, n
}

// later returns the events after seq, the nearest first.
func (s *Store) later(ctx context.Context, room shared.RoomID, seq shared.Seq, limit, size int) ([]eventRow, error) {
	return s.page(ctx, size, eventColumns+` WHERE e.room = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3`, room, seq, limit)
}

// earlier returns the events before seq, the nearest first.
func (s *Store) earlier(ctx context.Context, room shared.RoomID, seq shared.Seq, limit, size int) ([]eventRow, error) {
	return s.page(ctx, size, eventColumns+` WHERE e.room = $1 AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3`, room, seq, limit)
}

// page returns the first rows that fit into size bytes of JSON, but never none
// while there are some.
func (s *Store) page(ctx context.Context, size int, text string, args ...any) ([]eventRow, error) {
	rows, err := s.reader.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var fit []eventRow
	for rows.Next() {
		row, err := scanEvent(rows)
		if err != nil {
			return nil, err
		}
		if size -= row.estimatedLength; size < 0 && len(fit) > 0 {
			return fit, nil
		}
		fit = append(fit, row)
	}
	return fit, rows.Err()
}

func events(rows []eventRow) []shared.Event {
	evs := make([]shared.Event, len(rows))
	for i := range rows {
		evs[i] = rows[i].event
	}
	return evs
}
