//go:build !js

package check

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"hubbub/app/i18n"
	"hubbub/app/i18n/checks"
	"hubbub/shared"
)

var errChanged = errors.New("it came back changed")

// open opens a WebSocket as a page of the server's would. On failure it says
// what was answered, if anything.
func (r *run) open(ctx context.Context, path string, protocols ...string) (*websocket.Conn, string, error) {
	ctx, cancel := r.patience(ctx)
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, r.at(path), &websocket.DialOptions{
		HTTPClient: r.http, Subprotocols: protocols, HTTPHeader: http.Header{"Origin": {r.origin()}},
	})
	switch {
	case err == nil:
		conn.SetReadLimit(-1)
		return conn, "", nil
	case resp != nil:
		return nil, resp.Status, err
	}
	return nil, because(err), err
}

func (r *run) checkUpgrade(ctx context.Context) line {
	began, attempt := time.Now(), shared.NewID()
	conn, why, err := r.open(ctx, "/echo?attempt="+attempt)
	if err != nil {
		return r.whyNoUpgrade(ctx, attempt, why)
	}
	r.conn = conn
	return r.ok(i18n.Fill(r.text.Opened, milliseconds(time.Since(began))))
}

// whyNoUpgrade asks the server how the attempt reached it.
func (r *run) whyNoUpgrade(ctx context.Context, attempt, why string) line {
	facts, err := r.askFacts(ctx, attempt)
	seen := facts.Attempt
	switch {
	case err != nil || seen == nil:
		return r.fail(checks.Lost, why, why)
	case !contains(seen.Upgrade, "websocket") || !contains(seen.Connection, "upgrade"):
		return r.fail(checks.Stripped, why)
	case seen.Origin != facts.Origin:
		return r.fail(checks.Origin, why, facts.Origin, seen.Origin+r.site.Path)
	}
	return r.fail(checks.Unanswered, why, why)
}

func contains(header, token string) bool { return strings.Contains(strings.ToLower(header), token) }

// skipped is for what needs a WebSocket.
func (r *run) skipped() line { return line{State: checks.Note, Figure: r.text.Skipped} }

func (r *run) checkSubprotocol(ctx context.Context) line {
	if r.conn == nil {
		return r.skipped()
	}
	chat, why, err := r.open(ctx, "/ws", r.limits.Protocol)
	if err != nil {
		return r.fail(checks.NoSocket, why, why)
	}
	defer func() { _ = chat.CloseNow() }() // the server closes it: we are nobody
	if chat.Subprotocol() != r.limits.Protocol {
		return r.fail(checks.NoProtocol, chat.Subprotocol())
	}
	return r.greet(ctx, chat)
}

// greet says hello as nobody, which a server refuses in so many words.
func (r *run) greet(ctx context.Context, chat *websocket.Conn) line {
	ctx, cancel := r.patience(ctx)
	defer cancel()
	hello := shared.Frame{ID: 1, Hello: &shared.Hello{Token: "connection-check"}}
	err := chat.Write(ctx, websocket.MessageText, hello.Encode())
	var said []byte
	if err == nil {
		_, said, err = chat.Read(ctx)
	}
	if err != nil {
		return r.fail(checks.NoHello, r.limits.Protocol, because(err))
	}
	refused := false
	err = shared.Decode(said, func(f shared.Frame) error {
		refused = refused || f.ID == 1 && f.Error != nil && f.Error.Code == shared.CodeUnauthorized
		return nil
	})
	if err != nil || !refused {
		return r.fail(checks.NoHello, r.limits.Protocol, string(said[:min(len(said), 200)]))
	}
	return r.ok(r.limits.Protocol)
}

// echo sends a message and expects it back.
func (r *run) echo(ctx context.Context, conn *websocket.Conn, message []byte) (time.Duration, error) {
	ctx, cancel := r.patience(ctx)
	defer cancel()
	began := time.Now()
	if err := conn.Write(ctx, websocket.MessageText, message); err != nil {
		return 0, err
	}
	_, back, err := conn.Read(ctx)
	if err == nil && !bytes.Equal(back, message) {
		err = errChanged
	}
	return time.Since(began), err
}

func (r *run) checkRoundTrip(ctx context.Context) line {
	if r.conn == nil {
		return r.skipped()
	}
	_, err := r.echo(ctx, r.conn, []byte("first")) // it finds cold caches
	var trips []float64
	until := time.Now().Add(seconds(r.limits.TripsTime))
	for err == nil && len(trips) < r.limits.Trips && (len(trips) < 3 || time.Now().Before(until)) {
		var took time.Duration
		took, err = r.echo(ctx, r.conn, strconv.AppendInt(nil, int64(len(trips)), 10))
		trips = append(trips, took.Seconds()*1000)
	}
	if err != nil {
		r.reopen(ctx)
		return r.fail(checks.Stalled, because(err), because(err))
	}
	slices.Sort(trips)
	at := func(q float64) float64 { return trips[min(len(trips)-1, int(q*float64(len(trips))))] }
	figure := i18n.Fill(r.text.Trips, short(at(.5)), short(at(.95)), short(at(1)))
	l := r.ok(figure)
	if at(.5) > r.limits.Slow {
		l = r.warn(checks.Slow, figure)
	}
	l.Bars = histogram(trips, r.limits.Steps)
	return l
}

// histogram counts how many lie between two steps, leaving out empty ends.
// What is there is sorted.
func histogram(trips, steps []float64) []bar {
	var bars []bar
	from := 0.0
	for _, to := range steps {
		n, _ := slices.BinarySearch(trips, to)
		bars = append(bars, bar{short0(from) + "–" + short0(to) + " ms", n})
		trips, from = trips[n:], to
	}
	bars = append(bars, bar{"> " + short0(from) + " ms", len(trips)})
	first := slices.IndexFunc(bars, func(b bar) bool { return b.Count > 0 })
	for bars[len(bars)-1].Count == 0 {
		bars = bars[:len(bars)-1]
	}
	return bars[first:]
}

func short0(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// reopen replaces a connection that broke.
func (r *run) reopen(ctx context.Context) {
	_ = r.conn.CloseNow() // it broke
	r.conn, _, _ = r.open(ctx, "/echo")
}

func (r *run) checkFrames(ctx context.Context) line {
	if r.conn == nil {
		return r.skipped()
	}
	passed := 0
	for _, size := range r.limits.Sizes {
		if _, err := r.echo(ctx, r.conn, bytes.Repeat([]byte("x"), size)); err != nil {
			return r.fail(checks.TooLarge, i18n.Fill(r.text.Sizes, strconv.Itoa(passed)), strconv.Itoa(size))
		}
		passed = size
	}
	return r.ok(i18n.Fill(r.text.Sizes, strconv.Itoa(passed)))
}
