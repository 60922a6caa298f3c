package client

import (
	"context"
	"errors"
	"sync"

	"hubbub/shared"
)

var (
	errMoved = errors.New("client: the connection is another tab's now")
	errRelay = errors.New("client: the leading tab is not connected")
)

// exchange lets several clients use one connection, as a telephone exchange
// does: the leader's connection is the trunk, and each client, the leader's own
// too, has a branch behind it.
//
// Commands get an id of the trunk's on their way out, and replies the command's
// own back. What the server says unasked goes to every branch that was welcomed.
type exchange struct {
	peers  Peers
	url    string
	dialer dialer          // of the trunk
	id     string          // this client among its peers
	ctx    context.Context // of dialling
	cancel context.CancelFunc
	work   sync.WaitGroup
	usurp  chan struct{} // take the lead: whoever has it is silent

	// Of the client. They may be called at any time, but not with mu held.
	lead  func(leads bool)
	wake  func()
	heard func(word)

	mu       sync.Mutex
	promoted chan struct{}        // guarded by mu: closed while this client leads
	trunk    socket               // guarded by mu: nil without one
	dialling *dialling            // guarded by mu: under way
	last     int64                // guarded by mu: id given on the trunk
	asked    map[int64]request    // guarded by mu: by id on the trunk
	branches map[branchID]*branch // guarded by mu
	mine     map[int64]*extension // guarded by mu: behind another's trunk
	lines    int64                // guarded by mu: extensions so far
}

// branchID is a client and the number of its line.
type branchID struct {
	peer string
	line int64
}

// branch is where what comes from the trunk goes. Its functions do not block.
type branch struct {
	hear     func(text []byte)
	end      func(error)
	welcomed bool // it had an answer: what is said unasked is for it, too
}

// request is a command that waits for its reply on the trunk.
type request struct {
	branch branchID
	id     int64 // there
}

// dialling is an attempt to connect the trunk.
type dialling struct {
	done chan struct{} // closed when err is there
	err  error
}

func newExchange(o Options, dial dialer) *exchange {
	ctx, cancel := context.WithCancel(context.Background()) // ends with run
	return &exchange{
		ctx: ctx, cancel: cancel,
		peers: o.Peers, url: o.URL, dialer: dial, id: shared.NewID(),
		usurp:    make(chan struct{}, 1),
		promoted: make(chan struct{}),
		asked:    make(map[int64]request),
		branches: make(map[branchID]*branch),
		mine:     make(map[int64]*extension),
	}
}

// connect is a dialer: it returns a branch of the trunk, wherever that is.
func (x *exchange) connect(ctx context.Context, _ string) (socket, error) {
	x.mu.Lock()
	x.lines++
	e := newExtension(x.lines)
	promoted := x.promoted
	x.mu.Unlock()
	select {
	case <-promoted:
		return x.local(ctx, e)
	default:
		return x.ask(ctx, e, promoted)
	}
}

// local connects this client to its own trunk.
func (x *exchange) local(ctx context.Context, e *extension) (socket, error) {
	id := branchID{x.id, e.line}
	e.say = func(text []byte) error { return x.send(id, text) }
	e.quit = func(abort bool) { x.leave(id, abort) }
	return e, x.join(ctx, id, &branch{hear: e.hear, end: e.end})
}

// join adds a branch, once there is a trunk.
func (x *exchange) join(ctx context.Context, id branchID, b *branch) error {
	x.mu.Lock()
	for x.trunk == nil {
		d := x.dialling
		if d == nil {
			d = &dialling{done: make(chan struct{})}
			x.dialling = d
			x.work.Go(func() { x.dial(d) })
		}
		x.mu.Unlock()
		select {
		case <-d.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if d.err != nil {
			return d.err
		}
		x.mu.Lock()
	}
	x.branches[id] = b
	x.mu.Unlock()
	return nil
}

// dial connects the trunk, unless another tab took over meanwhile.
func (x *exchange) dial(d *dialling) {
	ctx, cancel := context.WithTimeout(x.ctx, dialTimeout)
	defer cancel()
	s, err := x.dialer(ctx, x.url)
	x.mu.Lock()
	defer x.mu.Unlock()
	defer close(d.done)
	x.dialling = nil
	if err == nil && !x.leadsNow() {
		s.Abort()
		err = errMoved
	}
	if d.err = err; err == nil {
		x.trunk = s
		x.tell(word{Kind: wordUp})
		x.work.Go(func() { x.read(s) })
	}
}

// read takes what the server says until the trunk ends.
func (x *exchange) read(s socket) {
	for {
		message, err := s.Read()
		if err != nil {
			x.cut(s, err)
			return
		}
		x.route(s, message)
	}
}

// cut ends a trunk and all branches behind it.
func (x *exchange) cut(s socket, err error) {
	x.mu.Lock()
	if x.trunk != s {
		x.mu.Unlock()
		return
	}
	ended := x.branches
	x.trunk, x.branches = nil, make(map[branchID]*branch)
	clear(x.asked)
	x.mu.Unlock()
	s.Abort()
	for _, b := range ended {
		b.end(err)
	}
}

// leave removes a branch. The trunk goes with the last one, or when its client
// found it dead.
func (x *exchange) leave(id branchID, dead bool) {
	x.mu.Lock()
	_, was := x.branches[id]
	delete(x.branches, id)
	s, over := x.trunk, was && len(x.branches) == 0
	if over {
		x.trunk = nil
	}
	x.mu.Unlock()
	switch {
	case s == nil || !was:
	case dead:
		x.cut(s, errSilent)
		s.Abort()
	case over:
		s.Close()
	}
}

// leadsNow reports whether this client leads. Called with mu held.
func (x *exchange) leadsNow() bool {
	select {
	case <-x.promoted:
		return true
	default:
		return false
	}
}
