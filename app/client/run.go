package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// steady is how long a connection has to live to count as a good one.
const steady = 5 * time.Second

// Run connects and keeps connected until ctx ends or the session does
// (ErrSignedOut). Call it once.
func (c *Client) Run(ctx context.Context) error {
	c.mu.Lock()
	ran := c.ran
	c.ran = true
	c.mu.Unlock()
	if ran {
		return ErrTwice
	}

	stop := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() { c.tellChanges(stop) })
	defer telling.Wait()
	defer close(stop)
	keeping, done := context.WithCancel(ctx)
	var kept sync.WaitGroup
	kept.Go(func() { c.keep(keeping) })
	defer kept.Wait()
	defer done()
	if c.exchange != nil {
		sharing, leave := context.WithCancel(context.WithoutCancel(ctx)) // it goes last
		var shared sync.WaitGroup
		shared.Go(func() { c.exchange.run(sharing) })
		defer shared.Wait()
		defer leave()
	}

	var b backoff
	for {
		err := c.connect(ctx)
		switch {
		case ctx.Err() != nil:
			c.enter(Waiting, time.Time{})
			return ctx.Err()
		case errors.Is(err, ErrSignedOut):
			c.enter(SignedOut, time.Time{})
			return ErrSignedOut
		}
		if c.wasGood() {
			b.reset()
		}
		wait := b.next(afterOf(err))
		c.enter(Waiting, time.Now().Add(wait))
		if !c.pause(ctx, wait) {
			return ctx.Err()
		}
		c.enter(Connecting, time.Time{})
	}
}

// wasGood reports whether the last connection was welcome and lived for a
// while. One that ends at once is a failure like one that never was.
func (c *Client) wasGood() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.welcomeAt.IsZero() && time.Since(c.welcomeAt) >= steady
}

// afterOf is what the server asked to wait.
func afterOf(err error) time.Duration {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.after
	}
	return 0
}

// pause waits, but not when Wake is called. It reports whether to go on.
func (c *Client) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.wake:
		return true
	case <-ctx.Done():
		return false
	}
}

// enter changes the phase.
func (c *Client) enter(p Phase, retryAt time.Time) {
	c.update(func() {
		c.phase, c.retryAt = p, retryAt
		c.change.Status = true
		if p == Waiting || p == SignedOut {
			c.desk.refuse()
		}
	})
}
