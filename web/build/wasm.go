package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// buildWasm compiles the browser program and returns it. Some packages are
// replaced through an overlay: plain builds of the same program stay as they
// are.
func buildWasm(tmp string) ([]byte, error) {
	overlay, err := writeOverlay(tmp, "web/build/standins")
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

// writeOverlay writes a go build overlay in which each package that has a
// stand-in in the directory is that file alone, and returns its path. A slash
// of a package's path is "_" in the name of the stand-in's file.
func writeOverlay(tmp, directory string) (string, error) {
	standIns, err := filepath.Glob(filepath.Join(directory, "*.go.txt"))
	if err != nil || len(standIns) == 0 {
		return "", fmt.Errorf("no stand-ins in %s (%v)", directory, err)
	}
	replace := make(map[string]string)
	for _, file := range standIns {
		name := strings.TrimSuffix(filepath.Base(file), ".go.txt")
		if err := standIn(replace, strings.ReplaceAll(name, "_", "/"), file); err != nil {
			return "", err
		}
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(tmp, "overlay.json")
	return path, os.WriteFile(path, b, 0o600)
}

// standIn has file replace all others of a package.
func standIn(replace map[string]string, pkg, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		return fmt.Errorf("go list %s: %w", pkg, err)
	}
	dir := strings.TrimSpace(string(out))
	real, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(real) == 0 {
		return fmt.Errorf("no Go files of %s in %s (%v)", pkg, dir, err)
	}
	for _, f := range real {
		replace[f] = "" // as if it were not there
	}
	replace[filepath.Join(dir, "standin.go")] = file
	return nil
}

func goroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
