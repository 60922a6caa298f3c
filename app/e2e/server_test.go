//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// hubbub is a running server: the real binary on a data folder of its own.
type hubbub struct {
	t        *testing.T
	addr     string // host:port, the same after a restart
	settings []string
	site     string // where people reach it: "http://host:port", perhaps with a path
	data     string
	cmd      *exec.Cmd
	done     chan struct{} // closed when the process ended
	link     string        // the line it printed

	mu  sync.Mutex
	log bytes.Buffer // guarded by mu
}

// start runs a fresh server and ends it with the test.
func start(t *testing.T) *hubbub {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	return startAt(t, addr, "http://"+addr)
}

// startAt is start, on an address and for people who come through another.
func startAt(t *testing.T, addr, site string, settings ...string) *hubbub {
	t.Helper()
	h := &hubbub{t: t, addr: addr, site: site, settings: settings, data: t.TempDir()}
	h.start()
	t.Cleanup(func() {
		h.stop(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the server said:\n%s", h.log.String())
		}
	})
	return h
}

// start runs the binary and waits for the line with the link.
func (h *hubbub) start() {
	h.t.Helper()
	h.cmd = exec.Command(suite.binary, "--addr", h.addr, "--data", h.data)
	if h.site != "http://"+h.addr {
		h.cmd.Args = append(h.cmd.Args, "--url", h.site)
	}
	h.cmd.Args = append(h.cmd.Args, h.settings...)
	h.cmd.Stderr = h
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.done = make(chan struct{})
	line := make(chan string, 1)
	go func() {
		scan := bufio.NewScanner(stdout)
		for scan.Scan() {
			select {
			case line <- scan.Text():
			default:
			}
		}
		_ = h.cmd.Wait()
		close(h.done)
	}()
	select {
	case said := <-line:
		h.link = regexp.MustCompile(`http\S+`).FindString(said)
		if h.link == "" {
			h.t.Fatalf("the server's first line has no link: %q", said)
		}
	case <-h.done:
		h.t.Fatalf("the server ended:\n%s", h.log.String())
	case <-time.After(time.Minute):
		h.t.Fatal("the server did not print a link")
	}
}

// Write collects what the server logs.
func (h *hubbub) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(p)
}

// stop sends a signal and waits for the end.
func (h *hubbub) stop(s syscall.Signal) {
	_ = h.cmd.Process.Signal(s)
	<-h.done
}

func (h *hubbub) url(path string) string { return h.site + path }

// own makes ada the owner without a browser and returns her token.
func (h *hubbub) own() string {
	h.t.Helper()
	token := h.link[strings.Index(h.link, "token=")+len("token="):]
	return h.form("/setup", "token="+token+"&server=Riverside+Studio&name=Ada+Lovelace&handle=ada&password=correct+horse")
}

// api carries out a command over HTTP and decodes the answer into out.
func (h *hubbub) api(token, verb string, body, out any) {
	h.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", h.url("/api/v1/"+verb), bytes.NewReader(raw))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); resp.StatusCode == http.StatusTooManyRequests && err == nil {
		<-time.After(time.Duration(seconds) * time.Second) // as we were asked to
		h.api(token, verb, body, out)
		return
	}
	if resp.StatusCode != http.StatusOK {
		var said bytes.Buffer
		_, _ = said.ReadFrom(resp.Body)
		h.t.Fatalf("%s %v answered %s: %s", verb, body, resp.Status, said.String())
	}
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			h.t.Fatal(err)
		}
	}
}

// saveDir is where screenshots go, or "" to take none.
func saveDir() string { return os.Getenv("HUBBUB_SCREENSHOTS") }

// form submits a form without a browser and returns the session it started.
func (h *hubbub) form(path, values string) string {
	h.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Post(h.url(path), "application/x-www-form-urlencoded", strings.NewReader(values))
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Name == "hubbub_session" && resp.StatusCode == http.StatusSeeOther {
			return c.Value
		}
	}
	h.t.Fatalf("%s answered %s and started no session", path, resp.Status)
	return ""
}

// welcome says hello over a socket of its own and returns the answer.
func (h *hubbub) welcome(token string) shared.Welcome {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(h.url("/ws"), "http"), &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"id":1,"hello":{}}`)); err != nil {
		h.t.Fatal(err)
	}
	_, message, err := c.Read(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	var welcome shared.Welcome
	err = shared.Decode(message, func(f shared.Frame) error {
		if f.OK != nil && f.OK.Welcome != nil {
			welcome = *f.OK.Welcome
		}
		return nil
	})
	if err != nil || welcome.Epoch == "" {
		h.t.Fatalf("no welcome: %v %s", err, message)
	}
	return welcome
}
