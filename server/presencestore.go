package server

import (
	"context"

	"hubbub/shared"
)

// PresenceStore is what people say about their presence. Whether they are
// there is not stored.
type PresenceStore interface {
	// SetStatus and SetDND set one part and return both. What has ended is
	// returned all the same: who asks has a clock.
	SetStatus(ctx context.Context, user shared.UserID, s shared.Status) (shared.Presence, error)
	SetDND(ctx context.Context, user shared.UserID, until shared.Millis) (shared.Presence, error)
	// Statuses returns what is set and has not ended by now.
	Statuses(ctx context.Context, now shared.Millis) ([]shared.Presence, error)
	// Acquainted returns those of others who share a room with user, or are user.
	Acquainted(ctx context.Context, user shared.UserID, others []shared.UserID) ([]shared.UserID, error)
}
