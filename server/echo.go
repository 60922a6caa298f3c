package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"hubbub/shared"
)

const (
	maxEchoes = 256             // connections at the same time
	echoIdle  = 5 * time.Minute // without a message

	saysRestart = "the server restarts: come back in a moment"
)

func errEchoesTaken() *shared.Error {
	e := shared.Errorf(shared.CodeUnavailable, "all %d connections of this kind are taken: try again in a moment", maxEchoes)
	e.RetryAfter = 2
	return e
}

// echoes are the connections of /echo: whatever a peer sends comes back. They
// are for trying a network and a client, and know nothing of chat.
type echoes struct {
	hub  *hub
	work sync.WaitGroup

	mu      sync.Mutex
	closing bool               // guarded by mu
	count   int                // guarded by mu: open, or about to be
	open    map[*echo]struct{} // guarded by mu
}

// echo is one of them.
type echo struct {
	ws   *websocket.Conn
	nc   *netConn
	over *time.Timer // closes it
}

func newEchoes(h *hub) *echoes { return &echoes{hub: h, open: make(map[*echo]struct{})} }

// handleEcho is GET /echo.
func (s *Server) handleEcho(w http.ResponseWriter, r *http.Request) {
	s.attempts.note(r)
	if !s.requireUpgrade(w, r) {
		return
	}
	if !s.originAllowed(r) {
		s.writeError(w, r, shared.Errorf(shared.CodeForbidden, "this page may not connect here"))
		return
	}
	if err := s.echoes.enter(); err != nil {
		s.writeError(w, r, err)
		return
	}
	defer s.echoes.leave()
	ws, nc, err := s.upgrade(w, r, nil)
	if err != nil {
		return // it was answered
	}
	nc.clock, nc.spawn, nc.drained = s.hub.clock, s.echoes.work.Go, func() {}
	s.echoes.serve(&echo{ws: ws, nc: nc})
}

// enter counts a connection that is about to be, if there may be one more.
func (e *echoes) enter() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closing:
		return errUnavailable()
	case e.count >= maxEchoes:
		return errEchoesTaken()
	}
	e.count++
	e.work.Add(1)
	return nil
}

func (e *echoes) leave() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count--
	e.work.Done()
}

// serve answers until the connection ends.
func (e *echoes) serve(c *echo) {
	c.over = time.AfterFunc(echoIdle, func() {
		c.end(websocket.StatusGoingAway, fmt.Sprintf("at most %v without a message, and %v for one", echoIdle, messageTimeout))
	})
	defer c.over.Stop()
	e.mu.Lock()
	e.open[c] = struct{}{}
	closing := e.closing
	e.mu.Unlock()
	if closing {
		c.end(websocket.StatusServiceRestart, saysRestart)
	}
	for c.answer(e.hub.live.Backlog/4) == nil {
	}
	c.nc.linger()
	_ = c.ws.CloseNow() // it may be closed
	e.mu.Lock()
	delete(e.open, c)
	e.mu.Unlock()
}

// answer reads a message and sends it back.
func (c *echo) answer(backlog int) error {
	kind, r, err := c.ws.Reader(context.Background()) // cancelling it would drop TCP without a close frame
	if err != nil {
		c.nc.blame()
		return err
	}
	c.over.Reset(messageTimeout)
	var message bytes.Buffer
	err = readMessage(c.nc, &message, r)
	c.over.Reset(echoIdle)
	switch {
	case errors.Is(err, errBudget):
		c.end(websocket.StatusPolicyViolation, tooMuchAround().Message)
		return err
	case errors.Is(err, errTooLarge):
		c.end(websocket.StatusMessageTooBig, tooLarge().Message)
		return err
	case err != nil:
		return err
	case kind == websocket.MessageText && !utf8.Valid(message.Bytes()):
		c.end(websocket.StatusInvalidFramePayloadData, "text has to be UTF-8: send other bytes as binary")
		return errClosing
	}
	op := byte(opText)
	if kind == websocket.MessageBinary {
		op = opBinary
	}
	_, err = c.nc.Write(append(appendHeader(nil, op, message.Len()), message.Bytes()...))
	if err == nil && !c.nc.wait(backlog) {
		err = errClosing
	}
	return err
}

// end writes a close frame that says why, and has the peer answer it soon.
func (c *echo) end(code websocket.StatusCode, why string) {
	c.nc.seal(appendReasoned(nil, code, why))
	_ = c.nc.SetReadDeadline(time.Now().Add(closeTimeout)) // without one it ends no later than it would have
}

// shutdown ends all of them.
func (e *echoes) shutdown(ctx context.Context) error {
	e.mu.Lock()
	e.closing = true
	for c := range e.open {
		c.end(websocket.StatusServiceRestart, saysRestart)
	}
	e.mu.Unlock()
	return e.hub.await(ctx, &e.work)
}
