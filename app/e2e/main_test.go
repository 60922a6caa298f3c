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
	binary   string
	browser  context.Context
	packages string // folder of npm packages
	axe      string // source of axe-core
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
	if suite.packages, err = fetchPackages(dir); err != nil {
		return 0, err
	}
	axe, err := os.ReadFile(filepath.Join(suite.packages, "axe-core", "axe.min.js"))
	if err != nil {
		return 0, err
	}
	suite.axe = string(axe)

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

// fetchPackages gets the packages that the tests use from the npm registry, and
// returns the folder with them.
func fetchPackages(dir string) (string, error) {
	install := exec.Command("npm", "install", "--silent", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund",
		"--prefix", dir, "axe-core@4.10.3", "ws@8.23.0")
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetch packages with npm: %w\n%s", err, out)
	}
	return filepath.Join(dir, "node_modules"), nil
}
