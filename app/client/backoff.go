package client

import (
	"math/rand/v2"
	"time"
)

const (
	backoffBase = 500 * time.Millisecond
	backoffCap  = 30 * time.Second
)

// backoff says how long to wait before trying again: a random time up to a
// bound that doubles with every failure. After a restart of the server its
// clients so come back spread out.
type backoff struct{ tries int }

// next counts a failure and returns how long to wait. least is what the other
// side asked for, or zero; the random time comes on top, or all who were
// refused together would come back together.
func (b *backoff) next(least time.Duration) time.Duration {
	bound := b.bound()
	b.tries++
	return least + rand.N(bound)
}

// bound is the longest that next may add.
func (b *backoff) bound() time.Duration {
	const doublings = 6 // 0.5 s × 2⁶ is over the cap
	return min(backoffBase<<min(b.tries, doublings), backoffCap)
}

// reset forgets the failures.
func (b *backoff) reset() { b.tries = 0 }
