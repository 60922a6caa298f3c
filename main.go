// Command hubbub is a chat server for one command: it keeps everything in one
// folder, serves the app and the API on one address, and prints one line that
// says where.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the first paint is in the reader's zone on machines without a list of them, too

	"github.com/peterbourgon/ff/v3"

	"hubbub/app"
	"hubbub/app/load"
	"hubbub/app/testbed"
	"hubbub/app/torture"
	"hubbub/server"
	"hubbub/server/broken"
	"hubbub/server/datadir"
	"hubbub/server/sqlstore"
	"hubbub/web"
)

// version is set by the linker (-X main.version=…); see buildVersion.
var version string

const (
	databaseFile = "hubbub.db"
	setupSecret  = "setup-token" // there until the server has an owner
	shutdownTime = 10 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns when ctx ends or something is wrong, with the
// exit code. What is wrong is one sentence on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		if tool := tools()[args[0]]; tool != nil {
			return tool(ctx, trialServer(), args[1:], stdout, stderr)
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
	return map[string]tool{"torture": torture.Run, "load": load.Run}
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

// serve runs a server until ctx ends. It takes the address first: where that
// fails, nothing else was touched.
func serve(ctx context.Context, s settings, stdout, stderr io.Writer) (err error) {
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: s.level}))
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return explainListen(s.addr, err)
	}
	defer listener.Close() // for the ways out before http.Server owns it

	dir, err := datadir.Open(s.data)
	if err != nil {
		return explainFolder(s.data, err)
	}
	defer func() { err = errors.Join(err, dir.Close()) }()

	store, err := sqlstore.Open(ctx, dir.Path(databaseFile), sqlstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	kept, err := defective(store, s)
	if err != nil {
		return err
	}

	chat, link, err := newServer(ctx, s, dir, kept, listener.Addr(), log)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, link)
	return serveUntil(ctx, listener, chat, log)
}

// defective is a store as it is, or with the defect that a trial is to find.
func defective(store server.Store, s settings) (server.Store, error) {
	if s.defect == "" {
		return store, nil
	}
	return broken.Store(store, s.defect)
}

// newServer makes the chat server, and the link to print: where to become the
// owner, or where the server is.
func newServer(
	ctx context.Context, s settings, dir *datadir.Dir, store server.Store, addr net.Addr, log *slog.Logger,
) (chat *server.Server, link string, err error) {
	assets, err := web.Open()
	if err != nil {
		return nil, "", err
	}
	token, err := setupToken(ctx, dir, store)
	if err != nil {
		return nil, "", explainFolder(s.data, err)
	}
	chat, err = server.New(ctx, server.Options{
		Store: store, Pages: app.NewPages(assets), Assets: assets, Version: assets.Version(),
		URL: s.url, SetupToken: token, Log: log,
	})
	if errors.Is(err, server.ErrBadURL) {
		err = fmt.Errorf("%q is not an address for --url: give a scheme and a host, like https://chat.example.org", s.url)
	}
	link = strings.TrimSuffix(s.url, "/")
	if link == "" {
		link = "http://" + reachable(s.addr, addr)
	}
	if token != "" {
		link += "/setup?token=" + token
	}
	return chat, link, err
}

// setupToken is what lets its bearer become the owner: the same at every start
// until there is one, then "" and forgotten.
func setupToken(ctx context.Context, dir *datadir.Dir, store server.Store) (string, error) {
	_, err := store.ServerName(ctx)
	switch {
	case err == nil:
		return "", dir.Forget(setupSecret)
	case errors.Is(err, server.ErrNotFound):
		return dir.Secret(setupSecret)
	}
	return "", err
}

// serveUntil answers requests until ctx ends, then lets everybody finish.
func serveUntil(ctx context.Context, l net.Listener, chat *server.Server, log *slog.Logger) error {
	front := &http.Server{
		Handler:           chat,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      10 * time.Minute, // the app over the slowest line
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- front.Serve(l) }()
	log.Info("started", "addr", l.Addr().String(), "version", buildVersion())
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	err = errors.Join(err, chat.Shutdown(ctx), front.Shutdown(ctx))
	log.Info("stopped")
	return err
}

// settings is what a person can decide.
type settings struct {
	addr, data, url string
	level           slog.Level
	version         bool
	defect          string // of a trial's server
}

const help = `Hubbub is chat and push from one program.

  hubbub [settings]
  hubbub torture     proves on this machine that no message is ever lost
  hubbub load        measures what this machine, or another, delivers

Started without settings it makes its data folder, listens on this machine, and
prints one line: first the link with which you become the owner, later only its
address. Ctrl-C stops it; nothing that was acknowledged is ever lost.

Settings
  --addr HOST:PORT   where to listen (default localhost:8080);
                     ":8080" lets other machines in
  --data FOLDER      where everything is kept (default ./data); back this up
  --url URL          what people type, like https://chat.example.org; needed
                     behind a proxy that does TLS, so that links and cookies fit
  --log-level LEVEL  debug, info, warn (the default) or error; logs go to stderr
  --config FILE      a file with one setting per line, like "addr :8080"
  --version          say which version this is
  --help             say this

Each setting can also come from the environment, as HUBBUB_ADDR, HUBBUB_DATA,
HUBBUB_URL, HUBBUB_LOG_LEVEL and HUBBUB_CONFIG. The command line wins over the
environment, and that over the file.
`

func parseSettings(args []string) (settings, error) {
	var s settings
	set := flag.NewFlagSet("hubbub", flag.ContinueOnError)
	set.SetOutput(io.Discard) // run says it, once
	set.StringVar(&s.addr, "addr", "localhost:8080", "")
	set.StringVar(&s.data, "data", "data", "")
	set.StringVar(&s.url, "url", "", "")
	set.BoolVar(&s.version, "version", false, "")
	set.String("config", "", "")
	if len(args) > 0 && args[0] == trialCommand {
		set.StringVar(&s.defect, "break", "", "")
		args = args[1:]
	}
	set.TextVar(&s.level, "log-level", slog.LevelWarn, "")
	err := ff.Parse(set, args,
		ff.WithEnvVarPrefix("HUBBUB"),
		ff.WithConfigFileFlag("config"),
		ff.WithConfigFileParser(ff.PlainParser),
	)
	if err != nil {
		return s, fmt.Errorf("%w; see hubbub --help", err)
	}
	if set.NArg() > 0 {
		return s, fmt.Errorf("%q is not a setting; see hubbub --help", set.Arg(0))
	}
	return s, nil
}

// reachable is how a browser on this machine writes the address that was
// listened on.
func reachable(asked string, got net.Addr) string {
	host, _, err := net.SplitHostPort(asked)
	if err != nil {
		return got.String()
	}
	_, port, err := net.SplitHostPort(got.String())
	if err != nil {
		return got.String()
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	if port == "80" && !strings.Contains(host, ":") {
		return host
	}
	return net.JoinHostPort(host, port)
}

func explainListen(addr string, err error) error {
	var unknown *net.DNSError
	var bad *net.AddrError
	switch {
	case errors.Is(err, syscall.EADDRINUSE), strings.Contains(err.Error(), "Only one usage of each socket address"):
		return fmt.Errorf("the address %s is in use: stop the program that holds it, perhaps another Hubbub, "+
			"or choose another with --addr", addr)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("this user may not listen on %s: choose a port above 1023 with --addr", addr)
	case errors.As(err, &unknown), errors.As(err, &bad), errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%q is not an address of this machine: give --addr as host:port, like localhost:8080", addr)
	}
	return fmt.Errorf("cannot listen on %s: %w", addr, err)
}

func explainFolder(path string, err error) error {
	if errors.Is(err, datadir.ErrInUse) {
		return fmt.Errorf("another Hubbub is running on the data folder %s: stop it, or choose another folder with --data", path)
	}
	return fmt.Errorf("the data folder %s cannot be used (%w): let the user that runs Hubbub write there, "+
		"or choose another with --data", path, err)
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
