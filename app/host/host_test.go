//go:build !js

package host

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if isTrial() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
		stop()
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

// program is a run that was started.
type program struct {
	t      *testing.T
	stop   context.CancelFunc
	code   chan int
	lines  *bufio.Scanner // of stdout
	stderr *safeBuffer
}

// safeBuffer is a buffer that a running program may write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	p := &program{t: t, stop: stop, code: make(chan int, 1), lines: bufio.NewScanner(out), stderr: new(safeBuffer)}
	go func() {
		code := Run(ctx, args, in, p.stderr)
		in.Close()
		p.code <- code
	}()
	t.Cleanup(stop)
	return p
}

// line is the next one on stdout.
func (p *program) line() string {
	p.t.Helper()
	if !p.lines.Scan() {
		p.t.Fatalf("nothing was printed; stderr: %s", p.stderr)
	}
	return p.lines.Text()
}

// end stops the program and checks that it said no more.
func (p *program) end() {
	p.t.Helper()
	p.stop()
	for p.lines.Scan() {
		p.t.Errorf("it also printed %q", p.lines.Text())
	}
	if code := <-p.code; code != 0 {
		p.t.Errorf("the exit code is %d; stderr: %s", code, p.stderr)
	}
}

func TestTheFirstStartPrintsOneLineTheSetupLink(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, "--addr", "127.0.0.1:0", "--data", data)
	link, err := url.Parse(p.line())
	if err != nil || link.Path != "/setup" || link.Query().Get("token") == "" {
		t.Fatalf("the line is %v (%v)", link, err)
	}
	if runtime.GOOS != "windows" {
		wantMode(t, data, 0o700)
		wantMode(t, filepath.Join(data, setupSecret), 0o600)
	}
	p.end()
	if got := p.stderr.String(); got != "" {
		t.Errorf("stderr has %q", got)
	}

	p = start(t, "--addr", "127.0.0.1:0", "--data", data)
	again, err := url.Parse(p.line())
	if err != nil || again.RawQuery != link.RawQuery {
		t.Errorf("the second start has another link: %v", again)
	}
	own(t, again, new(http.Transport))
	p.end()

	p = start(t, "--addr", "127.0.0.1:0", "--data", data)
	if line := p.line(); strings.Contains(line, "setup") || !strings.HasPrefix(line, "http://127.0.0.1:") {
		t.Errorf("with an owner, the line is %q", line)
	}
	p.end()
	if _, err := os.Stat(filepath.Join(data, setupSecret)); !os.IsNotExist(err) {
		t.Errorf("the setup token is still there: %v", err)
	}
}

func TestTheURLIsWhatIsPrinted(t *testing.T) {
	p := start(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--url", "https://chat.example.org/")
	if line := p.line(); !strings.HasPrefix(line, "https://chat.example.org/setup?token=") {
		t.Errorf("the line is %q", line)
	}
	p.end()
	p = start(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--url", "https://example.org/chat/")
	if line := p.line(); !strings.HasPrefix(line, "https://example.org/chat/setup?token=") {
		t.Errorf("under a path, the line is %q", line)
	}
	p.end()
}

// own becomes the owner by a setup link, and returns the cookie of the session.
func own(t *testing.T, link *url.URL, transport *http.Transport) *http.Cookie {
	t.Helper()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	resp, err := client.PostForm(link.String(), url.Values{
		"token": link.Query()["token"], "name": {"Ada"}, "handle": {"ada"}, "password": {"correct horse"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) == 0 {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("setup answered %s: %s", resp.Status, body)
	}
	return resp.Cookies()[0]
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %o, want %o", filepath.Base(path), got, want)
	}
}

// wantSentence runs what must fail: exit code 1, nothing on stdout, and one
// sentence on stderr that has each of the parts.
func wantSentence(t *testing.T, args []string, parts ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := Run(t.Context(), args, &stdout, &stderr); code != 1 {
		t.Errorf("the exit code is %d, want 1", code)
	}
	said := stderr.String()
	if strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "hubbub: ") || stdout.Len() > 0 {
		t.Errorf("stdout has %q, stderr %q; want one sentence on stderr", stdout.String(), said)
	}
	for _, part := range parts {
		if !strings.Contains(said, part) {
			t.Errorf("%q does not say %q", said, part)
		}
	}
}

// files lists what is in a folder, with contents.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			all[e.Name()] = "a folder"
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

func wantUntouched(t *testing.T, dir string, before map[string]string) {
	t.Helper()
	after := files(t, dir)
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s was changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("there were %d files, now %d", len(before), len(after))
	}
}

func TestAPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	data := filepath.Join(t.TempDir(), "data")
	wantSentence(t, []string{"--addr", l.Addr().String(), "--data", data}, l.Addr().String(), "in use", "--addr")
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Error("it made the data folder all the same")
	}
}

func TestAnAddressThatIsNone(t *testing.T) {
	for _, addr := range []string{"8080", "localhost:99999999", "192.0.2.1:80"} {
		wantSentence(t, []string{"--addr", addr, "--data", t.TempDir()}, addr, "host:port")
	}
}

func TestADataFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, []string{"--addr", "127.0.0.1:0", "--data", filepath.Join(file, "data")}, file, "--data")
}

func TestADatabaseThatIsDamaged(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, databaseFile), bytes.Repeat([]byte("scrambled "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	before := files(t, data)
	wantSentence(t, []string{"--addr", "127.0.0.1:0", "--data", data}, databaseFile, "move it away")
	wantUntouched(t, data, before)
}

func TestADatabaseOfANewerVersion(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--addr", "127.0.0.1:0", "--data", data)
	p.line()
	p.end()
	db, err := sql.Open("sqlite", filepath.Join(data, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, data)
	wantSentence(t, []string{"--addr", "127.0.0.1:0", "--data", data}, "newer", "9999")
	wantUntouched(t, data, before)
}

func TestASecondStartOnTheSameFolder(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--addr", "127.0.0.1:0", "--data", data)
	p.line()
	wantSentence(t, []string{"--addr", "127.0.0.1:0", "--data", data}, "another Hubbub is running", data)
	p.end()
}

func TestSettingsThatMakeNoSense(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	for _, test := range []struct {
		args  []string
		parts []string
	}{
		{[]string{"--port", "80"}, []string{"port", "--help"}},
		{[]string{"serve"}, []string{`"serve"`, "--help"}},
		{[]string{"--log-level", "loud"}, []string{"loud", "--help"}},
		{[]string{"--trust-proxy", "10.0.0.0/8,10.1"}, []string{`"10.1"`, "trust-proxy", "10.0.0.0/8", "--help"}},
		{[]string{"--trust-proxy", "127.0.0.1/33"}, []string{`"127.0.0.1/33"`, "trust-proxy"}},
		{[]string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--origins", "https://a.example.org, shop"}, []string{`"shop"`, "--origins", "https://"}},
		{[]string{"--config", missing}, []string{missing, "--help"}},
		{[]string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--url", "chat.example.org"}, []string{"chat.example.org", "--url", "https://"}},
		{[]string{"--addr", "127.0.0.1:0", "--data", t.TempDir(), "--url", "https://x/a b"}, []string{"https://x/a b", "--url", "/chat"}},
	} {
		wantSentence(t, test.args, test.parts...)
	}
}

func TestTheCommandLineWinsOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	config := filepath.Join(t.TempDir(), "hubbub.conf")
	if err := os.WriteFile(config, []byte("# ours\naddr file:1\ndata file\nlog-level info\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HUBBUB_CONFIG", config)
	t.Setenv("HUBBUB_ADDR", "env:1")
	t.Setenv("HUBBUB_DATA", "env")
	s, err := parseSettings([]string{"--addr", "line:1"})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{s.addr, s.data, s.level.String()}
	if want := []string{"line:1", "env", "INFO"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhichProxiesAreTrusted(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "127.0.0.0/8,::1/128"},
		{[]string{"--trust-proxy", ""}, ""},
		{[]string{"--trust-proxy", "10.0.0.7"}, "10.0.0.7/32"},
		{[]string{"--trust-proxy", "10.1.2.3/8, 2001:db8::1 ,::ffff:10.0.0.7"}, "10.0.0.0/8,2001:db8::1/128,10.0.0.7/32"},
	} {
		s, err := parseSettings(test.args)
		if got := s.trust.String(); err != nil || got != test.want {
			t.Errorf("%q: %s, %v, want %s", test.args, got, err, test.want)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"--help", "-h"} {
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), []string{arg}, &stdout, &stderr); code != 0 || stderr.Len() > 0 {
			t.Errorf("%s: exit code %d, stderr %q", arg, code, stderr.String())
		}
		for _, name := range []string{"addr", "data", "url", "origins", "trust-proxy", "log-level", "config", "version", "domain", "tls-cert", "tls-key", "http-addr", "acme-directory"} {
			if !strings.Contains(stdout.String(), "--"+name+" ") {
				t.Errorf("%s does not tell of --%s", arg, name)
			}
		}
		for i, line := range strings.Split(stdout.String(), "\n") {
			if len(line) > 80 {
				t.Errorf("line %d is wider than a terminal: %q", i+1, line)
			}
		}
	}
}

func TestEveryToolExplainsItself(t *testing.T) {
	for name := range tools() {
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), []string{name, "--help"}, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), "hubbub "+name) {
			t.Errorf("%s: exit code %d, %s%s", name, code, stdout.String(), stderr.String())
		}
		if !strings.Contains(help, "hubbub "+name+" ") {
			t.Errorf("--help does not tell of %s", name)
		}
	}
}

func TestVersion(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := Run(t.Context(), []string{"--version"}, &stdout, &stderr); code != 0 || !strings.HasPrefix(stdout.String(), "hubbub ") {
		t.Errorf("exit code %d, stdout %q", code, stdout.String())
	}
}

func TestReachable(t *testing.T) {
	for _, test := range []struct{ asked, got, usual, want string }{
		{"localhost:8080", "127.0.0.1:8080", "80", "localhost:8080"},
		{":8080", "[::]:8080", "80", "localhost:8080"},
		{"0.0.0.0:0", "0.0.0.0:45321", "80", "localhost:45321"},
		{"[::]:80", "[::]:80", "80", "localhost"},
		{"[::]:443", "[::]:443", "443", "localhost"},
		{"[::]:80", "[::]:80", "443", "localhost:80"},
		{"[::1]:80", "[::1]:80", "80", "[::1]"},
		{"192.168.1.5:9000", "192.168.1.5:9000", "80", "192.168.1.5:9000"},
	} {
		addr, err := net.ResolveTCPAddr("tcp", test.got)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(test.asked, addr, test.usual); got != test.want {
			t.Errorf("%s on %s: %s, want %s", test.asked, test.got, got, test.want)
		}
	}
}

func TestAStopLetsEverybodyFinish(t *testing.T) {
	p := start(t, "--addr", "127.0.0.1:0", "--data", t.TempDir(), "--log-level", "info")
	link, err := url.Parse(p.line())
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	p.end()
	if took := time.Since(began); took > shutdownTime {
		t.Errorf("an idle server took %s to stop", took)
	}
	if log := p.stderr.String(); !strings.Contains(log, "msg=started") || !strings.Contains(log, "msg=stopped") {
		t.Errorf("the log is %q", log)
	}
	if _, err := net.Dial("tcp", link.Host); err == nil {
		t.Error("it still listens")
	}
}
