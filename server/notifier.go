package server

import (
	"context"
	"errors"
	"time"
)

// Notifier reaches people's devices through the push services of their
// browsers' makers (RFC 8030). server/webpush is one; an embedder may bring
// another. Its methods are safe for concurrent use.
type Notifier interface {
	// Key is what browsers subscribe with (RFC 8292), in base64url. It stays
	// the same: devices subscribed with another can no longer be reached.
	Key() string

	// Notify hands a payload to a device's push service, and returns nil when
	// the service took it. The error is ErrDeviceGone, a *NotifyError, or
	// another when it is worth trying again. It keeps no endpoint in its
	// words: whoever knows one can reach the device.
	Notify(ctx context.Context, d Device, payload []byte, o NotifyOptions) error

	// Close lets go of connections. The server calls it in Shutdown, after the
	// last Notify.
	Close()
}

// NotifyOptions is what a push service is told beside the payload.
type NotifyOptions struct {
	TTL   time.Duration // how long it is kept for a device that is off
	Topic string        // it replaces an earlier one of the same topic that still waits there
}

// MaxPayload is how many bytes a device may be told: push services take 4,096
// with what encryption adds.
const MaxPayload = 3500

// ErrDeviceGone means that a device is no more, and never will be again.
var ErrDeviceGone = errors.New("the device no longer takes notifications: its browser withdrew them")

// NotifyError is why a push service did not take a notice.
type NotifyError struct {
	Reason string        // for whoever sent the push
	Final  bool          // it will not take it later either
	After  time.Duration // the service asks not to come back before; 0: it says nothing
}

func (e *NotifyError) Error() string { return e.Reason }
