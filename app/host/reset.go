//go:build !js

package host

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/peterbourgon/ff/v3"

	"hubbub/shared"
)

const resetHelp = `Makes a link with which somebody who forgot their password chooses a new one:
once, within a day. It ends all their logins. Whoever has it is them: hand it
over well.

  hubbub reset HANDLE [settings]   also while the server runs, also for owners

Settings
  --data FOLDER    the server's (default ./data)
  --url URL        what people type, for the link; default the server's own

HUBBUB_DATA, HUBBUB_URL and --config FILE hold as they do for the server.
`

// runReset is hubbub reset.
func runReset(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	handle, data, url, err := parseReset(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, resetHelp)
		return 0
	}
	if err == nil {
		log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
		err = resetPassword(ctx, handle, data, url, stdout, log)
	}
	if err != nil {
		fmt.Fprintln(stderr, "hubbub reset:", err)
		return 1
	}
	return 0
}

func parseReset(args []string) (handle, data, url string, err error) {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") { // before the settings, as people write it
		handle, args = args[0], args[1:]
	}
	set := flag.NewFlagSet("hubbub reset", flag.ContinueOnError)
	set.SetOutput(io.Discard) // runReset says it, once
	set.StringVar(&data, "data", "data", "")
	set.StringVar(&url, "url", "", "")
	set.String("config", "", "")
	err = ff.Parse(set, args,
		ff.WithEnvVarPrefix("HUBBUB"),
		ff.WithConfigFileFlag("config"),
		ff.WithConfigFileParser(ff.PlainParser),
		ff.WithIgnoreUndefined(true), // the file is the server's
	)
	if handle == "" && set.NArg() == 1 {
		handle = set.Arg(0)
	} else if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("%q is not a setting; see hubbub reset --help", set.Arg(0))
	}
	if err == nil && handle == "" {
		err = errors.New("say whose password: hubbub reset HANDLE")
	}
	return handle, data, url, err
}

func resetPassword(ctx context.Context, handle, data, url string, stdout io.Writer, log *slog.Logger) error {
	do, end, err := reach(ctx, data, log)
	if err != nil {
		return err
	}
	ok, err := do(ctx, handle, shared.Frame{Recover: &shared.UserRef{}})
	if err := errors.Join(err, end()); err != nil {
		return err
	}
	link := ok.Recovery.Path // the server that runs says all of it
	if url != "" {
		link = strings.TrimSuffix(url, "/") + link[strings.Index(link, "/recover/"):]
	} else if strings.HasPrefix(link, "/") {
		fmt.Fprintln(stdout, "Start the server; this is the link's path at its address:")
	}
	_, err = fmt.Fprintln(stdout, link)
	return err
}
