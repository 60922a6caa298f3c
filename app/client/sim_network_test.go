//go:build !js

package client

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"
)

const (
	maxInFlight = 64 << 10 // bytes that a direction holds before writes wait
	maxLatency  = 80 * time.Millisecond
)

var (
	errReset   = errors.New("sim: connection reset")
	errRefused = errors.New("sim: connection refused")
)

// network is a simulated one, on the clock of a synctest bubble.
type network struct {
	calls chan *endpoint // to the server
	done  chan struct{}

	mu    sync.Mutex
	rand  *rand.Rand         // guarded by mu
	down  bool               // guarded by mu: nobody listens
	calm  bool               // guarded by mu: no more faults
	links map[*link]struct{} // guarded by mu
}

func newNetwork(r *rand.Rand) *network {
	return &network{calls: make(chan *endpoint), done: make(chan struct{}), rand: r, links: make(map[*link]struct{})}
}

// link is a connection: two directions that end together.
type link struct {
	net  *network
	ends [2]*endpoint

	mu   sync.Mutex
	cond sync.Cond
	err  error // guarded by mu: why it ended
	dark bool  // guarded by mu: a black hole
	left int   // guarded by mu: bytes until it is reset; negative: none will
}

// endpoint is one side of a link. It is a net.Conn.
type endpoint struct {
	link     *link
	peer     *endpoint
	latency  time.Duration
	arrives  time.Time // guarded by link.mu: when the last bytes written here do
	flying   int       // guarded by link.mu: bytes written here and not yet there
	inbox    []byte    // guarded by link.mu
	eof      bool      // guarded by link.mu: the peer closed
	closed   bool      // guarded by link.mu
	deadline time.Time // guarded by link.mu: of reading
	alarm    *time.Timer
}

// dial connects to the server.
func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	if n.down {
		n.mu.Unlock()
		return nil, errRefused
	}
	l := &link{net: n, left: -1}
	l.cond.L = &l.mu
	a := &endpoint{link: l, latency: time.Duration(n.rand.Int64N(int64(maxLatency)))}
	b := &endpoint{link: l, latency: time.Duration(n.rand.Int64N(int64(maxLatency))), peer: a}
	a.peer, l.ends = b, [2]*endpoint{a, b}
	if !n.calm && n.rand.IntN(3) == 0 {
		l.left = 1 + n.rand.IntN(1<<(4+n.rand.IntN(12)))
	}
	n.links[l] = struct{}{}
	n.mu.Unlock()
	select {
	case n.calls <- b:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.done:
		return nil, errRefused
	}
}

// hangUp ends the network for good.
func (n *network) hangUp() { close(n.done) }

// Addr implements net.Listener.
func (n *network) Addr() net.Addr { return simAddr{} }

type simAddr struct{}

func (simAddr) Network() string { return "sim" }
func (simAddr) String() string  { return "192.0.2.1:1" }

// each does something to every link that stands, or to some.
func (n *network) each(share int, do func(*link)) {
	n.mu.Lock()
	var some []*link
	for l := range n.links {
		if share == 1 || n.rand.IntN(share) == 0 {
			some = append(some, l)
		}
	}
	n.mu.Unlock()
	for _, l := range some {
		do(l)
	}
}

func (l *link) reset() { l.end(errReset) }

// swallow makes the link a black hole.
func (l *link) swallow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dark = true
}

// end ends both directions; what is on its way is gone.
func (l *link) end(err error) {
	l.mu.Lock()
	if l.err == nil {
		l.err = err
	}
	l.cond.Broadcast()
	l.mu.Unlock()
	l.net.mu.Lock()
	delete(l.net.links, l)
	l.net.mu.Unlock()
}

// Read implements net.Conn.
func (e *endpoint) Read(p []byte) (int, error) {
	l := e.link
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(e.inbox) == 0 {
		switch {
		case e.closed:
			return 0, net.ErrClosed
		case l.err != nil:
			return 0, l.err
		case e.eof:
			return 0, io.EOF
		case !e.deadline.IsZero() && !time.Now().Before(e.deadline):
			return 0, os.ErrDeadlineExceeded
		}
		l.cond.Wait()
	}
	n := copy(p, e.inbox)
	e.inbox = e.inbox[n:]
	l.cond.Broadcast()
	return n, nil
}

// Write implements net.Conn. What is written arrives later, in order.
func (e *endpoint) Write(p []byte) (int, error) {
	l := e.link
	l.mu.Lock()
	for e.flying > maxInFlight && l.err == nil && !e.closed {
		l.cond.Wait()
	}
	switch {
	case e.closed:
		l.mu.Unlock()
		return 0, net.ErrClosed
	case l.err != nil:
		l.mu.Unlock()
		return 0, l.err
	}
	data := append([]byte(nil), p...)
	reset := false
	if l.left >= 0 {
		if l.left -= len(data); l.left <= 0 {
			data, reset = data[:max(len(data)+l.left, 0)], true
			l.left = 0
		}
	}
	e.send(data, reset)
	l.mu.Unlock()
	return len(p), nil
}

// send has bytes arrive, and perhaps the link reset then. Called with link.mu
// held.
func (e *endpoint) send(data []byte, reset bool) {
	l := e.link
	at := time.Now().Add(e.latency)
	if !at.After(e.arrives) {
		at = e.arrives.Add(time.Nanosecond) // in order: timers of one instant have none
	}
	e.arrives = at
	e.flying += len(data)
	time.AfterFunc(time.Until(at), func() {
		l.mu.Lock()
		e.flying -= len(data)
		if l.err == nil && !l.dark {
			e.peer.inbox = append(e.peer.inbox, data...)
		}
		l.cond.Broadcast()
		l.mu.Unlock()
		if reset {
			l.reset()
		}
	})
}

// Close implements net.Conn.
func (e *endpoint) Close() error {
	l := e.link
	l.mu.Lock()
	e.closed = true
	if e.alarm != nil {
		e.alarm.Stop()
	}
	over := e.peer.closed
	l.cond.Broadcast()
	at := time.Until(e.arrives)
	l.mu.Unlock()
	if over {
		l.end(net.ErrClosed)
		return nil
	}
	time.AfterFunc(max(at, 0), func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		e.peer.eof = e.peer.eof || !l.dark
		l.cond.Broadcast()
	})
	return nil
}

// SetReadDeadline implements net.Conn.
func (e *endpoint) SetReadDeadline(t time.Time) error {
	l := e.link
	l.mu.Lock()
	defer l.mu.Unlock()
	e.deadline = t
	if e.alarm != nil {
		e.alarm.Stop()
		e.alarm = nil
	}
	if !t.IsZero() {
		e.alarm = time.AfterFunc(max(time.Until(t), 0), func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.cond.Broadcast()
		})
	}
	l.cond.Broadcast()
	return nil
}

func (e *endpoint) SetDeadline(t time.Time) error    { return e.SetReadDeadline(t) }
func (e *endpoint) SetWriteDeadline(time.Time) error { return nil }
func (e *endpoint) LocalAddr() net.Addr              { return simAddr{} }
func (e *endpoint) RemoteAddr() net.Addr             { return simAddr{} }
