//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// hubbub is a running server: the real binary on a data folder of its own.
type hubbub struct {
	t    *testing.T
	addr string // host:port, the same after a restart
	data string
	cmd  *exec.Cmd
	done chan struct{} // closed when the process ended
	link string        // the line it printed

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
	h := &hubbub{t: t, addr: l.Addr().String(), data: t.TempDir()}
	l.Close()
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

func (h *hubbub) url(path string) string { return "http://" + h.addr + path }

// own makes ada the owner without a browser and returns her token.
func (h *hubbub) own() string {
	h.t.Helper()
	token := h.link[strings.Index(h.link, "token=")+len("token="):]
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := strings.NewReader("token=" + token + "&server=Riverside+Studio&name=Ada+Lovelace&handle=ada&password=correct+horse")
	resp, err := client.Post(h.url("/setup"), "application/x-www-form-urlencoded", form)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		h.t.Fatalf("setup answered %s", resp.Status)
	}
	for _, c := range resp.Cookies() {
		if c.Name == "hubbub_session" {
			return c.Value
		}
	}
	h.t.Fatal("setup set no session cookie")
	return ""
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
