package server_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain runs the tests, or the crowd of clients that a benchmark starts as a
// process of its own, so that their CPU time is not the server's.
func TestMain(m *testing.M) {
	if os.Getenv(crowdEnv) != "" {
		if err := runCrowd(os.Getenv(crowdEnv)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
