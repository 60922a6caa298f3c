package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hubbub/shared"
)

const crowdEnv = "HUBBUB_CROWD"

// crowdOrder is what a benchmark asks of its clients.
type crowdOrder struct {
	Addr    string
	Token   string
	Readers int
	Senders int // closed loop: each waits for its reply before it posts again
	For     time.Duration
	Push    bool // readers are users of their own who listen to pushes, senders push over HTTP
}

// crowdReport is what they saw.
type crowdReport struct {
	Deliveries int64
	Posts      int64
	Took       time.Duration
	P50, P99   time.Duration // from before the post to after the read
}

// runCrowd says "ready" when all have said hello, waits for a line, plays, and
// reports. It ends when its input does.
func runCrowd(arg string) error {
	var o crowdOrder
	if err := json.Unmarshal([]byte(arg), &o); err != nil {
		return err
	}
	var report crowdReport
	var deliveries atomic.Int64
	latencies := make([][]time.Duration, o.Readers)
	listeners := make([]*member, o.Readers)
	var listening sync.WaitGroup
	for i := range listeners {
		m, err := o.reader(i)
		if err != nil {
			return err
		}
		listeners[i] = m
		listening.Go(func() { m.listen(&deliveries, o.Push || i%50 == 0, &latencies[i]) })
	}
	senders := make([]func(end time.Time) int64, o.Senders)
	through := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.Senders}}
	for i := range senders {
		if o.Push {
			senders[i] = func(end time.Time) int64 { return o.push(through, i, end) }
			continue
		}
		m, err := joinCrowd(o)
		if err != nil {
			return err
		}
		senders[i] = func(end time.Time) int64 { return m.post(i, end) }
	}
	fmt.Println("ready")
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return nil // nothing to play
	}
	begin := time.Now()
	var sending sync.WaitGroup
	var posts atomic.Int64
	for _, send := range senders {
		sending.Go(func() { posts.Add(send(begin.Add(o.For))) })
	}
	sending.Wait()
	report.Took = time.Since(begin)
	report.Deliveries, report.Posts = deliveries.Load(), posts.Load()
	for _, m := range listeners {
		_ = m.conn.Close()
	}
	listening.Wait()
	all := slices.Sorted(slices.Values(slices.Concat(latencies...)))
	if len(all) > 0 {
		report.P50, report.P99 = all[len(all)/2], all[len(all)*99/100]
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return err
	}
	_, _ = in.ReadString('\n')
	return nil
}

// buffer is what a client reads with at most: of those who listen to pushes
// there are many, and each hears little.
func (o crowdOrder) buffer() int {
	if o.Push {
		return 2 << 10
	}
	return 32 << 10
}

// member is one client, as cheap as can be.
type member struct {
	conn net.Conn
	in   *bufio.Reader
}

// reader is the i-th of those who read.
func (o crowdOrder) reader(i int) (*member, error) {
	if !o.Push {
		return joinCrowd(o)
	}
	o.Token = string(listenerName(i))
	return join(o, `{"register":{}}`, `{"live"`)
}

func joinCrowd(o crowdOrder) (*member, error) {
	return join(o, `{"id":1,"hello":{}}`, `{"id":1,"ok"`)
}

// join connects, says something first, and waits for an answer that begins with
// prefix.
func join(o crowdOrder, first, prefix string) (*member, error) {
	conn, err := net.Dial("tcp", o.Addr)
	if err != nil {
		return nil, err
	}
	m := &member{conn, bufio.NewReaderSize(conn, o.buffer())}
	_, err = fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer %s\r\n\r\n", o.Addr, o.Token)
	if err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(m.in, nil)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("upgrade: %s", resp.Status)
	}
	if err := m.say(first); err != nil {
		return nil, err
	}
	return m, m.await(prefix)
}

// say sends a message, masked with zeros.
func (m *member) say(text string) error {
	head := []byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}
	if len(text) > 125 {
		head = []byte{0x81, 0x80 | 126, byte(len(text) >> 8), byte(len(text)), 0, 0, 0, 0}
	}
	_, err := m.conn.Write(append(head, text...))
	return err
}

// header reads a frame's header.
func (m *member) header() (op byte, n int, err error) {
	b, err := m.in.Peek(2)
	if err != nil {
		return 0, 0, err
	}
	op, n = b[0]&0x0f, int(b[1])
	skip := 2
	switch n {
	case 126:
		if b, err = m.in.Peek(4); err != nil {
			return 0, 0, err
		}
		n, skip = int(b[2])<<8|int(b[3]), 4
	case 127:
		if b, err = m.in.Peek(10); err != nil {
			return 0, 0, err
		}
		n, skip = int(b[6])<<24|int(b[7])<<16|int(b[8])<<8|int(b[9]), 10
	}
	_, err = m.in.Discard(skip)
	return op, n, err
}

// await reads until a message holds a frame that begins with prefix.
func (m *member) await(prefix string) error {
	for {
		_, n, err := m.header()
		if err != nil {
			return err
		}
		message := make([]byte, n)
		if _, err := io.ReadFull(m.in, message); err != nil {
			return err
		}
		for line := range bytes.Lines(message) {
			if strings.HasPrefix(string(line), prefix) {
				return nil
			}
		}
	}
}

// listen counts events. Some members also note how old each is.
func (m *member) listen(deliveries *atomic.Int64, timed bool, ages *[]time.Duration) {
	for {
		op, n, err := m.header()
		if err != nil {
			return
		}
		frames := int64(0)
		if op == 1 {
			frames = 1
		}
		for n > 0 {
			if _, err := m.in.Peek(1); err != nil {
				return
			}
			part, _ := m.in.Peek(min(n, m.in.Buffered()))
			if op == 1 {
				frames += int64(bytes.Count(part, []byte{'\n'}))
			}
			if timed {
				*ages = appendAges(*ages, part)
			}
			n -= len(part)
			_, _ = m.in.Discard(len(part))
		}
		deliveries.Add(frames)
	}
}

// Where a message, or a push, says when it was sent.
const (
	stamp     = `"text":"at `
	pushStamp = `"message":"at `
)

// appendAges finds the time stamps of posts that begin in part.
func appendAges(ages []time.Duration, part []byte) []time.Duration {
	now := time.Now().UnixNano()
	for {
		_, rest, ok := bytes.Cut(part, []byte(stamp))
		if !ok {
			_, rest, ok = bytes.Cut(part, []byte(pushStamp))
		}
		if !ok || len(rest) < 19 {
			return ages
		}
		if sent, err := strconv.ParseInt(string(rest[:19]), 10, 64); err == nil {
			ages = append(ages, time.Duration(now-sent))
		}
		part = rest
	}
}

// post says something, awaits the reply, and does it again until end.
func (m *member) post(sender int, end time.Time) (n int64) {
	filler := strings.Repeat("a message of ordinary size ", 5)
	for time.Now().Before(end) {
		id := n + 2
		text := fmt.Sprintf("at %d %s", time.Now().UnixNano(), filler[:120])
		f := shared.Frame{ID: id, Post: &shared.Post{Room: lobby, Key: fmt.Sprintf("%d-%d", sender, id), Text: text}}
		if m.say(strings.TrimSpace(string(f.Encode()))) != nil || m.await(fmt.Sprintf(`{"id":%d,`, id)) != nil {
			return n
		}
		n++
	}
	return n
}
