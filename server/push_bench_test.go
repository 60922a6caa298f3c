//go:build unix

package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// BenchmarkPush has 100 senders that wait for their answer push to 10,000 users
// who listen, each on a connection of their own, with every push stored durably
// first and its receipts kept. The clients are another process.
func BenchmarkPush(b *testing.B) {
	for _, users := range []int{100, 10000} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) { benchmarkPush(b, users) })
	}
}

func benchmarkPush(b *testing.B, users int) {
	anybody := func(_ context.Context, token string) (server.Identity, error) {
		return server.Identity{ID: shared.UserID(token), Name: token}, nil
	}
	for b.Loop() {
		tn := newTown(b, server.Options{AuthToken: anybody, PushAuth: func(*http.Request) error { return nil }})
		report, cpu := crowdRun(b, crowdOrder{
			Addr: tn.http.Listener.Addr().String(), Readers: users, Senders: 100, For: 3 * time.Second, Push: true,
		})
		b.ReportMetric(float64(report.Posts)/report.Took.Seconds(), "pushes/s")
		b.ReportMetric(float64(report.Deliveries)/float64(report.Posts), "delivered/push")
		b.ReportMetric(float64(report.P50.Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(report.P99.Microseconds())/1000, "p99-ms")
		b.ReportMetric(cpu.Seconds()/float64(report.Posts)*1e6, "cpu-s/M")
		b.ReportMetric(0, "ns/op")
	}
}

// push tells somebody something over HTTP, awaits the answer, and does it again
// until end.
func (o crowdOrder) push(client *http.Client, sender int, end time.Time) (n int64) {
	filler := strings.Repeat("a push of ordinary size ", 5)
	for time.Now().Before(end) {
		body, err := json.Marshal(shared.NewPush{
			UserID: listenerName(rand.IntN(o.Readers)), ID: fmt.Sprintf("%d-%d", sender, n),
			Message: fmt.Sprintf("at %d %s", time.Now().UnixNano(), filler[:100]),
		})
		if err != nil {
			return n
		}
		resp, err := client.Post("http://"+o.Addr+"/push", "application/json", strings.NewReader(string(body)))
		if err != nil {
			return n
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return n
		}
		n++
	}
	return n
}

func listenerName(i int) shared.UserID { return shared.UserID(fmt.Sprintf("user-%d", i)) }
