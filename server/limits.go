package server

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"hubbub/shared"
)

// limits bounds how often somebody may ask for something. Each is keyed, so
// that one user's or one address's haste costs nobody else.
type limits struct {
	user    *limiter // commands, by user: chat.do takes one for each, however it came
	handle  *limiter // attempts at a password, by handle
	address *limiter // attempts at a password or a setup link, by address
	join    *limiter // accepted invites, by address: a classroom shares one
	push    *limiter // pushes over HTTP, by sender: programs are many people's voice
	upload  *limiter // files, by user
	hook    *limiter // what is sent to a webhook, by its session
	self    *limiter // pushes to oneself, by user
	touch   *limiter // notes that a session is in use, by session
	typing  *limiter // word that somebody types, by user and room
}

func newLimits(o Options) limits {
	per := func(d time.Duration) rate.Limit { return rate.Every(d) }
	return limits{
		user:    newLimiter(rate.Limit(o.Live.UserRate), o.Live.UserBurst, o.Now),
		handle:  newLimiter(per(10*time.Second), 10, o.Now),
		address: newLimiter(per(3*time.Second), 20, o.Now),
		join:    newLimiter(per(time.Second), 60, o.Now),
		push:    newLimiter(rate.Limit(100*o.Live.UserRate), 10*o.Live.UserBurst, o.Now),
		upload:  newLimiter(per(time.Second), 120, o.Now),
		hook:    newLimiter(per(time.Second), 60, o.Now),
		self:    newLimiter(per(3*time.Second), 10, o.Now),
		touch:   newLimiter(per(touchEvery), 1, o.Now),
		typing:  newLimiter(per(2*time.Second), 2, o.Now),
	}
}

// limiter is a token bucket for each key. A bucket that is full again says
// nothing, so it is forgotten: memory is bounded by who was active lately.
type limiter struct {
	rate  rate.Limit
	burst int
	now   func() time.Time
	full  time.Duration // an empty bucket is full again after it

	mu      sync.Mutex
	buckets map[string]*bucket // guarded by mu
	swept   time.Time          // guarded by mu
}

type bucket struct {
	tokens *rate.Limiter
	seen   time.Time
}

func newLimiter(r rate.Limit, burst int, now func() time.Time) *limiter {
	return &limiter{
		rate: r, burst: burst, now: now,
		full:    time.Duration(float64(burst) / float64(r) * float64(time.Second)),
		buckets: make(map[string]*bucket),
		swept:   now(),
	}
}

// allow takes one token of key's, or returns a CodeTooFast error that says when
// there will be one.
func (l *limiter) allow(key string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	b := l.buckets[key]
	if b == nil {
		b = &bucket{tokens: rate.NewLimiter(l.rate, l.burst)}
		l.buckets[key] = b
	}
	b.seen = now
	if b.tokens.AllowN(now, 1) {
		return nil
	}
	missing := 1 - b.tokens.TokensAt(now)
	return tooFast(time.Duration(missing / float64(l.rate) * float64(time.Second)))
}

// sweep forgets the buckets that are full, once in a while.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < l.full {
		return
	}
	l.swept = now
	for key, b := range l.buckets {
		if now.Sub(b.seen) >= l.full {
			delete(l.buckets, key)
		}
	}
}

func tooFast(wait time.Duration) *shared.Error {
	e := shared.Errorf(shared.CodeTooFast, "that was too fast; wait a moment and try again")
	e.RetryAfter = max(1, int(math.Ceil(wait.Seconds())))
	return e
}
