package server

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress is who to hold a request against: the first address that is no
// trusted proxy's, from this server towards the client. What stands before it in
// X-Forwarded-For may be the client's own invention. An IPv6 customer owns a
// whole /64.
func (s *Server) clientAddress(r *http.Request) string {
	addr := parseHop(r.RemoteAddr)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(addr); i-- {
		hop := parseHop(hops[i])
		if !hop.IsValid() {
			break // "unknown", or nonsense: the proxy that said so answers for it
		}
		addr = hop
	}
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return addr.String()
}

// trusts reports whether addr is a proxy that may speak for others.
func (s *Server) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(s.opts.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// parseHop reads an address, with or without a port; the zero Addr when it is
// none.
func parseHop(hop string) netip.Addr {
	hop = strings.TrimSpace(hop)
	addr, err := netip.ParseAddr(hop)
	if err != nil {
		var port netip.AddrPort
		if port, err = netip.ParseAddrPort(hop); err != nil {
			return netip.Addr{}
		}
		addr = port.Addr()
	}
	return addr.Unmap().WithZone("")
}
