package shared

import (
	"errors"
	"fmt"
)

// Code names a kind of failure. Codes are stable; programs may depend on them.
type Code string

// The codes, with what a client should make of each.
const (
	CodeMalformed    Code = "malformed"    // not a frame; the connection is closed
	CodeUnknown      Code = "unknown"      // no such command
	CodeInvalid      Code = "invalid"      // a field is wrong; the message says which
	CodeUnauthorized Code = "unauthorized" // sign in
	CodeForbidden    Code = "forbidden"    // signed in, but not allowed
	CodeNotFound     Code = "not_found"
	CodeTaken        Code = "taken"       // the handle is somebody else's
	CodeKeyReused    Code = "key_reused"  // the key was used for another text
	CodeArchived     Code = "archived"    // the room can be read, not written
	CodeTooFast      Code = "too_fast"    // retry after RetryAfter seconds
	CodeTooLarge     Code = "too_large"   // shorten and send again
	CodeUnsupported  Code = "unsupported" // a kind of content that is not taken here
	CodeGone         Code = "gone"        // an invite or setup link that no longer works
	CodeUnavailable  Code = "unavailable" // the server cannot store now; retry
	CodeInternal     Code = "internal"    // the server's fault; retry
)

// Error is a failure as the other side may know it: a stable code for programs
// and a sentence for people.
type Error struct {
	Code       Code   `json:"code"`
	Message    string `json:"message"`
	Field      string `json:"field,omitempty"`       // what was wrong, by its JSON name
	RetryAfter int    `json:"retry_after,omitempty"` // seconds
}

func (e *Error) Error() string { return e.Message }

// Temporary reports whether the same command may succeed later.
func (e *Error) Temporary() bool {
	return e.Code == CodeTooFast || e.Code == CodeUnavailable || e.Code == CodeInternal
}

// Errorf returns an Error with a formatted message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalidf returns a CodeInvalid error about a field.
func Invalidf(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Is makes errors.Is compare by code, so that a bare &Error{Code: …} can stand
// for a kind of failure.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// AsError returns what the other side may know of err: the Error in its chain,
// or a CodeInternal that says nothing.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Code: CodeInternal, Message: "something went wrong on the server"}
}
