//go:build !js

package faultproxy

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy passes connections on to a target, and makes trouble while it is told to.
type Proxy struct {
	listener net.Listener
	target   string
	cuts     atomic.Int64
	trouble  atomic.Bool
	work     sync.WaitGroup

	mu    sync.Mutex
	rand  *rand.Rand         // guarded by mu
	pairs map[*pair]struct{} // guarded by mu
	over  bool               // guarded by mu
}

// pair is a connection through the proxy.
type pair struct {
	proxy          *Proxy
	client, server net.Conn
	plan           plan
	left           atomic.Int64 // bytes until the fault, both ways together
	ended          chan struct{}
	once           sync.Once
}

// Listen returns a proxy on a port of its own. seed decides the faults.
func Listen(target string, seed uint64) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		listener: l, target: target,
		rand:  rand.New(rand.NewPCG(seed, 1)),
		pairs: make(map[*pair]struct{}),
	}
	p.work.Go(p.accept)
	return p, nil
}

// Addr is where the proxy listens, as host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Trouble begins or ends the faults of connections made from now on. Ending
// also ends the connections that have one before them.
func (p *Proxy) Trouble(on bool) {
	p.trouble.Store(on)
	if !on {
		p.CutAll()
	}
}

// Cuts is how many connections ended by a fault.
func (p *Proxy) Cuts() int64 { return p.cuts.Load() }

// CutAll resets every connection.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.pairs {
		c.end(true)
	}
}

// Close ends the proxy and all its connections.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.over = true
	p.mu.Unlock()
	err := p.listener.Close()
	p.CutAll()
	p.work.Wait()
	return err
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.serve(client) })
	}
}

// serve carries one connection until it ends.
func (p *Proxy) serve(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.target, 10*time.Second)
	if err != nil {
		_ = client.Close()
		return
	}
	c := &pair{proxy: p, client: client, server: server, ended: make(chan struct{})}
	p.mu.Lock()
	c.plan = draw(p.rand, p.trouble.Load())
	over := p.over
	p.pairs[c] = struct{}{}
	p.mu.Unlock()
	c.left.Store(c.plan.after)
	if over {
		c.end(true)
	}
	var both sync.WaitGroup
	both.Go(func() { c.carry(server, client) })
	both.Go(func() { c.carry(client, server) })
	both.Wait()
	c.end(false)
	p.mu.Lock()
	delete(p.pairs, c)
	p.mu.Unlock()
}

// carry copies one way until the connection ends, by itself or by its plan.
func (c *pair) carry(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && !c.pass(to, buf[:n]) {
			return
		}
		if err != nil {
			c.end(!errors.Is(err, io.EOF))
			return
		}
	}
}

// pass writes what may still pass, in the pieces and at the pace of the plan.
func (c *pair) pass(to io.Writer, data []byte) bool {
	for len(data) > 0 {
		piece := data[:min(len(data), c.plan.slice)]
		data = data[len(piece):]
		if !c.pause(c.plan.delay) {
			return false
		}
		left := c.left.Add(-int64(len(piece)))
		if left < 0 && c.plan.kind != quiet {
			whole := max(int64(len(piece))+left, 0)
			_, _ = to.Write(piece[:whole]) // it ends anyway
			return c.fault()
		}
		if _, err := to.Write(piece); err != nil {
			c.end(true)
			return false
		}
	}
	return true
}

// fault does what the plan has in store.
func (c *pair) fault() bool {
	if c.plan.kind == blackHole {
		c.pause(c.plan.dark) // whatever comes meanwhile is gone with the connection
	}
	c.once.Do(func() {
		c.proxy.cuts.Add(1)
		c.close(c.plan.kind != cut)
	})
	return false
}

func (c *pair) pause(d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ended:
		return false
	}
}

// end closes both sides, unless a fault did.
func (c *pair) end(reset bool) { c.once.Do(func() { c.close(reset) }) }

// close closes both sides; with reset, without a proper end of the stream.
func (c *pair) close(reset bool) {
	close(c.ended)
	for _, conn := range []net.Conn{c.client, c.server} {
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0) // a failure leaves a proper end: no matter
		}
		_ = conn.Close() // it is over either way
	}
}
