package server

import (
	"context"
	"io"
	"time"

	"hubbub/shared"
)

// Files keeps the bytes of what people upload, apart from the Store, each under
// an id of a to z, 0 to 9 and "-". It decides nothing: who may see a file, and
// whether it is still one, the Store's rows say; bytes that no row names are
// removed after a while.
//
// Methods are safe for concurrent use. Errors wrap ErrNotFound, ErrUnavailable,
// or come from who was called. servertest.TestFiles is the contract in full.
type Files interface {
	// Put stores what fill writes under id, durably, and returns its size. When
	// fill fails, or the process dies meanwhile, nothing of it stays. It
	// replaces what is there.
	Put(ctx context.Context, id string, fill func(io.Writer) error) (size int64, err error)
	// Open returns what was stored, to read any part of, or ErrNotFound.
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
	// Remove makes the bytes not be there. That they are not is no error.
	Remove(ctx context.Context, id string) error
	// List returns all whose id begins with prefix, in any order.
	List(ctx context.Context, prefix string) ([]Stored, error)
}

// Stored is something that a Files keeps.
type Stored struct {
	ID string
	At time.Time // when it was put there
}

// FileStore is what is known of the files whose bytes Files keeps. LogStore's
// Post makes files part of a message, and its Delete takes them out.
type FileStore interface {
	// AddFile notes that a file was uploaded. It belongs to no message yet. It
	// returns ErrQuota when its owner's files would then exceed quota bytes; 0
	// is no quota. ErrTaken is for an id that a file has.
	AddFile(ctx context.Context, f File, quota int64) error
	// File returns ErrNotFound when there is none, or its message was deleted.
	File(ctx context.Context, id shared.FileID) (File, error)
	// FileUsage is how many bytes an owner's files have.
	FileUsage(ctx context.Context, owner shared.UserID) (int64, error)
	// RemoveFile forgets a file of owner's that belongs to no message, or
	// returns ErrNotFound.
	RemoveFile(ctx context.Context, id shared.FileID, owner shared.UserID) error
	// DiscardFiles forgets the files whose message was deleted, and those that
	// were uploaded before a time and belong to no message, and returns which.
	DiscardFiles(ctx context.Context, before time.Time) ([]shared.FileID, error)
	// FileIDs are those that begin with prefix.
	FileIDs(ctx context.Context, prefix string) ([]shared.FileID, error)
}

// File is an uploaded file.
type File struct {
	shared.File
	Owner   shared.UserID
	Room    shared.RoomID // for which it was uploaded
	Seq     shared.Seq    // of the message that it belongs to; 0: none yet
	Created time.Time
}
