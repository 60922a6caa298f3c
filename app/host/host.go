//go:build !js

package host

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"hubbub/app/check"
	"hubbub/app/load"
	"hubbub/app/testbed"
	"hubbub/app/torture"
)

// version is set by the linker (-X hubbub/app/host.version=…); see buildVersion.
var version string

// Run is the program: it returns when ctx ends or something is wrong, with the
// exit code. What is wrong is one sentence on stderr.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		if tool := tools()[args[0]]; tool != nil {
			return tool(ctx, trialServer(), args[1:], stdout, stderr)
		}
		if args[0] == "token" {
			return runToken(ctx, args[1:], stdout, stderr)
		}
		if args[0] == "reset" {
			return runReset(ctx, args[1:], stdout, stderr)
		}
	}
	s, err := parseSettings(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, help)
		return 0
	case err == nil && s.version:
		fmt.Fprintf(stdout, "hubbub %s (%s %s/%s)\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return 0
	case err == nil:
		err = serve(ctx, s, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "hubbub:", err)
		return 1
	}
	return 0
}

// tool is a subcommand that tries a server which it starts with a command.
type tool func(ctx context.Context, start testbed.Command, args []string, stdout, stderr io.Writer) int

func tools() map[string]tool {
	return map[string]tool{"check": check.Run, "torture": torture.Run, "load": load.Run}
}

// trialCommand has this program be the server that a tool tries.
const trialCommand = "trial-server"

func trialServer() testbed.Command {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return testbed.Command{self, trialCommand}
}

// buildVersion is what the release was called, or else the commit it is of.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
