package server_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

const (
	lobby    = shared.RoomID("lobby")
	patience = 20 * time.Second // before a test gives up; none waits this long when all is well
)

// town is a whole server on a loopback socket with a store in a file. Its owner
// is ada, its first room the lobby. Identifiers are names, so that frames can
// be read.
type town struct {
	testing.TB
	store  server.Store
	server *server.Server
	http   *httptest.Server
}

// builder is newTown or newSecureTown, for what has to hold for both.
type builder func(t testing.TB, o server.Options, wrap ...func(net.Conn) net.Conn) *town

// newTown starts a server. wrap, if any, changes each connection it accepts.
func newTown(t testing.TB, o server.Options, wrap ...func(net.Conn) net.Conn) *town {
	t.Helper()
	return newTownIn(t, filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{}, o, wrap...)
}

// newSecureTown is newTown over TLS.
func newSecureTown(t testing.TB, o server.Options, wrap ...func(net.Conn) net.Conn) *town {
	t.Helper()
	tn := buildTown(t, filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{}, o, wrap...)
	tn.http.StartTLS()
	return tn
}

// newTownIn is newTown with its store in a certain file.
func newTownIn(t testing.TB, path string, so sqlstore.Options, o server.Options, wrap ...func(net.Conn) net.Conn) *town {
	t.Helper()
	tn := buildTown(t, path, so, o, wrap...)
	tn.http.Start()
	return tn
}

// buildTown makes a server that does not listen yet.
func buildTown(t testing.TB, path string, so sqlstore.Options, o server.Options, wrap ...func(net.Conn) net.Conn) *town {
	t.Helper()
	ctx := t.Context()
	store, err := sqlstore.Open(ctx, path, so)
	if err != nil {
		t.Fatal(err)
	}
	ada := server.Account{User: shared.User{ID: "ada", Name: "ada", Role: shared.RoleOwner, Handle: "ada"}}
	if err := store.Claim(ctx, ada, "Town", shared.Room{ID: lobby, Name: "lobby"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	o.Store = store
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Live.UserBurst == 0 {
		o.Live.UserRate, o.Live.UserBurst = 1e6, 1e6
	}
	if o.Live.Burst == 0 {
		o.Live.Rate, o.Live.Burst = 1e6, 1e6
	}
	if o.Live.UserConns == 0 {
		o.Live.UserConns = 1e6
	}
	s, err := server.New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	tn := &town{TB: t, store: store, server: s, http: httptest.NewUnstartedServer(s)}
	for _, f := range wrap {
		tn.http.Listener = wrappedListener{tn.http.Listener, f}
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		tn.http.Close()
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return tn
}

type wrappedListener struct {
	net.Listener
	wrap func(net.Conn) net.Conn
}

func (l wrappedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.wrap(c), nil
}

// moveIn makes people, who come to the lobby.
func (tn *town) moveIn(names ...string) {
	tn.Helper()
	ctx := tn.Context()
	for _, name := range names {
		code := "invite-" + name
		err := tn.store.AddInvite(ctx, shared.Invite{Code: code, By: shared.Author{ID: "ada", Name: "ada"}, Room: lobby})
		if err != nil {
			tn.Fatal(err)
		}
		u := server.Account{User: shared.User{ID: shared.UserID(name), Name: name, Role: shared.RoleGuest}}
		if _, _, err := tn.store.Accept(ctx, code, u, time.Now()); err != nil {
			tn.Fatal(err)
		}
		if _, err := tn.store.SetPassword(ctx, u.ID, name, "no password has this hash"); err != nil {
			tn.Fatal(err)
		}
	}
}

// moveOut takes people out of the lobby.
func (tn *town) moveOut(names ...string) {
	tn.Helper()
	for _, name := range names {
		id := shared.UserID(name)
		if _, err := tn.store.RemoveMember(tn.Context(), shared.Author{ID: id, Name: name}, lobby, id, time.Now()); err != nil {
			tn.Fatal(err)
		}
	}
}

// token begins a session.
func (tn *town) token(user string) string {
	tn.Helper()
	token := shared.NewSecret()
	now := time.Now()
	err := tn.store.AddSession(tn.Context(), server.Session{
		ID: shared.NewID(), User: shared.UserID(user), Hash: sha256.Sum256([]byte(token)),
		Device: "test", Created: now, Seen: now, Expires: now.Add(1e6 * time.Hour),
	})
	if err != nil {
		tn.Fatal(err)
	}
	return token
}

// tls is what a client needs to know to trust the town, nil without TLS.
func (tn *town) tls() *tls.Config {
	if tn.http.TLS == nil {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AddCert(tn.http.Certificate())
	return &tls.Config{RootCAs: roots, ServerName: "example.com"} // httptest's
}

// dialTCP connects without a request.
func (tn *town) dialTCP(t testing.TB) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", tn.http.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if config := tn.tls(); config != nil {
		conn = tls.Client(conn, config)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func (tn *town) socketURL() string { return "ws" + strings.TrimPrefix(tn.http.URL, "http") + "/ws" }

// caller is one connection. It reads only when asked: replies and what comes
// unasked are two streams, each in order.
type caller struct {
	*town
	name    string
	ws      *websocket.Conn
	nextID  int64
	replies []shared.Frame
	unasked []shared.Frame
}

// dial connects without saying hello. token may be empty.
func (tn *town) dial(name, token string) *caller {
	tn.Helper()
	c, err := tn.tryDial(name, token, nil)
	if err != nil {
		tn.Fatal(err)
	}
	return c
}

func (tn *town) tryDial(name, token string, o *websocket.DialOptions) (*caller, error) {
	if o == nil {
		o = &websocket.DialOptions{Subprotocols: []string{shared.Subprotocol}}
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: tn.tls()}}
	}
	if o.HTTPHeader == nil {
		o.HTTPHeader = http.Header{}
	}
	if token != "" {
		o.HTTPHeader.Set("Authorization", "Bearer "+token)
	}
	ctx, cancel := context.WithTimeout(tn.Context(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, tn.socketURL(), o)
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1)
	tn.Cleanup(func() { _ = ws.CloseNow() })
	return &caller{town: tn, name: name, ws: ws, nextID: 1000}, nil
}

// call connects and says hello.
func (tn *town) call(name string) *caller {
	tn.Helper()
	return tn.resume(name, shared.Hello{})
}

func (tn *town) resume(name string, h shared.Hello) *caller {
	tn.Helper()
	c := tn.dial(name, tn.token(name))
	if ok := c.do(shared.Frame{Hello: &h}); ok.Welcome == nil {
		tn.Fatalf("%s: no welcome: %+v", name, ok)
	}
	return c
}

func (c *caller) send(message string) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), patience)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		c.Fatalf("%s: %v", c.name, err)
	}
}

// read takes in one WebSocket message.
func (c *caller) read() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	kind, message, err := c.ws.Read(ctx)
	if err != nil {
		return err
	}
	if kind != websocket.MessageText {
		return fmt.Errorf("a message of kind %v", kind)
	}
	return shared.Decode(message, func(f shared.Frame) error {
		switch {
		case f.OK != nil || f.Error != nil:
			c.replies = append(c.replies, f)
		case f.Beat == nil:
			c.unasked = append(c.unasked, f)
		}
		return nil
	})
}

// take returns the next frame of a stream.
func (c *caller) take(stream *[]shared.Frame) (shared.Frame, error) {
	for end := time.Now().Add(patience); len(*stream) == 0; { // beats may go on for ever
		if err := c.read(); err != nil {
			return shared.Frame{}, fmt.Errorf("%s: %w", c.name, err)
		}
		if time.Now().After(end) {
			return shared.Frame{}, fmt.Errorf("%s: nothing but beats", c.name)
		}
	}
	f := (*stream)[0]
	*stream = (*stream)[1:]
	return f, nil
}

// try sends a command and returns its reply.
func (c *caller) try(f shared.Frame) (shared.OK, error) {
	c.Helper()
	c.nextID++
	f.ID = c.nextID
	c.send(string(f.Encode()))
	reply, err := c.take(&c.replies)
	switch {
	case err != nil:
		return shared.OK{}, err
	case reply.ID != f.ID:
		return shared.OK{}, fmt.Errorf("%s: a reply to %d, want %d", c.name, reply.ID, f.ID)
	case reply.Error != nil:
		return shared.OK{}, reply.Error
	}
	return *reply.OK, nil
}

func (c *caller) do(f shared.Frame) shared.OK {
	c.Helper()
	ok, err := c.try(f)
	if err != nil {
		c.Fatalf("%s: %v", c.name, err)
	}
	return ok
}

func (c *caller) post(key, text string) shared.Event {
	c.Helper()
	return *c.do(shared.Frame{Post: &shared.Post{Room: lobby, Key: key, Text: text}}).Event
}

// hear returns the next frame that came unasked.
func (c *caller) hear() shared.Frame {
	c.Helper()
	f, err := c.take(&c.unasked)
	if err != nil {
		c.Fatal(err)
	}
	return f
}

// hearNothing proves with a ping that nothing more came unasked.
func (c *caller) hearNothing() {
	c.Helper()
	c.do(shared.Frame{Ping: &shared.Nothing{}})
	if len(c.unasked) > 0 {
		c.Fatalf("%s hears %s", c.name, c.unasked[0].Encode())
	}
}

// hearEvents expects the events (after, last] of the lobby, in order, and
// passes over what is not an event.
func (c *caller) hearEvents(after, last shared.Seq) {
	c.Helper()
	for want := after + 1; want <= last; {
		f := c.hear()
		if f.Event == nil {
			continue
		}
		if f.Event.Seq != want {
			c.Fatalf("%s hears event %d, want %d", c.name, f.Event.Seq, want)
		}
		want++
	}
}

// hearClose expects the connection to be closed with a code.
func (c *caller) hearClose(want websocket.StatusCode) {
	c.Helper()
	for {
		err := c.read()
		if err == nil {
			continue
		}
		var closed websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != want {
			c.Fatalf("%s: %v, want close %d", c.name, err, want)
		}
		return
	}
}
