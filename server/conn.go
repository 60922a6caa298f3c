package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"hubbub/shared"
)

const (
	messageTimeout = 30 * time.Second         // from a message's first byte to its last
	messageBudget  = 2*shared.MaxFrame + 4096 // bytes on the wire, with control frames and empty ones
	closeTimeout   = 2 * time.Second          // for the peer to close after us
	lingerBytes    = 1 << 20                  // read in vain meanwhile
	maxTells       = 256                      // kept while hello is carried out
)

// conn is one WebSocket: a goroutine that reads and carries out commands, and
// a reader in each of the user's rooms, moved by a worker.
type conn struct {
	hub    *hub
	server *Server
	ws     *websocket.Conn
	nc     *netConn
	worker *worker
	log    *slog.Logger
	opened int64 // by hub.clock

	// The reading goroutine's own.
	token string // that came with the request; empty after hello
	actor actor
	rate  *rate.Limiter

	listener *listener // once it registered for pushes

	began atomic.Int64 // when the message being read began, by hub.clock; 0 between messages

	// The worker's own.
	pinged int64 // when the last ping was sent, by hub.clock
	beaten int64 // when the last beat was sent

	mu       sync.Mutex
	phase    phase                     // guarded by mu
	chats    bool                      // guarded by mu: it said hello, so rooms are its business
	user     shared.UserID             // guarded by mu: since joining
	role     shared.Role               // guarded by mu: the user's when joining
	session  string                    // guarded by mu: since joining
	ofToken  bool                      // guarded by mu: the session is a token's
	expires  time.Time                 // guarded by mu: when it is signed out, or zero; since joining
	rooms    map[shared.RoomID]*reader // guarded by mu: followed
	early    map[shared.RoomID]Signal  // guarded by mu: the last OpFollow or OpUnfollow heard while joining
	tells    [][]byte                  // guarded by mu: messages heard while joining
	losses   int                       // guarded by mu: rooms it had to stop following
	working  bool                      // guarded by mu: a command is being carried out
	retiring bool                      // guarded by mu: say bye when it has been
	closed   int64                     // guarded by mu: when it began to close, by hub.clock
}

// phase is how far a connection has come.
type phase uint8

const (
	greeting phase = iota // it has not said hello
	joining               // hello is being carried out
	joined                // its readers are moved
	closing               // a close frame was written
)

// goodbye is a bye frame with the close code that goes with it.
type goodbye struct {
	code  websocket.StatusCode
	frame shared.Bye
}

// The reasons to end a connection that are no fault in what it sent.
var (
	byeRestart   = goodbye{websocket.StatusServiceRestart, shared.Bye{Code: "restart", Retry: true}}
	byeSlow      = goodbye{websocket.StatusTryAgainLater, shared.Bye{Code: "slow", Retry: true}}
	byeFailed    = goodbye{websocket.StatusInternalError, shared.Bye{Code: "failed", Retry: true}}
	byeLate      = goodbye{websocket.StatusPolicyViolation, shared.Bye{Code: "timeout", Retry: true}}
	byeSignedOut = goodbye{websocket.StatusPolicyViolation, shared.Bye{Code: "signed_out"}}
)

// serve reads until the connection ends.
func (c *conn) serve() {
	defer c.end()
	for {
		if err := c.next(); err != nil {
			c.log.Debug("connection ended", "user", c.actor.user.ID, "err", errors.Join(err, c.nc.cause()))
			c.nc.linger()
			return
		}
	}
}

// end lets go of everything. A panic ends its connection, not the server.
func (c *conn) end() {
	if p := recover(); p != nil {
		c.log.Error("connection panicked", "err", p, "stack", string(debug.Stack()))
		c.bye(byeFailed)
	}
	c.mu.Lock()
	c.phase = closing
	for _, r := range c.rooms {
		c.hub.leave(r)
	}
	c.rooms = nil
	user := c.user
	c.mu.Unlock()
	if c.listener != nil {
		c.server.chat.listeners.remove(c.listener)
	}
	if c.actor.watcher != nil {
		c.server.chat.presence.leave(c.actor.watcher)
	}
	c.server.chat.rings.looks.forget(c, c.actor.session)
	_ = c.ws.CloseNow() // it may be closed
	c.hub.gone(c, user)
}

// next reads one message and carries out its commands. An error means that
// nothing more can be read.
func (c *conn) next() error {
	kind, r, err := c.ws.Reader(context.Background()) // cancelling it would drop TCP without a close frame
	if err != nil {
		c.nc.blame()
		return err
	}
	buf := c.hub.message.Get().(*bytes.Buffer)
	defer c.hub.message.Put(buf)
	buf.Reset()
	if err := c.readAll(buf, r); err != nil {
		return err
	}
	switch {
	case kind != websocket.MessageText:
		c.refuse(0, shared.Errorf(shared.CodeMalformed, "send text messages"), websocket.StatusUnsupportedData)
	case !utf8.Valid(buf.Bytes()):
		c.refuse(0, shared.Errorf(shared.CodeMalformed, "the message is not UTF-8"), websocket.StatusInvalidFramePayloadData)
	default:
		c.handle(buf.Bytes())
	}
	return nil
}

// readAll reads the rest of a message within its bounds of bytes and time.
func (c *conn) readAll(buf *bytes.Buffer, r io.Reader) error {
	c.began.Store(c.hub.clock())
	defer c.began.Store(0)
	err := readMessage(c.nc, buf, r)
	switch {
	case errors.Is(err, errBudget):
		c.refuse(0, tooMuchAround(), websocket.StatusPolicyViolation)
	case errors.Is(err, errTooLarge):
		c.refuse(0, tooLarge(), websocket.StatusMessageTooBig)
	}
	return err
}

// readMessage reads the rest of a message, of /ws or /echo, within the limits.
func readMessage(nc *netConn, buf *bytes.Buffer, r io.Reader) error {
	nc.within = io.LimitedReader{R: r, N: shared.MaxFrame + 1} // coder/websocket would name a wrong limit
	err := nc.readMessage(buf, &nc.within)
	nc.within.R = nil // it is coder/websocket's, and may go
	if err == nil && buf.Len() > shared.MaxFrame {
		err = errTooLarge
	}
	return err
}

func tooLarge() *shared.Error {
	return shared.Errorf(shared.CodeTooLarge, "a message has at most %d bytes", shared.MaxFrame)
}

func tooMuchAround() *shared.Error {
	return shared.Errorf(shared.CodeTooLarge, "a message has at most %d bytes on the wire, with the headers of all its frames", messageBudget)
}

var (
	errClosing  = errors.New("closing")
	errTooLarge = errors.New("a message over the limit")
)

// handle carries out the commands of a message.
func (c *conn) handle(message []byte) {
	var malformed *shared.Error
	err := shared.Decode(message, c.command)
	if errors.As(err, &malformed) {
		c.refuse(0, malformed, websocket.StatusInvalidFramePayloadData)
	}
}

// command carries out one command. Its error ends the message, not the
// connection.
//
// Commands are carried out one after the other, so that they take effect in
// the order they were sent.
func (c *conn) command(f shared.Frame) error {
	if !c.nc.wait(c.hub.live.Backlog/4) || !c.begin() {
		return errClosing
	}
	defer c.done()
	switch {
	case f.ID == 0 && f.Register == nil && f.Ack == nil:
		c.fail(0, shared.Invalidf("id", "a command needs an id"))
	case c.actor.session == "" && f.Register != nil:
		c.register(f.ID, f.Register)
	case c.actor.session == "" && f.Hello == nil:
		c.refuse(f.ID, shared.Errorf(shared.CodeUnauthorized, "say hello first"), websocket.StatusPolicyViolation)
	case c.actor.session == "":
		c.hello(f.ID, f.Hello)
	case !c.rate.Allow():
		c.slowDown(f.ID)
	case f.Hello != nil:
		c.helloAgain(f.ID, f.Hello)
	case f.Register != nil:
		c.register(f.ID, f.Register)
	case f.Ack != nil:
		f.Ack = c.acked(*f.Ack)
		c.do(f)
	case f.Ping != nil:
		c.reply(f.ID, shared.OK{})
	case f.Look != nil:
		c.server.chat.rings.looks.note(c, c.actor.session, *f.Look)
		c.reply(f.ID, shared.OK{})
	default:
		c.do(f)
	}
	return nil
}

// do has chat carry out a command, and replies.
func (c *conn) do(f shared.Frame) {
	for {
		losses := c.lost()
		ok, err := c.server.chat.do(c.hub.ctx, c.actor, f)
		if err != nil {
			c.fail(f.ID, c.public(err))
			return
		}
		if ok.Page == nil {
			c.reply(f.ID, ok)
			return
		}
		if c.replyUnlessLost(f.ID, ok, losses) {
			return
		}
		// It had to leave a room while the page was read, perhaps this one:
		// ask again, and chat decides anew.
	}
}

// slowDown refuses a command, and takes the next no faster than allowed:
// refusing costs something too.
func (c *conn) slowDown(id int64) {
	every := time.Duration(float64(time.Second) / float64(c.rate.Limit()))
	c.fail(id, tooFast(every))
	time.Sleep(min(every, 100*time.Millisecond))
}

// public is what the peer may know of err. The rest is logged here.
func (c *conn) public(err error) *shared.Error {
	e := shared.AsError(err)
	if e.Code == shared.CodeInternal {
		c.log.Error("command failed", "user", c.actor.user.ID, "err", err)
	}
	return e
}

func (c *conn) reply(id int64, ok shared.OK) {
	c.write(textMessage(shared.Frame{ID: id, OK: &ok}))
}

func (c *conn) fail(id int64, e *shared.Error) {
	c.write(textMessage(shared.Frame{ID: id, Error: e}))
}

// write gives the peer a message. Whether the connection still stands, the
// next read tells.
func (c *conn) write(message []byte) { _, _ = c.nc.Write(message) }

// replyUnlessLost replies, unless the connection had to leave a room since it
// had left losses.
func (c *conn) replyUnlessLost(id int64, ok shared.OK, losses int) bool {
	message := textMessage(shared.Frame{ID: id, OK: &ok})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.losses != losses {
		return false
	}
	c.write(message)
	return true
}

func (c *conn) lost() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.losses
}

// begin notes that a command is being carried out, unless it is too late.
func (c *conn) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working = c.phase != closing
	return c.working
}

// done notes that it has been, and says bye if that was waited for.
func (c *conn) done() {
	c.nc.heard.Store(c.hub.clock()) // nobody read meanwhile
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working = false
	if c.retiring {
		c.cut(byeRestart)
	}
}

// retire says bye as soon as no command is being carried out.
func (c *conn) retire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retiring = true
	if !c.working {
		c.cut(byeRestart)
	}
}

// refuse tells the peer its fault and closes. It goes on reading until the
// peer has closed too.
func (c *conn) refuse(id int64, e *shared.Error, code websocket.StatusCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close(shared.Frame{ID: id, Error: e}, code)
}

func (c *conn) bye(b goodbye) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut(b)
}

// cut is bye with mu held.
func (c *conn) cut(b goodbye) { c.close(shared.Frame{Bye: &b.frame}, b.code) }

// close writes a last frame and a close frame. Called with mu held.
func (c *conn) close(last shared.Frame, code websocket.StatusCode) {
	if c.phase == closing {
		return
	}
	c.phase = closing
	c.closed = c.hub.clock()
	c.nc.seal(appendClose(textMessage(last), code))
}

// readers returns the connection's readers.
func (c *conn) readers() []*reader {
	c.mu.Lock()
	defer c.mu.Unlock()
	readers := make([]*reader, 0, len(c.rooms))
	for _, r := range c.rooms {
		readers = append(readers, r)
	}
	return readers
}
