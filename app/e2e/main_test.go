//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// What the whole suite shares: one binary and one Chromium, in which every
// person has a profile of their own.
var suite struct {
	binary  string
	browser context.Context
	axe     string // source of axe-core
}

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "hubbub-e2e-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)

	suite.binary = filepath.Join(dir, "hubbub")
	build := exec.Command("go", "build", "-o", suite.binary, "hubbub")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the server: %w\n%s", err, out)
	}
	if suite.axe, err = fetchAxe(dir); err != nil {
		return 0, err
	}

	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.UserDataDir(filepath.Join(dir, "profile")),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	browser, quit := chromedp.NewContext(alloc)
	defer quit()
	if err := chromedp.Do(browser); err != nil {
		return 0, fmt.Errorf("start Chromium (is it installed?): %w", err)
	}
	suite.browser = browser
	code := m.Run()
	return code, chromedp.Cancel(browser) // waits until its processes are gone
}

// fetchAxe returns the source of axe-core, from the npm registry.
func fetchAxe(dir string) (string, error) {
	pack := exec.Command("npm", "pack", "--silent", "axe-core@4.10.3")
	pack.Dir = dir
	pack.Stderr = os.Stderr
	if err := pack.Run(); err != nil {
		return "", fmt.Errorf("fetch axe-core with npm: %w", err)
	}
	untar := exec.Command("tar", "xzf", "axe-core-4.10.3.tgz", "package/axe.min.js")
	untar.Dir = dir
	if out, err := untar.CombinedOutput(); err != nil {
		return "", fmt.Errorf("unpack axe-core: %w\n%s", err, out)
	}
	source, err := os.ReadFile(filepath.Join(dir, "package", "axe.min.js"))
	return string(source), err
}
