package server

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestClientAddress(t *testing.T) {
	local := []string{"127.0.0.0/8", "::1/128"}
	chain := []string{"127.0.0.0/8", "10.1.0.0/16", "2001:db8:f::/48"}
	for _, test := range []struct {
		name      string
		trusted   []string
		remote    string
		forwarded []string // header lines
		want      string
	}{
		{"a peer is itself", local, "203.0.113.9:5000", nil, "203.0.113.9"},
		{"a stranger cannot speak for others", local, "203.0.113.9:5000", []string{"198.51.100.1"}, "203.0.113.9"},
		{"without trust this machine cannot either", nil, "127.0.0.1:5000", []string{"198.51.100.1"}, "127.0.0.1"},
		{"a neighbour cannot", local, "10.1.2.3:5000", []string{"198.51.100.1"}, "10.1.2.3"},
		{"a trusted proxy can, for its peer", local, "127.0.0.1:5000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"over IPv6 too", local, "[::1]:5000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what its peer claims is not believed", local, "127.0.0.1:5000", []string{"8.8.8.8, 198.51.100.1"}, "198.51.100.1"},
		{"not even in a line of its own", local, "127.0.0.1:5000", []string{"8.8.8.8", "198.51.100.1"}, "198.51.100.1"},
		{"not even when it claims to be a proxy", local, "127.0.0.1:5000", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		{"a claim to be this machine is believed of nobody", local, "203.0.113.9:5000", []string{"127.0.0.1"}, "203.0.113.9"},
		{"a chain is walked to its first stranger", chain, "127.0.0.1:5000", []string{"8.8.8.8, 198.51.100.1, 10.1.0.7", "2001:db8:f::1"}, "198.51.100.1"},
		{"a gap in the chain ends it", chain, "127.0.0.1:5000", []string{"198.51.100.1, 10.2.0.7, 10.1.0.7"}, "10.2.0.7"},
		{"proxies alone are themselves", chain, "127.0.0.1:5000", []string{"10.1.0.8, 10.1.0.7"}, "10.1.0.8"},
		{"a port does not matter", local, "127.0.0.1:5000", []string{"198.51.100.1:4711"}, "198.51.100.1"},
		{"nor one after IPv6", local, "127.0.0.1:5000", []string{"[2001:db8:1:2:3:4:5:6]:4711"}, "2001:db8:1:2::/64"},
		{"an unknown client is its proxy", local, "127.0.0.1:5000", []string{"8.8.8.8, unknown"}, "127.0.0.1"},
		{"nonsense is not skipped", chain, "127.0.0.1:5000", []string{"8.8.8.8, <script>, 10.1.0.7"}, "10.1.0.7"},
		{"an empty header says nothing", local, "127.0.0.1:5000", []string{""}, "127.0.0.1"},
		{"a comma at the end is nonsense", local, "127.0.0.1:5000", []string{"8.8.8.8,"}, "127.0.0.1"},
		{"an IPv6 customer is one", local, "[2001:db8:1:2:3:4:5:6]:5000", nil, "2001:db8:1:2::/64"},
		{"IPv4 in IPv6 is IPv4", local, "[::ffff:203.0.113.9]:5000", nil, "203.0.113.9"},
		{"also when it is trusted", local, "[::ffff:127.0.0.1]:5000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"a zone does not hide a proxy", []string{"fe80::/10"}, "[fe80::1%eth0]:5000", []string{"198.51.100.1"}, "198.51.100.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := new(Server)
			for _, p := range test.trusted {
				s.opts.TrustedProxies = append(s.opts.TrustedProxies, netip.MustParsePrefix(p))
			}
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.remote
			r.Header["X-Forwarded-For"] = test.forwarded
			if got := s.clientAddress(r); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
