//go:build !js

package host

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestTheKeyForNotificationsIsMadeOnceAndKept(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	var kept []string
	for range 2 {
		p := start(t, "--addr", "127.0.0.1:0", "--data", data)
		if _, err := url.Parse(p.line()); err != nil {
			t.Fatal(err)
		}
		p.end()
		key, err := os.ReadFile(filepath.Join(data, pushKey))
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, string(key))
	}
	if kept[0] != kept[1] || strings.TrimSpace(kept[0]) == "" {
		t.Errorf("the key was %q, then %q", kept[0], kept[1])
	}
	if runtime.GOOS != "windows" {
		wantMode(t, filepath.Join(data, pushKey), 0o600)
	}
}

func TestAKeyForNotificationsThatIsDamaged(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, pushKey), []byte("scrambled\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, []string{"--addr", "127.0.0.1:0", "--data", data}, pushKey, "damaged", "backup")
	if key, err := os.ReadFile(filepath.Join(data, pushKey)); err != nil || string(key) != "scrambled\n" {
		t.Errorf("the key is now %q (%v)", key, err)
	}
}
