//go:build !js

package load

import (
	"math"
	"sync/atomic"
	"time"
)

// histogram counts durations in steps of about 5 %.
type histogram struct {
	counts [400]atomic.Int64
	max    atomic.Int64
}

const (
	finest = 10 * time.Microsecond // what is shorter counts as this
	step   = 1.05
)

func (h *histogram) add(d time.Duration) {
	i := 0
	if d > finest {
		i = int(math.Log(float64(d)/float64(finest)) / math.Log(step))
	}
	h.counts[min(i, len(h.counts)-1)].Add(1)
	for seen := h.max.Load(); int64(d) > seen && !h.max.CompareAndSwap(seen, int64(d)); seen = h.max.Load() {
	}
}

func (h *histogram) n() (n int64) {
	for i := range h.counts {
		n += h.counts[i].Load()
	}
	return n
}

// quantile is the duration that a share q of all were not longer than.
func (h *histogram) quantile(q float64) time.Duration {
	left := int64(math.Ceil(q * float64(h.n())))
	for i := range h.counts {
		if left -= h.counts[i].Load(); left <= 0 {
			return time.Duration(float64(finest) * math.Pow(step, float64(i+1)))
		}
	}
	return time.Duration(h.max.Load())
}

// spread is what a report says of durations, in milliseconds.
type spread struct {
	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

func (h *histogram) spread() spread {
	if h.n() == 0 {
		return spread{}
	}
	ms := func(d time.Duration) float64 { return math.Round(float64(d)/float64(time.Millisecond)*100) / 100 }
	return spread{ms(h.quantile(.5)), ms(h.quantile(.9)), ms(h.quantile(.99)), ms(time.Duration(h.max.Load()))}
}
