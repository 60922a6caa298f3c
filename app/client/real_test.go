//go:build !js

package client

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// patience is how long anything may take before a test gives up. It decides
// nothing.
const patience = time.Minute

// house is a real server on a real store, behind a proxy that stays when the
// server goes. Ada and bob are in its lobby.
type house struct {
	t      testing.TB
	dir    string
	proxy  *proxy
	store  *sqlstore.Store
	server *server.Server
	http   *httptest.Server
	tokens map[string]string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), tokens: map[string]string{"ada": shared.NewSecret(), "bob": shared.NewSecret()}}
	h.proxy = newProxy(t)
	h.furnish("first.db")
	h.open("first.db")
	t.Cleanup(h.close)
	return h
}

// furnish makes a database with the people and the lobby.
func (h *house) furnish(file string) {
	h.t.Helper()
	store, err := sqlstore.Open(h.t.Context(), filepath.Join(h.dir, file), sqlstore.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, now := h.t.Context(), time.Now()
	ada := server.Account{User: shared.User{ID: "ada", Name: "Ada", Handle: "ada", Role: shared.RoleOwner}}
	bob := server.Account{User: shared.User{ID: "bob", Name: "Bob", Role: shared.RoleGuest}}
	err = errors.Join(
		store.Claim(ctx, ada, "House", shared.Room{ID: "lobby", Name: "lobby"}, now),
		store.AddInvite(ctx, shared.Invite{Code: "code", By: ada.Author(), Room: "lobby"}),
	)
	_, _, accepted := store.Accept(ctx, "code", bob, now)
	err = errors.Join(err, accepted)
	for user, token := range h.tokens {
		err = errors.Join(err, store.AddSession(ctx, server.Session{
			ID: shared.NewID(), User: shared.UserID(user), Hash: sha256.Sum256([]byte(token)),
			Created: now, Seen: now, Expires: now.Add(time.Hour),
		}))
	}
	if err := errors.Join(err, store.Close()); err != nil {
		h.t.Fatal(err)
	}
}

// open starts a server on a database.
func (h *house) open(file string) {
	h.t.Helper()
	var err error
	h.store, err = sqlstore.Open(h.t.Context(), filepath.Join(h.dir, file), sqlstore.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.server, err = server.New(h.t.Context(), server.Options{
		Store: h.store,
		Log:   slog.New(slog.DiscardHandler),
		Live:  server.LiveOptions{Rate: 1e6, Burst: 1e6, UserRate: 1e6, UserBurst: 1e6},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.http = httptest.NewServer(h.server)
	h.proxy.lead(h.http.Listener.Addr().String())
}

// close shuts the server down as a program would.
func (h *house) close() {
	h.proxy.lead("")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := h.server.Shutdown(ctx)
	h.http.Close()
	if err := errors.Join(err, h.store.Close()); err != nil {
		h.t.Errorf("closing: %v", err)
	}
}

func (h *house) url() string { return "ws://" + h.proxy.listener.Addr().String() + "/ws" }

func (h *house) resident(user string) *resident {
	return live(h.t, Options{URL: h.url(), Token: h.tokens[user]})
}

// log is the lobby as the store has it.
func (h *house) log() (events []shared.Event) {
	h.t.Helper()
	for {
		after := shared.Seq(len(events))
		more, err := h.store.After(h.t.Context(), "lobby", after, shared.MaxPage)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(more) == 0 {
			return events
		}
		events = append(events, more...)
	}
}

// until waits for a condition.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

func (r *resident) untilLive() {
	r.t.Helper()
	until(r.t, "live", func() bool { return r.State().Phase == Live && r.Timeline("lobby").Loaded })
}

// proxy carries TCP to wherever the server is, and resets connections.
type proxy struct {
	listener net.Listener
	work     sync.WaitGroup

	mu    sync.Mutex
	to    string                // guarded by mu: nobody when empty
	conns map[net.Conn]struct{} // guarded by mu
}

func newProxy(t testing.TB) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, conns: make(map[net.Conn]struct{})}
	p.work.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
		p.work.Wait()
	})
	return p
}

// lead has new connections go to an address.
func (p *proxy) lead(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
}

func (p *proxy) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		to := p.to
		p.mu.Unlock()
		out, err := net.Dial("tcp", cmp.Or(to, "127.0.0.1:0"))
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns[in], p.conns[out] = struct{}{}, struct{}{}
		p.mu.Unlock()
		p.work.Go(func() { p.carry(in, out) })
		p.work.Go(func() { p.carry(out, in) })
	}
}

func (p *proxy) carry(to, from net.Conn) {
	_, _ = io.Copy(to, from) // ends with either
	_, _ = to.Close(), from.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, to)
	delete(p.conns, from)
}

// cut resets every connection, whatever was on its way.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.(*net.TCPConn).SetLinger(0)
		_ = c.Close()
	}
}

func TestTwoPeopleChat(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.resident("ada"), h.resident("bob")
	ada.Open("lobby")
	bob.Open("lobby")
	ada.untilLive()
	bob.untilLive()

	var talking sync.WaitGroup
	talking.Go(func() { ada.say("lobby", numbered("ada", 50)...) })
	talking.Go(func() { bob.say("lobby", numbered("bob", 50)...) })
	talking.Wait()
	until(t, "both see everything", func() bool {
		return ada.room("lobby").Last == bob.room("lobby").Last && len(textsOf(ada.Timeline("lobby").Events)) == 100 &&
			len(textsOf(bob.Timeline("lobby").Events)) == 100
	})
	if a, b := textsOf(ada.Timeline("lobby").Events), textsOf(bob.Timeline("lobby").Events); !slices.Equal(a, b) {
		t.Errorf("ada sees %q\nbob sees %q", a, b)
	}
	if got := bob.room("lobby").Unread; got != 50 {
		t.Errorf("bob has %d unread", got)
	}
	bob.MarkRead("lobby", bob.room("lobby").Last)
	until(t, "the server knows that bob has read", func() bool {
		st, err := h.store.RoomOf(t.Context(), "lobby", "bob")
		return err == nil && st.Unread == 0
	})

	ok, err := ada.Do(t.Context(), shared.Frame{Create: &shared.NewRoom{Name: "attic"}})
	if err != nil {
		t.Fatal(err)
	}
	attic := ok.Room.ID
	if _, err := ada.Do(t.Context(), shared.Frame{Add: &shared.MemberRef{Room: attic, User: "bob"}}); err != nil {
		t.Fatal(err)
	}
	ada.Open(attic)
	ada.say(attic, "up here")
	until(t, "bob hears from the attic", func() bool { return bob.room(attic).Unread == 1 })
	if _, err := ada.Do(t.Context(), shared.Frame{Remove: &shared.MemberRef{Room: attic, User: "bob"}}); err != nil {
		t.Fatal(err)
	}
	until(t, "bob is out of it", func() bool { return len(bob.State().Rooms) == 1 })
	until(t, "ada is alone there", func() bool { return ada.room(attic).Members == 1 })
}

func TestARestartOfTheServerLosesNothing(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.resident("ada"), h.resident("bob")
	ada.Open("lobby")
	bob.Open("lobby")
	ada.untilLive()
	bob.untilLive()
	texts := numbered("ada", 120)
	ada.say("lobby", texts[:60]...)
	h.close() // in the middle of it
	until(t, "ada knows", func() bool { return ada.State().Phase != Live })
	ada.say("lobby", texts[60:]...)
	h.open("first.db")
	ada.Wake()
	bob.Wake()
	until(t, "bob sees everything", func() bool { return len(textsOf(bob.Timeline("lobby").Events)) >= len(texts) })
	until(t, "ada too", func() bool { return len(ada.State().Unsent) == 0 })
	bob.shows("lobby", texts...)
	ada.shows("lobby", texts...)
}

func TestCutConnectionsLoseNothingAndDuplicateNothing(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.resident("ada"), h.resident("bob")
	ada.Open("lobby")
	bob.Open("lobby")
	ada.untilLive()
	bob.untilLive()

	const each = 150
	stop := make(chan struct{})
	var cutting sync.WaitGroup
	cutting.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(5+rand.IntN(40)) * time.Millisecond):
				h.proxy.cut()
				ada.Wake()
				bob.Wake()
			}
		}
	})
	var talking sync.WaitGroup
	for r, name := range map[*resident]string{ada: "ada", bob: "bob"} {
		talking.Go(func() {
			for i := range each {
				r.say("lobby", fmt.Sprintf("%s %d", name, i+1))
				if i%10 == 9 {
					until(t, "what was said is sent", func() bool { return len(r.State().Unsent) == 0 })
				}
			}
		})
	}
	talking.Wait()
	close(stop)
	cutting.Wait()
	want := textsOf(h.log())
	for r, name := range map[*resident]string{ada: "ada", bob: "bob"} {
		r.Wake()
		until(t, name+" sees everything", func() bool { return len(textsOf(r.Timeline("lobby").Events)) == len(want) })
		r.shows("lobby", want...)
		mine := slices.DeleteFunc(slices.Clone(want), func(text string) bool { return !strings.HasPrefix(text, name) })
		if !slices.Equal(mine, numbered(name, each)) {
			t.Errorf("%s said %q", name, mine)
		}
	}
}

func TestARestoredDatabaseIsAFreshStart(t *testing.T) {
	h := newHouse(t)
	ada := h.resident("ada")
	ada.Open("lobby")
	ada.untilLive()
	ada.say("lobby", numbered("before", 20)...)
	until(t, "all is sent", func() bool { return len(ada.State().Unsent) == 0 })
	ada.mu.Lock()
	clear(ada.posted) // it is of a history that is no more
	ada.mu.Unlock()
	h.close()
	ada.say("lobby", "after")
	h.furnish("second.db")
	h.open("second.db")
	ada.Wake()
	until(t, "the new log is there", func() bool {
		return ada.State().Phase == Live && slices.Equal(textsOf(ada.Timeline("lobby").Events), []string{"after"})
	})
	if got, want := ada.Timeline("lobby").Events, h.log(); len(got) != len(want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
}

func TestSigningOutEndsTheClient(t *testing.T) {
	h := newHouse(t)
	ada := h.resident("ada")
	ada.Open("lobby")
	ada.untilLive()
	if err := h.store.EndSessions(t.Context(), "ada", ""); err != nil {
		t.Fatal(err)
	}
	h.proxy.cut()
	<-ada.done
	if !errors.Is(ada.err, ErrSignedOut) {
		t.Errorf("Run returned %v", ada.err)
	}
}
