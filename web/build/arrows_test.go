package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// deps is what a package links, for the browser or for this machine.
func deps(t *testing.T, pkg string, env ...string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg)
	return list(t, cmd, env)
}

func list(t *testing.T, cmd *exec.Cmd, env []string) []string {
	t.Helper()
	readSources(t)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return strings.Fields(string(out))
}

// readSources lets go test know that a result depends on them: it sees what
// this process reads, not what the go command does.
func readSources(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"app", "server", "shared"} {
		if err := filepath.WalkDir("../../"+dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(name) == ".go" {
				_, err = os.ReadFile(name)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

var browser = []string{"GOOS=js", "GOARCH=wasm"}

func TestSharedLinksTheStandardLibraryOnly(t *testing.T) {
	for _, env := range [][]string{nil, browser} {
		for _, dep := range deps(t, "./shared", env...) {
			if dep != "hubbub/shared" {
				t.Errorf("shared links %s (%v)", dep, env)
			}
		}
	}
}

// What the browser program may link. Each module here is paid for by everybody
// who opens a page.
func TestTheBrowserProgramLinksOnlyWhatItMay(t *testing.T) {
	allowed := []string{
		"hubbub/app", "hubbub/shared",
		"github.com/maxence-charriere/go-app/v10/pkg/app",
		"github.com/maxence-charriere/go-app/v10/pkg/errors",
		"github.com/google/uuid", // go-app's
		"github.com/coder/websocket",
	}
	for _, dep := range deps(t, "./app/browser", browser...) {
		ok := false
		for _, a := range allowed {
			ok = ok || dep == a || strings.HasPrefix(dep, a+"/")
		}
		if !ok {
			t.Errorf("the browser program links %s", dep)
		}
	}
}

func TestTheBrowserProgramLinksNoHeavyPartOfTheStandardLibrary(t *testing.T) {
	overlay := overlayFile(t)
	all := list(t, exec.Command("go", "list", "-overlay", overlay, "-deps", "./app/browser"), browser)
	for _, dep := range all {
		switch dep {
		case "html/template", "text/template", "crypto/tls", "crypto/x509", "mime/multipart", "compress/flate", "database/sql", "os/exec", "log/slog", "regexp/syntax", "crypto/internal/fips140", "vendor/golang.org/x/net/dns/dnsmessage":
			t.Errorf("the browser program links %s", dep)
		}
	}
}

func TestTheServerDoesNotLinkTheApp(t *testing.T) {
	for _, dep := range deps(t, "./server/...") {
		if strings.HasPrefix(dep, "hubbub/app") && dep != "hubbub/app/client" || dep == "hubbub/web" {
			t.Errorf("the server links %s", dep)
		}
	}
}

func TestTheStandInsHaveAllThatTheBrowserProgramNeeds(t *testing.T) {
	cmd := exec.Command("go", "build", "-overlay", overlayFile(t), "-o", os.DevNull, "./app/browser")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), append(browser, "CGO_ENABLED=0")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestThePlainBuildOfTheBrowserProgramWorksToo(t *testing.T) {
	cmd := exec.Command("go", "vet", "./app/browser")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), append(browser, "CGO_ENABLED=0")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func overlayFile(t *testing.T) string {
	t.Helper()
	overlay, err := writeOverlay(t.TempDir(), "standins")
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}
