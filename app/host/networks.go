//go:build !js

package host

import (
	"fmt"
	"net/netip"
	"strings"
)

// networks is a setting: addresses and networks with commas between.
type networks []netip.Prefix

// String implements flag.Value.
func (n networks) String() string {
	words := make([]string, len(n))
	for i, p := range n {
		words[i] = p.String()
	}
	return strings.Join(words, ",")
}

// Set implements flag.Value. What is set replaces what was.
func (n *networks) Set(text string) error {
	*n = nil
	if text == "" {
		return nil
	}
	for word := range strings.SplitSeq(text, ",") {
		p, err := parseNetwork(strings.TrimSpace(word))
		if err != nil {
			return err
		}
		*n = append(*n, p)
	}
	return nil
}

func parseNetwork(word string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(word); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
	}
	p, err := netip.ParsePrefix(word)
	if err != nil {
		return p, fmt.Errorf("%q is no address or network: give 10.0.0.7 or 10.0.0.0/8, several with commas between", word)
	}
	return p.Masked(), nil
}

// loopback is this machine, where a proxy usually runs.
func loopback() networks {
	return networks{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}
