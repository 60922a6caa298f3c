//go:build !js

package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
	_ "time/tzdata" // the first paint is in the reader's zone on machines without a list of them, too

	"hubbub/app"
	"hubbub/server"
	"hubbub/server/broken"
	"hubbub/server/datadir"
	"hubbub/server/sqlstore"
	"hubbub/web"
)

const (
	databaseFile = "hubbub.db"
	setupSecret  = "setup-token" // there until the server has an owner
	shutdownTime = 10 * time.Second
)

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
		URL: s.url, TrustedProxies: s.trust, SetupToken: token, Log: log,
	})
	if errors.Is(err, server.ErrBadURL) {
		err = fmt.Errorf("%q is not an address for --url: give a scheme and a host, and a path if it has one, "+
			"like https://chat.example.org or https://example.org/chat", s.url)
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
