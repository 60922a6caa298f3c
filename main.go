// Command hubbub is a chat server for one command: it keeps everything in one
// folder, serves the app and the API on one address, and prints one line that
// says where.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"hubbub/app/host"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(host.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
