//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hubbub/shared"
)

func TestThePrintedBotAnswers(t *testing.T) {
	h := start(t)
	ada, lobby := h.furnish()
	bot := h.join(ada, "Echo")
	h.runBot(t, h.snippet(t, "python", "!echo"), bot)

	asked := 0 // when it listens nobody can tell from outside: ask until it answers
	wait(t, "the bot", func() bool {
		asked++
		h.post(ada, lobby, fmt.Sprintf("!echo 回声 %d \"quoted\"", asked))
		return len(h.saidBy(ada, lobby, "Echo")) > 0
	})
	for _, text := range []string{"!echo once more", "this is !echo for nobody", "!echo the end"} {
		h.post(ada, lobby, text)
	}
	var said []string
	wait(t, "all answers", func() bool {
		said = h.saidBy(ada, lobby, "Echo")
		return said[len(said)-1] == "the end"
	})
	want := []string{fmt.Sprintf("回声 %d \"quoted\"", asked), "once more", "the end"}
	if got := said[max(0, len(said)-3):]; !slices.Equal(got, want) {
		t.Errorf("at last it said %q, want %q", got, want)
	}
}

// runBot runs a Python program until the end of the test, which fails if it
// ended before.
func (h *hubbub) runBot(t *testing.T, program, token string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bot.py")
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", path)
	cmd.Env = append(os.Environ(), "TOKEN="+token)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		select {
		case err := <-ended:
			t.Errorf("the bot ended: %v\n%s", err, said.String())
		default:
			stop()
			<-ended
		}
	})
}

// saidBy is what somebody has said in a room, of its newest messages.
func (h *hubbub) saidBy(token string, room shared.RoomID, name string) (texts []string) {
	h.t.Helper()
	var ok shared.OK
	h.api(token, "history", shared.HistoryQuery{Room: room, Before: 1<<53 - 1, Limit: shared.MaxPage}, &ok)
	for _, e := range ok.Page.Events {
		if e.Message != nil && e.By.Name == name {
			texts = append(texts, e.Message.Text)
		}
	}
	return texts
}

// wait polls until something that a program outside does has happened.
func wait(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !happened(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
