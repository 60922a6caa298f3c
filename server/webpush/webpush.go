// Package webpush is the server's Notifier over Web Push: a notice is encrypted
// for its device (RFC 8291), signed with the server's key (RFC 8292) and handed
// to the push service that the device's browser named (RFC 8030).
//
// Whoever is signed in may name any address, so it reaches public ones alone,
// follows no redirect, and passes little of an answer on.
package webpush

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"code.dny.dev/ssrf"
	push "github.com/SherClockHolmes/webpush-go"

	"hubbub/server"
)

const (
	dialTimeout  = 10 * time.Second
	longestAfter = 24 * time.Hour // that a push service may ask us to stay away
	reasonLength = 200            // bytes of an answer that are passed on
)

// Options configure a Notifier.
type Options struct {
	// Contact is whom the operator of a push service may turn to: the site's
	// https address, or an e-mail address. Default: nobody who can be reached.
	Contact string
	// Loopback lets it reach this machine, on any port, and Roots say whom to
	// believe that it is it. Only tests, whose push service is here, set them.
	Loopback bool
	Roots    *x509.CertPool
}

// Notifier is a server.Notifier.
type Notifier struct {
	private, public string
	contact         string
	transport       *http.Transport
	client          *http.Client
}

// NewKey returns a key for New, to be kept: devices subscribe with its public
// half, and only it can reach them.
func NewKey() (string, error) {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(key.Bytes()), nil
}

// New returns a Notifier that signs with a key of NewKey's.
func New(key string, o Options) (*Notifier, error) {
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return nil, fmt.Errorf("the key for Web Push is not one: %w", err)
	}
	private, err := ecdh.P256().NewPrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("the key for Web Push is not one: %w", err)
	}
	n := &Notifier{
		private:   key,
		public:    base64.RawURLEncoding.EncodeToString(private.PublicKey().Bytes()),
		contact:   cmp.Or(o.Contact, "postmaster@localhost"),
		transport: newTransport(o),
	}
	n.client = &http.Client{
		Transport:     n.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return n, nil
}

func newTransport(o Options) *http.Transport {
	guard := ssrf.New(ssrf.WithPorts(443))
	if o.Loopback {
		guard = ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.0/8")))
	}
	dialer := &net.Dialer{Timeout: dialTimeout, Control: guard.Safe}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		// Proxy is nil: the guard must see the address that is meant.
	}
}

// Key implements server.Notifier.
func (n *Notifier) Key() string { return n.public }

// Close implements server.Notifier.
func (n *Notifier) Close() { n.transport.CloseIdleConnections() }

// Notify implements server.Notifier.
func (n *Notifier) Notify(ctx context.Context, d server.Device, payload []byte, o server.NotifyOptions) error {
	endpoint, err := url.Parse(d.Endpoint)
	if err != nil || endpoint.Scheme != "https" {
		return &server.NotifyError{Reason: "the device's address is not one of a push service", Final: true}
	}
	sub := &push.Subscription{Endpoint: d.Endpoint, Keys: push.Keys{Auth: d.Auth, P256dh: d.P256dh}}
	resp, err := push.SendNotificationWithContext(ctx, payload, sub, &push.Options{
		HTTPClient: n.client, Subscriber: n.contact, VAPIDPublicKey: n.public, VAPIDPrivateKey: n.private,
		TTL: int(o.TTL / time.Second), Topic: o.Topic,
		// Somebody is told something now: less would wait until a phone is
		// picked up.
		Urgency: push.UrgencyHigh,
	})
	if err != nil {
		return unreached(endpoint.Host, err)
	}
	defer resp.Body.Close()
	return answered(endpoint.Host, resp)
}

// unreached says why there was no answer. Its words do not have the endpoint in
// them, as net/http's have.
func unreached(host string, err error) error {
	var during *url.Error
	switch {
	case !errors.As(err, &during): // it was not even sent
		return &server.NotifyError{Reason: "the device's keys are of no use: " + err.Error(), Final: true}
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return &server.NotifyError{Reason: "the push service " + host + " is not at a public address", Final: true}
	case during.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return &server.NotifyError{Reason: "the push service " + host + " did not answer in time"}
	}
	return &server.NotifyError{Reason: "the push service " + host + " cannot be reached: " + during.Err.Error()}
}

// answered says what an answer means.
func answered(host string, resp *http.Response) error {
	said := reason(resp.Body)
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusNotFound, code == http.StatusGone:
		return server.ErrDeviceGone
	case code == http.StatusTooManyRequests, code >= 500:
		return &server.NotifyError{
			Reason: "the push service " + host + " answered " + resp.Status + said, After: after(resp.Header.Get("Retry-After")),
		}
	}
	return &server.NotifyError{Reason: "the push service " + host + " answered " + resp.Status + said, Final: true}
}

// reason is the beginning of an answer, as far as it is for people, after a
// colon.
func reason(body io.Reader) string {
	b, _ := io.ReadAll(io.LimitReader(body, reasonLength)) // what there is of it
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(string(b), ""))
	if text = strings.Join(strings.Fields(text), " "); text == "" || strings.HasPrefix(text, "<") {
		return ""
	}
	return ": " + text
}

// after reads a Retry-After header (RFC 9110 section 10.2.3).
func after(header string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = time.Until(at)
	}
	return max(0, min(wait, longestAfter))
}
