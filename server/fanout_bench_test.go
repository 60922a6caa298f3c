//go:build unix

package server_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

// BenchmarkFanout has 10 closed-loop senders talk to a room on loopback TCP,
// with every message stored durably first. The clients are another process.
// ratio compares deliveries with the same run through a plain loop over
// Conn.Write.
func BenchmarkFanout(b *testing.B) {
	for _, readers := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) { benchmarkFanout(b, readers) })
	}
}

func benchmarkFanout(b *testing.B, readers int) {
	for b.Loop() {
		tn := newTown(b, server.Options{})
		plain := httptest.NewServer(&plainLoop{store: tn.store, conns: make(map[*websocket.Conn]bool)})
		order := crowdOrder{Readers: readers, Senders: 10, For: 3 * time.Second, Token: tn.token("ada")}

		order.Addr = plain.Listener.Addr().String()
		base, _ := crowdRun(b, order)
		plain.Close()

		order.Addr = tn.http.Listener.Addr().String()
		report, cpu := crowdRun(b, order)
		rate := float64(report.Deliveries) / report.Took.Seconds()
		b.ReportMetric(rate, "deliveries/s")
		b.ReportMetric(float64(report.Posts)/report.Took.Seconds(), "posts/s")
		b.ReportMetric(float64(report.P50.Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(report.P99.Microseconds())/1000, "p99-ms")
		b.ReportMetric(cpu.Seconds()/float64(report.Deliveries)*1e6, "cpu-s/M")
		b.ReportMetric(rate/(float64(base.Deliveries)/base.Took.Seconds()), "ratio")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkIdleConnection reports the server's memory for a connection that
// has said hello and is quiet.
func BenchmarkIdleConnection(b *testing.B) {
	const conns = 2000
	for b.Loop() {
		tn := newTown(b, server.Options{})
		before := memoryInUse()
		c := gather(b, crowdOrder{Addr: tn.http.Listener.Addr().String(), Token: tn.token("ada"), Readers: conns})
		after := memoryInUse()
		c.disperse(b)
		b.ReportMetric(float64(after-before)/conns, "B/conn")
		b.ReportMetric(0, "ns/op")
	}
}

// memoryInUse is heap and stacks, after the garbage is out.
func memoryInUse() int64 {
	var m runtime.MemStats
	for range 3 { // what sync.Pools hold goes with the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// crowd is a process of clients.
type crowd struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// gather starts a crowd and waits until all are connected.
func gather(b *testing.B, o crowdOrder) *crowd {
	b.Helper()
	arg, err := json.Marshal(o)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crowdEnv+"="+string(arg))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c := &crowd{cmd, in, bufio.NewReader(out)}
	if line, err := c.out.ReadString('\n'); strings.TrimSpace(line) != "ready" {
		b.Fatalf("the crowd says %q, %v", line, err)
	}
	return c
}

func (c *crowd) disperse(b *testing.B) {
	b.Helper()
	_ = c.in.Close()
	if err := c.cmd.Wait(); err != nil {
		b.Fatal(err)
	}
}

// crowdRun plays a crowd, and returns what it saw and this process's CPU time.
func crowdRun(b *testing.B, o crowdOrder) (report crowdReport, cpu time.Duration) {
	b.Helper()
	c := gather(b, o)
	begin := cpuTime()
	if _, err := io.WriteString(c.in, "go\n"); err != nil {
		b.Fatal(err)
	}
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		b.Fatal(err)
	}
	cpu = cpuTime() - begin
	if err := json.Unmarshal(line, &report); err != nil {
		b.Fatal(err)
	}
	c.disperse(b)
	return report, cpu
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// plainLoop is what one writes first: under a lock, write every message to
// every connection.
type plainLoop struct {
	store server.Store

	mu    sync.Mutex
	conns map[*websocket.Conn]bool
}

func (p *plainLoop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer p.leave(ws)
	for {
		_, message, err := ws.Read(r.Context())
		if err != nil {
			return
		}
		err = shared.Decode(message, func(f shared.Frame) error {
			if f.Hello != nil {
				p.mu.Lock()
				p.conns[ws] = true
				p.mu.Unlock()
				return ws.Write(r.Context(), websocket.MessageText, shared.Frame{ID: f.ID, OK: &shared.OK{}}.Encode())
			}
			return p.post(r, ws, f)
		})
		if err != nil {
			return
		}
	}
}

func (p *plainLoop) post(r *http.Request, ws *websocket.Conn, f shared.Frame) error {
	post := *f.Post
	post.Key = "plain-" + post.Key
	ev, _, err := p.store.Post(r.Context(), shared.Author{ID: "ada", Name: "ada"}, server.Said{Post: post}, time.Now())
	if err != nil {
		return err
	}
	message := shared.Frame{Event: &ev}.Encode()
	message = message[:len(message)-1]
	p.mu.Lock()
	for c := range p.conns {
		_ = c.Write(r.Context(), websocket.MessageText, message)
	}
	p.mu.Unlock()
	return ws.Write(r.Context(), websocket.MessageText, shared.Frame{ID: f.ID, OK: &shared.OK{Event: &ev}}.Encode())
}

func (p *plainLoop) leave(ws *websocket.Conn) {
	p.mu.Lock()
	delete(p.conns, ws)
	p.mu.Unlock()
	_ = ws.CloseNow()
}
