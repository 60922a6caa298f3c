package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hubbub/shared"
)

const (
	// Whose presence changes often is told of at once a few times, and then so
	// rarely: a phone on the edge of its network must not keep others busy.
	tellEvery = 30 * time.Second
	tellBurst = 6
)

// presence is who is here, and what people say about it. Nothing of a message's
// way waits for it: connections come and go, a goroutine looks at all people in
// rounds, and tells what changed since.
//
// Its lock is taken after conn.mu and never before.
type presence struct {
	node   string // this one, among others
	log    *slog.Logger
	now    func() time.Time // when a status ends
	live   LiveOptions
	store  PresenceStore
	broker Broker
	lossy  bool // the broker may lose signals
	unhook func()
	quit   context.Context
	stop   func()
	done   chan struct{} // closed when the goroutine has ended

	mu       sync.Mutex
	people   map[shared.UserID]*somebody // guarded by mu: those that anything is known of
	due      map[*watcher]struct{}       // guarded by mu: they have not been told everything
	partings int                         // guarded by mu: how often somebody left a room

	nodes nodes // guarded by mu
}

// somebody is a person as this node knows them. Guarded by presence.mu.
type somebody struct {
	id        shared.UserID
	conns     map[*watcher]struct{} // here
	active    time.Time             // when they last used a device here
	left      time.Time             // when the last connection that counts went
	elsewhere map[string]lease      // on other nodes
	sent      shared.Availability   // what other nodes were told
	set       shared.Presence       // what they say, perhaps ended
	watchers  map[*watcher]struct{} // who is told
	told      shared.Presence       // what all watchers were told, or are about to be
	pace      *rate.Limiter         // of telling; nil until there was something to tell
}

// watcher is a connection as presence knows it. Guarded by presence.mu but for
// what is set once.
type watcher struct {
	user    shared.UserID
	counts  bool                     // it shows that its user is here
	program bool                     // and needs no hands for it
	write   func(frames []byte) bool // takes encoded frames without waiting, or refuses them

	guest   bool        // is told only of those who share a room
	watched []*somebody // in the order they were asked for
	due     []*somebody // to be told of
}

func newPresence(ctx context.Context, o Options) (*presence, error) {
	_, local := o.Broker.(*localBroker)
	p := &presence{
		node: shared.NewID(), log: o.Log, now: o.Now, live: o.Live, store: o.Store, broker: o.Broker, lossy: !local,
		people: make(map[shared.UserID]*somebody), due: make(map[*watcher]struct{}),
		nodes: nodes{heard: make(map[string]time.Time)},
		done:  make(chan struct{}),
	}
	unhook, err := o.Broker.Subscribe(p.receive)
	if err != nil {
		return nil, err
	}
	p.unhook = unhook
	if err := p.load(ctx); err != nil {
		unhook()
		return nil, err
	}
	p.quit, p.stop = context.WithCancel(context.Background())
	go p.run()
	return p, nil
}

// close ends what newPresence began.
func (p *presence) close() {
	p.unhook()
	p.stop()
	<-p.done
}

func (p *presence) run() {
	defer close(p.done)
	round := time.NewTicker(p.live.PresenceEvery)
	defer round.Stop()
	for {
		select {
		case <-round.C:
			p.round()
		case <-p.quit.Done():
			return
		}
	}
}

func (p *presence) millis() shared.Millis { return shared.Millis(p.now().UnixMilli()) }

// somebody finds or makes a person. Called with mu held.
func (p *presence) somebody(user shared.UserID) *somebody {
	q := p.people[user]
	if q == nil {
		q = &somebody{id: user, set: shared.Presence{User: user}, told: shared.Presence{User: user}}
		p.people[user] = q
	}
	return q
}

// enter takes a connection in.
func (p *presence) enter(w *watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.somebody(w.user)
	if q.conns == nil {
		q.conns = make(map[*watcher]struct{})
	}
	q.conns[w] = struct{}{}
}

// leave forgets a connection that ended.
func (p *presence) leave(w *watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.somebody(w.user)
	delete(q.conns, w)
	if w.counts && !q.connected() {
		q.left = time.Now()
	}
	p.unwatch(w)
}

// touch notes that somebody uses a device.
func (p *presence) touch(user shared.UserID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if q := p.people[user]; q != nil {
		q.active = time.Now()
	}
}

// say takes what somebody says now, and returns their presence.
func (p *presence) say(set shared.Presence) shared.Presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.somebody(set.User)
	q.set = set
	return p.seen(q, time.Now(), p.millis())
}

// undisturbed reports whether somebody does not want to be disturbed now. It
// looks in memory: whoever notifies many may ask for each.
func (p *presence) undisturbed(user shared.UserID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.people[user]
	return q != nil && q.set.DND > p.millis()
}

func (q *somebody) connected() bool {
	for w := range q.conns {
		if w.counts {
			return true
		}
	}
	return false
}

// here is how somebody is by the connections of this node. Called with mu held.
func (p *presence) here(q *somebody, t time.Time) shared.Availability {
	connected := q.connected()
	switch {
	case !connected && (q.left.IsZero() || t.Sub(q.left) >= p.live.Grace):
		return shared.Offline
	case !q.active.IsZero() && t.Sub(q.active) < p.live.AwayAfter:
		return shared.Online
	}
	for w := range q.conns {
		if w.counts && w.program {
			return shared.Online
		}
	}
	return shared.Away
}

// seen is somebody's presence now: the most that any node says, and what they
// say themselves. Called with mu held.
func (p *presence) seen(q *somebody, t time.Time, now shared.Millis) shared.Presence {
	s := q.set.At(now)
	s.State = p.here(q, t)
	for node, l := range q.elsewhere {
		switch {
		case !t.Before(l.ends):
			delete(q.elsewhere, node)
		case l.state == shared.Online || s.State == shared.Offline:
			s.State = l.state
		}
	}
	return s
}

// forgettable reports whether nothing more is to be known of somebody. Called
// with mu held, after seen.
func (q *somebody) forgettable(s shared.Presence) bool {
	return s == shared.Presence{User: q.id} && len(q.conns) == 0 && len(q.watchers) == 0 &&
		len(q.elsewhere) == 0 && q.sent == shared.Offline
}

// round looks at everybody, and tells what changed.
func (p *presence) round() {
	t := time.Now()
	p.mu.Lock()
	now := p.millis()
	var changes []shared.Presence
	for id, q := range p.people {
		s := p.seen(q, t, now)
		if s != q.told && q.mayBeTold(t) {
			q.told = s
			p.owe(q)
		}
		if here := p.here(q, t); here != q.sent {
			q.sent = here
			changes = append(changes, shared.Presence{User: id, State: here})
		}
		if q.forgettable(s) {
			delete(p.people, id)
		}
	}
	debts := p.collect()
	p.mu.Unlock()
	for _, d := range debts {
		p.pay(d)
	}
	p.tellNodes(t, changes)
}

// mayBeTold keeps the pace. Who has no watchers disturbs nobody.
func (q *somebody) mayBeTold(t time.Time) bool {
	if len(q.watchers) == 0 {
		return true
	}
	if q.pace == nil {
		q.pace = rate.NewLimiter(rate.Every(tellEvery), tellBurst)
	}
	return q.pace.AllowN(t, 1)
}
