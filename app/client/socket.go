package client

import (
	"context"
	"errors"
	"time"

	"hubbub/shared"
)

// socket is a connection that carries messages of frames.
type socket interface {
	// Read waits for the next message. It returns when the socket is closed,
	// but in a browser not at once.
	Read() ([]byte, error)
	Write(message []byte) error
	// Close says goodbye and waits until the other side has: seconds, in a
	// browser without a network a minute.
	Close()
	// Abort ends the connection without waiting for anything.
	Abort()
}

// dialer connects to a server. The address is Options.URL.
type dialer func(ctx context.Context, url string) (socket, error)

// maxMessage is how large a message from the server may be: what waits for a
// connection, a page and a welcome with thousands of rooms all stay below.
const maxMessage = 16 << 20

var errNotText = errors.New("client: the server sent a binary message")

// refusal is the server's answer to a handshake or a hello that failed.
type refusal struct {
	err   error
	after time.Duration // come back not before
}

func (r *refusal) Error() string { return "client: refused: " + r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// refusedBy makes the end of a connection of an error that the server sent.
func refusedBy(err *shared.Error) error {
	if err.Code == shared.CodeUnauthorized {
		return ErrSignedOut
	}
	return &refusal{err: err, after: retryAfter(err)}
}
