package client

import (
	"context"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// webSocket is a socket in a browser. Cancelling a Dial or Read there closes
// with a code that browsers refuse to send, which leaves the connection open:
// contexts never end here, and Close only ever sends 1000.
type webSocket struct{ conn *websocket.Conn }

func dialWebSocket(ctx context.Context, url string) (socket, error) {
	type result struct {
		conn *websocket.Conn
		err  error
	}
	done := make(chan result, 1)
	go func() {
		conn, _, err := websocket.Dial(context.WithoutCancel(ctx), url, &websocket.DialOptions{
			Subprotocols: []string{shared.Subprotocol},
		})
		done <- result{conn, err}
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, r.err
		}
		r.conn.SetReadLimit(maxMessage)
		return &webSocket{r.conn}, nil
	case <-ctx.Done():
		go func() { // ends when the browser gives up
			if r := <-done; r.err == nil {
				(&webSocket{r.conn}).Close()
			}
		}()
		return nil, ctx.Err()
	}
}

func (s *webSocket) Read() ([]byte, error) {
	kind, message, err := s.conn.Read(context.Background())
	if err == nil && kind != websocket.MessageText {
		err = errNotText
	}
	return message, err
}

// Write never waits: the browser takes everything.
func (s *webSocket) Write(message []byte) error {
	return s.conn.Write(context.Background(), websocket.MessageText, message)
}

func (s *webSocket) Close() {
	_ = s.conn.Close(websocket.StatusNormalClosure, "") // it may be gone
}

func (s *webSocket) Abort() { go s.Close() }
