//go:build !js

package host

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/net/idna"
)

// tlsSettings is what a person can decide about TLS.
type tlsSettings struct {
	cert, key string // files
	domain    string
	domains   []string // of domain, as certificates spell them
	plain     string   // where plain HTTP shows the way to TLS; "" for nowhere
	directory string   // of the authority that issues certificates
}

func (t *tlsSettings) define(set *flag.FlagSet) {
	set.StringVar(&t.cert, "tls-cert", "", "")
	set.StringVar(&t.key, "tls-key", "", "")
	set.StringVar(&t.domain, "domain", "", "")
	set.StringVar(&t.plain, "http-addr", "", "")
	set.StringVar(&t.directory, "acme-directory", autocert.DefaultACMEDirectory, "")
}

// settleTLS checks the settings against each other, and has --domain decide
// what was not given.
func (s *settings) settleTLS(set *flag.FlagSet) error {
	given := make(map[string]bool)
	set.Visit(func(f *flag.Flag) { given[f.Name] = true })
	t := &s.tls
	switch {
	case (t.cert == "") != (t.key == ""):
		return errors.New("--tls-cert and --tls-key go together: give both or neither")
	case t.cert != "" && t.domain != "":
		return errors.New("--domain gets certificates by itself: leave out --tls-cert and --tls-key, or --domain")
	case t.cert == "" && t.domain == "" && t.plain != "":
		return errors.New("--http-addr only shows the way to https: it needs --domain, or --tls-cert and --tls-key")
	case t.domain == "" && given["acme-directory"]:
		return errors.New("--acme-directory is where the certificates of --domain come from: give that too")
	case t.domain == "":
		return nil
	}
	if dir, err := url.Parse(t.directory); err != nil || dir.Scheme != "https" || dir.Host == "" {
		return fmt.Errorf("%q is not an address for --acme-directory: give one with https://", t.directory)
	}
	for name := range strings.SplitSeq(t.domain, ",") {
		domain, err := parseDomain(name)
		if err != nil {
			return err
		}
		t.domains = append(t.domains, domain)
	}
	if !given["addr"] {
		s.addr = ":443"
	}
	if !given["http-addr"] {
		t.plain = ":80"
	}
	if s.url == "" {
		s.url = "https://" + t.domains[0]
	}
	return nil
}

// parseDomain returns a name for --domain as certificates spell it.
func parseDomain(name string) (string, error) {
	domain, err := idna.Lookup.ToASCII(strings.TrimSpace(name))
	if err != nil || !strings.Contains(strings.Trim(domain, "."), ".") || net.ParseIP(domain) != nil {
		return "", fmt.Errorf("%q is not a name for --domain: give it bare and whole, like chat.example.org", name)
	}
	return domain, nil
}

// tlsConfig is how TLS is spoken with the certificates that get finds.
func tlsConfig(get func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: get,
	}
}

// lookEvery is how often the files of a certificate are looked at, at most.
const lookEvery = 2 * time.Second

// pair is a certificate with its key in two files, which are read again when
// they have changed.
type pair struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu     sync.Mutex
	cert   *tls.Certificate // guarded by mu: the last one that was whole
	looked time.Time        // guarded by mu: at the files
	seen   [2]stamp         // guarded by mu: what they were like when they were read
	told   bool             // guarded by mu: that cert has expired
}

// stamp tells a file from what it was before.
type stamp struct {
	written time.Time
	size    int64
}

func openPair(certFile, keyFile string, log *slog.Logger) (*pair, error) {
	p := &pair{certFile: certFile, keyFile: keyFile, log: log, now: time.Now}
	p.looked, p.seen = p.now(), p.stamps()
	var err error
	if p.cert, err = readPair(certFile, keyFile); err != nil {
		return nil, err
	}
	p.tellOfExpiry()
	return p, nil
}

// get is for tls.Config.GetCertificate.
func (p *pair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); now.Sub(p.looked) >= lookEvery {
		p.looked = now
		p.look()
		p.tellOfExpiry()
	}
	return p.cert, nil
}

// look reads the files if they have changed. What cannot be used is told once
// and leaves the old certificate in its place. Called with mu held.
func (p *pair) look() {
	stamps := p.stamps()
	if stamps == p.seen {
		return
	}
	p.seen = stamps // before reading: what is written meanwhile is a change
	cert, err := readPair(p.certFile, p.keyFile)
	if err != nil {
		p.log.Warn("the new certificate cannot be used, the old one stays", "err", err)
		return
	}
	p.cert, p.told = cert, false
	p.log.Info("certificate read", "file", p.certFile, "until", cert.Leaf.NotAfter)
}

// tellOfExpiry warns once of a certificate that browsers refuse.
func (p *pair) tellOfExpiry() {
	if p.told || !p.now().After(p.cert.Leaf.NotAfter) {
		return
	}
	p.told = true
	p.log.Warn("the certificate has expired: browsers refuse it", "file", p.certFile, "since", p.cert.Leaf.NotAfter)
}

func (p *pair) stamps() (stamps [2]stamp) {
	for i, file := range []string{p.certFile, p.keyFile} {
		if info, err := os.Stat(file); err == nil { // reading it says what is wrong
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

func readPair(certFile, keyFile string) (*tls.Certificate, error) {
	chain, err := os.ReadFile(certFile)
	if err != nil {
		return nil, fmt.Errorf("the certificate of --tls-cert cannot be read: %w", err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("the key of --tls-key cannot be read: %w", err)
	}
	cert, err := tls.X509KeyPair(chain, key)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return nil, fmt.Errorf("the key %s is of another certificate than %s: give --tls-cert and --tls-key that belong together",
			keyFile, certFile)
	case err != nil:
		return nil, fmt.Errorf("%s and %s are not a certificate and its key: give --tls-cert and --tls-key in PEM form (%w)",
			certFile, keyFile, err)
	}
	return &cert, nil
}
