//go:build !js

package faultproxy

import (
	"bytes"
	"crypto/rand"
	"io"
	"math"
	mathrand "math/rand/v2"
	"net"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.Copy(c, c) // ends with the connection
			}()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

func through(t *testing.T, p *Proxy) (net.Conn, []byte) {
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	data := make([]byte, 300<<10)
	_, _ = rand.Read(data) // never fails
	return c, data
}

func TestWithoutTroubleEverythingPasses(t *testing.T) {
	p, err := Listen(echo(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, data := through(t, p)
	go func() { _, _ = c.Write(data) }() // the read tells
	got := make([]byte, len(data))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, data) {
		t.Errorf("it came back changed: %v", err)
	}
	if n := p.Cuts(); n != 0 {
		t.Errorf("%d cuts", n)
	}
}

func TestInTroubleEveryConnectionEndsAndNothingIsChangedBefore(t *testing.T) {
	p, err := Listen(echo(t), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.Trouble(true)
	for range 12 {
		c, data := through(t, p)
		go func() { _, _ = c.Write(data) }() // until it is cut
		got, _ := io.ReadAll(c)              // as far as it came
		if len(got) == len(data) || !bytes.HasPrefix(data, got) {
			t.Errorf("%d of %d bytes came back, changed: %v", len(got), len(data), !bytes.HasPrefix(data, got))
		}
	}
	if n := p.Cuts(); n != 12 {
		t.Errorf("%d cuts", n)
	}
}

func TestASeedDecidesTheFaults(t *testing.T) {
	a, b := draw(seeded(7), true), draw(seeded(7), true)
	if a != b || a.after < 1 || a.after > mostBytes || a.slice < 1 || math.Abs(float64(a.delay)) > float64(shortDelay) {
		t.Errorf("got %+v and %+v", a, b)
	}
}

func seeded(n uint64) *mathrand.Rand { return mathrand.New(mathrand.NewPCG(n, 1)) }
