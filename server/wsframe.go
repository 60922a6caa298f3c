package server

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// The WebSocket frames that we write ourselves, RFC 6455 section 5.2. A
// server's frames are not masked, so one that is prepared once serves every
// connection.
const (
	opText   = 0x1
	opBinary = 0x2
	opClose  = 0x8
	opPing   = 0x9

	finBit = 0x80

	maxHeader = 10
)

// appendHeader appends the header of an unfragmented frame with n bytes of
// payload.
func appendHeader(b []byte, op byte, n int) []byte {
	b = append(b, finBit|op)
	switch {
	case n < 126:
		return append(b, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
}

// appendText appends a text message of encoded frames. The last newline stays
// out: it separates frames, and there is none after the last.
func appendText(b, frames []byte) []byte {
	if n := len(frames); n > 0 && frames[n-1] == '\n' {
		frames = frames[:n-1]
	}
	return append(appendHeader(b, opText, len(frames)), frames...)
}

// textMessage returns f as a text message.
func textMessage(f shared.Frame) []byte {
	frames := f.Encode()
	return appendText(make([]byte, 0, maxHeader+len(frames)), frames)
}

// appendClose appends a close frame with a code and no reason: the bye frame
// before it says more.
func appendClose(b []byte, code websocket.StatusCode) []byte {
	return binary.BigEndian.AppendUint16(appendHeader(b, opClose, 2), uint16(code))
}

// appendReasoned is appendClose where no frame before it says more. A reason has
// at most 123 bytes.
func appendReasoned(b []byte, code websocket.StatusCode, reason string) []byte {
	b = binary.BigEndian.AppendUint16(appendHeader(b, opClose, 2+len(reason)), uint16(code))
	return append(b, reason...)
}

// legible returns a write as it is, but code 1007 for a close frame whose reason
// is not UTF-8: coder/websocket returns a peer's unread.
func legible(p []byte) []byte {
	if isClose(p) && len(p) > 4 && !utf8.Valid(p[4:]) {
		return appendReasoned(nil, websocket.StatusInvalidFramePayloadData, "a reason has to be UTF-8")
	}
	return p
}

// isClose reports whether a write begins with a close frame.
func isClose(p []byte) bool { return len(p) > 0 && p[0]&0x0f == opClose }
