package server_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/server/webpush"
	"hubbub/server/webpush/pushtest"
	"hubbub/shared"
)

// ringEnv makes this program a server that is killed: a ringOrder as JSON.
const ringEnv = "HUBBUB_TEST_RING"

type ringOrder struct {
	Path, Token, Key string
	Certificate      []byte // of the push service
}

// begin starts the server.
func (o ringOrder) begin(ctx context.Context) (*server.Server, *sqlstore.Store, error) {
	store, err := sqlstore.Open(ctx, o.Path, sqlstore.Options{})
	if err != nil {
		return nil, nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(o.Certificate)
	n, err := webpush.New(o.Key, webpush.Options{Loopback: true, Roots: roots})
	if err != nil {
		return nil, nil, err
	}
	s, err := server.New(ctx, server.Options{
		Store: store, Notifier: n, Log: slog.New(slog.DiscardHandler),
		Live: server.LiveOptions{NoticeDelay: time.Millisecond, NoticeRetry: 5 * time.Millisecond, UserRate: 1e6, UserBurst: 1e6},
	})
	return s, store, err
}

func ringUntilKilled(order string) error {
	var o ringOrder
	if err := json.Unmarshal([]byte(order), &o); err != nil {
		return err
	}
	s, _, err := o.begin(context.Background())
	if err != nil {
		return err
	}
	for {
		ok, err := say(s, o.Token, shared.NewID())
		if err != nil {
			return err
		}
		fmt.Println(ok.Event.Seq)
	}
}

// say posts over the server's own API.
func say(s http.Handler, token, text string) (ok shared.OK, err error) {
	body, err := json.Marshal(shared.Post{Room: lobby, Key: shared.NewID(), Text: text})
	if err != nil {
		return ok, err
	}
	r := httptest.NewRequest("POST", "/api/v1/post", strings.NewReader(string(body)))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return ok, fmt.Errorf("the post was answered %d: %s", w.Code, w.Body)
	}
	return ok, json.NewDecoder(w.Body).Decode(&ok)
}

// ackedUntilKilled runs the server and kills it after some acknowledgements. It
// returns the last of them.
func (o ringOrder) ackedUntilKilled(t *testing.T, n int) (last shared.Seq) {
	t.Helper()
	order, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ringEnv+"="+string(order))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := 0; i < n && lines.Scan(); i++ {
		if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Process.Kill()
	for lines.Scan() { // it had acknowledged these, too
		_, _ = fmt.Sscan(lines.Text(), &last)
	}
	_ = cmd.Wait()
	if last == 0 {
		t.Fatal("it acknowledged nothing")
	}
	return last
}

// settle makes a server with ada, who talks, and bob, whose browser wants to be
// told of everything.
func (o *ringOrder) settle(t *testing.T, service *pushtest.Service) *pushtest.Browser {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), o.Path, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := webpush.New(o.Key, webpush.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := service.Subscribe(n.Key())
	o.Token = shared.NewSecret()
	o.people(t, store, b.Device())
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return b
}

// people moves ada and bob in, with bob's device.
func (o *ringOrder) people(t *testing.T, store server.Store, d shared.NewDevice) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	ada := shared.User{ID: "ada", Name: "ada", Role: shared.RoleOwner, Handle: "ada"}
	bob := shared.User{ID: "bob", Name: "bob", Role: shared.RoleGuest}
	session := func(of shared.UserID, token string) server.Session {
		return server.Session{ID: string(of), User: of, Hash: hash(token), Created: now, Seen: now, Expires: now.Add(time.Hour)}
	}
	for _, err := range []error{
		store.Claim(ctx, server.Account{User: ada}, "Town", shared.Room{ID: lobby, Name: "lobby"}, now),
		store.AddInvite(ctx, shared.Invite{Code: "code", By: ada.Author()}),
		second(store.Accept(ctx, "code", server.Account{User: bob}, now)),
		store.AddSession(ctx, session("ada", o.Token)),
		store.AddSession(ctx, session("bob", shared.NewSecret())),
		store.AddDevice(ctx, server.Device{
			ID: "phone", Member: "bob", Session: "bob", Endpoint: d.Endpoint, P256dh: d.Keys.P256dh, Auth: d.Keys.Auth,
		}, now),
		store.Involve(ctx, "bob", shared.Involve{Room: lobby, Involvement: shared.InEverything}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func second(_ shared.RoomID, _ []shared.Event, err error) error { return err }

func TestAMessageNotifiesThoughTheServerIsKilledOnceItWasAcknowledged(t *testing.T) {
	service := pushtest.New(t)
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	o := ringOrder{Path: filepath.Join(t.TempDir(), "hubbub.db"), Key: key, Certificate: service.Certificate()}
	b := o.settle(t, service)
	for range 5 {
		acked := o.ackedUntilKilled(t, 1+rand.IntN(30))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		s, store, err := o.begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		last, err := store.Last(ctx, lobby)
		if err != nil || last < acked {
			t.Fatalf("%d was acknowledged, the log ends at %d: %v", acked, last, err)
		}
		for told := shared.Seq(0); told < last; {
			d, err := b.Next(ctx)
			if err != nil {
				t.Fatalf("%d was acknowledged, the device was told of %d: %v", acked, told, err)
			}
			var n roomNews
			if err := json.Unmarshal(d.Payload, &n); err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("lobby/%d", n.Seq); n.ID != want {
				t.Errorf("message %d came as %s", n.Seq, n.ID)
			}
			told = n.Seq
		}
		if _, err := store.SetRead(ctx, "bob", shared.ReadMark{Room: lobby, Seq: last}); err != nil { // what comes late tells nothing
			t.Fatal(err)
		}
		if err := errors.Join(s.Shutdown(ctx), store.Close()); err != nil {
			t.Fatal(err)
		}
		cancel()
	}
}
