package server

import (
	"context"
	"time"

	"hubbub/shared"
)

// PushStore is what people were told by programs, and what became of it.
type PushStore interface {
	// AddPush stores p for its recipient at the end of their log, clears what
	// it collapses where that is, and has every device of theirs notified. A second call
	// with the same sender and key returns the first one's push with fresh ==
	// false, or ErrKeyUsed when it was another.
	AddPush(ctx context.Context, p PushOrder) (push shared.Push, devices int, fresh bool, err error)

	// AmendPush says anew what a push says, ClearPush takes it back; either
	// moves it to the log's end. What was on its way to devices is not sent any
	// more once it was cleared; those that have it are notified of that.
	// ErrNotFound when there is none, ErrSpent when it has expired or was
	// cleared.
	AmendPush(ctx context.Context, sender string, c shared.PushChange, at time.Time) (recipient shared.UserID, push shared.Push, err error)
	ClearPush(ctx context.Context, sender, key string, at time.Time) (recipient shared.UserID, push shared.Push, err error)

	// PushStatus returns a push as its sender sees it, or ErrNotFound.
	PushStatus(ctx context.Context, sender, key string) (shared.PushStatus, error)

	// LastPush is the position of the newest entry in a recipient's log.
	LastPush(ctx context.Context, recipient shared.UserID) (shared.Seq, error)
	// PushesAfter returns what lies after a position and has not expired, in
	// order, cleared ones too.
	PushesAfter(ctx context.Context, recipient shared.UserID, after shared.Seq, limit int, now time.Time) ([]shared.Push, error)
	// UnseenPushes returns, in order, what nobody acknowledged of what lies
	// after one position and not after another.
	UnseenPushes(ctx context.Context, recipient shared.UserID, after, upTo shared.Seq, limit int, now time.Time) ([]shared.Push, error)
	// Pushes returns what is kept for a recipient, the newest first.
	Pushes(ctx context.Context, recipient shared.UserID, q shared.PushQuery, now time.Time) ([]shared.Push, error)

	// NoteReceipts adds to what is known of pushes' ways, in whatever order it
	// comes: of two times the earlier one is right, a device's own kind and name
	// win, and a failure is one until the push has arrived. Pushes of another
	// recipient are passed over. It returns the pushes that became opened by it.
	NoteReceipts(ctx context.Context, receipts []PushReceipt) (opened []string, err error)
}

// PushOrder is a push as it is to be stored.
type PushOrder struct {
	shared.Push // without Seq
	Recipient   shared.UserID
	Key         string   // the sender's
	Digest      [32]byte // of what the sender asked for
}

// PushReceipt is a Receipt of a push.
type PushReceipt struct {
	Recipient shared.UserID
	Push      string // its id
	shared.Receipt
}

// ProgramStore is bots and tokens.
type ProgramStore interface {
	// AddBot stores a user with the role bot and an owner.
	AddBot(ctx context.Context, bot shared.User, at time.Time) error
	// Bots returns the bots of an owner, or all when owner is empty.
	Bots(ctx context.Context, owner shared.UserID) ([]shared.User, error)
	// Tokens returns the tokens that a user made, or all when author is empty,
	// the newest first, without their secrets.
	Tokens(ctx context.Context, author shared.UserID, now time.Time) ([]shared.Token, error)
	// Token returns one of them, or ErrNotFound.
	Token(ctx context.Context, id string, now time.Time) (shared.Token, error)
	// EndTokens ends all tokens that speak for a user.
	EndTokens(ctx context.Context, user shared.UserID) error
}

// DeviceStore is the devices that can be notified, and the notices on their way.
type DeviceStore interface {
	// AddDevice stores a device; one with the same endpoint is replaced.
	// ErrNotFound when its session has ended; one that begins with SiteSession
	// is not the store's to know.
	AddDevice(ctx context.Context, d Device, at time.Time) error
	// Devices returns a member's.
	Devices(ctx context.Context, member shared.UserID) ([]Device, error)
	// RemoveDevice forgets one, with what was on its way to it. There may be none.
	RemoveDevice(ctx context.Context, id string) error

	// DueNotices returns what has to be sent by now: of rooms and of pushes at
	// most limit each, the oldest first.
	DueNotices(ctx context.Context, now time.Time, limit int) ([]Notice, error)
	// RetryNotice puts a notice off, with its Tries. EndNotice ends it, with
	// what a device was told of a room. What is said in the room after Ring.Seq
	// is still to be told, and so is that a push was taken back since n was read.
	RetryNotice(ctx context.Context, n Notice, due time.Time) error
	EndNotice(ctx context.Context, n Notice) error
}

// Device is a browser that can be notified by Web Push (RFC 8030).
type Device struct {
	ID       string
	Member   shared.UserID
	Session  string // it ends with it
	Endpoint string
	P256dh   string // the keys of RFC 8291, as browsers write them
	Auth     string
	Name     string // in words: "Firefox on Linux"
}

// Notice is a push, or a ring, on its way to a device.
type Notice struct {
	Recipient shared.UserID
	Push      shared.Push
	Ring      Ring // when it has a room
	Device    Device
	Tries     int // so far
}
