package sqlstore

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// The variables that make the test binary a child: what it does, and where.
const (
	childRole = "HUBBUB_SQLSTORE_CHILD"
	childPath = "HUBBUB_SQLSTORE_PATH"
)

// errorer is what a check complains to: a test, or a child process.
type errorer interface {
	Context() context.Context
	Errorf(format string, args ...any)
}

// child is a process of its own, for what a test must not do to itself.
type child struct{ failed bool }

func (*child) Context() context.Context { return context.Background() }

func (c *child) Errorf(format string, args ...any) {
	c.failed = true
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// runChild carries out the role that the environment gives, if it gives one.
func runChild() (was bool) {
	role, path := os.Getenv(childRole), os.Getenv(childPath)
	run, ok := childRoles()[role]
	if role == "" {
		return false
	}
	c := new(child)
	if !ok {
		c.Errorf("no such role: %q", role)
	} else {
		run(c, path)
	}
	if c.failed {
		os.Exit(1)
	}
	return true
}

// childCommand is the test binary in a role.
func childCommand(t *testing.T, role, path string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	stderr = new(bytes.Buffer)
	cmd = exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childRole+"="+role, childPath+"="+path)
	cmd.Stderr = stderr
	return cmd, stderr
}
