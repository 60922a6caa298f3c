package server_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The opcodes of RFC 6455 section 5.2.
const (
	opMore, opText, opBinary = 0x0, 0x1, 0x2
	opClose, opPing, opPong  = 0x8, 0x9, 0xa
	fin, rsv1, rsv2, rsv3    = 0x80, 0x40, 0x20, 0x10
	shortLength, longLength  = 126, 127
	ended                    = -1 // the connection ends without a close frame
)

// rawFrame is a frame as it was received.
type rawFrame struct {
	head    byte // fin, reserved bits and opcode
	payload string
}

func (f rawFrame) String() string {
	if len(f.payload) > 40 {
		return fmt.Sprintf("%#x with %d bytes", f.head, len(f.payload))
	}
	return fmt.Sprintf("%#x %q", f.head, f.payload)
}

// masked returns a frame as a client sends it.
func masked(head byte, payload string) []byte {
	n := len(payload)
	switch {
	case n < shortLength:
		return withLength(head, payload, byte(n))
	case n < 1<<16:
		return withLength(head, payload, shortLength, byte(n>>8), byte(n))
	}
	return withLength(head, payload, append([]byte{longLength}, binary.BigEndian.AppendUint64(nil, uint64(n))...)...)
}

// withLength is masked with the length as given, which may be a wrong one.
func withLength(head byte, payload string, length ...byte) []byte {
	key := [4]byte{0x12, 0x9a, 0xff, 0x00}
	b := []byte{head, length[0] | 0x80}
	b = append(append(b, length[1:]...), key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return b
}

func unmasked(head byte, payload string) []byte {
	return append([]byte{head, byte(len(payload))}, payload...)
}

func closing(code uint16, reason string) string {
	return string(binary.BigEndian.AppendUint16(nil, code)) + reason
}

// rawConn is a WebSocket client that does exactly as it is told.
type rawConn struct {
	net.Conn
	r *bufio.Reader
}

// dialRaw opens a WebSocket at a path.
func (tn *town) dialRaw(t *testing.T, path string) *rawConn {
	t.Helper()
	resp, c := tn.handshake(t, "GET "+path+" HTTP/1.1", upgrading()...)
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%s answered %s", path, resp.Status)
	}
	return c
}

// upgrading are the headers of a handshake.
func upgrading() []string {
	return []string{
		"Host: town", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}
}

// handshake sends a request and reads the answer.
func (tn *town) handshake(t *testing.T, request string, headers ...string) (*http.Response, *rawConn) {
	t.Helper()
	conn := tn.dialTCP(t)
	_ = conn.SetDeadline(time.Now().Add(patience)) // TCP takes deadlines
	if _, err := io.WriteString(conn, request+"\r\n"+strings.Join(headers, "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	c := &rawConn{conn, bufio.NewReader(conn)}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return resp, c
}

// read returns the next frame.
func (c *rawConn) read() (f rawFrame, err error) {
	var head [2]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		return f, err
	}
	n := uint64(head[1])
	switch {
	case n == shortLength:
		var length [2]byte
		_, err = io.ReadFull(c.r, length[:])
		n = uint64(binary.BigEndian.Uint16(length[:]))
	case n == longLength:
		var length [8]byte
		_, err = io.ReadFull(c.r, length[:])
		n = binary.BigEndian.Uint64(length[:])
	case n > longLength:
		err = errors.New("the server masks")
	}
	payload := make([]byte, min(n, 1<<20))
	if err == nil {
		_, err = io.ReadFull(c.r, payload)
	}
	return rawFrame{head[0], string(payload)}, err
}

// wants checks what comes: frames, and then a close frame with a code, the end
// of the connection (ended), or a connection that goes on (0).
func (c *rawConn) wants(end int, frames ...rawFrame) error {
	for i, want := range frames {
		got, err := c.read()
		if err != nil || got != want {
			return fmt.Errorf("frame %d: got %v, %v; want %v", i+1, got, err, want)
		}
	}
	if end == 0 {
		if _, err := c.Write(masked(fin|opPing, "still there?")); err != nil {
			return err
		}
		if got, err := c.read(); err != nil || got != (rawFrame{fin | opPong, "still there?"}) {
			return fmt.Errorf("it does not go on: got %v, %v", got, err)
		}
		return nil
	}
	got, err := c.read()
	switch {
	case end == ended && err == nil:
		return fmt.Errorf("got %v, want the end", got)
	case end == ended:
		return nil
	case err != nil || got.head != fin|opClose || len(got.payload) < 2 && end != 1005:
		return fmt.Errorf("got %v, %v; want close %d", got, err, end)
	}
	code := 1005 // none
	if len(got.payload) >= 2 {
		code = int(binary.BigEndian.Uint16([]byte(got.payload)))
	}
	if code != end {
		return fmt.Errorf("closed with %d %q, want %d", code, got.payload[2:], end)
	}
	_, _ = c.Write(masked(fin|opClose, closing(uint16(code), ""))) // it may be gone
	if f, err := c.read(); err == nil {
		return fmt.Errorf("after the close came %v", f)
	}
	return nil
}

// CloseWrite ends our half of the connection.
func (c *rawConn) CloseWrite() error { return c.Conn.(interface{ CloseWrite() error }).CloseWrite() }
