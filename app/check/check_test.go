//go:build !js

package check

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/app/faultproxy"
	"hubbub/app/i18n/checks"
	"hubbub/server"
	"hubbub/server/sqlstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newServer starts a real server without an owner.
func newServer(t *testing.T, change ...func(*server.Options)) (url string) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	options := server.Options{Store: store, Version: "v1", Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&options)
	}
	handler, err := server.New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := handler.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		web.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return web.URL
}

// behind puts a proxy in front of a server.
func behind(t *testing.T, f faultproxy.Front, target string) (url string) {
	t.Helper()
	web := httptest.NewServer(f.Handler(target))
	t.Cleanup(web.Close)
	return web.URL
}

// outcome is a report as programs read it.
type outcome struct {
	t     *testing.T
	code  int
	lines map[checks.Check]line
	text  string // as people read it
}

// look checks a server, without silence.
func look(t *testing.T, url string, change ...func(*run)) outcome {
	t.Helper()
	s, err := parse([]string{"--quick", "--json", url})
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(s)
	for _, c := range change {
		c(r)
	}
	var out bytes.Buffer
	o := outcome{t: t, code: r.report(t.Context(), &out), lines: map[checks.Check]line{}, text: out.String()}
	var report struct{ Lines []line }
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	for _, l := range report.Lines {
		o.lines[l.Check] = l
	}
	return o
}

// only checks that all is well but for one line.
func (o outcome) only(check checks.Check, state checks.State, finding checks.Finding, parts ...string) {
	o.t.Helper()
	want := map[checks.State]int{checks.Warn: 0, checks.Fail: 1}[state]
	if o.code != want {
		o.t.Errorf("exit code %d, want %d", o.code, want)
	}
	for name, l := range o.lines {
		if name != check && (l.State == checks.Warn || l.State == checks.Fail) {
			o.t.Errorf("%s is not well either: %+v", name, l)
		}
	}
	o.has(check, state, finding, parts...)
}

func (o outcome) has(check checks.Check, state checks.State, finding checks.Finding, parts ...string) {
	o.t.Helper()
	l := o.lines[check]
	if l.State != state || l.Finding != finding {
		o.t.Fatalf("%s is %+v, want %s %s", check, l, state, finding)
	}
	if l.Means == "" || l.Do == "" || strings.Contains(l.Means+l.Do, "%") {
		o.t.Errorf("its advice is %q, %q", l.Means, l.Do)
	}
	for _, part := range parts {
		if !strings.Contains(l.Figure+l.Means+l.Do, part) {
			o.t.Errorf("it does not say %q: %+v", part, l)
		}
	}
}

func TestAllIsWellWhereEverythingIsSetUpRight(t *testing.T) {
	straight := newServer(t)
	below := newServer(t, func(o *server.Options) { o.Path = "/chat" })
	for name, url := range map[string]string{
		"straight": straight, "through": behind(t, faultproxy.Front{}, straight),
		"under a path": below + "/chat", "through, under a path": behind(t, faultproxy.Front{}, below) + "/chat/",
	} {
		t.Run(name, func(t *testing.T) {
			o := look(t, url)
			if o.code != 0 {
				t.Errorf("exit code %d", o.code)
			}
			for _, c := range []checks.Check{
				checks.DNS, checks.Connect, checks.Address, checks.Server, checks.Clock,
				checks.Upgrade, checks.Subprotocol, checks.RoundTrip, checks.Frames,
			} {
				if l := o.lines[c]; l.State != checks.OK || l.Figure == "" {
					t.Errorf("%s: %+v", c, l)
				}
			}
		})
	}
}

func TestAProxyThatStripsUpgradeIsFound(t *testing.T) {
	o := look(t, behind(t, faultproxy.Front{NoUpgrade: true}, newServer(t)))
	o.only(checks.Upgrade, checks.Fail, checks.Stripped, "426", "HTTP/1.1")
	for _, c := range []checks.Check{checks.Subprotocol, checks.RoundTrip, checks.Frames} {
		if l := o.lines[c]; l.State != checks.Note {
			t.Errorf("%s was tried: %+v", c, l)
		}
	}
}

func refuse(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not here", http.StatusForbidden) }

func TestAProxyThatStopsWebSocketsIsFound(t *testing.T) {
	front := faultproxy.Front{Answers: map[string]http.HandlerFunc{"/echo": refuse}}
	look(t, behind(t, front, newServer(t))).only(checks.Upgrade, checks.Fail, checks.Lost, "403 Forbidden")
}

func TestAProxyThatKnowsOnlySomePathsIsFound(t *testing.T) {
	front := faultproxy.Front{Answers: map[string]http.HandlerFunc{"/ws": refuse}}
	look(t, behind(t, front, newServer(t))).only(checks.Subprotocol, checks.Fail, checks.NoSocket, "403 Forbidden")
}

func TestAProxyThatSpoilsTheAnswerIsFound(t *testing.T) {
	straight := newServer(t)
	front := faultproxy.Front{Answers: map[string]http.HandlerFunc{"/echo": func(w http.ResponseWriter, r *http.Request) {
		inner := httptest.NewRecorder() // which cannot be hijacked: as a proxy that buffers
		faultproxy.Front{}.Handler(straight).ServeHTTP(inner, r)
		http.Error(w, "the answer was lost", http.StatusBadGateway)
	}}}
	look(t, behind(t, front, straight)).only(checks.Upgrade, checks.Fail, checks.Unanswered, "502")
}

func TestAProxyThatDropsTheSubprotocolIsFound(t *testing.T) {
	o := look(t, behind(t, faultproxy.Front{NoProtocol: true}, newServer(t)))
	o.only(checks.Subprotocol, checks.Fail, checks.NoProtocol, "Sec-WebSocket-Protocol")
}

func TestAProxyThatLimitsMessagesIsFound(t *testing.T) {
	o := look(t, behind(t, faultproxy.Front{MaxMessage: 5000}, newServer(t)))
	o.only(checks.Frames, checks.Fail, checks.TooLarge, "up to 4096 bytes", "16384")
}

func TestAProxyThatChangesTheHostIsFound(t *testing.T) {
	o := look(t, behind(t, faultproxy.Front{Host: "inside.example"}, newServer(t)))
	o.has(checks.Address, checks.Fail, checks.Origin, "http://inside.example", "--url http://127.0.0.1")
	o.has(checks.Upgrade, checks.Fail, checks.Origin, "403")
	if o.code != 1 {
		t.Errorf("exit code %d", o.code)
	}
}

func TestAProxyThatCutsQuietConnectionsIsFound(t *testing.T) {
	url := behind(t, faultproxy.Front{Idle: time.Second}, newServer(t))
	o := look(t, url, func(r *run) { r.idle = 8 * time.Second })
	o.only(checks.Idle, checks.Fail, checks.Cut, "idle timeout")
	o = look(t, url, func(r *run) { r.idle, r.limits.Beat = 8*time.Second, -beatLate.Seconds() })
	o.only(checks.Idle, checks.Warn, checks.CutLater, "six minutes")
}

func TestAQuietConnectionThatLivesIsWell(t *testing.T) {
	o := look(t, newServer(t), func(r *run) { r.idle = 400 * time.Millisecond })
	if l := o.lines[checks.Idle]; l.State != checks.OK || !strings.Contains(l.Figure, "0.10 s, 0.20 s, 0.40 s") {
		t.Errorf("%+v", l)
	}
}

func TestAWrongClockIsFound(t *testing.T) {
	for _, test := range []struct {
		off   time.Duration
		state checks.State
		says  string
	}{{time.Minute, checks.Warn, "60 s"}, {-time.Hour, checks.Fail, "3600 s"}} {
		url := newServer(t, func(o *server.Options) {
			o.Now = func() time.Time { return time.Now().Add(test.off) }
		})
		look(t, url).only(checks.Clock, test.state, checks.Skewed, test.says)
	}
}

func TestAServerThatCannotStoreIsFound(t *testing.T) {
	url := newServer(t, func(o *server.Options) { o.Store = fullDisk{o.Store} })
	look(t, url).only(checks.Server, checks.Fail, checks.Unready, "disk")
}

// fullDisk takes no writes.
type fullDisk struct{ server.Store }

func (fullDisk) Probe(context.Context) error { return server.ErrUnavailable }

func TestACertificateIsHeldAgainstItsNameItsIssuerAndTheDay(t *testing.T) {
	straight := newServer(t, func(o *server.Options) { o.URL = "https://localhost" })
	web := httptest.NewTLSServer(faultproxy.Front{}.Handler(straight))
	t.Cleanup(web.Close)
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	trusting := func(r *run) { r.roots = pool }
	on := func(day time.Time) func(*run) { return func(r *run) { r.now = func() time.Time { return day } } }
	end := web.Certificate().NotAfter

	o := look(t, web.URL)
	o.has(checks.TLS, checks.Fail, checks.Untrusted, "unknown authority", "the rest was checked all the same")
	if o.lines[checks.RoundTrip].State == "" {
		t.Error("it was not")
	}
	if o := look(t, web.URL, trusting); o.lines[checks.TLS].State != checks.OK || !strings.Contains(o.lines[checks.TLS].Figure, "TLS 1.3") {
		t.Errorf("trusted: %+v", o.lines[checks.TLS])
	}
	look(t, web.URL, trusting, on(end.Add(-24*time.Hour))).has(checks.TLS, checks.Warn, checks.Expiring, end.Format(time.DateOnly))
	look(t, web.URL, trusting, on(end.Add(24*time.Hour))).has(checks.TLS, checks.Fail, checks.Untrusted, "expired")
	other := strings.Replace(web.URL, "127.0.0.1", "localhost", 1)
	look(t, other, trusting).has(checks.TLS, checks.Fail, checks.Untrusted, "localhost")
}

func TestAPortThatSpeaksNoTLSIsFound(t *testing.T) {
	o := look(t, strings.Replace(newServer(t), "http:", "https:", 1))
	o.only(checks.TLS, checks.Fail, checks.NoTLS)
	if len(o.lines) != 3 {
		t.Errorf("it went on: %v", o.lines)
	}
}

func TestPlainHTTPShouldLeadToHTTPS(t *testing.T) {
	straight := newServer(t)
	redirect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://chat.example.org"+r.URL.Path, http.StatusMovedPermanently)
	}))
	closed := httptest.NewServer(nil)
	t.Cleanup(redirect.Close)
	closed.Close()
	plain := func(url string) func(*run) { return func(r *run) { r.plain = strings.TrimPrefix(url, "http://") } }
	look(t, straight, plain(straight)).only(checks.Plain, checks.Warn, checks.NoHTTPS)
	for _, url := range []string{redirect.URL, closed.URL} {
		if l := look(t, straight, plain(url)).lines[checks.Plain]; l.State != checks.OK {
			t.Errorf("%+v", l)
		}
	}
}

func TestNothingThereAndSomethingElseThereAreFound(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<h1>hello</h1>")) }))
	moved := httptest.NewServer(http.RedirectHandler("https://elsewhere.example/x", http.StatusFound))
	for _, s := range []*httptest.Server{other, page, moved} {
		t.Cleanup(s.Close)
	}
	look(t, closed.URL).only(checks.Connect, checks.Fail, checks.NoServer, "refused")
	look(t, other.URL).only(checks.Address, checks.Fail, checks.NoFacts, "404")
	look(t, page.URL).only(checks.Address, checks.Fail, checks.NoFacts, "no Hubbub's")
	look(t, moved.URL).only(checks.Address, checks.Fail, checks.NoFacts, "https://elsewhere.example")
	look(t, "http://no..such..name").only(checks.DNS, checks.Fail, checks.NoAddress)
}
