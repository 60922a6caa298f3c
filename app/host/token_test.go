//go:build !js

package host

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// hubbubToken runs hubbub token and returns what it prints on stdout.
func hubbubToken(t *testing.T, data string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if code := Run(t.Context(), append([]string{"token", "--data", data}, args...), &stdout, &stderr); code != 0 || stderr.Len() > 0 {
		t.Fatalf("hubbub token %s: exit code %d, stderr %q", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

// refusedToken runs it where it must fail, with one sentence.
func refusedToken(t *testing.T, data, part string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), append([]string{"token", "--data", data}, args...), &stdout, &stderr)
	said := stderr.String()
	if code != 1 || stdout.Len() > 0 || strings.Count(said, "\n") != 1 || !strings.Contains(said, part) {
		t.Errorf("hubbub token %s: exit code %d, stdout %q, stderr %q; want %q in it", strings.Join(args, " "), code, stdout.String(), said, part)
	}
}

// try uses a token, and returns the status.
func (p *program) try(link *url.URL, token, path, body string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), "POST", link.Scheme+"://"+link.Host+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.TrimSuffix(token, "\n"))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(said)
}

// owned starts a server that has an owner.
func owned(t *testing.T, data string) (*program, *url.URL) {
	t.Helper()
	p := start(t, "--addr", "127.0.0.1:0", "--data", data)
	link, err := url.Parse(p.line())
	if err != nil {
		t.Fatal(err)
	}
	if link.Path == "/setup" {
		own(t, link, new(http.Transport))
	}
	return p, link
}

func TestATokenIsMadeFromTheShell(t *testing.T) {
	data := t.TempDir()
	p, link := owned(t, data)

	t.Run("while the server runs, and works at once", func(t *testing.T) {
		secret := hubbubToken(t, data, "--name", "CI", "--ttl", "720h")
		if strings.Count(secret, "\n") != 1 || strings.ContainsAny(strings.TrimSpace(secret), " \t") {
			t.Fatalf("it prints %q, which is no token alone", secret)
		}
		if status, said := p.try(link, secret, "/push", `{"userId":"nobody","message":"x"}`); status != http.StatusNotFound {
			t.Errorf("it may not push: %d %s", status, said)
		}
		if status, _ := p.try(link, secret, "/api/v1/directory", `{}`); status != http.StatusForbidden {
			t.Errorf("it may read: %d", status)
		}
	})
	t.Run("of a bot, the same one next time", func(t *testing.T) {
		hubbubToken(t, data, "--name", "CI", "--scopes", "push,post")
		admin := hubbubToken(t, data, "--user", "ada", "--scopes", "admin")
		if _, said := p.try(link, admin, "/api/v1/bots", `{}`); strings.Count(said, `"CI"`) != 1 || !strings.Contains(said, `"role":"bot"`) {
			t.Errorf("the bots are %s", said)
		}
	})
	t.Run("of a person, to hear what is pushed to them", func(t *testing.T) {
		secret := hubbubToken(t, data, "--user", "ada")
		if status, said := p.try(link, secret, "/api/v1/pushes", `{}`); status != http.StatusOK {
			t.Errorf("it may not read: %d %s", status, said)
		}
		if status, _ := p.try(link, secret, "/push", `{}`); status != http.StatusForbidden {
			t.Errorf("it may push: %d", status)
		}
	})
	t.Run("what makes no sense is said", func(t *testing.T) {
		refusedToken(t, data, `"write" is no scope`, "--scopes", "write")
		refusedToken(t, data, `"bob"`, "--user", "bob")
		refusedToken(t, data, "--ttl", "--ttl", "1ms")
		refusedToken(t, data, "--help", "--port", "1")
		refusedToken(t, data, `"now"`, "now")
		refusedToken(t, data, "no such token", "--revoke", "none")
		refusedToken(t, filepath.Join(data, "elsewhere"), "--data")
	})
	if runtime.GOOS != "windows" {
		wantMode(t, filepath.Join(data, controlFile), 0o600)
	}
	p.end()

	t.Run("and while it does not", func(t *testing.T) {
		secret := hubbubToken(t, data, "--name", "Night job")
		if _, err := os.Stat(filepath.Join(data, controlFile)); !os.IsNotExist(err) {
			t.Errorf("a stopped server has a control socket: %v", err)
		}
		p, link := owned(t, data)
		if status, said := p.try(link, secret, "/push", `{"userId":"nobody","message":"x"}`); status != http.StatusNotFound {
			t.Errorf("it may not push: %d %s", status, said)
		}
		p.end()
	})
}

func TestARevokedTokenEndsAtOnceWhatItConnects(t *testing.T) {
	data := t.TempDir()
	p, link := owned(t, data)
	secret := strings.TrimSpace(hubbubToken(t, data, "--user", "ada", "--name", "Page"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	page, _, err := websocket.Dial(ctx, "ws://"+link.Host+"/ws", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + secret}},
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer page.CloseNow() //nolint:errcheck // it is closed by then
	if err := page.Write(ctx, websocket.MessageText, []byte(`{"register":{}}`)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := page.Read(ctx); err != nil {
		t.Fatal(err)
	}
	list := hubbubToken(t, data, "--list")
	var id string
	for line := range strings.Lines(list) {
		if words := strings.Fields(line); strings.Contains(line, " Page ") {
			id = words[0]
		}
	}
	if id == "" || strings.Contains(list, secret) {
		t.Fatalf("the list is\n%s", list)
	}
	if said := hubbubToken(t, data, "--revoke", id); said != "" {
		t.Errorf("it prints %q", said)
	}
	for err == nil {
		_, _, err = page.Read(ctx)
	}
	if websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("the page's connection: %v", err)
	}
	if status, _ := p.try(link, secret, "/api/v1/pushes", `{}`); status != http.StatusUnauthorized {
		t.Errorf("the token still works: %d", status)
	}
	if list := hubbubToken(t, data, "--list"); strings.Contains(list, id) {
		t.Errorf("the list is\n%s", list)
	}
	p.end()
}

func TestATokenNeedsAnOwner(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--addr", "127.0.0.1:0", "--data", data)
	p.line()
	refusedToken(t, data, "no owner yet")
	p.end()
	refusedToken(t, data, "no owner yet")
}

func TestAFolderThatIsHeldButDoesNotAnswer(t *testing.T) {
	data := t.TempDir()
	p, _ := owned(t, data)
	if err := os.Remove(filepath.Join(data, controlFile)); err != nil {
		t.Fatal(err)
	}
	refusedToken(t, data, "cannot be reached")
	p.end()
}
