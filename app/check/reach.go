//go:build !js

package check

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"hubbub/app/i18n"
	"hubbub/app/i18n/checks"
)

// soon is how long before its end a certificate should have been renewed.
const soon = 14 * 24 * time.Hour

// newClient goes straight to the server, follows nothing, and takes any
// certificate: checkTLS says what is wrong with it, and the rest is worth
// knowing all the same.
func newClient(l checks.Limits) *http.Client {
	return &http.Client{
		Timeout:       seconds(l.Patience),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func (r *run) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, seconds(r.limits.Patience))
}

// because is the innermost reason of a network's error: the rest of it repeats
// what the line says.
func because(err error) string {
	if unknown := new(net.DNSError); errors.As(err, &unknown) {
		return unknown.Err
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return strings.TrimPrefix(err.Error(), "x509: ")
}

func (r *run) checkName(ctx context.Context) line {
	ctx, cancel := r.patience(ctx)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, r.site.Hostname())
	if err != nil {
		return r.fail(checks.NoAddress, r.site.Hostname(), because(err)).end()
	}
	return r.ok(strings.Join(addresses, ", "))
}

func (r *run) checkConnect(ctx context.Context) line {
	ctx, cancel := r.patience(ctx)
	defer cancel()
	address := net.JoinHostPort(r.site.Hostname(), r.port())
	began := time.Now()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return r.fail(checks.NoServer, address, because(err)).end()
	}
	figure := i18n.Fill(r.text.Opened, milliseconds(time.Since(began)))
	_ = conn.Close() // it was only to see that it opens
	return r.ok(conn.RemoteAddr().String() + ", " + figure)
}

func (r *run) checkTLS(ctx context.Context) line {
	ctx, cancel := r.patience(ctx)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, ServerName: r.site.Hostname()}} // verified below
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(r.site.Hostname(), r.port()))
	if err != nil {
		return r.fail(checks.NoTLS, "", because(err)).end()
	}
	defer conn.Close()
	state := conn.(*tls.Conn).ConnectionState()
	leaf := state.PeerCertificates[0]
	until := leaf.NotAfter.Format(time.DateOnly)
	figure := i18n.Fill(r.text.Certificate, tls.VersionName(state.Version), issuer(leaf), until)
	if err := r.verify(state.PeerCertificates); err != nil {
		return r.fail(checks.Untrusted, figure+"; "+r.text.Unverified, because(err))
	}
	if leaf.NotAfter.Sub(r.now()) < soon {
		return r.warn(checks.Expiring, figure, until)
	}
	return r.ok(figure)
}

// verify does what a browser does with the certificates that a server shows.
func (r *run) verify(chain []*x509.Certificate) error {
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		DNSName: r.site.Hostname(), Roots: r.roots, Intermediates: between, CurrentTime: r.now(),
	})
	return err
}

func issuer(c *x509.Certificate) string {
	if len(c.Issuer.Organization) > 0 {
		return c.Issuer.Organization[0]
	}
	return c.Issuer.CommonName
}

// checkPlain sees whether who types the name without https is led there.
func (r *run) checkPlain(ctx context.Context) line {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.plain+r.site.Path+"/", nil)
	if err != nil {
		return r.broken(err)
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return r.ok(r.text.Closed)
	}
	_ = resp.Body.Close() // only its head is of interest
	if to, err := resp.Location(); err == nil && to.Scheme == "https" {
		return r.ok(r.text.Redirects)
	}
	return r.warn(checks.NoHTTPS, r.text.Answers)
}

func (r *run) broken(err error) line { return r.fail(checks.Broken, "", err.Error()) }
