package server

import (
	"context"
	"errors"
	"time"

	"hubbub/shared"
)

// Errors every Store returns, bare or wrapped.
var (
	ErrNotFound = errors.New("not found")
	ErrTaken    = errors.New("taken")             // a handle that belongs to another user
	ErrKeyUsed  = errors.New("key used")          // the key's first use had another text
	ErrClaimed  = errors.New("already claimed")   // the server already has an owner
	ErrQuota    = errors.New("over the quota")    // the owner's files would take more room than they may
	ErrNoFile   = errors.New("no such file")      // to post: it is not there, or not to be posted here, or was
	ErrSpent    = errors.New("spent")             // an invite that expired, was used up or revoked
	ErrFull     = errors.New("full")              // the message bears no more reactions
	ErrNoChange = errors.New("nothing to change") // the event would say nothing new: already a member, not one, same name

	// ErrUnavailable is for writes that could not be committed now: the disk is
	// full or read-only, the database is locked, the store is closed. Reads may
	// go on, and the same write may succeed later: after a disk has failed to
	// keep what it took, only once the program was restarted.
	ErrUnavailable = errors.New("the store cannot write now")
)

// Store keeps everything that must survive: people, sessions, rooms and each
// room's log. It decides how to keep things atomically and never who may: the
// caller has authorised.
//
// Every method that returns nil has committed durably (fsync). Methods are safe
// for concurrent use. servertest.TestStore is the contract in full.
type Store interface {
	LogStore
	RoomStore
	DirectStore
	PeopleStore
	AccountStore
	SessionStore
	InviteStore
	PushStore
	ProgramStore
	DeviceStore
	FileStore
	SearchStore
	PresenceStore
	RingStore

	// Epoch identifies this log's history. It stays for the life of the
	// database and changes when one is restored from a backup.
	Epoch(ctx context.Context) (string, error)

	// Probe proves that a write can be committed now.
	Probe(ctx context.Context) error

	// Close waits for writes that were begun, then releases everything.
	Close() error
}

// LogStore is the rooms' logs. Each event gets the room's next Seq in the
// transaction that stores it: no gaps, no duplicates.
type LogStore interface {
	// Post appends a message by author. A second call with the same author,
	// room and key returns the first one's event with fresh == false, or
	// ErrKeyUsed when the text differs.
	// ErrNotFound also when p answers no message of the room, ErrNoFile when
	// one of its files is not the author's, not for this room, or in a message
	// already.
	Post(ctx context.Context, author shared.Author, p Said, at time.Time) (ev shared.Event, fresh bool, err error)

	// Posted returns what a Post with p's author, room and key stored, ErrKeyUsed
	// when its text was another, or ErrNotFound when there was none.
	Posted(ctx context.Context, author shared.Author, p shared.Post) (shared.Event, error)

	// After returns the events with Seq > seq in order: at most limit, and
	// fewer when they exceed shared.MaxPageBytes, but never none while there
	// are some. Authors have their current names.
	After(ctx context.Context, room shared.RoomID, seq shared.Seq, limit int) ([]shared.Event, error)

	// History returns the window that q asks for. q is valid and its Limit set.
	History(ctx context.Context, q shared.HistoryQuery) (shared.Page, error)

	// Message returns the event that said what is there now, or ErrNotFound
	// when none did. One that was deleted is there, and says so.
	Message(ctx context.Context, m shared.MessageRef) (shared.Event, error)
	// Edit, Delete and React append the event that says what became of a
	// message, which from then on is read as changed. They return ErrNotFound
	// without such a message, or for one that was deleted, ErrNoChange when it
	// is so already, and React ErrFull when the message bears no more. Edit and
	// React return ErrNotFound also when by is not in the room.
	Edit(ctx context.Context, by shared.Author, m shared.MessageRef, s Said, at time.Time) (shared.Event, error)
	Delete(ctx context.Context, by shared.Author, m shared.MessageRef, at time.Time) (shared.Event, error)
	React(ctx context.Context, by shared.Author, r shared.React, at time.Time) (shared.Event, error)
	// Versions returns what a message said before, the oldest first, and what
	// it says now. Of one that was deleted nothing is left.
	Versions(ctx context.Context, m shared.MessageRef) ([]shared.Version, error)

	// Last returns the Seq of the room's newest event, or ErrNotFound.
	Last(ctx context.Context, room shared.RoomID) (shared.Seq, error)
}

// Said is what somebody says: what they posted, and what the server made of it.
type Said struct {
	shared.Post
	HTML     string          // as Message.HTML
	Mentions []shared.UserID // as Message.Mentions
	Attached []shared.File   // as Message.Files: what is known of Post.Files
}

// RoomStore is rooms and who is in them. Methods that change something append
// the event that says so and return it.
type RoomStore interface {
	// CreateRoom stores r (its ID given by the caller) with by as its first
	// member. The log begins with Created and Joined; ev is both.
	CreateRoom(ctx context.Context, by shared.Author, r shared.Room, at time.Time) (ev []shared.Event, err error)
	Room(ctx context.Context, id shared.RoomID) (shared.Room, error)
	UpdateRoom(ctx context.Context, by shared.Author, u shared.RoomUpdate, at time.Time) (shared.Event, error)

	// AddMember and RemoveMember return ErrNoChange when there is nothing to
	// do. A new member's read position is the room's last event.
	AddMember(ctx context.Context, by shared.Author, room shared.RoomID, user shared.UserID, at time.Time) (shared.Event, error)
	RemoveMember(ctx context.Context, by shared.Author, room shared.RoomID, user shared.UserID, at time.Time) (shared.Event, error)
	Members(ctx context.Context, room shared.RoomID) ([]shared.User, error)

	// Access returns a room and whether user is in it; ErrNotFound without a room.
	Access(ctx context.Context, room shared.RoomID, user shared.UserID) (r shared.Room, member bool, err error)

	// RoomsOf returns the rooms user is in, by name, and then the direct
	// conversations that they have not hidden; OpenRooms those open and not
	// archived that user is not in.
	RoomsOf(ctx context.Context, user shared.UserID) ([]shared.RoomState, error)
	OpenRooms(ctx context.Context, user shared.UserID) ([]shared.RoomState, error)
	RoomOf(ctx context.Context, room shared.RoomID, user shared.UserID) (shared.RoomState, error)

	// SetRead moves user's read position to m if m is beyond it, and returns
	// where it is with what is left unread. A m.Seq after the log means its end.
	SetRead(ctx context.Context, user shared.UserID, m shared.ReadMark) (shared.ReadMark, error)
}

// DirectStore is the direct conversations: a room for a set of people, who
// never change.
type DirectStore interface {
	// Direct returns the room of circle, which is sorted and has by in it; it
	// makes it under the name id when there is none. Nobody ever leaves it. However many ask for one
	// circle at the same time, there is one room. The others do not see a fresh
	// one until something is said. ErrNotFound when one of them does not exist.
	Direct(ctx context.Context, by shared.Author, circle []shared.UserID, id shared.RoomID, at time.Time) (room shared.RoomID, fresh bool, err error)

	// Hide keeps a room out of RoomsOf until somebody else says something after
	// seq; ErrNoChange when they did, or it is no direct conversation of user's.
	// Show ends that, ErrNoChange when it is seen. HiddenFrom lists who has to
	// be shown the room because something is said in it.
	Hide(ctx context.Context, user shared.UserID, room shared.RoomID, seq shared.Seq) error
	Show(ctx context.Context, user shared.UserID, room shared.RoomID) error
	HiddenFrom(ctx context.Context, room shared.RoomID) ([]shared.UserID, error)
}

// PeopleStore is the users.
type PeopleStore interface {
	// Claim makes the first owner and the first room, with the owner in it.
	// It returns ErrClaimed when there is an owner.
	Claim(ctx context.Context, owner Account, server string, first shared.Room, at time.Time) error
	// ServerName is the name given to Claim; ErrNotFound before it.
	ServerName(ctx context.Context) (string, error)

	// Arrive makes u known as an embedding site says they are: a user without
	// an account, in the first room, or with the name and role that they have
	// now. The first to arrive on a server that nobody claimed founds it under
	// name, with first as its first room.
	Arrive(ctx context.Context, u shared.User, name string, first shared.Room, at time.Time) (shared.User, []shared.Event, error)

	// User returns anybody who ever was here; Users those who are, by name.
	User(ctx context.Context, id shared.UserID) (shared.User, error)
	Users(ctx context.Context) ([]shared.User, error)
	// Account returns a user with the password hash, by handle.
	Account(ctx context.Context, handle string) (Account, error)
	// SetPassword sets handle and hash; a guest becomes a member. ErrTaken.
	SetPassword(ctx context.Context, id shared.UserID, handle, hash string) (shared.User, error)
}

// Account is a user with what proves that it is them.
type Account struct {
	shared.User
	Hash     string // argon2id; empty for guests
	Standing shared.Standing
}

// SessionStore is the logins. A session is found by the SHA-256 of its token;
// the token itself is never stored.
type SessionStore interface {
	AddSession(ctx context.Context, s Session) error
	// Session returns the session with its user, or ErrNotFound when there is
	// none or it expired before now.
	Session(ctx context.Context, hash [32]byte, now time.Time) (Session, shared.User, error)
	// TouchSession notes that a session was used and until when it now lives.
	TouchSession(ctx context.Context, id string, seen, expires time.Time) error
	EndSession(ctx context.Context, id string) error
	// EndSessions ends all logins of a user but the one named keep.
	EndSessions(ctx context.Context, user shared.UserID, keep string) error
}

// Session is a login on one device, or a token: a login of a program.
type Session struct {
	ID      string
	User    shared.UserID
	Hash    [32]byte // SHA-256 of the token
	Device  string   // for people, from the User-Agent
	Created time.Time
	Seen    time.Time
	Expires time.Time
	Lang    string // of its user's screens, or ""

	// Of a token alone.
	Name   string
	Scopes []shared.Scope // all it may do; a login may do everything
	Author shared.UserID  // who made it
	Room   shared.RoomID  // of a webhook: where it speaks
}

// Never is when a session expires that does not.
var Never = time.UnixMilli(1<<53 - 1)

// InviteStore is the invite links.
type InviteStore interface {
	AddInvite(ctx context.Context, i shared.Invite) error
	// Invite returns ErrNotFound or ErrSpent for links that do not work.
	Invite(ctx context.Context, code string, now time.Time) (shared.Invite, error)
	Invites(ctx context.Context, now time.Time) ([]shared.Invite, error) // those that work, newest first
	RevokeInvite(ctx context.Context, code string) error
	// Accept uses an invite: it makes the guest, puts them into the rooms and
	// counts the use, or does none of it and returns ErrNotFound, ErrSpent or
	// ErrTaken.
	Accept(ctx context.Context, code string, guest Account, at time.Time) (room shared.RoomID, ev []shared.Event, err error)
	// AcceptAs is Accept for a user who is here already; ev is empty when they
	// are in the room, and then no use is counted.
	AcceptAs(ctx context.Context, code string, user shared.User, at time.Time) (room shared.RoomID, ev []shared.Event, err error)
}
