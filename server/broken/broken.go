// Package broken builds a known defect into a Store, so that whoever checks a
// server can be seen to find it. It is for trials alone: nothing that serves
// people may use it.
package broken

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

const (
	lag    = 200 * time.Millisecond // of what is stored after its acknowledgement
	oneIn  = 20                     // messages that a defect meets
	sparse = 23                     // events, of which a gap hides one
)

// Store returns a Store with the named defect.
func Store(s server.Store, defect string) (server.Store, error) {
	defects := map[string]func(server.Store) server.Store{
		"ack-early": func(s server.Store) server.Store { return &ackEarly{Store: s} },
		"lose":      func(s server.Store) server.Store { return &lose{Store: s} },
		"no-dedup":  func(s server.Store) server.Store { return &noDedup{Store: s} },
		"double":    func(s server.Store) server.Store { return &double{Store: s} },
		"reorder":   func(s server.Store) server.Store { return &reorder{Store: s, held: make(map[string]func())} },
		"gap":       func(s server.Store) server.Store { return &gap{Store: s} },
	}
	build, ok := defects[defect]
	if !ok {
		return nil, fmt.Errorf("%q is no defect: there are %s", defect, strings.Join(slices.Sorted(maps.Keys(defects)), ", "))
	}
	return build(s), nil
}

// made is the event that an acknowledgement shows which the log does not hold.
func made(author shared.Author, p server.Said, at time.Time) shared.Event {
	return shared.Event{
		Room: p.Room, Seq: 1, At: shared.Millis(at.UnixMilli()), By: author,
		Message: &shared.Message{Key: p.Key, Text: p.Text},
	}
}

// ackEarly acknowledges before it stores: a crash in between loses messages.
type ackEarly struct{ server.Store }

func (s *ackEarly) Post(ctx context.Context, author shared.Author, p server.Said, at time.Time) (shared.Event, bool, error) {
	ctx = context.WithoutCancel(ctx)
	time.AfterFunc(lag, func() { _, _, _ = s.Store.Post(ctx, author, p, at) }) // that is the defect
	return made(author, p, at), true, nil
}

// lose acknowledges some messages without storing them.
type lose struct {
	server.Store
	n atomic.Int64
}

func (s *lose) Post(ctx context.Context, author shared.Author, p server.Said, at time.Time) (shared.Event, bool, error) {
	if s.n.Add(1)%oneIn == 0 {
		return made(author, p, at), true, nil
	}
	return s.Store.Post(ctx, author, p, at)
}

// noDedup does not know a message again that is sent a second time.
type noDedup struct{ server.Store }

func (s *noDedup) Post(ctx context.Context, author shared.Author, p server.Said, at time.Time) (shared.Event, bool, error) {
	p.Key = shared.NewID()
	return s.Store.Post(ctx, author, p, at)
}

// double stores some messages twice.
type double struct {
	server.Store
	n atomic.Int64
}

func (s *double) Post(ctx context.Context, author shared.Author, p server.Said, at time.Time) (shared.Event, bool, error) {
	ev, fresh, err := s.Store.Post(ctx, author, p, at)
	if err == nil && s.n.Add(1)%oneIn == 0 {
		p.Key = shared.NewID()
		return s.Store.Post(ctx, author, p, at)
	}
	return ev, fresh, err
}

// reorder stores some messages after the next one of the same sender.
type reorder struct {
	server.Store
	n    atomic.Int64
	mu   sync.Mutex
	held map[string]func() // guarded by mu: by sender and room, what is still to be stored
}

func (s *reorder) Post(ctx context.Context, author shared.Author, p server.Said, at time.Time) (shared.Event, bool, error) {
	sender, _, _ := strings.Cut(p.Text, " #")
	line := sender + " " + string(p.Room)
	if s.n.Add(1)%oneIn == 0 {
		ctx := context.WithoutCancel(ctx)
		s.mu.Lock()
		s.held[line] = func() { _, _, _ = s.Store.Post(ctx, author, p, at) } // that is the defect
		s.mu.Unlock()
		return made(author, p, at), true, nil
	}
	ev, fresh, err := s.Store.Post(ctx, author, p, at)
	s.mu.Lock()
	late := s.held[line]
	delete(s.held, line)
	s.mu.Unlock()
	if late != nil {
		late()
	}
	return ev, fresh, err
}

// gap hides some events from who reads the log.
type gap struct{ server.Store }

func (s *gap) After(ctx context.Context, room shared.RoomID, seq shared.Seq, limit int) ([]shared.Event, error) {
	events, err := s.Store.After(ctx, room, seq, limit)
	return hide(events), err
}

func (s *gap) History(ctx context.Context, q shared.HistoryQuery) (shared.Page, error) {
	page, err := s.Store.History(ctx, q)
	page.Events = hide(page.Events)
	return page, err
}

func hide(events []shared.Event) []shared.Event {
	return slices.DeleteFunc(events, func(ev shared.Event) bool { return ev.Seq%sparse == 0 })
}
