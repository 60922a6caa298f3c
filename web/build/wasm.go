package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildWasm compiles the browser program and returns it. net/http is replaced
// through an overlay: plain builds of the same package stay as they are.
func buildWasm(tmp string) ([]byte, error) {
	standIn, err := filepath.Abs("web/build/nethttp/http.go.txt")
	if err != nil {
		return nil, err
	}
	overlay, err := writeOverlay(tmp, standIn)
	if err != nil {
		return nil, err
	}
	out := filepath.Join(tmp, "app.wasm")
	args := []string{"build", "-trimpath", "-ldflags=-s -w", "-overlay", overlay, "-o", out}
	cmd := exec.Command("go", append(append(args, inlineWhatIsHot()...), "./app/browser")...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build app/browser: %w\n%s", err, said)
	}
	return os.ReadFile(out)
}

// inlineWhatIsHot are the flags with which only the packages where a browser
// spends its time copy functions into their callers: for the others, that would
// be a twelfth more to fetch.
func inlineWhatIsHot() []string {
	flags := []string{"-gcflags=all=-l"}
	for _, hot := range []string{
		"runtime/...", "internal/...", "sync/...", "syscall/...", "unicode/...", "encoding/json", "reflect",
		"strconv", "strings", "bytes", "slices", "maps", "cmp", "hubbub/app/client", "hubbub/shared",
	} {
		flags = append(flags, "-gcflags="+hot+"=")
	}
	return flags
}

// writeOverlay writes a go build overlay in which the package net/http is the
// file standIn alone, and returns its path.
func writeOverlay(tmp, standIn string) (string, error) {
	root, err := goroot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "src", "net", "http")
	real, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(real) == 0 {
		return "", fmt.Errorf("no net/http in %s (%v)", dir, err)
	}
	replace := make(map[string]string, len(real)+1)
	for _, f := range real {
		replace[f] = "" // as if it were not there
	}
	replace[filepath.Join(dir, "standin.go")] = standIn
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(tmp, "overlay.json")
	return path, os.WriteFile(path, b, 0o600)
}

func goroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
