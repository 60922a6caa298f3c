package server_test

import (
	"net/http"
	"net/netip"
	"testing"

	"hubbub/server"
)

func TestBehindAProxyOneClientsHasteCostsNoOther(t *testing.T) {
	loopback := func(o *server.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
	guess := func(s *site, client string) int {
		v := s.visitor()
		v.header.Set("X-Forwarded-For", client)
		return v.get("/setup?token=guessed").StatusCode
	}
	exhaust := func(s *site, forwarded func(i int) string) {
		for i := range 100 {
			if guess(s, forwarded(i)) == http.StatusTooManyRequests {
				return
			}
		}
		t.Fatal("a hundred guesses are not too many")
	}
	same := func(int) string { return "198.51.100.1" }

	t.Run("of a trusted one", func(t *testing.T) {
		s := newSite(t, loopback)
		exhaust(s, same)
		if got := guess(s, "198.51.100.2"); got != http.StatusForbidden {
			t.Errorf("another client got %d", got)
		}
	})
	t.Run("and changing what one claims does not help", func(t *testing.T) {
		s := newSite(t, loopback)
		exhaust(s, func(i int) string { return "203.0.113." + string(rune('0'+i%10)) + ", 198.51.100.1" })
	})
	t.Run("of one that is not trusted, all are one", func(t *testing.T) {
		s := newSite(t)
		exhaust(s, func(i int) string { return "198.51.100." + string(rune('0'+i%10)) })
	})
}
