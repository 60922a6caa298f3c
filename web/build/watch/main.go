// Command watch builds and starts Hubbub, and does so again whenever a source
// file changes. Its arguments are Hubbub's. Run it from the repository's root.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// pause is how often the tree is looked at.
const pause = 500 * time.Millisecond

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "watch:", err)
		os.Exit(1)
	}
}

// run returns when ctx ends and Hubbub with it.
func run(ctx context.Context, args []string) error {
	hubbub := &program{args: args}
	defer hubbub.stop()
	looked := time.NewTicker(pause)
	defer looked.Stop()
	var last string
	for {
		now, err := snapshot(os.DirFS("."))
		if err != nil {
			return err
		}
		if now != last {
			last = now
			hubbub.renew(ctx)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-looked.C:
		}
	}
}
