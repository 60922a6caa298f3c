//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// session signs in as docs/protocol.md says and returns the token.
func (h *hubbub) session(handle, password string) string {
	h.t.Helper()
	body, err := json.Marshal(map[string]string{"handle": handle, "password": password})
	if err != nil {
		h.t.Fatal(err)
	}
	resp, err := http.Post(h.url("/api/v1/session"), "application/json", bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Token == "" {
		h.t.Fatalf("signing in answered %s: %v", resp.Status, err)
	}
	return got.Token
}

// echoBot is the bot of docs/protocol.md: it knows JSON and WebSockets, and
// nothing of this program's types. The channel gets the kinds of frames it was
// sent once its reply was acknowledged.
func (h *hubbub) echoBot(t *testing.T, token string) <-chan []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	c, _, err := websocket.Dial(ctx, "ws://"+h.addr+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan []string, 1)
	ended := make(chan struct{})
	t.Cleanup(func() {
		cancel()
		c.CloseNow()
		<-ended
	})
	send := func(text string) error { return c.Write(ctx, websocket.MessageText, []byte(text)) }
	if err := send(`{"id":1,"hello":{}}`); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(ended)
		var kinds []string
		for {
			_, message, err := c.Read(ctx)
			if err != nil {
				return
			}
			for line := range strings.Lines(string(message)) {
				var frame map[string]any
				if err := json.Unmarshal([]byte(line), &frame); err != nil {
					return
				}
				for kind := range frame {
					kinds = append(kinds, kind)
				}
				if frame["id"] == 2.0 {
					done <- kinds
				}
				event, _ := frame["event"].(map[string]any)
				said, _ := event["message"].(map[string]any)
				text, _ := said["text"].(string)
				if echo, ok := strings.CutPrefix(text, "!echo "); ok {
					_ = send(fmt.Sprintf(`{"id":2,"post":{"room":%q,"key":"echo-%v","text":%q}}`, event["room"], event["seq"], echo))
				}
			}
		}
	}()
	return done
}
