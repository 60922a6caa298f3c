package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

// pipes is a listener and a dialer without a network, for a fake clock.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// callEcho serves /echo alone and connects to it.
func callEcho(t *testing.T) *websocket.Conn {
	t.Helper()
	o := withDefaults(Options{Log: slog.New(slog.DiscardHandler)})
	s := &Server{opts: o, hub: &hub{live: o.Live, start: time.Now()}}
	s.echoes = newEchoes(s.hub)
	p := newPipes()
	web := &http.Server{Handler: http.HandlerFunc(s.handleEcho)}
	served := make(chan struct{})
	go func() { defer close(served); _ = web.Serve(p) }()
	client := &http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
	ws, _, err := websocket.Dial(t.Context(), "ws://echo/echo", &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = ws.CloseNow()
		_ = web.Close()
		<-served
		s.echoes.work.Wait()
	})
	return ws
}

func TestEchoEndsSilenceAndSaysSo(t *testing.T) {
	const told = "at most 5m0s without a message, and 30s for one"
	ended := func(t *testing.T, ws *websocket.Conn, since time.Time, after time.Duration) {
		t.Helper()
		_, _, err := ws.Read(t.Context())
		var closed websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != websocket.StatusGoingAway || closed.Reason != told {
			t.Errorf("it ended with %v", err)
		}
		if took := time.Since(since); took != after {
			t.Errorf("it ended after %v, want %v", took, after)
		}
	}

	t.Run("five minutes after the last message", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ws := callEcho(t)
			for range 3 {
				time.Sleep(echoIdle - time.Second)
				if err := ws.Write(t.Context(), websocket.MessageText, []byte("here")); err != nil {
					t.Fatal(err)
				}
				if _, back, err := ws.Read(t.Context()); err != nil || string(back) != "here" {
					t.Fatalf("got %q, %v", back, err)
				}
			}
			ended(t, ws, time.Now(), echoIdle)
		})
	})

	t.Run("thirty seconds into a message that does not end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ws := callEcho(t)
			w, err := ws.Writer(t.Context(), websocket.MessageText)
			if err == nil {
				_, err = w.Write(make([]byte, 10_000)) // more than is kept back
			}
			if err != nil {
				t.Fatal(err)
			}
			ended(t, ws, time.Now(), messageTimeout)
		})
	})
}
