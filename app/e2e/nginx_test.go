//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"
)

// documented is what docs/proxies.md has people write for nginx.
func documented(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/proxies.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```nginx\n(.*?)```").FindSubmatch(page)
	if found == nil {
		t.Fatal("docs/proxies.md has no snippet for nginx")
	}
	return string(found[1])
}

// swap replaces what must be there.
func swap(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%q is not in\n%s", pairs[i], text)
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

// without takes the lines out that have one of words.
func without(t *testing.T, text string, words ...string) string {
	t.Helper()
	for _, word := range words {
		text = swap(t, text, word, "\x00")
	}
	return regexp.MustCompile(`(?m)^.*\x00.*\n`).ReplaceAllString(text, "")
}

// nginx runs the documented configuration on addr, in front of a server, until
// the test ends.
func nginx(t *testing.T, addr, snippet string) {
	t.Helper()
	dir := t.TempDir()
	snippet = swap(t, without(t, snippet, "ssl_certificate "), "listen 443 ssl;", "listen "+addr+";")
	snippet = without(t, snippet, "ssl_certificate_key")
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // else nobody, who cannot look into dir
	}
	config := user + `
daemon off;
pid nginx.pid;
error_log stderr;
worker_processes 1;
events {}
http {
	access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
` + snippet + "}\n"
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // where Debian has it
	}
	run := exec.Command(program, "-p", dir, "-c", path, "-e", "stderr")
	run.Stderr = &said
	if err := run.Start(); err != nil {
		t.Fatalf("start nginx (is it installed?): %v", err)
	}
	ended := make(chan struct{})
	go func() {
		_ = run.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = run.Process.Signal(syscall.SIGTERM)
		<-ended
		if t.Failed() {
			t.Logf("nginx said:\n%s", said.String())
		}
	})
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("nginx ended:\n%s\nwith\n%s", said.String(), config)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// behindNginx starts a server and nginx in front of it, under a path or none.
// change, if any, is done to the documented configuration.
func behindNginx(t *testing.T, base string, change ...func(string) string) *hubbub {
	t.Helper()
	addr, front := freeAddr(t), freeAddr(t)
	h := startAt(t, addr, "http://"+front+base, "--trust-proxy", "127.0.0.1")
	snippet := swap(t, documented(t), "127.0.0.1:8080", addr, "location / {", "location "+base+"/ {")
	for _, c := range change {
		snippet = c(snippet)
	}
	nginx(t, front, snippet)
	return h
}

func TestThroughNginx(t *testing.T) {
	for name, base := range map[string]string{"at the root": "", "under a path": "/chat"} {
		t.Run(name, func(t *testing.T) {
			h := behindNginx(t, base)
			ada, eve := h.couple(t)
			h.staysUnder(ada)
			for _, p := range []*person{ada, eve} {
				p.worked()
				p.remembered(1)
			}
			t.Run("its root leads on", func(t *testing.T) {
				stranger := h.visitor(t, "stranger")
				stranger.do(chromedp.Navigate(h.site)) // without a slash
				stranger.wait("the sign-in page", `location.href === %s`, h.site+"/signin")
			})
			t.Run("the app opens without the server", func(t *testing.T) {
				h.stop(syscall.SIGKILL) // nginx answers for it
				h.livesOn(ada, eve)
			})
			t.Run("streams come as they are written", func(t *testing.T) { h.streams(t) })
			t.Run("nobody invents an address", func(t *testing.T) { h.countsOne(t) })
		})
	}
}

// streams reads the beginning of a stream that goes on.
func (h *hubbub) streams(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", h.url("/events"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+h.signIn("ada", "correct horse"))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil || resp.StatusCode != http.StatusOK || strings.TrimSpace(line) == "" {
		t.Errorf("%s began with %q: %v", resp.Status, line, err)
	}
}

// signIn is a session over the API.
func (h *hubbub) signIn(handle, password string) (token string) {
	h.t.Helper()
	return h.form("/signin", url.Values{"handle": {handle}, "password": {password}}.Encode())
}

// countsOne guesses passwords from one address that claims to be many. Its
// own is another than nginx's, which is trusted.
func (h *hubbub) countsOne(t *testing.T) {
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	transport := &http.Transport{DialContext: from.DialContext}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: patience}
	guess := func(i int, claim string) int {
		form := url.Values{"handle": {"nobody" + string(rune('a'+i%26))}, "password": {"wrong"}}
		r, err := http.NewRequest("POST", h.url("/signin"), strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", claim)
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return resp.StatusCode
	}
	for i := range 200 {
		if guess(i, "198.51.100."+string(rune('0'+i%10))) == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("200 guesses were not too many")
}

func TestAProxyThatRemovesTheUpgradeIsNamed(t *testing.T) {
	h := behindNginx(t, "/chat", func(snippet string) string {
		return without(t, snippet, "proxy_set_header Upgrade", "proxy_set_header Connection")
	})
	for _, path := range []string{"/ws", "/echo"} {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, resp, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(h.url(path), "http"), nil)
		if err == nil || resp == nil {
			t.Fatalf("%s: %v, %v", path, resp, err)
		}
		said, _ := io.ReadAll(resp.Body)
		for _, part := range []string{"the header Upgrade is missing", `the header Connection is \"close\"`, "a proxy", `"field":"Upgrade"`} {
			if resp.StatusCode != http.StatusUpgradeRequired || !strings.Contains(string(said), part) {
				t.Errorf("%s answers %s %s, want %q", path, resp.Status, said, part)
			}
		}
	}
	ada := h.visitor(t, "ada") // her app does without, and says so
	ada.claim()
	ada.sees(".status", "No connection")
}

func TestServersOfOneHostShareABrowserInPeace(t *testing.T) {
	front := freeAddr(t)
	root, below := startAt(t, freeAddr(t), "http://"+front), startAt(t, freeAddr(t), "http://"+front+"/chat")
	snippet := documented(t)
	location := regexp.MustCompile(`(?s)    location / \{.*?\n    \}\n`).FindString(snippet)
	nginx(t, front, swap(t, snippet, location, swap(t, location, "127.0.0.1:8080", root.addr)+
		swap(t, location, "127.0.0.1:8080", below.addr, "location / {", "location /chat/ {")))

	ada := root.setUp(t)
	there := below.beside(ada)
	there.claim()
	there.ready()
	for _, p := range []*person{ada, there} {
		p.say("here is " + p.h.site)
		p.reads("here is " + p.h.site)
		p.wait("both workers with all they keep", `navigator.serviceWorker.ready.then(r => r.active && r.scope === %s + "/" && caches.keys().then(k => k.length === 2))`, p.h.site)
		p.remembered(1)
		p.wait("nobody to tell of an update", `document.querySelector(".status").innerText === ""`)
	}
	below.stop(syscall.SIGKILL)
	root.stop(syscall.SIGKILL)
	for _, p := range []*person{there, ada} {
		p.openEarly("/")
		p.sees(".msg .text", "here is "+p.h.site)
		p.sees(".status", "No connection")
		p.say("offline at " + p.h.site)
		p.sees(".msg.pending .text", "offline at "+p.h.site)
	}
	root.start()
	below.start()
	for _, p := range []*person{ada, there} {
		p.reads("offline at " + p.h.site)
		if got := p.texts(); len(got) != 2 {
			t.Errorf("%s shows %q", p.h.site, got)
		}
	}
	there.click(".me")
	there.press("#dialog", "", "Sign out")
	there.wait("the sign-in page", `location.pathname === "/chat/signin" && document.readyState === "complete"`)
	ada.open("/")
	ada.ready()
	ada.reads("offline at " + root.site)
	ada.remembered(1)
}

// beside is a tab of p's profile, for another server.
func (h *hubbub) beside(p *person) *person {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	return h.sit(p.t, p.name+" elsewhere", ctx, cancel)
}
