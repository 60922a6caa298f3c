//go:build !js

package faultproxy

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Front is a proxy as people put in front of a server, set up wrong. The zero
// value is set up right.
type Front struct {
	// NoUpgrade takes Upgrade and Connection away, as nginx does unless told
	// otherwise.
	NoUpgrade bool
	// NoProtocol takes Sec-WebSocket-Protocol away.
	NoProtocol bool
	// Host is the one that the server is told. Default: what the client sent.
	Host string
	// Idle is how long a connection may say nothing. Default: for ever.
	Idle time.Duration
	// MaxMessage is how many bytes a WebSocket message may have. Default: any.
	MaxMessage int64
	// Answers are given by the proxy itself, by path.
	Answers map[string]http.HandlerFunc
}

// Handler passes on to target, an address without a path.
func (f Front) Handler(target string) http.Handler {
	to, err := url.Parse(target)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { f.rewrite(r, to) },
		Transport: &http.Transport{
			DisableKeepAlives: true, // nothing is left when a test ends
			DialContext:       f.dial,
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := f.Answers[r.URL.Path]
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		case answer != nil:
			answer(w, r)
		case f.MaxMessage > 0 && strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
			f.relay(w, r, to)
		default:
			proxy.ServeHTTP(w, r)
		}
	})
}

func (f Front) rewrite(r *httputil.ProxyRequest, to *url.URL) {
	r.SetURL(to)
	r.SetXForwarded()
	r.Out.Host = r.In.Host
	if f.Host != "" {
		r.Out.Host = f.Host
	}
	if f.NoUpgrade {
		r.Out.Header.Del("Upgrade")
		r.Out.Header.Del("Connection")
	}
	if f.NoProtocol {
		r.Out.Header.Del("Sec-WebSocket-Protocol")
	}
}

func (f Front) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil || f.Idle == 0 {
		return conn, err
	}
	c := &idleConn{Conn: conn, idle: f.Idle}
	return c, c.rest()
}

// idleConn fails when nothing was said for a while, either way.
type idleConn struct {
	net.Conn
	idle time.Duration
}

func (c *idleConn) rest() error { return c.SetDeadline(time.Now().Add(c.idle)) }

func (c *idleConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil {
		err = c.rest()
	}
	return n, err
}

func (c *idleConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err == nil {
		err = c.rest()
	}
	return n, err
}

// relay carries WebSocket messages one by one, those that are not too large.
func (f Front) relay(w http.ResponseWriter, r *http.Request, to *url.URL) {
	header := http.Header{}
	for _, name := range []string{"Origin", "Cookie", "Authorization"} {
		header[name] = r.Header.Values(name)
	}
	protocols := strings.FieldsFunc(r.Header.Get("Sec-WebSocket-Protocol"), func(c rune) bool { return c == ',' || c == ' ' })
	inner, resp, err := websocket.Dial(r.Context(), to.JoinPath(r.URL.Path).String()+"?"+r.URL.RawQuery, &websocket.DialOptions{
		HTTPHeader: header, Host: r.Host, Subprotocols: protocols,
	})
	if err != nil {
		status := http.StatusBadGateway
		if resp != nil {
			status = resp.StatusCode
		}
		http.Error(w, err.Error(), status)
		return
	}
	defer func() { _ = inner.CloseNow() }() // it may be closed
	outer, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: protocols, InsecureSkipVerify: true})
	if err != nil {
		return // it was answered
	}
	defer func() { _ = outer.CloseNow() }() // it may be closed
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	var both sync.WaitGroup
	for _, way := range [][2]*websocket.Conn{{inner, outer}, {outer, inner}} {
		way[1].SetReadLimit(f.MaxMessage)
		both.Go(func() {
			defer cancel()
			carryMessages(ctx, way[0], way[1])
		})
	}
	both.Wait()
}

// carryMessages copies one way until either side ends.
func carryMessages(ctx context.Context, to, from *websocket.Conn) {
	for {
		kind, message, err := from.Read(ctx)
		if err != nil || to.Write(ctx, kind, message) != nil {
			return
		}
	}
}
