//go:build e2e

package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// These tests are of what make build made, so they need it: make test.

func release(t *testing.T) *Assets {
	t.Helper()
	a, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if a.URL("app.wasm") == "" {
		t.Fatal("nothing is built: run make build")
	}
	return a
}

// wasmBudget is what app.wasm may weigh, in bytes, compressed as browsers get it.
const wasmBudget = 1_600_000

func TestTheWasmIsWithinItsBudget(t *testing.T) {
	wasm := release(t).byName["app.wasm"]
	t.Logf("app.wasm: %d bytes, brotli %d, gzip %d", wasm.Size, wasm.Brotli, wasm.Gzip)
	if wasm.Brotli > wasmBudget {
		t.Errorf("app.wasm is %d bytes in brotli, budget %d: what does it link that it did not before?", wasm.Brotli, wasmBudget)
	}
}

func TestEverythingThatTheWorkerKeepsIsServed(t *testing.T) {
	a := release(t)
	_, worker := get(a, "GET", "/sw.js")
	urls := regexp.MustCompile(`"(/web/[^"]+)"`).FindAllStringSubmatch(worker, -1)
	if len(urls) < 10 {
		t.Fatalf("the worker keeps %d files:\n%s", len(urls), worker)
	}
	for _, u := range urls {
		for _, encoding := range []string{"", "gzip", "br"} {
			answer, body := get(a, "GET", u[1], "Accept-Encoding", encoding)
			if answer.StatusCode != http.StatusOK || body == "" {
				t.Errorf("%s as %q: %d, %d bytes", u[1], encoding, answer.StatusCode, len(body))
			}
		}
	}
}

func TestTheEmojiComeOnlyWhenTheyAreNeeded(t *testing.T) {
	a := release(t)
	table := a.byName["emoji.txt"]
	_, worker := get(a, "GET", "/sw.js")
	keep := regexp.MustCompile(`"keep":\[[^\]]*\]`).FindString(worker)
	later := regexp.MustCompile(`"later":\[[^\]]*\]`).FindString(worker)
	if keep == "" || strings.Contains(keep, table.Path) || !strings.Contains(later, table.Path) {
		t.Errorf("the worker fetches %s at once, or never keeps it", table.Path)
	}
	if _, script := get(a, "GET", a.URL("app.js")); !strings.Contains(script, `"`+table.Path+`"`) {
		t.Errorf("the script does not know of %s", table.Path)
	}
	if table.Brotli > 90_000 {
		t.Errorf("the table is %d bytes in brotli", table.Brotli)
	}
}

func TestTheManifestMakesTheAppInstallable(t *testing.T) {
	a := release(t)
	_, text := get(a, "GET", "/manifest.webmanifest")
	var m struct {
		Name, Display, Scope string
		StartURL             string `json:"start_url"`
		ShortName            string `json:"short_name"`
		Icons                []struct{ Src, Sizes, Type, Purpose string }
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if m.StartURL != "./" || m.Scope != "./" || m.Name == "" || m.ShortName == "" || m.Display != "standalone" {
		t.Errorf("got %+v", m)
	}
	missing := map[string]bool{"192x192 ": true, "512x512 ": true, "512x512 maskable": true}
	for _, icon := range m.Icons {
		answer, _ := get(a, "GET", strings.TrimPrefix(icon.Src, "."))
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != icon.Type {
			t.Errorf("%s: %d %s, want %s", icon.Src, answer.StatusCode, answer.Header.Get("Content-Type"), icon.Type)
		}
		delete(missing, icon.Sizes+" "+icon.Purpose)
	}
	if len(missing) > 0 {
		t.Errorf("no icon for %v", missing)
	}
	if answer, _ := get(a, "GET", "/favicon.ico"); answer.StatusCode != http.StatusOK {
		t.Errorf("favicon: %d", answer.StatusCode)
	}
}

func TestTheShellNeedsNothingInline(t *testing.T) {
	a := release(t)
	_, page := get(a, "GET", a.URL("shell.html"))
	for _, bad := range []string{BasePlace, "<style", "style=", "<script>", "onclick"} {
		if strings.Contains(page, bad) {
			t.Errorf("the Content-Security-Policy forbids %s in\n%s", bad, page)
		}
	}
}
