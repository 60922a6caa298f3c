//go:build !js

package host

import (
	"errors"
	"net"
	"net/http"
	"time"

	"code.dny.dev/ssrf"
)

// gravatarClient fetches pictures from Gravatar, and reaches nothing inside
// this machine's networks whatever name leads there. It is nil when pictures
// are not to come from there.
func (s settings) gravatarClient() *http.Client {
	if !s.gravatar {
		return nil
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: ssrf.New(ssrf.WithPorts(443)).Safe}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: 5 * time.Second,
			ForceAttemptHTTP2:     true,
			IdleConnTimeout:       time.Minute,
			// Proxy is nil: the guard must see the address that is meant.
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Scheme != "https" || len(via) > 3 {
				return errors.New("redirected by Gravatar to where nobody follows")
			}
			return nil
		},
	}
}
