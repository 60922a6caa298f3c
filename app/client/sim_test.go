//go:build !js

package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/server"
	"hubbub/server/broken"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// The simulation: a real server on a real store, and real clients, in one
// process on a fake clock, with a network in between that breaks. A seed
// decides who says what when and what breaks when; the order of what happens
// at the same instant is Go's.
var (
	simRuns = flag.Int("sim.runs", 150, "how many simulations to run")
	simSeed = flag.Uint64("sim.seed", 0, "run only this one")
)

const (
	simPeople = 4
	simSteps  = 80
	simPause  = 1500 * time.Millisecond // between steps, at most
)

var simRooms = []shared.RoomID{"lobby", "garden"}

// simAttic is a room with a long past, which people read somewhere in its
// middle and change.
const (
	simAttic = shared.RoomID("attic")
	simPast  = 240 // messages
)

// simTemplate makes the database that every run begins with, and the token of
// each of its people.
func simTemplate(t testing.TB) (file string, tokens []string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "template.db")
	store, err := sqlstore.Open(t.Context(), file, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := t.Context(), time.Now()
	ada := server.Account{User: shared.User{ID: "u0", Name: "u0", Handle: "u0", Role: shared.RoleOwner}}
	err = store.Claim(ctx, ada, "Sim", shared.Room{ID: simRooms[0], Name: "lobby"}, now)
	_, created := store.CreateRoom(ctx, ada.Author(), shared.Room{ID: simRooms[1], Name: "garden"}, now)
	err = errors.Join(err, created, store.AddInvite(ctx, shared.Invite{Code: "code", By: ada.Author(), Room: "lobby"}))
	for i := range simPeople {
		id := shared.UserID(fmt.Sprint("u", i))
		if i > 0 {
			_, _, accepted := store.Accept(ctx, "code", server.Account{User: shared.User{ID: id, Name: string(id), Role: shared.RoleMember}}, now)
			_, added := store.AddMember(ctx, ada.Author(), simRooms[1], id, now)
			err = errors.Join(err, accepted, added)
		}
		token := shared.NewSecret()
		tokens = append(tokens, token)
		err = errors.Join(err, store.AddSession(ctx, server.Session{
			ID: shared.NewID(), User: id, Hash: sha256.Sum256([]byte(token)), Created: now, Seen: now, Expires: now.Add(1e6 * time.Hour),
		}))
	}
	err = errors.Join(err, simFillAttic(ctx, store, ada, now))
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	return file, tokens
}

func simFillAttic(ctx context.Context, store *sqlstore.Store, ada server.Account, now time.Time) error {
	_, err := store.CreateRoom(ctx, ada.Author(), shared.Room{ID: simAttic, Name: "attic"}, now)
	for i := 1; i < simPeople; i++ {
		_, added := store.AddMember(ctx, ada.Author(), simAttic, shared.UserID(fmt.Sprint("u", i)), now)
		err = errors.Join(err, added)
	}
	for i := range simPast {
		by := shared.Author{ID: shared.UserID(fmt.Sprint("u", i%simPeople))}
		p := shared.Post{Room: simAttic, Key: fmt.Sprint("k", i), Text: fmt.Sprint("old #", i)}
		if i > 0 && i%5 == 0 {
			p.Reply = shared.Seq(simPeople + i) // some message before
		}
		_, _, said := store.Post(ctx, by, server.Said{Post: p}, now)
		err = errors.Join(err, said)
	}
	return err
}

// sim is one run.
type sim struct {
	rand   *rand.Rand
	net    *network
	file   string
	defect string
	tokens []string

	store  *sqlstore.Store
	server *server.Server
	front  *http.Server
	served chan struct{}

	people []*simPerson
	said   map[string]map[shared.RoomID][]string // by sender and room, in order
	told   int                                   // pushes so far

	changes sync.WaitGroup // on their way
}

// simPerson is a client, and what it saw.
type simPerson struct {
	name   string
	client *Client
	stop   context.CancelFunc
	done   chan struct{}

	mu   sync.Mutex
	last map[shared.RoomID]shared.Seq // guarded by mu
	news news                         // guarded by mu
	err  error                        // guarded by mu: what it should not have seen
}

// runSim plays a seed and returns what was wrong.
func runSim(t *testing.T, seed uint64, template, defect string, tokens []string) (wrong error) {
	data, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(memory(), "hubbub-sim-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "hubbub.db")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(seed, 0))
		s := &sim{
			rand: r, net: newNetwork(rand.New(rand.NewPCG(seed, 1))), file: file, defect: defect, tokens: tokens,
			said: make(map[string]map[shared.RoomID][]string),
		}
		wrong = s.play()
	})
	return wrong
}

// memory is a folder whose files cost no disk, where there is one.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func (s *sim) play() (err error) {
	if err := s.open(); err != nil {
		return err
	}
	for i := range simPeople {
		s.enter(i, fmt.Sprintf("u%d", i))
	}
	defer func() {
		for _, p := range s.people {
			p.leave()
		}
		s.changes.Wait()
		err = errors.Join(err, s.close(true))
		s.net.hangUp()
		time.Sleep(time.Minute) // what the network still carries arrives
	}()
	for range simSteps {
		time.Sleep(time.Duration(s.rand.Int64N(int64(simPause))))
		if err := s.step(); err != nil {
			return err
		}
	}
	return s.settle()
}

// step does one thing.
func (s *sim) step() error {
	switch n := s.rand.IntN(100); {
	case n < 20:
		return s.push()
	case n < 55:
		p := s.people[s.rand.IntN(len(s.people))]
		s.say(p, simRooms[s.rand.IntN(len(simRooms))])
	case n < 58:
		s.people[s.rand.IntN(len(s.people))].client.Look(simRooms[s.rand.IntN(len(simRooms))])
	case n < 66:
		s.changeSomething(s.people[s.rand.IntN(len(s.people))])
	case n < 70:
		p := s.people[s.rand.IntN(len(s.people))]
		p.client.OpenAt(simAttic, shared.Seq(1+s.rand.IntN(simPast)))
	case n < 78:
		s.net.each(3, (*link).reset)
	case n < 82:
		s.net.each(3, (*link).swallow)
	case n < 84:
		s.net.each(1, (*link).reset)
	case n < 88:
		s.people[s.rand.IntN(len(s.people))].client.Wake()
	case n < 92: // graceful, or as if it crashed
		if err := s.close(n%2 == 0); err != nil {
			return err
		}
		time.Sleep(time.Duration(s.rand.Int64N(int64(10 * time.Second))))
		return s.open()
	case n < 96:
		time.Sleep(time.Duration(s.rand.Int64N(int64(2 * time.Minute))))
	default: // somebody comes back with nothing but what was sent
		i := s.rand.IntN(len(s.people))
		if p := s.people[i]; len(p.client.State().Unsent) == 0 {
			p.leave()
			s.enter(i, p.name)
		}
	}
	return nil
}

func (s *sim) say(p *simPerson, room shared.RoomID) {
	if s.said[p.name] == nil {
		s.said[p.name] = make(map[shared.RoomID][]string)
	}
	text := fmt.Sprintf("%s #%d", p.name, len(s.said[p.name][room]))
	if _, err := p.client.Post(shared.Post{Room: room, Text: text}); err != nil {
		p.fault(err)
		return
	}
	s.said[p.name][room] = append(s.said[p.name][room], text)
}

// changeSomething has somebody change a message that they see. Whether the
// server ever hears of it does not matter.
func (s *sim) changeSomething(p *simPerson) {
	room := append(simRooms, simAttic)[s.rand.IntN(len(simRooms)+1)]
	events := p.client.Timeline(room).Events
	if len(events) == 0 {
		return
	}
	ev, n := events[s.rand.IntN(len(events))], s.rand.IntN(10)
	if ev.Message == nil {
		return
	}
	ref, f := shared.MessageRef{Room: room, Seq: ev.Seq}, shared.Frame{}
	switch own := room == simAttic && string(ev.By.ID) == p.name; {
	case own && n < 2:
		f.Delete = &ref
	case own && n < 8:
		f.Edit = &shared.Edit{Room: room, Seq: ev.Seq, Text: fmt.Sprint("new #", s.rand.IntN(1000))}
	default:
		f.React = &shared.React{Room: room, Seq: ev.Seq, Emoji: []string{"👍", "🎉"}[n%2], On: n < 6}
	}
	s.changes.Go(func() { _, _ = p.client.Do(context.Background(), f) })
}

// open starts the server on the store.
func (s *sim) open() (err error) {
	ctx := context.Background()
	if s.store, err = sqlstore.Open(ctx, s.file, sqlstore.Options{}); err != nil {
		return err
	}
	var store server.Store = s.store
	if s.defect != "" {
		if store, err = broken.Store(s.store, s.defect); err != nil {
			return err
		}
	}
	s.server, err = server.New(ctx, server.Options{Store: store, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	s.front = &http.Server{Handler: s.server, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	door, served := &door{network: s.net, shut: make(chan struct{})}, make(chan struct{})
	s.served = served
	go func() {
		defer close(served)
		_ = s.front.Serve(door) // until close
	}()
	s.net.mu.Lock()
	s.net.down = false
	s.net.mu.Unlock()
	return nil
}

// door is where one server listens on the network, which outlives it.
type door struct {
	*network
	shut chan struct{}
	once sync.Once
}

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.calls:
		return c, nil
	case <-d.shut:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (d *door) Close() error {
	d.once.Do(func() { close(d.shut) })
	return nil
}

// close stops the server. Without grace every connection is reset first, so
// that nobody hears how what was on its way ended.
func (s *sim) close(grace bool) error {
	s.net.mu.Lock()
	s.net.down = true
	s.net.mu.Unlock()
	if !grace {
		s.net.each(1, (*link).reset)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := s.server.Shutdown(ctx)
	s.net.each(1, (*link).reset)
	err = errors.Join(err, s.front.Close())
	<-s.served
	return errors.Join(err, s.store.Close())
}

// enter has somebody open the app.
func (s *sim) enter(i int, name string) {
	p := &simPerson{name: name, done: make(chan struct{}), last: make(map[shared.RoomID]shared.Seq)}
	through := &http.Client{Transport: &http.Transport{DialContext: s.net.dial, DisableKeepAlives: true}}
	p.client = New(Options{
		URL: "ws://sim/ws", Token: s.tokens[i], OnChange: p.look, Pushes: true,
		dial: func(ctx context.Context, url string) (socket, error) { return dialThrough(ctx, url, through) },
	})
	for _, room := range simRooms {
		p.client.Open(room)
	}
	p.client.OpenAt(simAttic, shared.Seq(1+s.rand.IntN(simPast)))
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	go func() {
		defer close(p.done)
		_ = p.client.Run(ctx) // until leave
	}()
	if i < len(s.people) {
		s.people[i] = p
		return
	}
	s.people = append(s.people, p)
}

func (p *simPerson) leave() {
	p.stop()
	<-p.done
}

// look sees to it that a timeline only ever goes on.
func (p *simPerson) look(ch Change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range p.news.look(p.client.Pushes()) {
		p.err = errors.Join(p.err, fmt.Errorf("%s: push %s is news twice", p.name, id))
	}
	for room := range ch.Logs {
		if room == simAttic {
			continue // the reader moves about in it
		}
		tl := p.client.Timeline(room)
		n := len(tl.Events)
		if n == 0 {
			continue
		}
		first, last := tl.Events[0].Seq, tl.Events[n-1].Seq
		if seen := p.last[room]; seen > 0 && (last < seen || first > seen+1) {
			p.err = errors.Join(p.err, fmt.Errorf("%s saw %s up to %d, then %d to %d", p.name, room, seen, first, last))
		}
		p.last[room] = last
	}
}

func (p *simPerson) fault(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = errors.Join(p.err, err)
}

// settle heals everything, lets time pass, and checks.
func (s *sim) settle() (err error) {
	s.net.mu.Lock()
	s.net.calm = true
	s.net.mu.Unlock()
	s.net.each(1, (*link).reset)
	for range 20 { // a client comes back within 30 s, and more often when woken
		for _, p := range s.people {
			p.client.Wake()
		}
		time.Sleep(10 * time.Second)
	}
	synctest.Wait()
	for _, room := range simRooms {
		log, err := s.log(room)
		if err != nil {
			return err
		}
		if err := errors.Join(s.checkLog(room, log), s.checkPeople(room, log)); err != nil {
			return err
		}
	}
	return errors.Join(s.checkAttic(), s.checkPushes())
}

// checkAttic sees to it that everybody has its messages as they are now,
// wherever they read.
func (s *sim) checkAttic() (err error) {
	log, err := s.log(simAttic)
	if err != nil {
		return err
	}
	for _, p := range s.people {
		tl := p.client.Timeline(simAttic)
		if len(tl.Events) == 0 {
			err = errors.Join(err, fmt.Errorf("%s sees nothing of the attic", p.name))
		}
		for _, ev := range tl.Events {
			if want := log[ev.Seq-1]; !sameEvent(ev, want) {
				err = errors.Join(err, fmt.Errorf("%s has %s\nand the log\n%s", p.name, shared.Frame{Event: &ev}.Encode(), shared.Frame{Event: &want}.Encode()))
			}
		}
	}
	return err
}

func (s *sim) log(room shared.RoomID) (log []shared.Event, err error) {
	for {
		more, err := s.store.After(context.Background(), room, shared.Seq(len(log)), shared.MaxPage)
		if err != nil || len(more) == 0 {
			return log, err
		}
		for _, ev := range more {
			log = append(log, bare(ev))
		}
	}
}

// checkLog sees to it that everything said is there once and in order.
func (s *sim) checkLog(room shared.RoomID, log []shared.Event) (err error) {
	got := make(map[string][]string)
	for i, ev := range log {
		if ev.Seq != shared.Seq(i+1) {
			err = errors.Join(err, fmt.Errorf("%s: event %d is at place %d", room, ev.Seq, i+1))
		}
		if ev.Message != nil {
			sender, _, _ := strings.Cut(ev.Message.Text, " #")
			got[sender] = append(got[sender], ev.Message.Text)
		}
	}
	for sender, rooms := range s.said {
		if want := rooms[room]; !slices.Equal(got[sender], want) {
			err = errors.Join(err, fmt.Errorf("%s: of %s the log has %q, want %q", room, sender, got[sender], want))
		}
	}
	return err
}

// checkPeople sees to it that everybody has the log's end on the screen, and
// nothing is left to be sent.
func (s *sim) checkPeople(room shared.RoomID, log []shared.Event) (err error) {
	for _, p := range s.people {
		state, tl := p.client.State(), p.client.Timeline(room)
		p.mu.Lock()
		err = errors.Join(err, p.err)
		p.mu.Unlock()
		if state.Phase != Live || len(state.Unsent) > 0 {
			err = errors.Join(err, fmt.Errorf("%s is %s with %d unsent", p.name, state.Phase, len(state.Unsent)))
		}
		if n := len(tl.Events); n == 0 || tl.Newer || n > len(log) || !slices.EqualFunc(tl.Events, log[len(log)-n:], sameEvent) {
			err = errors.Join(err, fmt.Errorf("%s does not see the end of %s: %d events of %d, newer: %v", p.name, room, n, len(log), tl.Newer))
		}
	}
	return err
}

func sameEvent(a, b shared.Event) bool {
	return string(shared.Frame{Event: &a}.Encode()) == string(shared.Frame{Event: &b}.Encode())
}

func TestSimulation(t *testing.T) {
	template, tokens := simTemplate(t)
	try := func(t *testing.T, seed uint64) {
		if err := runSim(t, seed, template, "", tokens); err != nil {
			t.Errorf("%v\nreplay: go test ./app/client -run TestSimulation -sim.seed %d", err, seed)
		}
	}
	if *simSeed > 0 {
		try(t, *simSeed)
		return
	}
	first := uint64(1)
	if os.Getenv("CI") != "" { // somewhere new each time
		first = uint64(time.Now().UnixMilli())
	}
	workers := runtime.GOMAXPROCS(0)
	t.Logf("%d runs from seed %d", *simRuns, first)
	for w := range workers {
		t.Run(fmt.Sprint("worker ", w), func(t *testing.T) {
			t.Parallel()
			for n := w; n < *simRuns && !t.Failed(); n += workers {
				try(t, first+uint64(n))
			}
		})
	}
}

func TestTheSimulationFindsDefects(t *testing.T) {
	template, tokens := simTemplate(t)
	for _, defect := range []string{"lose", "no-dedup", "double", "reorder", "gap"} {
		t.Run(defect, func(t *testing.T) {
			for seed := range uint64(30) {
				if runSim(t, seed+1, template, defect, tokens) != nil {
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}
