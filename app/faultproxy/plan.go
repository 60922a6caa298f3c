//go:build !js

package faultproxy

import (
	"math"
	"math/rand/v2"
	"time"
)

// kind is what happens to a connection.
type kind int

const (
	quiet     kind = iota // nothing
	cut                   // it ends properly, in the middle
	reset                 // it is reset
	blackHole             // nothing passes for a while, then it is reset
)

// plan is the fate of a connection.
type plan struct {
	kind  kind
	after int64         // bytes until the fault
	dark  time.Duration // of a black hole
	slice int           // bytes written at once
	delay time.Duration // before each
}

const (
	maxSlice   = 32 << 10
	mostBytes  = 200 << 10 // before a fault
	longDark   = 3 * time.Second
	shortDelay = 20 * time.Millisecond
)

// draw returns a plan: most connections end early, some late, some are slow.
func draw(r *rand.Rand, trouble bool) plan {
	p := plan{slice: maxSlice}
	if !trouble {
		return p
	}
	p.kind = []kind{cut, reset, reset, blackHole}[r.IntN(4)]
	p.after = int64(math.Exp(r.Float64() * math.Log(mostBytes))) // as often within 1–10 bytes as within 10,000–100,000
	p.dark = time.Duration(r.Int64N(int64(longDark)))
	switch r.IntN(4) {
	case 0:
		p.slice = 1 + r.IntN(40)
	case 1:
		p.delay = time.Duration(r.Int64N(int64(shortDelay)))
	}
	return p
}
