//go:build !js

package client

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// webSocket is a socket outside of browsers.
type webSocket struct {
	conn  *websocket.Conn
	ctx   context.Context // of reads and writes: cancelling it drops the connection
	abort context.CancelFunc
}

func dialWebSocket(ctx context.Context, url string) (socket, error) {
	return dialThrough(ctx, url, http.DefaultClient)
}

// dialThrough dials with an HTTP client of one's own: tests have a network of
// their own.
func dialThrough(ctx context.Context, url string, through *http.Client) (socket, error) {
	conn, answer, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		Subprotocols: []string{shared.Subprotocol}, HTTPClient: through,
	})
	if err != nil {
		return nil, dialError(answer, err)
	}
	conn.SetReadLimit(maxMessage)
	s := &webSocket{conn: conn}
	s.ctx, s.abort = context.WithCancel(context.WithoutCancel(ctx)) // it outlives the dialling
	return s, nil
}

// dialError adds what the server's HTTP answer says about coming back.
func dialError(answer *http.Response, err error) error {
	switch {
	case answer == nil:
		return err
	case answer.StatusCode == http.StatusUnauthorized:
		return ErrSignedOut
	}
	seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // 0 when absent or a date: the back-off decides
	return &refusal{err: err, after: time.Duration(max(seconds, 0)) * time.Second}
}

func (s *webSocket) Read() ([]byte, error) {
	kind, message, err := s.conn.Read(s.ctx)
	if err == nil && kind != websocket.MessageText {
		err = errNotText
	}
	return message, err
}

func (s *webSocket) Write(message []byte) error {
	return s.conn.Write(s.ctx, websocket.MessageText, message)
}

func (s *webSocket) Close() {
	_ = s.conn.Close(websocket.StatusNormalClosure, "") // it may be gone
	s.abort()
}

func (s *webSocket) Abort() {
	s.abort()
	_ = s.conn.CloseNow() // it may be gone
}
