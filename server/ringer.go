package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	ringSweep = time.Minute // how often to look for what other nodes left behind
	ringRooms = 100         // rooms in one look into the store
	ringBatch = 200         // devices in one transaction: who posts may wait behind it
)

// ringer decides who is to be notified of what is said in rooms. It follows
// their logs at a distance, from where they were looked at last: nobody who
// posts waits for it or writes anything for it, and what a crash cuts short is
// found again. The distance, some seconds, is the time for whoever sits before
// a screen to read it there.
//
// It writes down that a device is to be told; what it is told is read when it
// is sent, by tell. So a message that was read, deleted, or said to somebody
// who has left since, tells nobody.
type ringer struct {
	store  Store
	log    *slog.Logger
	now    func() time.Time
	delay  time.Duration
	looks  *looks
	quiet  func(shared.UserID) bool // does not want to be disturbed now
	rang   func()                   // something is to be sent
	bell   chan struct{}            // has room for one ring
	ctx    context.Context          // ends with stop
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// newRinger returns one that does nothing before start.
func newRinger(o Options, quiet func(shared.UserID) bool) *ringer {
	r := &ringer{
		store: o.Store, log: o.Log, now: o.Now, delay: o.Live.NoticeDelay,
		looks: newLooks(), quiet: quiet, bell: make(chan struct{}, 1),
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// start begins to follow. rang is called when something is to be sent.
func (r *ringer) start(rang func()) {
	r.rang = rang
	r.work.Go(r.run)
}

func (r *ringer) stop() {
	r.cancel()
	r.work.Wait()
}

// poke says that something was said. It does not block.
func (r *ringer) poke() {
	select {
	case r.bell <- struct{}{}:
	default:
	}
}

func (r *ringer) run() {
	for left := r.round(); r.ctx.Err() == nil; left = r.round() {
		if left > 0 {
			r.wait(max(left, r.delay/8), nil)
			continue
		}
		r.wait(ringSweep, r.bell)
		r.wait(r.delay, nil)
	}
}

// wait waits for some time, or until a bell rings.
func (r *ringer) wait(d time.Duration, bell <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-bell:
	case <-r.ctx.Done():
	}
}

// round looks at all rooms where something was said. It returns how long to
// wait with what was said just now, or 0.
func (r *ringer) round() (left time.Duration) {
	rooms, err := r.store.Unrung(r.ctx, ringRooms)
	if err != nil {
		return r.failed("", err)
	}
	for _, p := range rooms {
		wait, err := r.look(p)
		if err != nil {
			wait = r.failed(p.Room, err)
		}
		if wait > 0 && (left == 0 || wait < left) {
			left = wait
		}
	}
	if len(rooms) == ringRooms && left == 0 {
		left = r.delay / 8 // there are more
	}
	return left
}

// failed says so, and when to try again.
func (r *ringer) failed(room shared.RoomID, err error) time.Duration {
	if r.ctx.Err() == nil {
		r.log.Warn("who is to be notified was not found out", "room", room, "err", err)
	}
	return time.Second
}

// look decides about what was said in a room after p.
func (r *ringer) look(p shared.Position) (left time.Duration, err error) {
	hearers, err := r.store.Hearers(r.ctx, p.Room, r.now())
	if err != nil {
		return 0, err
	}
	if len(hearers) == 0 {
		last, err := r.store.Last(r.ctx, p.Room)
		if err != nil {
			return 0, err
		}
		return 0, r.store.Rung(r.ctx, p.Room, last)
	}
	room, err := r.store.Room(r.ctx, p.Room)
	if err != nil {
		return 0, err
	}
	events, err := r.store.After(r.ctx, p.Room, p.Seq, shared.MaxPage)
	if err != nil {
		return 0, err
	}
	ripe, left := r.ripe(events)
	if len(ripe) == 0 {
		return left, nil
	}
	if err := r.ring(room, hearers, ripe); err != nil {
		return 0, err
	}
	if left == 0 && len(ripe) == shared.MaxPage {
		left = time.Millisecond // perhaps there is more
	}
	return left, r.store.Rung(r.ctx, p.Room, ripe[len(ripe)-1].Seq)
}

// ripe are the events that were there for long enough, and how long the first
// of the others has still to wait. Who set the clock back waits no longer.
func (r *ringer) ripe(events []shared.Event) (ripe []shared.Event, left time.Duration) {
	now := r.now()
	for i := range events {
		age := now.Sub(time.UnixMilli(int64(events[i].At)))
		if 0 <= age && age < r.delay {
			return events[:i], r.delay - age
		}
	}
	return events, 0
}

// ring has the devices told that events, of one room, concern.
func (r *ringer) ring(room shared.Room, hearers []Hearer, events []shared.Event) error {
	due := make(map[string]shared.Seq)
	flush := func() error {
		if len(due) == 0 {
			return nil
		}
		err := r.store.Ring(r.ctx, room.ID, due, r.now())
		clear(due)
		r.rang()
		return err
	}
	for _, h := range hearers {
		if seq := h.newest(room, events); seq > 0 {
			due[h.Device] = seq
		}
		if len(due) == ringBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// newest is the newest of events that a device is to be told of, or 0.
func (h *Hearer) newest(room shared.Room, events []shared.Event) (seq shared.Seq) {
	level := h.Preferences.InvolvementOf(room, h.Involvement)
	for i := range events {
		ev := &events[i]
		switch {
		case level.Includes(ev, h.Member) && ev.Seq > h.Read:
			seq = ev.Seq
		case ev.Deleted != nil && h.Read < ev.Deleted.Of && ev.Deleted.Of <= h.Told:
			seq = max(seq, h.Told) // what it shows may be what was deleted
		}
	}
	return seq
}
