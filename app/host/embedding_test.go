//go:build !js

package host

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/shared"
)

// The program in docs/embedding.md is built as it stands and visited.
func TestTheProgramInTheDocumentEmbedsAServer(t *testing.T) {
	binary, addr := buildEmbedder(t)
	startEmbedder(t, binary, addr)
	site := "http://" + addr
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if got := visit(t, ctx, site+"/chat/", ""); got.status != http.StatusSeeOther || got.to != "/login?next=%2Fchat%2F" {
		t.Errorf("a stranger is led to %d %s", got.status, got.to)
	}
	home := visit(t, ctx, site+"/chat/", "s3cret-of-ada")
	if home.status != http.StatusSeeOther || !strings.HasPrefix(home.to, "/chat/r/") {
		t.Fatalf("Ada is led to %d %s", home.status, home.to)
	}
	room := visit(t, ctx, site+home.to, "s3cret-of-ada")
	if room.status != http.StatusOK || !strings.Contains(room.body, "Riverside") || !strings.Contains(room.body, "Ada Lovelace") {
		t.Errorf("Ada sees %d %s", room.status, room.body)
	}
	header := http.Header{"Cookie": {"login=s3cret-of-bob"}}
	bob, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(site, "http")+"/chat/ws", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		t.Fatal(err)
	}
	defer bob.CloseNow() //nolint:errcheck // it is read no more
	if err := bob.Write(ctx, websocket.MessageText, []byte(`{"register":{"event":"order"}}`)); err != nil {
		t.Fatal(err)
	}
	hear(t, ctx, bob, func(f shared.Frame) bool { return f.OK != nil && f.OK.Registered.UserID == "42" })
	resp, err := http.Post(site+"/order", "", nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the order: %v %+v", err, resp)
	}
	_ = resp.Body.Close()
	hear(t, ctx, bob, func(f shared.Frame) bool { return f.Pushed != nil && f.Pushed.Message == "Your order is on its way" })
}

// buildEmbedder builds the first program of the document, with a port that is
// free, as if it were a package of this module.
func buildEmbedder(t *testing.T) (binary, addr string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(text), "```go\n")
	program, _, ok := strings.Cut(program, "```\n")
	if !ok {
		t.Fatal("there is no program in the document")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte(strings.Replace(program, "localhost:8000", addr, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "app", "embedder", "main.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	binary = filepath.Join(dir, "embedder")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, "./app/embedder")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary, addr
}

// startEmbedder runs it until the end of the test.
func startEmbedder(t *testing.T, binary, addr string) {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Dir = t.TempDir()
	said := new(safeBuffer)
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	deadline := time.Now().Add(time.Minute)
	for {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not listen: %v\n%s", err, said)
		}
		time.Sleep(10 * time.Millisecond) // polls another process
	}
}

type page struct {
	status   int
	to, body string
}

func visit(t *testing.T, ctx context.Context, url, login string) page {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if login != "" {
		r.AddCookie(&http.Cookie{Name: "login", Value: login})
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	to := resp.Header.Get("Location")
	if to == "/chat/signin" { // a step on the way
		return visit(t, ctx, strings.TrimSuffix(url, "/chat/")+to, login)
	}
	return page{resp.StatusCode, to, string(body)}
}

// hear reads until a frame is as wanted.
func hear(t *testing.T, ctx context.Context, c *websocket.Conn, wanted func(shared.Frame) bool) {
	t.Helper()
	for found := false; !found; {
		_, message, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := shared.Decode(message, func(f shared.Frame) error {
			found = found || wanted(f)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}
