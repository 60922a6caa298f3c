//go:build !js

package testbed

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// Welcome is what the server says to the person's hello.
func (p Person) Welcome(ctx context.Context) (w shared.Welcome, err error) {
	c, err := p.Dial(ctx)
	if err != nil {
		return w, err
	}
	defer c.CloseNow() //nolint:errcheck // it is read no more
	return hello(ctx, c)
}

// Dial opens a WebSocket that has not said hello.
func (p Person) Dial(ctx context.Context) (*websocket.Conn, error) {
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(p.site.URL, "http")+"/ws", &websocket.DialOptions{
		HTTPHeader:   http.Header{"Authorization": {"Bearer " + p.Token}},
		Subprotocols: []string{shared.Subprotocol},
	})
	if err == nil {
		c.SetReadLimit(-1)
	}
	return c, err
}

// hello says hello on a fresh connection.
func hello(ctx context.Context, c *websocket.Conn) (w shared.Welcome, err error) {
	if err := c.Write(ctx, websocket.MessageText, shared.Frame{ID: 1, Hello: &shared.Hello{}}.Encode()); err != nil {
		return w, err
	}
	_, message, err := c.Read(ctx)
	if err != nil {
		return w, err
	}
	err = shared.Decode(message, func(f shared.Frame) error {
		if f.Error != nil {
			return f.Error
		}
		if f.OK != nil && f.OK.Welcome != nil {
			w = *f.OK.Welcome
		}
		return nil
	})
	if err == nil && w.Epoch == "" {
		err = errors.New("the server did not welcome us")
	}
	return w, err
}
