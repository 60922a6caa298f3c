package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hubbub/server"
	"hubbub/shared"
)

// rawCase is something that a peer may send, and what has to come of it. The
// names begin with the section of RFC 6455 that says so.
type rawCase struct {
	name string
	send [][]byte // each is a write of its own
	want []rawFrame
	end  int // as wants takes it
}

// cases gathers the cases of one part.
type cases []rawCase

func (c *cases) add(end int, name string, send [][]byte, want ...rawFrame) {
	*c = append(*c, rawCase{name, send, want, end})
}

func sending(frames ...[]byte) [][]byte     { return frames }
func back(op byte, payload string) rawFrame { return rawFrame{fin | op, payload} }

// lengths around every border of the encoding, and the limit.
var lengths = []int{0, 1, 2, 7, 124, 125, 126, 127, 128, 255, 256, 1000, 32767, 65534, 65535, shared.MaxFrame}

func framingCases() (all cases) {
	for _, op := range []byte{opText, opBinary} {
		for _, n := range lengths {
			text := strings.Repeat("x", n)
			all.add(0, fmt.Sprintf("5.2 opcode %d with %d bytes", op, n), sending(masked(fin|op, text)), back(op, text))
		}
		over := strings.Repeat("x", shared.MaxFrame+1)
		tooLarge := back(opClose, closing(1009, "a message has at most 65536 bytes"))
		all.add(ended, fmt.Sprintf("10.4 opcode %d over the limit", op), sending(masked(fin|op, over)), tooLarge)
		all.add(ended, fmt.Sprintf("10.4 opcode %d over the limit in two frames", op),
			sending(masked(op, over[:shared.MaxFrame]), masked(fin|opMore, "xx")), tooLarge)
		all.add(ended, fmt.Sprintf("10.4 opcode %d that says it is a gigabyte", op),
			sending(withLength(fin|op, over, longLength, 0, 0, 0, 0, 0x40, 0, 0, 0)), tooLarge)
	}
	for bits := byte(1); bits < 8; bits++ {
		for _, op := range []byte{opText, opBinary, opPing, opPong, opClose} {
			all.add(1002, fmt.Sprintf("5.2 reserved bits %03b with opcode %d", bits, op), sending(masked(fin|bits<<4|op, "")))
		}
	}
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		all.add(1002, fmt.Sprintf("5.2 reserved opcode %d", op), sending(masked(fin|op, "")))
		all.add(1002, fmt.Sprintf("5.2 reserved opcode %d with a payload, after a message", op),
			sending(masked(fin|opText, "a"), masked(fin|op, "b")), back(opText, "a"))
	}
	for _, op := range []byte{opText, opBinary, opPing, opClose} {
		all.add(1002, fmt.Sprintf("5.1 opcode %d without a mask", op), sending(unmasked(fin|op, "")))
		all.add(1002, fmt.Sprintf("5.1 opcode %d with a payload without a mask", op), sending(unmasked(fin|op, "ab")))
	}
	all.add(0, "5.2 a length in two bytes that fits into none", sending(withLength(fin|opText, "abc", shortLength, 0, 3)), back(opText, "abc")) // coder/websocket takes it, harmless
	all.add(0, "5.2 a length in eight bytes that fits into none", sending(withLength(fin|opText, "abc", longLength, 0, 0, 0, 0, 0, 0, 0, 3)), back(opText, "abc"))
	all.add(1002, "5.2 a length with its highest bit set", sending(withLength(fin|opText, "", longLength, 0x80, 0, 0, 0, 0, 0, 0, 0)))
	return all
}

func fragmentCases() (all cases) {
	for _, op := range []byte{opText, opBinary} {
		for _, n := range []int{2, 3, 10, 100} {
			var frames [][]byte
			for i := range n {
				head := byte(opMore)
				if i == 0 {
					head = op
				}
				if i == n-1 {
					head |= fin
				}
				frames = append(frames, masked(head, "ab"))
			}
			all.add(0, fmt.Sprintf("5.4 opcode %d in %d fragments", op, n), frames, back(op, strings.Repeat("ab", n)))
			all.add(0, fmt.Sprintf("5.4 opcode %d in %d fragments, one write", op, n), sending(bytes.Join(frames, nil)), back(op, strings.Repeat("ab", n)))
		}
		for _, parts := range [][]string{{"", ""}, {"", "a"}, {"a", ""}, {"", "", ""}, {"", "ab", ""}} {
			var frames [][]byte
			for i, part := range parts {
				head := byte(opMore)
				if i == 0 {
					head = op
				}
				if i == len(parts)-1 {
					head |= fin
				}
				frames = append(frames, masked(head, part))
			}
			all.add(0, fmt.Sprintf("5.4 opcode %d in fragments %q", op, parts), frames, back(op, strings.Join(parts, "")))
		}
		all.add(0, fmt.Sprintf("5.4 a ping between fragments of opcode %d", op),
			sending(masked(op, "a"), masked(fin|opPing, "p"), masked(fin|opMore, "b")), back(opPong, "p"), back(op, "ab"))
		all.add(0, fmt.Sprintf("5.4 pings after every fragment of opcode %d", op),
			sending(masked(op, "a"), masked(fin|opPing, "1"), masked(opMore, "b"), masked(fin|opPing, "2"), masked(fin|opMore, "c"), masked(fin|opPing, "3")),
			back(opPong, "1"), back(opPong, "2"), back(op, "abc"), back(opPong, "3"))
		all.add(1000, fmt.Sprintf("5.4 a close between fragments of opcode %d", op),
			sending(masked(op, "a"), masked(fin|opClose, closing(1000, ""))))
		all.add(1002, fmt.Sprintf("5.4 opcode %d where a continuation is due", op), sending(masked(opText, "a"), masked(fin|op, "b")))
		all.add(1002, fmt.Sprintf("5.4 opcode %d, unfinished, where a continuation is due", op), sending(masked(opBinary, "a"), masked(op, "b")))
		all.add(1002, fmt.Sprintf("5.4 a continuation after a whole message of opcode %d", op),
			sending(masked(fin|op, "a"), masked(fin|opMore, "b")), back(op, "a"))
	}
	all.add(1002, "5.4 a continuation of nothing", sending(masked(fin|opMore, "a")))
	all.add(1002, "5.4 an unfinished continuation of nothing", sending(masked(opMore, "a")))
	return all
}

func controlCases() (all cases) {
	for _, n := range []int{0, 1, 2, 8, 64, 124, 125} {
		payload := strings.Repeat("p", n)
		all.add(0, fmt.Sprintf("5.5.2 a ping of %d bytes", n), sending(masked(fin|opPing, payload)), back(opPong, payload))
		all.add(0, fmt.Sprintf("5.5.3 a pong of %d bytes that nobody asked for", n), sending(masked(fin|opPong, payload)))
	}
	all.add(0, "5.5.2 a ping of bytes that are no text", sending(masked(fin|opPing, "\x00\xff\xfe")), back(opPong, "\x00\xff\xfe"))
	for _, op := range []byte{opPing, opPong, opClose} {
		for _, n := range []int{126, 127, 200, 65536} {
			all.add(1002, fmt.Sprintf("5.5 opcode %d with %d bytes", op, n), sending(masked(fin|op, strings.Repeat("x", n))))
		}
		all.add(1002, fmt.Sprintf("5.5 a fragment of opcode %d", op), sending(masked(op, "")))
	}
	var many [][]byte
	var pongs []rawFrame
	for i := range 10 {
		many = append(many, masked(fin|opPing, fmt.Sprint(i)))
		pongs = append(pongs, back(opPong, fmt.Sprint(i)))
	}
	all.add(0, "5.5.2 ten pings", many, pongs...)
	all.add(0, "5.5.2 ten pings in one write", sending(bytes.Join(many, nil)), pongs...)
	all.add(0, "5.5.2 a ping before a message", sending(masked(fin|opPing, "p"), masked(fin|opText, "t")), back(opPong, "p"), back(opText, "t"))
	return all
}

func closeCases() (all cases) {
	bye := func(name, payload string) { // comes back as it was sent, and nothing after it
		all.add(ended, name, sending(masked(fin|opClose, payload)), back(opClose, payload))
	}
	bye("7.1.5 a close without a code", "")
	all.add(1002, "5.5.1 a close with half a code", sending(masked(fin|opClose, "\x03")))
	for _, code := range []uint16{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		bye(fmt.Sprintf("7.4 a close with code %d", code), closing(code, ""))
		bye(fmt.Sprintf("7.4 a close with code %d and a reason", code), closing(code, "because 因为"))
	}
	for _, code := range []uint16{0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		all.add(1002, fmt.Sprintf("7.4.2 a close with code %d, which nobody may send", code), sending(masked(fin|opClose, closing(code, ""))))
		all.add(1002, fmt.Sprintf("7.4.2 a close with code %d and a reason", code), sending(masked(fin|opClose, closing(code, "because"))))
	}
	bye("5.5.1 a reason of 123 bytes", closing(1000, strings.Repeat("r", 123)))
	bye("5.5.1 a reason of 123 bytes in three-byte characters", closing(4000, strings.Repeat("因", 41)))
	for _, reason := range badText {
		all.add(ended, fmt.Sprintf("5.5.1 a reason %+q that is no text", reason),
			sending(masked(fin|opClose, closing(1000, reason))), back(opClose, closing(1007, "a reason has to be UTF-8")))
	}
	all.add(ended, "5.5.1 what follows a close is not heard",
		sending(append(masked(fin|opClose, closing(1000, "so")), masked(fin|opText, "more")...)), back(opClose, closing(1000, "so")))
	return all
}

// texts that are UTF-8, and bytes that are not.
var (
	goodText = []string{"κόσμε", "太好了", "👩‍👩‍👧‍👦", "\u0000", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufffd", "\uffff", "\U00010000", "\U0010ffff", "a\ufeffb"}
	badText  = []string{"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3\x28", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "ok\xc3\xa9bad\xff"}
)

func textCases() (all cases) {
	noText := back(opClose, closing(1007, "text has to be UTF-8: send other bytes as binary"))
	for _, text := range goodText {
		all.add(0, fmt.Sprintf("8.1 the text %+q", text), sending(masked(fin|opText, text)), back(opText, text))
		all.add(0, fmt.Sprintf("8.1 the text %+q cut within a character", text),
			sending(masked(opText, text[:1]), masked(fin|opMore, text[1:])), back(opText, text))
	}
	for _, text := range badText {
		all.add(ended, fmt.Sprintf("8.1 %+q is no text", text), sending(masked(fin|opText, text)), noText)
		all.add(ended, fmt.Sprintf("8.1 %+q is none in fragments", text), sending(masked(opText, text[:1]), masked(fin|opMore, text[1:])), noText)
		all.add(0, fmt.Sprintf("8.1 %+q may be binary", text), sending(masked(fin|opBinary, text)), back(opBinary, text))
	}
	return all
}

func deliveryCases() (all cases) {
	for _, op := range []byte{opText, opBinary} {
		frame := masked(fin|op, strings.Repeat("slice ", 30))
		var bits [][]byte
		for i := range frame {
			bits = append(bits, frame[i:i+1])
		}
		all.add(0, fmt.Sprintf("TCP brings opcode %d byte by byte", op), bits, back(op, strings.Repeat("slice ", 30)))
	}
	var together []byte
	var want []rawFrame
	for i := range 20 {
		together = append(together, masked(fin|opText, fmt.Sprint("message ", i))...)
		want = append(want, back(opText, fmt.Sprint("message ", i)))
	}
	all.add(0, "TCP brings twenty messages at once", sending(together), want...)
	return all
}

func TestEchoKeepsToRFC6455(t *testing.T) { echoKeepsToRFC6455(t, newTown) }

func echoKeepsToRFC6455(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	count := 0
	for _, part := range []func() cases{framingCases, fragmentCases, controlCases, closeCases, textCases, deliveryCases} {
		for _, c := range part() {
			count++
			t.Run(c.name, func(t *testing.T) { tn.play(t, "/echo", c) })
		}
	}
	if c := tn.dialRaw(t, "/echo"); c.wants(0) != nil {
		t.Error("afterwards nobody is let in")
	}
	t.Logf("%d cases", count)
}

// play sends a case's bytes and checks what comes of it.
func (tn *town) play(t *testing.T, path string, c rawCase) {
	conn := tn.dialRaw(t, path)
	for _, piece := range c.send {
		if _, err := conn.Write(piece); err != nil {
			break // it was closed: wants sees how
		}
	}
	if err := conn.wants(c.end, c.want...); err != nil {
		t.Error(err)
	}
}

func TestTheSocketKeepsToRFC6455(t *testing.T) { theSocketKeepsToRFC6455(t, newTown) }

func theSocketKeepsToRFC6455(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	refused := func(code int, name string, frames ...[]byte) rawCase {
		return rawCase{name: name, send: frames, end: code}
	}
	for _, c := range []rawCase{
		refused(1003, "binary", masked(fin|opBinary, `{"id":1,"ping":{}}`)),
		refused(1007, "no UTF-8", masked(fin|opText, "{\"id\":1,\"ping\":{}}\xff")),
		refused(1007, "no JSON", masked(fin|opText, "hello?")),
		refused(1007, "half a JSON", masked(fin|opText, `{"id":1,`)),
		refused(1007, "an empty message", masked(fin|opText, "")),
		refused(1008, "no hello first", masked(fin|opText, `{"id":1,"ping":{}}`)),
		refused(1002, "no mask", unmasked(fin|opText, `{"id":1,"ping":{}}`)),
		refused(1002, "a reserved opcode", masked(fin|5, "")),
		refused(1009, "too much", masked(fin|opText, strings.Repeat(" ", shared.MaxFrame+1))),
		refused(1007, "a reason that is not UTF-8", masked(fin|opClose, closing(1000, "\xff"))),
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := tn.dialRaw(t, "/ws")
			for _, piece := range c.send {
				if _, err := conn.Write(piece); err != nil {
					break
				}
			}
			for { // a last frame may say why
				f, err := conn.read()
				if err != nil {
					t.Fatalf("ended without a close frame: %v", err)
				}
				if f.head == fin|opClose {
					if got := int(f.payload[0])<<8 | int(f.payload[1]); got != c.end {
						t.Errorf("closed with %d, want %d", got, c.end)
					}
					return
				}
			}
		})
	}
	t.Run("a message whose end never came is not obeyed", func(t *testing.T) {
		conn := tn.dialRaw(t, "/ws")
		_, _ = conn.Write(masked(opText, `{"id":1,"hello":{"token":"`+tn.token("ada")+`"}}`)) // unfinished, but whole JSON
		if err := conn.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if rest, _ := io.ReadAll(conn.r); bytes.Contains(rest, []byte("welcome")) {
			t.Errorf("it was: %q", rest)
		}
	})
}

func TestHandshakesThatAreNoneAreRefused(t *testing.T) {
	tn := newTown(t, server.Options{})
	without := func(drop string, add ...string) (headers []string) {
		for _, h := range upgrading() {
			if !strings.HasPrefix(h, drop) {
				headers = append(headers, h)
			}
		}
		return append(headers, add...)
	}
	for _, path := range []string{"/echo", "/ws"} {
		for _, c := range []struct {
			name, request string
			headers       []string
			status        int
		}{
			{"4.2.1 no Upgrade", "GET %s HTTP/1.1", without("Upgrade"), http.StatusUpgradeRequired},
			{"4.2.1 another Upgrade", "GET %s HTTP/1.1", without("Upgrade", "Upgrade: h2c"), http.StatusUpgradeRequired},
			{"4.2.1 no Connection", "GET %s HTTP/1.1", without("Connection"), http.StatusUpgradeRequired},
			{"4.2.1 a Connection without upgrade", "GET %s HTTP/1.1", without("Connection", "Connection: keep-alive"), http.StatusUpgradeRequired},
			{"4.2.1 upgrade among others", "GET %s HTTP/1.1", without("Connection", "Connection: keep-alive, UPGRADE"), http.StatusSwitchingProtocols},
			{"4.4 no version", "GET %s HTTP/1.1", without("Sec-WebSocket-Version"), http.StatusUpgradeRequired},
			{"4.4 version 8", "GET %s HTTP/1.1", without("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"), http.StatusUpgradeRequired},
			{"4.4 version 14", "GET %s HTTP/1.1", without("Sec-WebSocket-Version", "Sec-WebSocket-Version: 14"), http.StatusUpgradeRequired},
			{"4.2.1 no key", "GET %s HTTP/1.1", without("Sec-WebSocket-Key"), http.StatusUpgradeRequired},
			{"4.2.1 a key that is too short", "GET %s HTTP/1.1", without("Sec-WebSocket-Key", "Sec-WebSocket-Key: c2hvcnQ="), http.StatusUpgradeRequired},
			{"4.2.1 a key that is no base64", "GET %s HTTP/1.1", without("Sec-WebSocket-Key", "Sec-WebSocket-Key: !!!!"), http.StatusUpgradeRequired},
			{"4.2.1 POST", "POST %s HTTP/1.1", without("-", "Content-Length: 0"), http.StatusNotFound},
			{"10.2 another site", "GET %s HTTP/1.1", without("-", "Origin: https://evil.example"), http.StatusForbidden},
		} {
			t.Run(path+" "+c.name, func(t *testing.T) {
				resp, _ := tn.handshake(t, fmt.Sprintf(c.request, path), c.headers...)
				if resp.StatusCode != c.status {
					body, _ := io.ReadAll(resp.Body)
					t.Errorf("got %s %s, want %d", resp.Status, body, c.status)
				}
			})
		}
	}
	t.Run("unknown subprotocols are refused with the known one", func(t *testing.T) {
		resp, _ := tn.handshake(t, "GET /ws HTTP/1.1", without("-", "Sec-WebSocket-Protocol: mqtt")...)
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), shared.Subprotocol) {
			t.Errorf("got %s %s", resp.Status, body)
		}
	})
}

func TestEchoEndsWithTheServer(t *testing.T) { echoEndsWithTheServer(t, newTown) }

func echoEndsWithTheServer(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	conn := tn.dialRaw(t, "/echo")
	if err := conn.wants(0); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- tn.server.Shutdown(t.Context()) }()
	if err := conn.wants(ended, back(opClose, closing(1012, "the server restarts: come back in a moment"))); err != nil {
		t.Error(err)
	}
	conn.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if resp, _ := tn.handshake(t, "GET /echo HTTP/1.1", upgrading()...); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("afterwards: %s", resp.Status)
	}
}

func TestEchoAnswersACloseWithItsCodeAndReason(t *testing.T) { echoAnswersAClose(t, newTown) }

func echoAnswersAClose(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	for _, want := range []string{"", closing(1000, ""), closing(4321, "because 因为"), closing(1001, strings.Repeat("r", 123))} {
		conn := tn.dialRaw(t, "/echo")
		if _, err := conn.Write(masked(fin|opClose, want)); err != nil {
			t.Fatal(err)
		}
		if got, err := conn.read(); err != nil || got != back(opClose, want) {
			t.Errorf("got %v, %v; want %q", got, err, want)
		}
		if f, err := conn.read(); err != io.EOF {
			t.Errorf("after the close came %v, %v; want a clean end", f, err)
		}
	}
}

func TestEchoEndsEndlessFragments(t *testing.T) { echoEndsEndlessFragments(t, newTown) }

func echoEndsEndlessFragments(t *testing.T, build builder) {
	tn := build(t, server.Options{})
	conn := tn.dialRaw(t, "/echo")
	fragments := append(masked(opText, ""), bytes.Repeat(masked(opMore, ""), 30_000)...)
	if _, err := conn.Write(fragments); err != nil {
		t.Fatal(err)
	}
	told := "a message has at most 135168 bytes on the wire, with the headers of all its frames"
	if err := conn.wants(ended, back(opClose, closing(1008, told))); err != nil {
		t.Error(err)
	}
}

func TestEchoTellsWhoeverIsOneTooMany(t *testing.T) {
	tn := newTown(t, server.Options{})
	var last *rawConn
	for range 256 {
		last = tn.dialRaw(t, "/echo")
	}
	resp, _ := tn.handshake(t, "GET /echo HTTP/1.1", upgrading()...)
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" || !strings.Contains(string(body), "all 256 connections") {
		t.Errorf("got %s %v %s", resp.Status, resp.Header, body)
	}
	_, _ = last.Write(masked(fin|opClose, closing(1000, "")))
	if err := last.wants(ended, back(opClose, closing(1000, ""))); err != nil {
		t.Fatal(err)
	}
	last.Close()
	for deadline := time.Now().Add(patience); ; { // its end and our next handshake are two connections
		resp, _ := tn.handshake(t, "GET /echo HTTP/1.1", upgrading()...)
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("when one has gone: %s", resp.Status)
		}
	}
}

// FuzzEcho sends anything after the handshake. The server has to live.
func FuzzEcho(f *testing.F) {
	for _, c := range append(framingCases()[:20], controlCases()...) {
		f.Add(bytes.Join(c.send, nil))
	}
	tn := newTown(f, server.Options{})
	f.Fuzz(func(t *testing.T, data []byte) {
		conn := tn.dialRaw(t, "/echo")
		_, _ = conn.Write(data)
		_ = conn.CloseWrite()
		for {
			got, err := conn.read()
			if err != nil {
				return
			}
			if got.head == fin|opText && !utf8.ValidString(got.payload) {
				t.Errorf("%q is no text", got.payload)
			}
		}
	})
}
