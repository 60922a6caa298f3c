package server

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"hubbub/shared"
)

func TestLimiter(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	l := newLimiter(rate.Every(4*time.Second), 2, func() time.Time { return now })

	t.Run("says when to come back", func(t *testing.T) {
		for range 2 {
			if err := l.allow("ada"); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(1500 * time.Millisecond)
		var e *shared.Error
		if err := l.allow("ada"); !errors.As(err, &e) || e.Code != shared.CodeTooFast || e.RetryAfter != 3 {
			t.Fatalf("got %+v, want too_fast with 3 s", e)
		}
		now = now.Add(3 * time.Second)
		if err := l.allow("ada"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})

	t.Run("costs nobody else", func(t *testing.T) {
		if err := l.allow("bob"); err != nil {
			t.Error(err)
		}
	})

	t.Run("forgets who was quiet", func(t *testing.T) {
		for i := range 1000 {
			_ = l.allow(fmt.Sprint(i))
		}
		now = now.Add(time.Minute)
		_ = l.allow("ada")
		if n := len(l.buckets); n != 1 {
			t.Errorf("%d buckets are kept, want 1", n)
		}
	})
}
