package server

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// piped returns a netConn on one end of a pipe that nobody reads yet.
func piped(t *testing.T, o LiveOptions) (n *netConn, peer net.Conn, drained chan struct{}) {
	ours, peer := net.Pipe()
	n, drained = wired(t, ours, o)
	t.Cleanup(func() { _ = peer.Close() })
	return n, peer, drained
}

// wired makes a netConn as a hub would.
func wired(t *testing.T, conn net.Conn, o LiveOptions) (n *netConn, drained chan struct{}) {
	var work sync.WaitGroup
	start := time.Now()
	drained = make(chan struct{}, 1000)
	n = newNetConn(conn, nil, o)
	n.clock = func() int64 { return int64(time.Since(start)) }
	n.spawn = work.Go
	n.drained = func() { drained <- struct{}{} }
	t.Cleanup(func() {
		n.abort(net.ErrClosed)
		work.Wait()
	})
	return n, drained
}

func text(n int) []byte { return appendText(nil, bytes.Repeat([]byte("x"), n)) }

func TestNetConn(t *testing.T) {
	o := LiveOptions{Backlog: 1000, StallTimeout: 20 * time.Second}
	t.Run("what the peer does not take waits, and arrives in order", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, drained := piped(t, o)
			var want []byte
			for i := range 10 {
				if _, err := n.Write(text(i)); err != nil {
					t.Fatal(err)
				}
				want = append(want, text(i)...)
			}
			if !n.stalled() || n.behind() {
				t.Error("no backlog stands, or a small one counts where all is in it")
			}
			got := make([]byte, len(want))
			if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v; want %x", got, err, want)
			}
			<-drained
			if n.stalled() {
				t.Error("a backlog stands after it was drained")
			}
		})
	})
	t.Run("who is behind is offered nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, drained := piped(t, o)
			for range 2 {
				if !n.offer(text(200)) {
					t.Error("a little was not taken")
				}
			}
			if n.offer(text(1)) || !n.behind() {
				t.Error("it takes more than a quarter of the limit")
			}
			go func() { _, _ = io.Copy(io.Discard, peer) }()
			<-drained
			if n.behind() || !n.offer(text(1)) {
				t.Error("it takes nothing after the backlog was drained")
			}
			<-drained
			_ = n.Close()
		})
	})
	t.Run("too much ends the connection", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, _, _ := piped(t, o)
			for _, size := range []int{900, 200} { // the limit is 1,000: the last goes over it
				if _, err := n.Write(text(size)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := n.Write(text(1)); !errors.Is(err, errBacklog) {
				t.Errorf("got %v, want %v", err, errBacklog)
			}
		})
	})
	t.Run("one large message alone is not too much", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, _, _ := piped(t, o)
			if _, err := n.Write(text(5000)); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("a peer that takes nothing is let go", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, _, drained := piped(t, o)
			_, _ = n.Write(text(10))
			time.Sleep(o.StallTimeout - 1)
			synctest.Wait()
			if err := n.cause(); err != nil {
				t.Errorf("too early: %v", err)
			}
			<-drained
			if err := n.cause(); !errors.Is(err, errStalled) {
				t.Errorf("got %v, want %v", err, errStalled)
			}
		})
	})
	t.Run("a peer that takes a byte now and then is not", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, drained := piped(t, o)
			message := text(20)
			_, _ = n.Write(message)
			for range message {
				time.Sleep(o.StallTimeout - time.Second)
				if _, err := peer.Read(make([]byte, 1)); err != nil {
					t.Fatal(err)
				}
			}
			<-drained
			if err := n.cause(); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("nothing follows a close frame, whoever writes it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, _ := piped(t, o)
			want := append(text(3), appendClose(nil, 1012)...)
			n.seal(want)
			if _, err := n.Write(text(4)); err != nil {
				t.Error(err)
			}
			n.seal(appendClose(nil, 1008))
			if n.wait(0) {
				t.Error("wait says that it takes more")
			}
			got := make([]byte, len(want))
			if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v; want %x", got, err, want)
			}
			synctest.Wait()
			if n.stalled() {
				t.Error("there is more")
			}
		})
	})
	t.Run("a close frame that waits arrives before the end", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, _ := piped(t, o)
			want := appendClose(nil, 4000)
			_, _ = n.Write(want)
			closed := make(chan error, 1)
			go func() { closed <- n.Close() }()
			synctest.Wait()
			got := make([]byte, len(want))
			if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got %x, %v; want %x", got, err, want)
			}
			_ = peer.Close()
			<-closed
		})
	})
	t.Run("but a peer that does not take it is not waited for long", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, _, drained := piped(t, o)
			_, _ = n.Write(appendClose(nil, 4000))
			began := time.Now()
			_ = n.Close()
			if took := time.Since(began); took != closeTimeout {
				t.Errorf("it took %v, want %v", took, closeTimeout)
			}
			<-drained
		})
	})
	t.Run("wait waits for the peer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, _ := piped(t, o)
			_, _ = n.Write(text(500))
			waited := make(chan bool, 1)
			go func() { waited <- n.wait(100) }()
			synctest.Wait()
			select {
			case <-waited:
				t.Error("it did not wait")
			default:
			}
			go func() { _, _ = io.Copy(io.Discard, peer) }()
			if !<-waited {
				t.Error("it says the connection is over")
			}
			_ = n.Close()
		})
	})
	t.Run("a message may not have too much around it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n, peer, _ := piped(t, o)
			n.budget = 5
			go func() { _, _ = peer.Write([]byte("123456")) }()
			if _, err := io.ReadAll(n); !errors.Is(err, errBudget) {
				t.Errorf("got %v, want %v", err, errBudget)
			}
		})
	})
}

// Frames of several writers, small and large, arrive whole over TCP while the
// kernel refuses much of them.
func TestFramesAreNeverInterleaved(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // a test's
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close() //nolint:errcheck // a test's
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.(*net.TCPConn).SetWriteBuffer(4 << 10)
	n, _ := wired(t, conn, LiveOptions{Backlog: 1 << 30, StallTimeout: time.Minute})

	const each = 300
	var writing sync.WaitGroup
	for w := range 4 {
		writing.Go(func() {
			for i := range each {
				body := binary.BigEndian.AppendUint32(nil, uint32(w<<16|i))
				body = append(body, bytes.Repeat([]byte{byte(w)}, i*w*20)...)
				if _, err := n.Write(appendText(nil, append(body, '\n'))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var next [4]uint32
	for range 4 * each {
		var head [2]byte
		if _, err := io.ReadFull(client, head[:]); err != nil || head[0] != finBit|opText {
			t.Fatalf("a frame begins with %x, %v", head, err)
		}
		size := uint64(head[1])
		switch size {
		case 126:
			var b [2]byte
			_, err = io.ReadFull(client, b[:])
			size = uint64(binary.BigEndian.Uint16(b[:]))
		case 127:
			var b [8]byte
			_, err = io.ReadFull(client, b[:])
			size = binary.BigEndian.Uint64(b[:])
		}
		body := make([]byte, size)
		if _, err2 := io.ReadFull(client, body); errors.Join(err, err2) != nil {
			t.Fatal(err, err2)
		}
		mark := binary.BigEndian.Uint32(body)
		w, i := mark>>16, mark&0xffff
		if i != next[w] || bytes.Count(body[4:], []byte{byte(w)}) != len(body)-4 {
			t.Fatalf("frame %d of writer %d, want %d, or its bytes are others'", i, w, next[w])
		}
		next[w]++
	}
	writing.Wait()
}
