package client

import (
	"context"
	"errors"
	"time"

	"hubbub/shared"
)

const (
	dialTimeout  = 15 * time.Second
	helloTimeout = 15 * time.Second
	probeTimeout = 5 * time.Second
	goodbyeTime  = time.Second // how long Run waits for the server's goodbye
)

var errSilent = errors.New("client: the server is silent")

// line is one connection from dialling to its end.
type line struct {
	socket   socket
	sendable chan struct{} // there is something to send
	again    chan struct{} // what is due when has changed
	lost     chan error    // why it ended: the first reason counts
	closed   chan struct{} // it ended

	// Guarded by Client.mu.
	deadline time.Time // the server has to say something until then
	probing  bool      // the deadline is that of a ping or of hello
}

// end says why the line ends. It does not wait.
func (ln *line) end(err error) {
	select {
	case ln.lost <- err:
	default:
	}
}

// connect dials, says hello and serves the connection until it ends. It never
// returns nil.
func (c *Client) connect(ctx context.Context) error {
	c.mu.Lock()
	c.welcomeAt = time.Time{} // of this one, if it gets that far
	c.mu.Unlock()
	dialling, cancel := context.WithTimeout(ctx, dialTimeout)
	s, err := c.dial(dialling, c.opts.URL)
	cancel()
	if err != nil {
		return err
	}
	ln := &line{
		socket:   s,
		sendable: make(chan struct{}, 1),
		again:    make(chan struct{}, 1),
		lost:     make(chan error, 1),
		closed:   make(chan struct{}),
	}
	c.update(func() { c.hello(ln) })
	go c.read(ln)
	go c.write(ln)
	err = c.serve(ctx, ln)
	c.update(func() { c.hangUp(ln) })
	close(ln.closed)
	if ctx.Err() != nil {
		ln.sayGoodbye()
	}
	ln.socket.Abort()
	return err
}

// sayGoodbye closes the connection properly, but does not wait long for it.
func (ln *line) sayGoodbye() {
	done := make(chan struct{})
	go func() { // ends with the socket
		defer close(done)
		ln.socket.Close()
	}()
	select {
	case <-done:
	case <-time.After(goodbyeTime):
	}
}

// hello begins a connection: who we are and where each log that we hold ends.
func (c *Client) hello(ln *line) {
	now := time.Now()
	c.line = ln
	ln.deadline, ln.probing = now.Add(helloTimeout), true
	at := c.windows.positions(c.rooms.streamed)
	h := &shared.Hello{Token: c.opts.Token, Epoch: c.epoch, At: at}
	c.request(shared.Frame{Hello: h}, func(r reply) { c.welcomed(ln, at, r) })
}

// welcomed takes the answer to hello.
func (c *Client) welcomed(ln *line, at map[shared.RoomID]shared.Seq, r reply) {
	switch {
	case errors.Is(r.err, ErrLost):
		return
	case r.err != nil:
		ln.end(refusedBy(shared.AsError(r.err)))
		return
	case r.ok.Welcome == nil:
		ln.end(&refusal{err: shared.Errorf(shared.CodeMalformed, "the server did not welcome us")})
		return
	case c.you.ID != "" && c.you.ID != r.ok.Welcome.You.ID:
		ln.end(ErrSignedOut) // the cookie is somebody else's now; what waits here must not be sent as theirs
		return
	}
	again := c.epoch == r.ok.Welcome.Epoch
	c.online, c.welcomeAt = true, time.Now()
	c.pushes.brief = !c.heardAt.IsZero() && wallClock().Sub(c.heardAt) < briefly
	c.catching = make(map[shared.RoomID]bool)
	c.take(r.ok.Welcome)
	if again {
		c.rooms.resume(at)
	}
	for room := range at {
		if again && c.rooms.by[room] != nil {
			c.catching[room] = true
		}
	}
	c.settled("")
	c.greetPresence()
}

// hangUp takes a connection out of use. What was on its way is sent again on
// the next.
func (c *Client) hangUp(ln *line) {
	c.line, c.online = nil, false
	c.lookTold = ""
	clear(c.catching)
	c.pushes.hangUp()
	clear(c.presences.typists)
	c.change.Typing = true
	c.desk.lose()
}

// read takes messages until the socket ends.
func (c *Client) read(ln *line) {
	for {
		message, err := ln.socket.Read()
		if err != nil {
			ln.end(err)
			return
		}
		var frames []shared.Frame
		err = shared.Decode(message, func(f shared.Frame) error {
			frames = append(frames, f)
			return nil
		})
		c.update(func() { c.hear(ln, frames) })
		if err != nil {
			ln.end(err) // cut off in the middle; what was whole before it counts
			return
		}
	}
}

// hear takes the frames of one message. After the line's end it is deaf: a
// browser may deliver what came long ago.
func (c *Client) hear(ln *line, frames []shared.Frame) {
	if c.line != ln {
		return
	}
	for i := range frames {
		c.receive(&frames[i])
	}
	if c.online {
		c.heardAt = wallClock()
		ln.deadline, ln.probing = time.Now().Add(c.patience()), false
	}
}

// wallClock is the time that goes on while the machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

// patience is how long the server may be silent: two beats and some.
func (c *Client) patience() time.Duration {
	beat := c.limits.Beat
	if beat <= 0 {
		beat = shared.BeatSeconds
	}
	return time.Duration(beat) * time.Second * 9 / 4
}

// write sends what there is to send until the line ends.
func (c *Client) write(ln *line) {
	for {
		select {
		case <-ln.closed:
			return
		case <-ln.sendable:
		}
		for message := c.outgoing(ln); message != nil; message = c.outgoing(ln) {
			if err := ln.socket.Write(message); err != nil {
				ln.end(err)
				return
			}
		}
	}
}

// outgoing returns the next message to send, or nil.
func (c *Client) outgoing(ln *line) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line != ln {
		return nil
	}
	return c.desk.batch(c.limits.Frame)
}

// serve does what is due until the line ends.
func (c *Client) serve(ctx context.Context, ln *line) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		c.mu.Lock()
		next := sooner(ln.deadline, c.nextAction())
		c.mu.Unlock()
		timer.Reset(time.Until(next))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ln.lost:
			return err
		case <-ln.again:
		case <-c.wake:
			c.update(func() { c.probe(ln) })
		case <-timer.C:
			c.update(func() { c.tick(ln, time.Now()) })
		}
	}
}

// tick looks whether the server has been silent for too long. When the timer
// itself is late this program slept, and what the server said may not have
// been read: ask.
func (c *Client) tick(ln *line, now time.Time) {
	late := now.Sub(ln.deadline)
	switch {
	case late < 0:
	case !ln.probing && late > probeTimeout:
		c.probe(ln)
	default:
		ln.end(errSilent)
	}
}

// probe asks for a sign of life.
func (c *Client) probe(ln *line) {
	if !c.online || ln.probing {
		return
	}
	ln.deadline, ln.probing = time.Now().Add(probeTimeout), true
	c.request(shared.Frame{Ping: &shared.Nothing{}}, func(reply) {})
}
