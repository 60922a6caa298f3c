package server

import (
	"errors"
	"fmt"
	"net/http/httptest"
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

func TestClientAddress(t *testing.T) {
	for _, test := range []struct{ name, remote, forwarded, want string }{
		{"a peer is itself", "203.0.113.9:5000", "", "203.0.113.9"},
		{"a stranger cannot speak for others", "203.0.113.9:5000", "198.51.100.1", "203.0.113.9"},
		{"a proxy on this machine can, for its peer", "127.0.0.1:5000", "8.8.8.8, 198.51.100.1", "198.51.100.1"},
		{"nonsense from the proxy is ignored", "127.0.0.1:5000", "unknown", "127.0.0.1"},
		{"an IPv6 customer is one", "[2001:db8:1:2:3:4:5:6]:5000", "", "2001:db8:1:2::/64"},
		{"IPv4 in IPv6 is IPv4", "[::ffff:203.0.113.9]:5000", "", "203.0.113.9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.remote
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := clientAddress(r); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
