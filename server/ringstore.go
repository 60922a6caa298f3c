package server

import (
	"context"
	"time"

	"hubbub/shared"
)

// RingStore is how much people want to be told of rooms, and what of that their
// devices are to be told.
//
// Nothing of this is written when somebody posts: a room's log is looked at
// afterwards, from where it was looked at last. A device has one ring for each
// room, which grows with what is said there.
type RingStore interface {
	// Involve sets how much of a room a member is told of; ErrNotFound for who
	// is none.
	Involve(ctx context.Context, user shared.UserID, i shared.Involve) error
	// Preferences returns somebody's, SetPreferences sets them. ErrNotFound.
	Preferences(ctx context.Context, user shared.UserID) (shared.Preferences, error)
	SetPreferences(ctx context.Context, user shared.UserID, p shared.Preferences) error

	// Unrung returns rooms whose logs go on after where they were looked at, and
	// that place. A room that is new was looked at up to 0.
	Unrung(ctx context.Context, limit int) ([]shared.Position, error)
	// Hearers returns the devices of a room's members, whose sessions have not
	// expired.
	Hearers(ctx context.Context, room shared.RoomID, now time.Time) ([]Hearer, error)
	// Ring has devices told of a room, each of what is there up to a position:
	// at once, or with what its push service has not taken yet. A device that
	// has gone is passed over.
	Ring(ctx context.Context, room shared.RoomID, upTo map[string]shared.Seq, at time.Time) error
	// Rung notes that a room's log was looked at up to seq, and forgets what
	// devices were told that their people have read since.
	Rung(ctx context.Context, room shared.RoomID, seq shared.Seq) error
}

// Hearer is a device of a room's member, with what decides what it is told.
type Hearer struct {
	Device      string
	Member      shared.UserID
	Read        shared.Seq
	Involvement shared.Involvement // chosen in the room, or empty
	Preferences shared.Preferences
	Told        shared.Seq // of Ring
}

// Ring is what a device is told of a room.
type Ring struct {
	Room shared.RoomID
	Seq  shared.Seq // there is something to tell of up to here
	Told shared.Seq // the newest message that it was told of; 0: none
	Many int        // how many it was told of then
}
