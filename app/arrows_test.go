//go:build !js

package app

import (
	"os/exec"
	"strings"
	"testing"
)

func TestTheArrows(t *testing.T) {
	deps := func(target, pkg string) []string {
		cmd := exec.Command("go", "list", "-deps", pkg)
		cmd.Env = append(cmd.Environ(), "GOFLAGS=-buildvcs=false")
		if target == "js" {
			cmd.Env = append(cmd.Env, "GOOS=js", "GOARCH=wasm")
		}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list %s: %v", pkg, err)
		}
		return strings.Fields(string(out))
	}
	refuse := func(what string, list []string, not ...string) {
		for _, p := range list {
			for _, prefix := range not {
				if p == prefix || strings.HasPrefix(p, prefix+"/") {
					t.Errorf("%s reaches %s", what, p)
				}
			}
		}
	}
	refuse("the browser build", deps("js", "hubbub/app/browser"),
		"hubbub/server", "hubbub/web", "modernc.org", "github.com/pressly", "html/template", "text/template", "golang.org/x/text")
	refuse("the sync engine", deps("js", "hubbub/app/client"), "github.com/maxence-charriere")
	refuse("the server", deps("", "hubbub/server"), "hubbub/app", "hubbub/web", "modernc.org", "github.com/pressly", "github.com/SherClockHolmes")
	for _, p := range deps("", "hubbub/shared") {
		if strings.Contains(strings.Split(p, "/")[0], ".") {
			t.Errorf("shared imports %s", p)
		}
	}
}
