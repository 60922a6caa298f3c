package server

import (
	"context"

	"hubbub/shared"
	"hubbub/shared/tokens"
)

// SearchStore finds messages. Post and what changes a message make it findable
// in their own transaction.
type SearchStore interface {
	// Find returns what q asks for in the rooms that user is in now, the newest
	// message first: at most q.Limit.
	Find(ctx context.Context, user shared.UserID, q Query) ([]Hit, error)
}

// Query is what somebody looks for, understood. Everything given must hold.
type Query struct {
	All   []tokens.Clause // each stands in the message
	None  []tokens.Clause // none of these does
	Marks []string        // tokens.Link, tokens.File

	By    []shared.UserID // one of these said it; nil: anybody
	Rooms []shared.RoomID // in one of these; nil: anywhere
	From  shared.Millis   // not earlier; 0: ever
	Until shared.Millis   // earlier than this; 0: ever

	Before int64 // the Place where the last page ended; 0: begin with the newest
	Limit  int
}

// Hit is a message that was found.
type Hit struct {
	Place int64 // among all messages of the server, greater for later ones
	Event shared.Event
}
