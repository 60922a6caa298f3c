//go:build !js

package check

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"hubbub/app/i18n/checks"
	"hubbub/app/testbed"
	"hubbub/shared"
)

const help = `hubbub check looks at the way to a server, piece by piece: its name, certificate
and clock, what proxies let through, how fast messages are, and how long a quiet
connection lives. What is less than well it explains, with what to do.

  hubbub check [settings] URL

  --idle D   the longest silence to try (default 2m0s), beside a half and a
             quarter of it; 0 tries none
  --quick    try no silence: done in seconds
  --json     print the report as JSON

Exit code 0: it works, perhaps with warnings. 1: something is broken. 2: it could
not be tried.
`

// settings is what a person can decide.
type settings struct {
	site *url.URL // no path but a base, no query
	idle time.Duration
	json bool
}

// run is one check of a server.
type run struct {
	settings
	text   *checks.Text
	limits checks.Limits
	now    func() time.Time
	roots  *x509.CertPool // nil: the system's
	plain  string         // host:port that should lead to https; "": none is known
	http   *http.Client

	facts shared.Facts    // the latest
	clock reading         // the quickest
	conn  *websocket.Conn // at /echo, once it opened
}

// Run is the command. It starts no server.
func Run(ctx context.Context, _ testbed.Command, args []string, stdout, stderr io.Writer) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, help)
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "hubbub check:", err)
		return 2
	}
	return newRun(s).report(ctx, stdout)
}

func parse(args []string) (s settings, err error) {
	quick := false
	set := flag.NewFlagSet("hubbub check", flag.ContinueOnError)
	set.SetOutput(io.Discard) // Run says it, once
	set.DurationVar(&s.idle, "idle", 2*time.Minute, "")
	set.BoolVar(&quick, "quick", false, "")
	set.BoolVar(&s.json, "json", false, "")
	if err := set.Parse(args); err != nil {
		return s, err
	}
	rest := set.Args()
	if len(rest) > 1 && set.Parse(rest[1:]) == nil { // settings may follow the address, too
		rest = append(rest[:1], set.Args()...)
	}
	if len(rest) != 1 {
		return s, errors.New("give one address, like https://chat.example.org; see hubbub check --help")
	}
	if s.idle < 0 || s.idle > echoIdle {
		return s, fmt.Errorf("--idle is at most %s: that is how long the server waits", echoIdle)
	}
	if quick {
		s.idle = 0
	}
	s.site, err = parseSite(rest[0])
	return s, err
}

// echoIdle is less than the silence after which the server itself ends a
// connection to /echo.
const echoIdle = 280 * time.Second

func parseSite(raw string) (*url.URL, error) {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not an address: give one like https://chat.example.org", raw)
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/check") // the page's address does as well
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}, nil
}

func newRun(s settings) *run {
	r := &run{settings: s, text: checks.English(), limits: checks.DefaultLimits(), now: time.Now}
	if s.site.Scheme == "https" && r.port() == "443" {
		r.plain = net.JoinHostPort(s.site.Hostname(), "80")
	}
	r.http = newClient(r.limits)
	return r
}

// port is the one that the address names or means.
func (r *run) port() string {
	switch {
	case r.site.Port() != "":
		return r.site.Port()
	case r.site.Scheme == "https":
		return "443"
	}
	return "80"
}

// origin is the address as a browser writes it.
func (r *run) origin() string {
	host := strings.ToLower(r.site.Host)
	return r.site.Scheme + "://" + strings.TrimSuffix(host, map[string]string{"https": ":443", "http": ":80"}[r.site.Scheme])
}

// at is the address of a path.
func (r *run) at(path string) string { return r.site.String() + path }

// step is one check.
type step struct {
	check checks.Check
	do    func(context.Context) line
}

// steps are the checks in order, but for the silence, which goes on beside
// them.
func (r *run) steps() []step {
	steps := []step{{checks.DNS, r.checkName}, {checks.Connect, r.checkConnect}}
	if r.site.Scheme == "https" {
		steps = append(steps, step{checks.TLS, r.checkTLS})
	}
	if r.plain != "" {
		steps = append(steps, step{checks.Plain, r.checkPlain})
	}
	return append(
		steps,
		step{checks.Address, r.checkAddress}, step{checks.Server, r.checkServer}, step{checks.Clock, r.checkClock},
		step{checks.Upgrade, r.checkUpgrade}, step{checks.Subprotocol, r.checkSubprotocol},
		step{checks.RoundTrip, r.checkRoundTrip}, step{checks.Frames, r.checkFrames},
	)
}

// report checks everything, says each line when it is known, and returns the
// exit code.
func (r *run) report(ctx context.Context, stdout io.Writer) int {
	defer r.http.CloseIdleConnections()
	out := newPrinter(r, stdout)
	out.begin()
	silence := make(chan line, 1)
	silent := false
	for _, s := range r.steps() {
		l := s.do(ctx)
		l.Check = s.check
		out.add(l)
		if l.last {
			break
		}
		if s.check == checks.Upgrade && r.conn != nil && r.idle > 0 {
			silent = true
			go func() { silence <- r.checkIdle(ctx) }()
		}
	}
	if r.conn != nil {
		_ = r.conn.Close(websocket.StatusNormalClosure, "") // it may be gone
	}
	if silent {
		l := <-silence
		l.Check = checks.Idle
		out.add(l)
	}
	return out.end()
}
