//go:build !js

package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hubbub/server"
	"hubbub/server/datadir"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// controlFile is a socket in the data folder, on which the server takes the
// commands of other runs of this program: it holds the folder, so that it alone
// writes there, and tells who is connected. Whoever can open the socket may do
// everything: they could read the database, too.
const controlFile = "control.sock"

// control carries out commands as anybody.
type control struct {
	store server.Store
	chat  *server.Server
	site  string // where people reach it, or "" when nobody does
}

// do carries out a command as who has a handle, or as the owner.
func (c control) do(ctx context.Context, handle string, f shared.Frame) (shared.OK, error) {
	as, err := c.find(ctx, handle)
	if err != nil {
		return shared.OK{}, err
	}
	if f.Recover != nil && f.Recover.User == "" { // whoever has the data folder may, for anybody
		r, err := c.chat.Recover(ctx, as)
		r.Path = c.site + r.Path
		return shared.OK{Recovery: &r}, err
	}
	return c.chat.Do(ctx, as, f)
}

func (c control) find(ctx context.Context, handle string) (shared.UserID, error) {
	if handle != "" {
		account, err := c.store.Account(ctx, strings.ToLower(strings.TrimPrefix(handle, "@")))
		if errors.Is(err, server.ErrNotFound) {
			return "", shared.Errorf(shared.CodeNotFound, "nobody here has the handle %q", handle)
		}
		return account.ID, err
	}
	users, err := c.store.Users(ctx)
	for i := range users {
		if users[i].Role == shared.RoleOwner {
			return users[i].ID, err
		}
	}
	if err == nil {
		err = shared.Errorf(shared.CodeNotFound, "this server has no owner yet: open the setup link that it printed")
	}
	return "", err
}

// ServeHTTP answers a frame by one, on behalf of the handle in the query.
func (c control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var f, answer shared.Frame
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, shared.MaxFrame))
	if err == nil {
		err = json.Unmarshal(body, &f)
	}
	if err == nil {
		var ok shared.OK
		ok, err = c.do(r.Context(), r.URL.Query().Get("as"), f)
		answer.OK = &ok
	}
	if err != nil {
		answer = shared.Frame{Error: shared.AsError(err)}
	}
	_, _ = w.Write(answer.Encode()) // who asked may have gone
}

// listen answers other runs of this program until end is called. A server does
// without where there can be no such socket.
func (c control) listen(dir *datadir.Dir, log *slog.Logger) (end func()) {
	path := dir.Path(controlFile)
	_ = os.Remove(path) // of a server that was killed: this one holds the folder
	l, err := net.Listen("unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		log.Info("no control socket: hubbub token and hubbub reset work only while the server is stopped", "err", err)
		return func() {}
	}
	front := &http.Server{Handler: c, ReadTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = front.Serve(l) // it ends with Close
	}()
	return func() {
		_ = front.Close() // and removes the socket
		<-done
	}
}

// doer carries out a command as who has a handle, or as the owner.
type doer func(ctx context.Context, handle string, f shared.Frame) (shared.OK, error)

// reach finds the server of a data folder: the one that runs, or else one of
// its own, that nobody can connect to.
func reach(ctx context.Context, data string, log *slog.Logger) (do doer, end func() error, err error) {
	if _, err := os.Stat(filepath.Join(data, databaseFile)); err != nil {
		return nil, nil, fmt.Errorf("the folder %s has no server's data: name its folder with --data, or start hubbub there once", data)
	}
	if do, end, ok := dialControl(filepath.Join(data, controlFile)); ok {
		return do, end, nil
	}
	dir, err := datadir.Open(data)
	if errors.Is(err, datadir.ErrInUse) {
		return nil, nil, fmt.Errorf("a Hubbub runs on the data folder %s, and cannot be reached there: try again, or stop it first", data)
	}
	if err != nil {
		return nil, nil, explainFolder(data, err)
	}
	store, err := sqlstore.Open(ctx, dir.Path(databaseFile), sqlstore.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, dir.Close())
	}
	chat, err := server.New(ctx, server.Options{Store: store, Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, store.Close(), dir.Close())
	}
	return control{store: store, chat: chat}.do, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		return errors.Join(chat.Shutdown(ctx), store.Close(), dir.Close())
	}, nil
}

// dialControl reaches the server that runs, if there is one.
func dialControl(path string) (do doer, end func() error, ok bool) {
	var dialer net.Dialer
	probe, err := dialer.Dial("unix", path)
	if err != nil {
		return nil, nil, false
	}
	_ = probe.Close()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", path)
	}}
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	do = func(ctx context.Context, handle string, f shared.Frame) (shared.OK, error) {
		return ask(ctx, client, handle, f)
	}
	return do, func() error { transport.CloseIdleConnections(); return nil }, true
}

// ask has a server that runs carry out a command.
func ask(ctx context.Context, client *http.Client, handle string, f shared.Frame) (shared.OK, error) {
	address := "http://hubbub/?as=" + url.QueryEscape(handle)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(f.Encode()))
	if err != nil {
		return shared.OK{}, err
	}
	resp, err := client.Do(r)
	if err != nil {
		return shared.OK{}, fmt.Errorf("asking the server that runs: %w", err)
	}
	defer resp.Body.Close()
	var answer shared.Frame
	err = json.NewDecoder(resp.Body).Decode(&answer)
	switch {
	case err != nil:
		return shared.OK{}, fmt.Errorf("asking the server that runs: %w", err)
	case answer.Error != nil:
		return shared.OK{}, answer.Error
	case answer.OK == nil:
		return shared.OK{}, errors.New("the server that runs gave no answer: is it of another version?")
	}
	return *answer.OK, nil
}
