//go:build !js

package host

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/time/rate"
)

const (
	certFolder  = "certificates" // in the data folder; each authority has a folder there
	watchEvery  = time.Hour
	callTimeout = time.Minute // of one request to the authority
	maxAnswer   = 1 << 20
)

// issuer gets certificates from an authority and renews them. autocert does
// the work; what it keeps to itself is told here.
type issuer struct {
	manager *autocert.Manager
	names   []string
	calls   *calls
	log     *slog.Logger
	now     func() time.Time
	seldom  map[string]*rate.Sometimes // by name: warnings
}

// newIssuer does not touch the data folder, nor ask the authority, before a
// certificate is needed. Nothing is asked of it after ctx has ended.
func newIssuer(ctx context.Context, s settings, log *slog.Logger) *issuer {
	authority, _ := url.Parse(s.tls.directory) // settleTLS saw that it is one
	i := &issuer{names: s.tls.domains, calls: &calls{ctx: ctx}, log: log, now: time.Now, seldom: make(map[string]*rate.Sometimes)}
	for _, name := range i.names {
		i.seldom[name] = &rate.Sometimes{Interval: time.Minute}
	}
	i.manager = &autocert.Manager{
		Prompt:     autocert.AcceptTOS, // the help says so
		Cache:      autocert.DirCache(filepath.Join(s.data, certFolder, authority.Hostname())),
		HostPolicy: i.admit,
		Client: &acme.Client{
			DirectoryURL: s.tls.directory,
			HTTPClient:   &http.Client{Transport: i.calls},
			UserAgent:    "hubbub",
		},
	}
	return i
}

// admit is an autocert.HostPolicy: nobody but our names gets a certificate.
func (i *issuer) admit(_ context.Context, host string) error {
	if !slices.Contains(i.names, hostOnly(host)) {
		return fmt.Errorf("%q is not in --domain", host)
	}
	return nil
}

func (i *issuer) tlsConfig() *tls.Config {
	config := tlsConfig(i.get)
	config.NextProtos = append(config.NextProtos, acme.ALPNProto)
	return config
}

// get is for tls.Config.GetCertificate. The first call for a name takes
// seconds: the authority asks back.
func (i *issuer) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert, err := i.manager.GetCertificate(hello)
	if seldom := i.seldom[hello.ServerName]; err != nil && seldom != nil && i.calls.ctx.Err() == nil {
		seldom.Do(func() {
			i.log.Warn("no certificate: the authority must reach this server under its name on port 80 or 443",
				"name", hello.ServerName, "err", errors.Join(err, i.calls.objection()))
		})
	}
	return cert, err
}

// watch gets every name's certificate before somebody waits for it, and tells
// of those that were not renewed. It ends with ctx.
func (i *issuer) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		for _, name := range i.names {
			if cert, err := i.get(modernHello(name)); err == nil {
				i.tellOfExpiry(name, cert)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// modernHello asks for the kind of certificate that all but the oldest browsers
// ask for.
func modernHello(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
}

// tellOfExpiry warns of a certificate that should long have been renewed:
// autocert begins when a third of its time is left.
func (i *issuer) tellOfExpiry(name string, cert *tls.Certificate) {
	whole := cert.Leaf.NotAfter.Sub(cert.Leaf.NotBefore)
	if left := cert.Leaf.NotAfter.Sub(i.now()); left < whole/6 {
		i.log.Warn("the certificate was not renewed", "name", name, "until", cert.Leaf.NotAfter, "err", i.calls.objection())
	}
}

// calls are the requests to the authority. They end with ctx, which autocert
// knows no way to say, and remember what it had to object.
type calls struct {
	ctx  context.Context
	last atomic.Pointer[string]
}

// RoundTrip implements http.RoundTripper. Answers are small: they are read here.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(c.ctx, callTimeout)
	defer cancel()
	resp, err := http.DefaultTransport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	c.listen(body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// listen notes why the authority was not convinced. autocert drops that when it
// tries another way, and ends with having no more.
func (c *calls) listen(body []byte) {
	var authorization struct {
		Challenges []struct {
			Error struct{ Detail string }
		}
	}
	if json.Unmarshal(body, &authorization) != nil {
		return // it may be a certificate
	}
	for _, challenge := range authorization.Challenges {
		if detail := challenge.Error.Detail; detail != "" {
			c.last.Store(&detail)
		}
	}
}

// objection is the last one, nil if there was none.
func (c *calls) objection() error {
	if detail := c.last.Load(); detail != nil {
		return fmt.Errorf("the authority says: %s", *detail)
	}
	return nil
}
