package server

import (
	"context"
	"errors"
	"time"

	"hubbub/shared"
)

// ErrLastOwner says that a server would be left without an owner.
var ErrLastOwner = errors.New("the last owner")

// AccountStore is what people tell of themselves, and what staff does about
// their accounts.
type AccountStore interface {
	// Person returns somebody with everything that is known of them; People
	// all but the bots, by name, those who may not be here any more included.
	Person(ctx context.Context, id shared.UserID) (shared.Person, error)
	People(ctx context.Context) ([]shared.Person, error)

	// SetProfile changes what p has. It returns ErrTaken for a handle of
	// somebody else's.
	SetProfile(ctx context.Context, id shared.UserID, p shared.Profile) (shared.User, error)
	// SetPicture stores somebody's picture, in place of an older one; without a
	// version it takes it away. Picture returns it, or ErrNotFound when the
	// version is another one.
	SetPicture(ctx context.Context, id shared.UserID, version string, image []byte) (shared.User, error)
	Picture(ctx context.Context, id shared.UserID, version string) ([]byte, error)

	// Sees reports whether viewer shares a room with somebody, or is in one
	// where they said something.
	Sees(ctx context.Context, viewer, id shared.UserID) (bool, error)
	// GuestsWith returns the guests who share a room with somebody.
	GuestsWith(ctx context.Context, id shared.UserID) ([]shared.UserID, error)

	// SetRole gives somebody a role, or returns ErrLastOwner.
	SetRole(ctx context.Context, id shared.UserID, role shared.Role) (shared.User, error)
	// Exclude takes somebody from the server, and their bots: their sessions,
	// every token that is theirs or that they made, their invites and recoveries
	// end, and they leave their rooms, which the events say. ended has the ID and
	// the User of each session. It is done in one transaction. Nothing that is
	// made for them later works.
	Exclude(ctx context.Context, by shared.Author, id shared.UserID, standing shared.Standing, at time.Time) (ended []Session, ev []shared.Event, err error)
	// Readmit lets somebody be here again, who was excluded, and their bots.
	Readmit(ctx context.Context, id shared.UserID) error

	// SaidBy returns some messages that somebody or their bots said and that are
	// not deleted, at most limit; none when there are none.
	SaidBy(ctx context.Context, id shared.UserID, limit int) ([]shared.MessageRef, error)

	// SessionsOf returns the logins of somebody that work, the last used first.
	SessionsOf(ctx context.Context, id shared.UserID, now time.Time) ([]Session, error)

	// AddRecovery stores what proves that somebody may choose a new password,
	// in place of an older one. Recovery finds who it is for: ErrSpent when it
	// was used, replaced or expired. UseRecovery sets handle and password, as
	// SetPassword does, and ends it and all logins.
	AddRecovery(ctx context.Context, r Recovery) error
	Recovery(ctx context.Context, hash [32]byte, now time.Time) (shared.User, error)
	UseRecovery(ctx context.Context, hash [32]byte, handle, password string, now time.Time) (shared.User, error)
}

// Recovery lets whoever has its code choose a new password for User.
type Recovery struct {
	User    shared.UserID
	Hash    [32]byte // SHA-256 of the code
	Author  shared.UserID
	Expires time.Time
}
