package server

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// netConn is a connection whose Write never waits. It hands the kernel what
// the kernel takes at once; the rest waits in a bounded backlog, drained by a
// goroutine that exists only as long as there is one.
//
// Each Write is one or more whole WebSocket frames and stays in one piece, so
// coder/websocket's control frames and our data frames can share it.
type netConn struct {
	net.Conn
	raw     syscall.RawConn // nil where only blocking writes work: TLS, pipes
	limit   int             // bytes of backlog
	stall   time.Duration   // how long the peer may take nothing
	spawn   func(func())    // starts a goroutine whose end the owner awaits
	drained func()          // called when a backlog is gone
	clock   func() int64    // nanoseconds, monotonic
	heard   atomic.Int64    // when the peer was last heard, by clock

	// The reading goroutine's own.
	ahead  []byte           // read before the connection was ours
	budget int              // bytes that may still be read
	over   error            // why nothing more can be read, or nil
	within io.LimitedReader // the message being read, up to its limit

	mu       sync.Mutex
	moved    sync.Cond // the backlog shrank or the connection ended
	backlog  []byte
	draining bool
	sealed   bool // a close frame was written: nothing follows
	lingered bool // our side ends with the backlog
	err      error
	try      func(fd uintptr) bool // writes rest once
	rest     []byte                // argument and result of try
	tryErr   error                 // result of try
}

// Why a connection ended, for the log.
var (
	errBacklog   = errors.New("too much waits for the peer")
	errStalled   = errors.New("the peer takes nothing")
	errBudget    = errors.New("a message with too much around it")
	errRevoked   = errors.New("what waits is no longer the peer's to see")
	errNoPong    = errors.New("no pong")
	errLingering = errors.New("the peer did not close")
)

const unlimited = math.MaxInt

func newNetConn(conn net.Conn, ahead []byte, o LiveOptions) *netConn {
	n := &netConn{Conn: conn, limit: o.Backlog, stall: o.StallTimeout, ahead: ahead, budget: unlimited}
	n.moved.L = &n.mu
	if tcp, ok := conn.(*net.TCPConn); ok && canTryWrite {
		if raw, err := tcp.SyscallConn(); err == nil {
			n.raw = raw
		}
	}
	n.try = func(fd uintptr) bool {
		var k int
		k, n.tryErr = tryWrite(fd, n.rest)
		n.rest = n.rest[k:]
		return true // never wait
	}
	return n
}

// Read notes that the peer lives and keeps to the budget.
func (n *netConn) Read(p []byte) (int, error) {
	if len(n.ahead) > 0 {
		k := copy(p, n.ahead)
		n.ahead = n.ahead[k:]
		return k, nil
	}
	k, err := n.Conn.Read(p)
	if k > 0 {
		n.heard.Store(n.clock())
		if n.budget -= k; n.budget < 0 {
			n.over = errBudget
			return k, errBudget
		}
	}
	n.over = err
	return k, err
}

// readMessage reads the rest of a message within the budget. coder/websocket
// takes a stream that ends between two fragments for the end of the message.
func (n *netConn) readMessage(buf *bytes.Buffer, r io.Reader) error {
	n.budget = messageBudget
	_, err := buf.ReadFrom(r)
	n.budget = unlimited
	switch {
	case err != nil:
		n.blame()
	case n.over != nil:
		err = io.ErrUnexpectedEOF
	}
	return err
}

// blame closes with code 1002 when reading failed although bytes came: then it
// was what they said. coder/websocket does not always tell the peer.
func (n *netConn) blame() {
	if n.over == nil {
		n.seal(appendClose(nil, websocket.StatusProtocolError))
	}
}

// linger ends our side of the connection, once what waits has been taken, and
// lets the peer read the close frame: closing TCP with input unread would reset
// the connection under it. Only the first call does.
func (n *netConn) linger() {
	n.mu.Lock()
	first, idle := n.err == nil && !n.lingered, !n.draining
	n.lingered = true
	n.mu.Unlock()
	if !first {
		return
	}
	if idle {
		n.endOurSide()
	}
	_ = n.SetReadDeadline(time.Now().Add(closeTimeout))
	_, _ = io.CopyN(io.Discard, n.Conn, lingerBytes) // ends with the peer, the deadline, or enough
}

// endOurSide says that nothing follows, so that the peer need not wait for us.
func (n *netConn) endOurSide() {
	under := n.beneath()
	if tls, ok := n.Conn.(halfCloser); ok && under != n.Conn {
		_ = tls.CloseWrite() // only a word, on which not every peer acts
	}
	if tcp, ok := under.(halfCloser); ok {
		_ = tcp.CloseWrite()
	}
}

type halfCloser interface{ CloseWrite() error }

// beneath is the connection under TLS, or else the connection.
func (n *netConn) beneath() net.Conn {
	if tls, ok := n.Conn.(interface{ NetConn() net.Conn }); ok {
		return tls.NetConn()
	}
	return n.Conn
}

// Write takes all of p or fails. After a close frame it takes everything and
// writes nothing.
func (n *netConn) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return 0, n.err
	}
	if !n.sealed {
		n.sealed = isClose(p)
		n.push(legible(p))
	}
	if n.err != nil {
		return 0, n.err
	}
	return len(p), nil
}

// offer is Write for those who come again: it takes nothing while the peer is
// behind, and reports whether it took p.
func (n *netConn) offer(p []byte) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil || n.sealed || n.late() {
		return false
	}
	n.push(p)
	return true
}

// seal writes p, which ends with a close frame, as the last.
func (n *netConn) seal(p []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil || n.sealed {
		return
	}
	n.sealed = true
	n.push(p)
	n.moved.Broadcast()
}

// push gives p to the kernel or the backlog. Called with mu held.
func (n *netConn) push(p []byte) {
	if !n.draining && n.raw != nil {
		if p = n.writeNow(p); len(p) == 0 || n.err != nil {
			return
		}
	}
	// The last message may go over the limit: a reply that comes while a little
	// of the one before still waits is no reason to end the connection.
	if len(n.backlog) > n.limit && !n.sealed {
		n.end(errBacklog)
		return
	}
	n.backlog = append(n.backlog, p...)
	if !n.draining {
		n.draining = true
		n.spawn(n.drain)
	}
}

// writeNow tries the kernel once and returns what it refused.
func (n *netConn) writeNow(p []byte) []byte {
	n.rest = p
	err := n.raw.Write(n.try)
	if err == nil {
		err = n.tryErr
	}
	rest := n.rest
	n.rest = nil
	if err != nil {
		n.end(err)
	}
	return rest
}

// drainChunk is small enough that a slow but living peer takes some of it
// within the stall timeout.
const drainChunk = 32 << 10

// drain writes the backlog, waiting for the peer, and ends with it.
func (n *netConn) drain() {
	for {
		chunk, last := n.nextChunk()
		if chunk == nil {
			if last {
				n.endOurSide()
			}
			n.drained()
			return
		}
		_ = n.Conn.SetWriteDeadline(time.Now().Add(n.stall)) // a closed conn says so on Write
		k, err := n.Conn.Write(chunk)
		n.took(k, err)
	}
}

// nextChunk returns what is to be written next. When that is nothing, last says
// that nothing follows either.
func (n *netConn) nextChunk() (chunk []byte, last bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err == nil && len(n.backlog) > 0 {
		return n.backlog[:min(len(n.backlog), drainChunk)], false
	}
	if n.err == nil {
		_ = n.Conn.SetWriteDeadline(time.Time{})
	}
	n.backlog = nil
	n.draining = false
	n.moved.Broadcast()
	return nil, n.lingered && n.err == nil
}

// took notes that the peer took k bytes, and what came of the rest.
func (n *netConn) took(k int, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err != nil {
		return
	}
	n.backlog = n.backlog[k:]
	n.moved.Broadcast()
	switch {
	case err == nil || k > 0 && errors.Is(err, os.ErrDeadlineExceeded):
	case errors.Is(err, os.ErrDeadlineExceeded):
		n.end(errStalled)
	default:
		n.end(err)
	}
}

// stalled reports whether a backlog stands.
func (n *netConn) stalled() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.draining
}

// behind reports whether offers are not taken until the backlog is gone.
func (n *netConn) behind() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.late()
}

// late is behind with mu held. Where the kernel cannot be asked, everything is
// in the backlog for a moment: there it takes more than that.
func (n *netConn) late() bool {
	return n.draining && (n.raw != nil || len(n.backlog) > min(maxBatch, n.limit/4))
}

// sealedOnItsWay reports whether a close frame was written that the kernel may
// not have yet, or TLS no word to end with.
func (n *netConn) sealedOnItsWay() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sealed && (n.draining || n.raw == nil)
}

// wait returns when at most most bytes are in the backlog, and reports whether
// the connection still takes any.
func (n *netConn) wait(most int) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.err == nil && !n.sealed && len(n.backlog) > most {
		n.moved.Wait()
	}
	return n.err == nil && !n.sealed
}

// abort ends the connection at once; what the peer has not taken, it never
// gets. The first reason counts.
func (n *netConn) abort(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err == nil {
		n.end(why)
	}
}

// end is abort with mu held.
func (n *netConn) end(why error) {
	n.err = why
	n.backlog = nil
	n.moved.Broadcast()
	conn := n.beneath() // the Close of TLS would wait to say goodbye
	if tcp, ok := conn.(*net.TCPConn); ok && n.draining {
		_ = tcp.SetLinger(0) // what the kernel holds is discarded too
	}
	_ = conn.Close()
}

// Close ends the connection. What is in the kernel's hands still arrives, and a
// close frame that is not yet there is waited for: coder/websocket closes as
// soon as it has answered the peer's.
func (n *netConn) Close() error {
	if n.sealedOnItsWay() {
		n.linger()
	}
	n.abort(net.ErrClosed)
	return nil
}

// cause is why the connection ended, nil while it has not.
func (n *netConn) cause() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.err
}
