//go:build !js

package host

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	ourName   = "chat.hubbub.test"
	otherName = "www.hubbub.test"
	patience  = 2 * time.Minute // before a test gives up; none waits this long when all is well
)

// authority is a pebble, which issues certificates to who can prove a name, as
// Let's Encrypt does.
type authority struct {
	program    *running
	directory  string
	trust      []string // environment of programs that believe its own certificate
	management string
	client     *http.Client
}

// startAuthority starts one that looks for the server of every name at these
// addresses.
func startAuthority(t *testing.T, plain, secure string) *authority {
	t.Helper()
	pair := newPair(t)
	a := &authority{management: "https://" + freeAddr(t), trust: []string{"SSL_CERT_FILE=" + pair.cert, "SSL_CERT_DIR=/nonexistent"}}
	listen := freeAddr(t)
	a.directory = "https://" + listen + "/dir"
	config := map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": strings.TrimPrefix(a.management, "https://"),
		"certificate": pair.cert, "privateKey": pair.key,
		"httpPort": portOf(t, plain), "tlsPort": portOf(t, secure),
		"retryAfter": map[string]int{"authz": 1, "order": 1}, "keyAlgorithm": "ecdsa",
	}}
	b, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(pair.dir, "pebble.json")
	pair.put(file, b)
	a.program = startProgram(t, exec.Command(pebble(t), "-config", file, "-dnsserver", startDNS(t)), "PEBBLE_VA_NOSLEEP=1")
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pair.roots}}
	t.Cleanup(transport.CloseIdleConnections)
	a.client = &http.Client{Transport: transport}
	a.get(t, a.directory)
	return a
}

// get asks until there is an answer.
func (a *authority) get(t *testing.T, url string) []byte {
	t.Helper()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) { // another program has to start
		resp, err := a.client.Get(url)
		if err == nil {
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("%s answered %s %s, %v", url, resp.Status, body, err)
			}
			return body
		}
		if time.Since(began) > patience {
			t.Fatalf("%v\n%s", err, a.program.said)
		}
	}
}

// roots is what signed its certificates.
func (a *authority) roots(t *testing.T) *x509.CertPool {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.get(t, a.management+"/roots/0")) {
		t.Fatal("the authority's root is no certificate")
	}
	return roots
}

// pebble is the program, built from what tools/go.mod pins.
func pebble(t *testing.T) string {
	t.Helper()
	build := exec.Command("go", "tool", "-modfile=../../tools/go.mod", "-n", "pebble")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	var errs bytes.Buffer
	build.Stderr = &errs
	out, err := build.Output()
	if err != nil {
		t.Fatalf("building pebble: %v\n%s", err, &errs)
	}
	return strings.TrimSpace(string(out))
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// startDNS answers every question for an address with this machine's.
func startDNS(t *testing.T) (addr string) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply, err := resolve(buf[:n]); err == nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return conn.LocalAddr().String()
}

func resolve(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	for _, q := range m.Questions {
		if q.Type == dnsmessage.TypeA {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
			})
		}
	}
	return m.Pack()
}

// running is a program of its own.
type running struct {
	*exec.Cmd
	said *safeBuffer // on stderr, and on stdout if nobody else reads that
}

func startProgram(t *testing.T, cmd *exec.Cmd, env ...string) *running {
	t.Helper()
	r := &running{cmd, new(safeBuffer)}
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = r.said
	if cmd.Stdout == nil {
		cmd.Stdout = r.said
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.stop)
	return r
}

// stop has it end, and waits.
func (r *running) stop() {
	if r.ProcessState != nil {
		return
	}
	_ = r.Process.Signal(syscall.SIGTERM)
	_ = r.Wait() // pebble ends by the signal
}

// startNamed starts a server under its name in a process of its own: what it
// trusts is read from the environment once. It returns the link it prints.
func startNamed(t *testing.T, a *authority, data, secure, plain string) (*running, *url.URL) {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0], trialCommand, "--data", data,
		"--domain", ourName+","+otherName, "--acme-directory", a.directory, "--addr", secure, "--http-addr", plain)
	cmd.Stdout = in
	p := startProgram(t, cmd, a.trust...)
	_ = in.Close() // it has its own
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("nothing was printed; stderr: %s", p.said)
	}
	link, err := url.Parse(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	return p, link
}

func needsTrustFromTheEnvironment(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SSL_CERT_FILE is of Linux")
	}
}

func TestADomainGetsItsCertificates(t *testing.T) {
	needsTrustFromTheEnvironment(t)
	for _, way := range []string{"tls-alpn-01", "http-01"} {
		t.Run(way, func(t *testing.T) {
			secure, plain := freeAddr(t), freeAddr(t)
			asked := secure
			if way == "http-01" {
				asked = freeAddr(t) // nobody is there: the other way is what remains
			}
			a := startAuthority(t, plain, asked)
			data := t.TempDir()
			p, link := startNamed(t, a, data, secure, plain)
			if link.Scheme != "https" || link.Host != ourName {
				t.Errorf("the link is %v", link)
			}
			roots := a.roots(t)
			session := own(t, link, trusting(roots, secure)) // the first handshake waits for the certificate
			wantWelcome(t, link, session, roots, secure)
			first := serial(t, roots, ourName, secure)
			wantLedTo(t, trusting(roots, secure), "https://"+otherName+"/r/1", "https://"+ourName+"/r/1")
			wantLedTo(t, trusting(nil, plain), "http://"+otherName+"/r/1", "https://"+ourName+"/r/1")
			if overHTTP := strings.Contains(a.program.said.String(), "Attempting to validate w/ HTTP"); overHTTP != (way == "http-01") {
				t.Errorf("the authority was convinced in another way: %s", a.program.said)
			}
			if _, err := handshake(roots, "evil.hubbub.test", secure); err == nil {
				t.Error("it got a certificate for another's name")
			}
			p.stop()
			if said := p.said.String(); said != "" || p.ProcessState.ExitCode() != 0 {
				t.Errorf("%s, stderr has %q", p.ProcessState, said)
			}

			_, _ = startNamed(t, a, data, secure, plain)
			if again := serial(t, roots, ourName, secure); again != first {
				t.Error("after a restart it got another certificate")
			}
		})
	}
}

func TestWhatTheAuthorityObjectsToIsTold(t *testing.T) {
	needsTrustFromTheEnvironment(t)
	secure, nowhere := freeAddr(t), freeAddr(t)
	a := startAuthority(t, nowhere, nowhere)
	p, _ := startNamed(t, a, t.TempDir(), secure, freeAddr(t))
	if _, err := handshake(nil, ourName, secure); err == nil {
		t.Error("it has a certificate all the same")
	}
	p.stop()
	for _, part := range []string{"level=WARN", "name=" + ourName, "port 80 or 443", "the authority says", "refused"} {
		if said := p.said.String(); !strings.Contains(said, part) {
			t.Errorf("%q is not in %q", part, said)
		}
	}
}

// handshake connects under a name, and returns who answered.
func handshake(roots *x509.CertPool, name, addr string) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: name}}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

func serial(t *testing.T, roots *x509.CertPool, name, addr string) string {
	t.Helper()
	cert, err := handshake(roots, name, addr)
	if err != nil {
		t.Fatal(err)
	}
	return cert.SerialNumber.String()
}

func wantLedTo(t *testing.T, transport *http.Transport, from, want string) {
	t.Helper()
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(mustRequest(t, from))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("Location"); got != want {
		t.Errorf("%s answers %s and leads to %q, want %q", from, resp.Status, got, want)
	}
}

func mustRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
