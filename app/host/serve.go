//go:build !js

package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
	_ "time/tzdata" // the first paint is in the reader's zone on machines without a list of them, too

	"hubbub/app"
	"hubbub/server"
	"hubbub/server/broken"
	"hubbub/server/datadir"
	"hubbub/server/filestore"
	"hubbub/server/sqlstore"
	"hubbub/web"
)

const (
	databaseFile = "hubbub.db"
	setupSecret  = "setup-token" // there until the server has an owner
	shutdownTime = 10 * time.Second
)

// serve runs a server until ctx ends. It opens the door first: where that
// fails, nothing else was touched.
func serve(ctx context.Context, s settings, stdout, stderr io.Writer) (err error) {
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: s.level}))
	door, err := openDoor(ctx, s, log)
	if err != nil {
		return err
	}
	defer door.close() // for the ways out before http.Server owns it

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

	chat, link, err := newServer(ctx, s, dir, kept, door.link(), log)
	if err != nil {
		return err
	}
	site := cmp.Or(strings.TrimSuffix(s.url, "/"), door.link())
	defer control{kept, chat, site}.listen(dir, log)()
	fmt.Fprintln(stdout, link)
	return serveUntil(ctx, door, chat, log)
}

// defective is a store as it is, or with the defect that a trial is to find.
func defective(store server.Store, s settings) (server.Store, error) {
	if s.defect == "" {
		return store, nil
	}
	return broken.Store(store, s.defect)
}

// newServer makes the chat server, and the link to print: where to become the
// owner, or where the server is. Without --url that is here.
func newServer(
	ctx context.Context, s settings, dir *datadir.Dir, store server.Store, here string, log *slog.Logger,
) (chat *server.Server, link string, err error) {
	assets, err := web.Open()
	if err != nil {
		return nil, "", err
	}
	token, err := setupToken(ctx, dir, store)
	if err != nil {
		return nil, "", explainFolder(s.data, err)
	}
	notifier, err := newNotifier(s, dir)
	if err != nil {
		return nil, "", err
	}
	files, err := filestore.Open(dir.Path(filesFolder))
	if err != nil {
		return nil, "", explainFolder(s.data, err)
	}
	chat, err = server.New(ctx, server.Options{
		Files: files, FileLimit: int64(s.files.limit), FileQuota: int64(s.files.quota),
		Store: store, Notifier: notifier, Pages: app.NewPages(assets), Assets: assets, Version: assets.Version(),
		URL: s.url, Origins: s.origins, TrustedProxies: s.trust, SetupToken: token, Log: log,
		Gravatar: s.gravatarClient(), Live: server.LiveOptions{UserConns: s.conns, AwayAfter: s.away},
	})
	if errors.Is(err, server.ErrBadURL) {
		err = fmt.Errorf("%q is not an address for --url: give a scheme and a host, and a path if it has one, "+
			"like https://chat.example.org or https://example.org/chat", s.url)
	}
	if errors.Is(err, server.ErrBadOrigin) {
		_, which, _ := strings.Cut(err.Error(), server.ErrBadOrigin.Error()+": ")
		err = fmt.Errorf("%s is not an origin for --origins: give schemes and hosts as browsers write them, with commas between, "+
			"like https://shop.example.org,http://localhost:3000", which)
	}
	link = cmp.Or(strings.TrimSuffix(s.url, "/"), here)
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
func serveUntil(ctx context.Context, d *door, chat *server.Server, log *slog.Logger) error {
	fronts := d.fronts(chat, log)
	failed := make(chan error, len(fronts))
	for _, f := range fronts {
		go func() { failed <- f.serve() }()
	}
	watching := d.watch(ctx)
	log.Info("started", "addr", d.main.Addr().String(), "version", buildVersion())
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	err = errors.Join(err, chat.Shutdown(ctx))
	for _, f := range fronts {
		err = errors.Join(err, f.Shutdown(ctx))
	}
	<-watching
	log.Info("stopped")
	return err
}
