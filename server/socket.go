package server

import (
	"bufio"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"hubbub/shared"
)

// handleSocket is GET /ws: it upgrades and hands the connection to the hub.
// Who it is comes with hello.
func (s *Server) handleSocket(w http.ResponseWriter, r *http.Request) {
	if !s.requireUpgrade(w, r) {
		return
	}
	if !s.originAllowed(r) {
		s.writeError(w, r, shared.Errorf(shared.CodeForbidden, "this page may not connect here"))
		return
	}
	if !speaksOurs(r) {
		s.writeError(w, r, shared.Invalidf("Sec-WebSocket-Protocol", "none of the subprotocols offered is spoken here; these are: %s", shared.Subprotocol))
		return
	}
	if !s.hub.enter() {
		s.writeError(w, r, errUnavailable())
		return
	}
	ws, nc, err := s.upgrade(w, r, []string{shared.Subprotocol})
	if err != nil {
		s.hub.conn.Done()
		return // it was answered
	}
	s.hub.accept(s, ws, nc, s.requestToken(r), r.RemoteAddr)
}

// upgrade makes a WebSocket of a request, or answers it.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, protocols []string) (*websocket.Conn, *netConn, error) {
	hijacker := &hijacker{ResponseWriter: w, live: s.hub.live}
	ws, err := websocket.Accept(hijacker, r, &websocket.AcceptOptions{
		Subprotocols:       protocols,
		InsecureSkipVerify: true, // originAllowed is stricter
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		s.opts.Log.Debug("socket refused", "addr", r.RemoteAddr, "err", err)
		return nil, nil, err
	}
	ws.SetReadLimit(shared.MaxFrame)
	return ws, hijacker.conn, nil
}

// speaksOurs reports whether the client offers our subprotocol, or none, which
// means ours.
func speaksOurs(r *http.Request) bool {
	offered := r.Header.Values("Sec-WebSocket-Protocol")
	if len(offered) == 0 {
		return true
	}
	names := strings.Split(strings.Join(offered, ","), ",")
	return slices.ContainsFunc(names, func(name string) bool {
		return strings.EqualFold(strings.TrimSpace(name), shared.Subprotocol)
	})
}

// accept makes a conn of an upgraded connection and starts reading it. A
// goroutine of its own: the request's has a large stack, and keeps the request.
func (h *hub) accept(s *Server, ws *websocket.Conn, nc *netConn, token, addr string) {
	c := &conn{
		hub: h, server: s, ws: ws, nc: nc, token: token,
		log:    h.log.With("addr", addr),
		opened: h.clock(),
		rate:   rate.NewLimiter(rate.Limit(h.live.Rate), h.live.Burst),
	}
	nc.clock = h.clock
	nc.spawn = h.work.Go
	nc.drained = func() { c.worker.pushConn(c) }
	h.open(c)
	go c.serve()
}

// hijacker gives websocket.Accept our netConn and small buffers: it writes only
// control frames through them, and large reads go past them.
type hijacker struct {
	http.ResponseWriter
	live LiveOptions
	conn *netConn // once hijacked
}

const (
	readBuffer  = 512 // the usual command in one system call
	writeBuffer = 160 // a control frame: at most 2+125 bytes
)

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	ahead, err := rw.Reader.Peek(rw.Reader.Buffered())
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	h.conn = newNetConn(conn, slices.Clone(ahead), h.live)
	return h.conn, bufio.NewReadWriter(
		bufio.NewReaderSize(h.conn, readBuffer),
		bufio.NewWriterSize(h.conn, writeBuffer),
	), nil
}
