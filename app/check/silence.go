//go:build !js

package check

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"hubbub/app/i18n"
	"hubbub/app/i18n/checks"
)

// beatLate is how late a sign of life of the server may be.
const beatLate = 5 * time.Second

// checkIdle leaves connections alone, all at once, and sees which still live.
func (r *run) checkIdle(ctx context.Context) line {
	lengths := []time.Duration{r.idle / 4, r.idle / 2, r.idle}
	cuts := make([]time.Duration, len(lengths))
	var all sync.WaitGroup
	for i, length := range lengths {
		all.Go(func() { cuts[i] = r.silence(ctx, length) })
	}
	all.Wait()
	var alive []string
	for i, cut := range cuts {
		if cut == 0 {
			alive = append(alive, short(lengths[i].Seconds())+" s")
		}
	}
	var figure []string
	if len(alive) > 0 {
		figure = append(figure, i18n.Fill(r.text.Alive, strings.Join(alive, ", ")))
	}
	cuts = slices.DeleteFunc(cuts, func(d time.Duration) bool { return d == 0 })
	if len(cuts) == 0 {
		return r.ok(figure[0])
	}
	first := slices.Min(cuts)
	figure = append(figure, i18n.Fill(r.text.CutAfter, short(first.Seconds())+" s"))
	if first <= seconds(r.limits.Beat)+beatLate {
		return r.fail(checks.Cut, strings.Join(figure, ", "))
	}
	return r.warn(checks.CutLater, strings.Join(figure, ", "))
}

// silence leaves a connection alone for a time, and then tries it. It returns
// after how long it was found dead, 0 for never.
func (r *run) silence(ctx context.Context, length time.Duration) time.Duration {
	began := time.Now()
	conn, _, err := r.open(ctx, "/echo")
	if err != nil {
		return max(time.Since(began), 1)
	}
	defer func() { _ = conn.CloseNow() }() // it was only to see how long it lives
	ctx, cancel := context.WithTimeout(ctx, length+seconds(r.limits.Patience))
	defer cancel()
	heard := make(chan error, 1)
	go func() {
		_, _, err := conn.Read(ctx)
		heard <- err
	}()
	quiet := time.NewTimer(length)
	defer quiet.Stop()
	select {
	case <-quiet.C:
	case <-heard:
		return time.Since(began)
	}
	err = conn.Write(ctx, websocket.MessageText, []byte("still there"))
	if got := <-heard; err != nil || got != nil {
		return time.Since(began)
	}
	return 0
}
