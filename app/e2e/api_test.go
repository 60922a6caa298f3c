//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"hubbub/shared"
)

// apiProgram is what docs/api.md has in a language, all of it, with this
// server's address and room.
func (h *hubbub) apiProgram(t *testing.T, language string, room shared.RoomID) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, block := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(doc), -1) {
		all.WriteString(block[1])
	}
	for _, what := range []string{"localhost:8080", "correct horse", "rlobby2a3b4c5d6e"} {
		if !strings.Contains(string(doc), what) {
			t.Fatalf("docs/api.md has no %q", what)
		}
	}
	return strings.NewReplacer("localhost:8080", h.addr, "rlobby2a3b4c5d6e", string(room)).Replace(all.String())
}

func TestTheCurlLinesOfTheAPIDocumentWorkAsPrinted(t *testing.T) {
	h := start(t)
	ada := h.own()
	room := h.welcome(ada).Rooms[0].ID
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "log.txt"), []byte("step 1\nstep 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	screen, err := os.ReadFile("../../web/icons/icon-192.png")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "screen.png"), screen, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-eu", "-o", "pipefail", "-c", h.apiProgram(t, "sh", room))
	shell.Dir = dir
	out, err := shell.CombinedOutput()
	if err != nil || strings.Contains(string(out), `"code"`) {
		t.Fatalf("%v\n%s", err, out)
	}
	var got struct{ Page shared.Page }
	h.api(ada, "history", shared.HistoryQuery{Room: room, Before: shared.MaxSeq, Limit: 50}, &got)
	var said []string
	for _, ev := range got.Page.Events {
		if ev.Message != nil {
			files := ""
			for _, f := range ev.Message.Files {
				files += " + " + f.Name
			}
			said = append(said, ev.By.Name+": "+ev.Message.Text+files)
		}
	}
	want := []string{
		"Cron: Backup done: 3 GB in 4 minutes",
		`Cron: Filesystem.*\n.*%.*`,
		`Cron: Build 7 \(https://ci.example.org/7\) is done`,
		"Cron: log.txt\n```\nstep 1\nstep 2\n```",
		"Cron: The nightly build failed\nlog.txt\n```\nstep 1\nstep 2\n``` \\+ screen.png",
		"Cron: Deploy\nv1.5\nto production\nBy: Ada",
		"Cron: Backup done",
		"Builder: Build 7 is done",
		`Builder: It looks like this \+ screen.png`,
	}
	if len(said) != len(want) {
		t.Fatalf("the room heard %d messages, want %d: %q", len(said), len(want), said)
	}
	for i, pattern := range want {
		if !regexp.MustCompile("^" + pattern + "$").MatchString(said[i]) {
			t.Errorf("the room heard %q, want %q", said[i], pattern)
		}
	}
}

func TestTheGoBotOfTheAPIDocumentAnswers(t *testing.T) {
	h := start(t)
	ada := h.own()
	room := h.welcome(ada).Rooms[0].ID
	var made struct {
		Bot   shared.User
		Token shared.Token
	}
	h.api(ada, "bot", shared.NewBot{Name: "Greeter"}, &made)
	h.api(ada, "add", shared.MemberRef{Room: room, User: made.Bot.ID}, nil)
	scopes := []shared.Scope{shared.ScopePost, shared.ScopeRead}
	h.api(ada, "token", shared.TokenRequest{Name: "bot", Scopes: scopes, User: made.Bot.ID}, &made)

	bot := exec.Command(buildBot(t, h.apiProgram(t, "go", room)))
	bot.Env = append(os.Environ(), "ROOM="+string(room), "TOKEN="+made.Token.Secret)
	bot.Stderr = h
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = bot.Process.Signal(syscall.SIGINT)
		if err := bot.Wait(); err != nil {
			t.Errorf("the bot ended: %v", err)
		}
	})
	for n, deadline := 0, time.Now().Add(patience); ; n++ {
		var got struct{ Page shared.Page }
		h.api(ada, "history", shared.HistoryQuery{Room: room, Before: shared.MaxSeq, Limit: 1}, &got)
		if last := got.Page.Events[0]; last.By.ID == made.Bot.ID && last.Message != nil {
			if last.Message.Text != "Hello, Ada Lovelace!" {
				t.Errorf("it says %q", last.Message.Text)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("it says nothing")
		}
		// Again: what was said before the bot came is no news to it.
		h.api(ada, "post", shared.Post{Room: room, Key: "hello-" + strconv.Itoa(n), Text: "!hello"}, nil)
		time.Sleep(50 * time.Millisecond) // polls another process
	}
}

// buildBot builds a program as if it were a package of this module.
func buildBot(t *testing.T, program string) (binary string) {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(root, "app", "greeter", "main.go"): filepath.Join(dir, "main.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"main.go": program, "overlay.json": string(overlay)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary = filepath.Join(dir, "greeter")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, "./app/greeter")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}
