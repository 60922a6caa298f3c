//go:build !js

package host

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hubbub/server"
)

// door is where people come in: a listener, and with TLS perhaps a second one
// for plain HTTP, which only shows the way to the first.
type door struct {
	asked string // the address, as it was given
	main  net.Listener
	plain net.Listener // nil: none
	site  *url.URL     // what people type; nil: whatever leads here
	names []string     // of the server on the internet

	tls    *tls.Config // nil: plain HTTP on main, too
	issuer *issuer     // of certificates; nil: they are in files, or there are none
}

// openDoor listens, and reads the certificate if it is in files. ctx ends what
// it asks of others.
func openDoor(ctx context.Context, s settings, log *slog.Logger) (*door, error) {
	d := &door{asked: s.addr, names: s.tls.domains}
	if site, err := url.Parse(s.url); err == nil && site.Host != "" {
		d.site = site
	}
	switch {
	case s.tls.cert != "":
		pair, err := openPair(s.tls.cert, s.tls.key, log)
		if err != nil {
			return nil, err
		}
		d.tls = tlsConfig(pair.get)
	case len(d.names) > 0:
		d.issuer = newIssuer(ctx, s, log)
		d.tls = d.issuer.tlsConfig()
	}
	var err error
	if d.main, err = net.Listen("tcp", s.addr); err != nil {
		return nil, explainListen("--addr", s.addr, err)
	}
	if s.tls.plain == "" {
		return d, nil
	}
	if d.plain, err = net.Listen("tcp", s.tls.plain); err != nil {
		d.close()
		return nil, explainListen("--http-addr", s.tls.plain, err)
	}
	return d, nil
}

// close stops listening. It may have stopped.
func (d *door) close() {
	_ = d.main.Close()
	if d.plain != nil {
		_ = d.plain.Close()
	}
}

// link is how a browser on this machine comes in.
func (d *door) link() string {
	if d.tls != nil {
		return "https://" + reachable(d.asked, d.main.Addr(), "443")
	}
	return "http://" + reachable(d.asked, d.main.Addr(), "80")
}

// watch starts what looks after the certificates until ctx ends, and then
// closes the channel.
func (d *door) watch(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	if d.issuer == nil {
		close(done)
		return done
	}
	go func() {
		defer close(done)
		d.issuer.watch(ctx)
	}()
	return done
}

// front is an HTTP server on one of the listeners.
type front struct {
	*http.Server
	listener net.Listener
}

func (f front) serve() error {
	if f.TLSConfig != nil {
		return f.ServeTLS(f.listener, "", "")
	}
	return f.Serve(f.listener)
}

// fronts are the servers of chat behind the door.
func (d *door) fronts(chat *server.Server, log *slog.Logger) []front {
	main := front{newFront(d.underOneName(chat), log), d.main}
	main.TLSConfig = d.tls
	if d.plain == nil {
		return []front{main}
	}
	var plain http.Handler = http.HandlerFunc(d.showTheWay)
	if d.issuer != nil {
		plain = d.issuer.manager.HTTPHandler(plain)
	}
	return []front{main, {newFront(plain, log), d.plain}}
}

func newFront(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      10 * time.Minute, // the app over the slowest line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// underOneName sends who came by another of the server's names to the one that
// its pages and cookies are for.
func (d *door) underOneName(chat http.Handler) http.Handler {
	if len(d.names) < 2 {
		return chat
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.ToLower(hostOnly(r.Host))
		if name != d.site.Hostname() && slices.Contains(d.names, name) {
			d.showTheWay(w, r)
			return
		}
		chat.ServeHTTP(w, r)
	})
}

// showTheWay answers with where the same page is to be found. What should not
// have been sent here is not taken along.
func (d *door) showTheWay(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "this is at "+d.origin(r), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, d.origin(r)+r.URL.RequestURI(), http.StatusTemporaryRedirect)
}

// origin is where people should be, for one who came by another way.
func (d *door) origin(r *http.Request) string {
	if d.site != nil {
		return d.site.Scheme + "://" + d.site.Host
	}
	_, port, _ := net.SplitHostPort(d.main.Addr().String())
	if port == "443" {
		return "https://" + bracketed(hostOnly(r.Host))
	}
	return "https://" + net.JoinHostPort(hostOnly(r.Host), port)
}

// hostOnly is a Host header without its port.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// bracketed is a host as it stands in a URL without a port.
func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// reachable is how a browser on this machine writes the address that was
// listened on. usual is the port that needs no mention.
func reachable(asked string, got net.Addr, usual string) string {
	host, _, err := net.SplitHostPort(asked)
	if err != nil {
		return got.String()
	}
	_, port, err := net.SplitHostPort(got.String())
	if err != nil {
		return got.String()
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if port == usual {
		return bracketed(host)
	}
	return net.JoinHostPort(host, port)
}
