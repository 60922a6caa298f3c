package client

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"hubbub/shared"
)

const (
	maxPushes = shared.MaxPage // that are held: one answer tells them all
	// briefly is how long a break may be that the user sat out in front of the
	// screen: longer than it takes to find out about a dead connection (45 s)
	// and to come back (30 s).
	briefly = 90 * time.Second
)

// Push is something that a program told the user.
type Push struct {
	shared.Push
	// Fresh says that it came while this client was running: it is news to
	// whoever sits here. What is found at the start, or after a long break, is
	// not: nobody wants to be told at once about all of a night. A push is
	// fresh once, however often it is changed.
	Fresh bool
}

// pushes is what programs told the user: a log of their own, applied by
// position. That somebody opened a push is not in that log, so while any is
// unopened, the list is asked for on every connection.
type pushes struct {
	held   []Push          // by Seq; none cleared, at most maxPushes
	known  bool            // held is the server's list as of pos
	pos    shared.Seq      // the log is applied up to here
	opened map[string]bool // by id: what was opened, here or elsewhere
	noted  map[string]bool // by id: that it arrived was said, or is going to be
	owed   []*receipt      // what the server has to be told
	skew   time.Duration   // of the server's clock to ours

	// Of the present connection.
	asked   bool       // it was asked, or need not be
	hears   bool       // it answered: what it says from then on counts
	last    shared.Seq // the log's end then: what is after it is live
	brief   bool       // there was no connection for a moment only
	listing bool       // the list is on its way
	live    bool       // what was missed has come, up to upTo; before, it comes in any order
	upTo    shared.Seq
	round   int           // counts, so that an answer to an earlier question is ignored
	early   []shared.Push // heard meanwhile
	after   time.Time     // ask not before
	back    backoff
}

func newPushes() pushes {
	return pushes{opened: make(map[string]bool), noted: make(map[string]bool)}
}

// forget drops everything: it is of another log.
func (p *pushes) forget() {
	skew, round := p.skew, p.round
	*p = newPushes()
	p.skew, p.round = skew, round+1
}

// hangUp ends what is of a connection.
func (p *pushes) hangUp() {
	p.asked, p.hears, p.listing, p.live = false, false, false, false
	p.early, p.after = nil, time.Time{}
}

// Pushes returns what programs told the user and is not over, the newest first.
// It is a copy.
func (c *Client) Pushes() []Push {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pushes.current(c.opts.Now())
}

func (p *pushes) current(now time.Time) []Push {
	list := make([]Push, 0, len(p.held))
	for _, push := range slices.Backward(p.held) {
		if !push.over(now.Add(p.skew)) {
			list = append(list, push)
		}
	}
	return list
}

// over reports whether nobody is to be told any more. A push that was for whom
// listened stays where somebody did.
func (p *Push) over(now time.Time) bool {
	return p.Expires > p.At && int64(p.Expires) <= now.UnixMilli()
}

// count returns how many there are, and how many of them nobody opened.
func (p *pushes) count(now time.Time) (all, unopened int) {
	for i := range p.held {
		if p.held[i].over(now.Add(p.skew)) {
			continue
		}
		all++
		if !p.held[i].Opened {
			unopened++
		}
	}
	return all, unopened
}

// sendRegister begins to hear pushes on a connection: from where this client
// is, or from now on with the list of what was before.
func (c *Client) sendRegister(now time.Time) {
	p := &c.pushes
	if !c.opts.Pushes || p.asked || p.after.After(now) {
		return
	}
	p.asked = true
	p.round++
	round := p.round
	r := &shared.Register{}
	if p.known {
		after := p.pos
		r.After, r.Epoch = &after, c.epoch
	}
	c.request(shared.Frame{Register: r}, func(a reply) {
		if round == p.round {
			c.registered(r, a)
		}
	})
	if _, unopened := p.count(c.opts.Now()); p.known && unopened == 0 {
		return
	}
	p.listing = true
	c.request(shared.Frame{Pushes: &shared.PushQuery{Limit: maxPushes}}, func(a reply) {
		if round == p.round && p.listing {
			c.listed(a)
		}
	})
}

// nextRegister is when sendRegister has something to do.
func (c *Client) nextRegister() time.Time {
	if !c.opts.Pushes || c.pushes.asked {
		return time.Time{}
	}
	return c.pushes.after
}

func (c *Client) registered(r *shared.Register, a reply) {
	p := &c.pushes
	switch {
	case a.err != nil:
		c.unheard(a.err)
	case a.ok.Registered == nil:
	case r.After != nil && (a.ok.Registered.Epoch != c.epoch || a.ok.Registered.Last < *r.After):
		p.forget()
		c.change.Pushes = true
	default:
		p.hears, p.last = true, a.ok.Registered.Last
		if !p.known {
			p.pos = p.last // what was before is in the list
		}
	}
}

// unheard takes why pushes cannot be heard. A server that does not know them,
// or does not let us, is not asked again on this connection.
func (c *Client) unheard(err error) {
	if errors.Is(err, ErrLost) || !shared.AsError(err).Temporary() {
		return
	}
	p := &c.pushes
	p.hangUp()
	p.after = time.Now().Add(p.back.next(retryAfter(shared.AsError(err))))
}

// listed takes the list. It was made after this client had registered, so it
// knows all that is held; what came since is applied to it.
func (c *Client) listed(a reply) {
	p := &c.pushes
	p.listing = false
	if a.err != nil {
		c.unheard(a.err)
	}
	if !p.hears {
		return
	}
	if a.err == nil {
		p.back.reset()
		p.known = true
		c.reconcile(a.ok.Pushes)
	}
	c.catchUpPushes()
}

// pushesLive takes that everything up to seq has come. Which of the clients
// behind this connection had asked for it does not matter: what this one asked
// for before is in it.
func (c *Client) pushesLive(seq shared.Seq) {
	p := &c.pushes
	if !p.hears || p.live {
		return
	}
	p.live, p.upTo = true, seq
	c.catchUpPushes()
}

// catchUpPushes applies what was heard until all of it, and the list, was there.
func (c *Client) catchUpPushes() {
	p := &c.pushes
	if p.listing || !p.live {
		return
	}
	slices.SortStableFunc(p.early, func(a, b shared.Push) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range p.early {
		c.applyPush(&p.early[i])
	}
	p.early = nil
	p.pos = max(p.pos, p.upTo)
}

// reconcile makes held what the server says it is, as far as pos. What lies
// after that comes as part of the log.
func (c *Client) reconcile(list []shared.Push) {
	p := &c.pushes
	var held []Push
	for _, push := range slices.Backward(list) {
		i := p.find(push.ID)
		switch {
		case i < 0 && push.Seq > p.pos:
		case i < 0:
			held = append(held, Push{Push: push})
		case push.Seq > p.held[i].Seq: // changed: that comes
			p.held[i].Opened = push.Opened
			held = append(held, p.held[i])
		default:
			held = append(held, Push{Push: push, Fresh: p.held[i].Fresh})
		}
	}
	for i := range p.held {
		if p.held[i].Expires <= p.held[i].At {
			held = append(held, p.held[i]) // the server has forgotten it; whoever sits here has not seen it perhaps
		}
	}
	for i := range held {
		held[i].Opened = held[i].Opened || p.opened[held[i].ID]
	}
	slices.SortFunc(held, func(a, b Push) int { return cmp.Compare(a.Seq, b.Seq) })
	p.held = held
	c.change.Pushes = true
}

// pushed takes an entry of the log that came by itself.
func (c *Client) pushed(push *shared.Push) {
	p := &c.pushes
	if !p.hears {
		return // for another client behind this connection; it comes again
	}
	c.noteArrival(push)
	switch {
	case push.Seq <= p.pos: // a duplicate, or in the list that is on its way
	case p.listing || !p.live:
		p.early = append(p.early, *push)
	default:
		c.applyPush(push)
	}
}

// applyPush applies the next entry of the log. Positions of entries that were
// changed are empty, so there are gaps.
func (c *Client) applyPush(push *shared.Push) {
	p := &c.pushes
	if push.Seq <= p.pos {
		return
	}
	p.pos = push.Seq
	fresh := (push.Seq > p.last || p.brief) && !push.Opened && !p.opened[push.ID]
	if i := p.find(push.ID); i >= 0 {
		fresh = p.held[i].Fresh
	}
	p.held = slices.DeleteFunc(p.held, func(old Push) bool {
		return old.ID == push.ID ||
			push.Collapse != "" && old.Collapse == push.Collapse && old.Sender == push.Sender
	})
	if !push.Cleared {
		now := Push{Push: *push, Fresh: fresh}
		now.Opened = push.Opened || p.opened[push.ID]
		p.held = append(p.held, now)
	}
	if n := len(p.held) - maxPushes; n > 0 {
		p.held = slices.Delete(p.held, 0, n)
	}
	c.change.Pushes = true
}

func (p *pushes) find(id string) int {
	return slices.IndexFunc(p.held, func(push Push) bool { return push.ID == id })
}
