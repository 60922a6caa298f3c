//go:build !js

package host

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// testPair is a certificate for localhost that its own client trusts.
type testPair struct {
	t         *testing.T
	cert, key string // files
	dir       string
	roots     *x509.CertPool
}

// newPair writes a certificate that is good for a day.
func newPair(t *testing.T) *testPair {
	t.Helper()
	dir := t.TempDir()
	p := &testPair{t: t, dir: dir, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	p.write(1, time.Now().Add(24*time.Hour))
	return p
}

// write replaces the files.
func (p *testPair) write(serial int64, until time.Time) {
	p.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: strings.Repeat("x", int(serial%64))}, // another size, where clocks of files are coarse
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		p.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		p.t.Fatal(err)
	}
	p.put(p.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	p.put(p.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	p.roots = x509.NewCertPool()
	p.roots.AppendCertsFromPEM(p.read(p.cert))
}

func (p *testPair) put(file string, content []byte) {
	p.t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *testPair) read(file string) []byte {
	p.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	return content
}

// trusting returns a transport that comes to addr, whatever a URL says, and
// believes what roots signed.
func trusting(roots *x509.CertPool, addr string) *http.Transport {
	return &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}
}

// wantWelcome connects to a server's socket over TLS, and says hello.
func wantWelcome(t *testing.T, site *url.URL, session *http.Cookie, roots *x509.CertPool, addr string) {
	t.Helper()
	transport := trusting(roots, addr)
	transport.ForceAttemptHTTP2 = false
	ws, _, err := websocket.Dial(t.Context(), "wss://"+site.Host+"/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport},
		HTTPHeader: http.Header{"Cookie": {session.String()}, "Origin": {"https://" + site.Host}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow() //nolint:errcheck // it may be closed
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(`{"id":1,"hello":{}}`)); err != nil {
		t.Fatal(err)
	}
	_, reply, err := ws.Read(t.Context())
	if err != nil || !strings.Contains(string(reply), `"welcome"`) {
		t.Errorf("hello was answered with %s, %v", reply, err)
	}
	if err := ws.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Errorf("the goodbye: %v", err)
	}
}

func TestACertificateInFilesServesHTTPS(t *testing.T) {
	pair := newPair(t)
	p := start(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--tls-cert", pair.cert, "--tls-key", pair.key)
	link, err := url.Parse(p.line())
	if err != nil || link.Scheme != "https" {
		t.Fatalf("the link is %v, %v", link, err)
	}
	session := own(t, link, trusting(pair.roots, link.Host))
	if !session.Secure {
		t.Error("the session's cookie may travel without TLS")
	}
	wantWelcome(t, link, session, pair.roots, link.Host)

	transport := trusting(pair.roots, link.Host)
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("https://" + link.Host + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 || resp.TLS.Version != tls.VersionTLS13 {
		t.Errorf("got %s over %s and TLS %x", resp.Status, resp.Proto, resp.TLS.Version)
	}
	conn, err := tls.Dial("tcp", link.Host, &tls.Config{RootCAs: pair.roots, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		_ = conn.Close()
		t.Error("it speaks TLS 1.1")
	}
	p.end()
	if said := p.stderr.String(); said != "" {
		t.Errorf("stderr has %q", said)
	}
}

func TestPlainHTTPShowsTheWayToHTTPS(t *testing.T) {
	pair := newPair(t)
	plain := freeAddr(t)
	p := start(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--tls-cert", pair.cert, "--tls-key", pair.key, "--http-addr", plain)
	link, err := url.Parse(p.line())
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Get("http://" + plain + "/join/abc?x=1")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got, want := resp.Header.Get("Location"), "https://"+link.Host+"/join/abc?x=1"; resp.StatusCode != http.StatusTemporaryRedirect || got != want {
		t.Errorf("got %s to %s, want %s", resp.Status, got, want)
	}
	resp, err = client.Post("http://"+plain+"/signin", "application/x-www-form-urlencoded", strings.NewReader("password=x"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a password was answered with %s", resp.Status)
	}
	p.end()
}

// freeAddr is an address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// served is the serial number that a pair serves.
func served(t *testing.T, p *pair) int64 {
	t.Helper()
	cert, err := p.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf.SerialNumber.Int64()
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	files := newPair(t)
	var log bytes.Buffer
	p, err := openPair(files.cert, files.key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	p.now = func() time.Time { return now }
	later := func() { now = now.Add(lookEvery) }
	want := func(serial int64) {
		t.Helper()
		if got := served(t, p); got != serial {
			t.Errorf("serial %d is served, want %d", got, serial)
		}
	}
	want(1)
	files.write(20, now.Add(24*time.Hour))
	want(1) // it does not look at every handshake
	later()
	want(20)

	good := files.read(files.key)
	files.put(files.key, good[:len(good)/2]) // caught while it is written
	for range 3 {
		later()
		want(20)
	}
	if told := strings.Count(log.String(), "the old one stays"); told != 1 {
		t.Errorf("a broken key was told of %d times: %s", told, &log)
	}
	if err := os.Remove(files.key); err != nil {
		t.Fatal(err)
	}
	later()
	want(20)
	files.write(40, now.Add(24*time.Hour))
	later()
	want(40)
}

func TestAnExpiredCertificateIsToldOnce(t *testing.T) {
	files := newPair(t)
	var log bytes.Buffer
	p, err := openPair(files.cert, files.key, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil || log.Len() > 0 {
		t.Fatalf("%v %s", err, &log)
	}
	now := time.Now().Add(25 * time.Hour)
	p.now = func() time.Time { return now }
	for range 3 {
		served(t, p)
		now = now.Add(time.Hour)
	}
	if told := strings.Count(log.String(), "expired"); told != 1 {
		t.Errorf("it was told %d times: %s", told, &log)
	}
}

func TestAnExpiredCertificateIsToldAtTheStart(t *testing.T) {
	files := newPair(t)
	files.write(1, time.Now().Add(-time.Hour))
	p := start(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--tls-cert", files.cert, "--tls-key", files.key)
	p.line()
	p.end()
	if said := p.stderr.String(); !strings.Contains(said, "has expired") || !strings.Contains(said, files.cert) {
		t.Errorf("stderr has %q", said)
	}
}

func TestTLSSettingsThatMakeNoSense(t *testing.T) {
	one, other := newPair(t), newPair(t)
	missing := filepath.Join(t.TempDir(), "none.pem")
	occupied, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer occupied.Close()
	data := filepath.Join(t.TempDir(), "data")
	for _, test := range []struct {
		args  []string
		parts []string
	}{
		{[]string{"--tls-cert", one.cert}, []string{"--tls-cert", "--tls-key", "both"}},
		{[]string{"--tls-key", one.key}, []string{"--tls-cert", "--tls-key", "both"}},
		{[]string{"--tls-cert", missing, "--tls-key", one.key}, []string{"--tls-cert", missing}},
		{[]string{"--tls-cert", one.cert, "--tls-key", missing}, []string{"--tls-key", missing}},
		{[]string{"--tls-cert", one.cert, "--tls-key", other.key}, []string{"another certificate", one.cert, other.key}},
		{[]string{"--tls-cert", one.key, "--tls-key", one.cert}, []string{"PEM", one.cert, one.key}},
		{[]string{"--tls-cert", one.cert, "--tls-key", one.key, "--domain", "chat.example.org"}, []string{"--domain", "--tls-cert"}},
		{[]string{"--tls-cert", one.cert, "--tls-key", one.key, "--http-addr", occupied.Addr().String()}, []string{"in use", "--http-addr"}},
		{[]string{"--http-addr", ":80"}, []string{"--http-addr", "--domain"}},
		{[]string{"--acme-directory", "https://ca.example.org/dir"}, []string{"--acme-directory", "--domain"}},
		{[]string{"--domain", "chat.example.org", "--acme-directory", "ca.example.org"}, []string{"--acme-directory", "https://"}},
		{[]string{"--domain", "https://chat.example.org"}, []string{`"https://chat.example.org"`, "--domain", "bare"}},
		{[]string{"--domain", "chat.example.org,localhost"}, []string{`"localhost"`, "--domain"}},
		{[]string{"--domain", "192.0.2.1"}, []string{`"192.0.2.1"`, "--domain"}},
		{[]string{"--domain", "*.example.org"}, []string{`"*.example.org"`, "--domain"}},
		{[]string{"--domain", "chat.example.org", "--http-addr", occupied.Addr().String()}, []string{"in use", "--http-addr"}},
	} {
		wantSentence(t, append([]string{"--addr", "127.0.0.1:0", "--data", data}, test.args...), test.parts...)
	}
	if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
		t.Error("it made the data folder all the same")
	}
}

func TestADomainDecidesWhatWasNotGiven(t *testing.T) {
	for _, test := range []struct {
		args, addr, plain, url string
	}{
		{"--domain chat.example.org", ":443", ":80", "https://chat.example.org"},
		{"--domain Bücher.example,www.example.org", ":443", ":80", "https://xn--bcher-kva.example"},
		{"--domain a.example.org --addr :8443 --http-addr :8080 --url https://b.example.org", ":8443", ":8080", "https://b.example.org"},
		{"--domain a.example.org --http-addr=", ":443", "", "https://a.example.org"},
		{"", "localhost:8080", "", ""},
	} {
		s, err := parseSettings(strings.Fields(test.args))
		if err != nil || s.addr != test.addr || s.tls.plain != test.plain || s.url != test.url {
			t.Errorf("%s: %s, %s, %s, %v", test.args, s.addr, s.tls.plain, s.url, err)
		}
	}
}

func TestFurtherNamesLeadToTheFirst(t *testing.T) {
	d := &door{names: []string{"chat.example.org", "www.example.org"}, site: &url.URL{Scheme: "https", Host: "chat.example.org"}}
	h := d.underOneName(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	for host, want := range map[string]string{
		"www.example.org": "https://chat.example.org/r/1?x=y", "WWW.example.org:443": "https://chat.example.org/r/1?x=y",
		"chat.example.org": "", "chat.example.org:443": "", "192.0.2.1": "",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+"/r/1?x=y", nil)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", host, got, want)
		}
	}
}
