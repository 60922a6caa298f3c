package server_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs the tests, or what they start as a process of its own: the crowd
// of clients of a benchmark, so that their CPU time is not the server's, a program
// that locks the database, and a server that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(crowdEnv) != "" {
		if err := runCrowd(os.Getenv(crowdEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if order := os.Getenv(ringEnv); order != "" {
		if err := ringUntilKilled(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(lockEnv); path != "" {
		if err := holdLock(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
