//go:build !js

package load

import (
	"math"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAQuantileIsRightToAStep(t *testing.T) {
	var h histogram
	for i := range 1000 {
		h.add(time.Duration(i+1) * time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{.5: 500 * time.Millisecond, .9: 900 * time.Millisecond, .99: 990 * time.Millisecond} {
		if got := h.quantile(q); math.Abs(float64(got)/float64(want)-1) > step-1+.01 {
			t.Errorf("quantile %v is %v, want about %v", q, got, want)
		}
	}
	if s := h.spread(); s.Max != 1000 || (&histogram{}).spread() != (spread{}) {
		t.Errorf("got %+v", s)
	}
}
