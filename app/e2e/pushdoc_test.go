//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// pushDoc is docs/push.md on trial: what it prints is run as it is printed, but
// for addresses and the token in the page.
type pushDoc struct {
	*hubbub
	text   string
	shop   string // where the page is
	tokens map[string]string
}

func newPushDoc(t *testing.T) *pushDoc {
	t.Helper()
	text, err := os.ReadFile("../../docs/push.md")
	if err != nil {
		t.Fatal(err)
	}
	d := &pushDoc{text: string(text), tokens: map[string]string{}}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		html := strings.ReplaceAll(d.block(t, "html", "Hubbub.connect"), `"LISTEN"`, `"`+d.tokens["LISTEN"]+`"`)
		_, _ = io.WriteString(w, html)
	}))
	t.Cleanup(page.Close)
	d.shop = strings.Replace(page.URL, "127.0.0.1", "localhost", 1) // another host than the server's
	addr := freeAddr(t)
	d.hubbub = startAt(t, addr, "http://"+addr, "--origins", d.shop)
	d.own()
	return d
}

// block is the only one in its language that has mark.
func (d *pushDoc) block(t *testing.T, language, mark string) string {
	t.Helper()
	var found []string
	for _, block := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(d.text, -1) {
		if strings.Contains(block[1], mark) {
			found = append(found, block[1])
		}
	}
	if len(found) != 1 {
		t.Fatalf("docs/push.md has %d blocks in %s with %q", len(found), language, mark)
	}
	return strings.ReplaceAll(found[0], "localhost:8080", d.addr)
}

// command is a program with what a reader has by then: hubbub in the path, in
// the folder that the server runs in, and the tokens.
func (d *pushDoc) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(suite.binary)+":"+os.Getenv("PATH"), "HUBBUB_DATA="+d.data)
	for name, value := range d.tokens {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// bash runs commands and returns what they print. curl prints refusals, too.
func (d *pushDoc) bash(t *testing.T, commands string) string {
	t.Helper()
	cmd := d.command("bash", "-euo", "pipefail")
	cmd.Stdin = strings.NewReader(commands)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || bytes.Contains(out, []byte(`"code"`)) {
		t.Fatalf("%s%v\n%s%s", commands, err, out, errs.String())
	}
	return string(out)
}

// listening runs a program that goes on, until the end of the test, and returns
// what it has printed by now.
func (d *pushDoc) listening(t *testing.T, cmd *exec.Cmd) (printed func() string) {
	t.Helper()
	var out safeBuffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	return out.String
}

// safeBuffer is a buffer that a running program writes to.
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

func TestTheDocumentAboutPushesWorksAsPrinted(t *testing.T) {
	d := newPushDoc(t)
	for line := range strings.Lines(d.bash(t, d.block(t, "sh", "hubbub token")+"echo TOKEN=$TOKEN; echo LISTEN=$LISTEN\n")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		d.tokens[name] = value
	}
	push := d.block(t, "sh", "build-1404\"}")
	if got, want := d.bash(t, push), d.block(t, "json", `"stored"`); got != want {
		t.Errorf("the first push is answered %q, printed is %q", got, want)
	}

	page := d.visitor(t, "page")
	page.open(d.shop)
	page.sees("#list li", "v1.4 is live") // it came while nobody listened
	page.wait("the page to be live", `document.title === "Deploys: live"`)
	python := d.listening(t, d.command("/usr/bin/python3", "-c", d.block(t, "python", "register")))
	stream := d.listening(t, d.command("bash", "-c", d.block(t, "sh", "curl -N")))
	wait(t, "curl's stream to begin", func() bool { return strings.Contains(stream(), `"registered"`) })

	said := 0 // when Python listens nobody can tell from outside: push until it hears
	again := func() {
		said++
		d.bash(t, strings.NewReplacer("build-1404", fmt.Sprint("build-", said), "v1.4", fmt.Sprint("v2.", said)).Replace(push))
	}
	wait(t, "Python", func() bool { again(); return python() != "" })
	last := fmt.Sprintf("v2.%d is live", said)
	page.sees("#list li", last)
	wait(t, "curl's stream", func() bool { return strings.Contains(stream(), last) })
	if n := len(page.list()); n != said+1 {
		t.Errorf("the page shows %d lines after %d pushes: %q", n, said+1, page.list())
	}

	page.click("#list li")
	status, amend, clear := cutLines(t, d.block(t, "sh", "PATCH"))
	wait(t, "the receipts", func() bool { return strings.Contains(d.bash(t, status), `"opened"`) })
	if got := d.bash(t, status); !strings.Contains(got, `"delivered"`) || !strings.Contains(got, `"kind":"connection"`) {
		t.Errorf("what became of it: %s", got)
	}
	d.bash(t, amend)
	page.sees("#list li", "v1.5 is live")
	d.bash(t, clear)
	page.wait("the page to take it down", `![...document.querySelectorAll("li")].some(e => e.innerText.includes("v1.5"))`)
	wait(t, "curl's stream", func() bool { return strings.Contains(stream(), `"cleared":true`) })

	d.bash(t, d.block(t, "sh", "CONNECTION"))
	if out := d.bash(t, "hubbub token --list"); !strings.Contains(out, "Deployer") || !strings.Contains(out, "Page") {
		t.Errorf("the tokens are\n%s", out)
	}
}

// list is what the page shows.
func (p *person) list() []string {
	return eval[[]string](p, `[...document.querySelectorAll("#list li")].map(e => e.innerText)`)
}

// cutLines are the three commands of a block.
func cutLines(t *testing.T, block string) (first, second, third string) {
	t.Helper()
	lines := strings.SplitAfter(block, "\n")
	if len(lines) != 4 {
		t.Fatalf("%q is not three commands", block)
	}
	return lines[0], lines[1], lines[2]
}

func TestTheReadmePushesAsPrinted(t *testing.T) {
	d := newPushDoc(t)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	d.text = strings.ReplaceAll(string(readme), "bin/hubbub", "hubbub")
	if got := d.bash(t, d.block(t, "sh", "/push")); !strings.Contains(got, `"stored":true`) {
		t.Errorf("the answer is %s", got)
	}
}
