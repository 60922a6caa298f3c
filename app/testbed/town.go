//go:build !js

package testbed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"hubbub/shared"
)

// Plan is what a trial needs.
type Plan struct {
	Command Command // of a server of its own
	Invite  string  // or a link to one that runs
	Rooms   int     // to make; with Invite, those that it leads to
	Guests  int
	Stderr  io.Writer // of the server
}

// Town is a server with people in rooms.
type Town struct {
	Server *Server // nil: somebody else's
	Addr   string  // host:port
	Base   string  // what its paths begin with: "/chat", or ""
	Reader Person  // who may read all rooms
	People []Person
	Rooms  []shared.RoomID
}

// Open makes a town. Close ends it.
func Open(ctx context.Context, p Plan) (*Town, error) {
	t := &Town{}
	open := t.found
	if p.Invite != "" {
		open = t.visit
	}
	if err := open(ctx, p); err != nil {
		return nil, errors.Join(err, t.Close(true))
	}
	return t, nil
}

// found starts a server and makes its people and rooms.
func (t *Town) found(ctx context.Context, p Plan) (err error) {
	if t.Server, err = Start(ctx, p.Command, p.Stderr); err != nil {
		return err
	}
	t.Addr = t.Server.Addr
	site := Site{URL: "http://" + t.Addr}
	if t.Reader, err = site.Claim(ctx, t.Server.SetupToken()); err != nil {
		return err
	}
	if t.Rooms, err = t.Reader.MakeRooms(ctx, p.Rooms); err != nil {
		return err
	}
	t.People, err = t.Reader.Guests(ctx, p.Guests, t.Rooms)
	return err
}

// visit goes to a server that runs, as guests in the rooms of an invite.
func (t *Town) visit(ctx context.Context, p Plan) error {
	at, err := url.Parse(p.Invite)
	base, _, isInvite := strings.Cut(p.Invite, "/join/")
	if err != nil || at.Scheme != "http" || at.Host == "" || !isInvite || !strings.HasPrefix(base, "http://"+at.Host) {
		return fmt.Errorf("%q is no invite that can be tried: give a link like http://localhost:8080/join/…; "+
			"where a proxy does TLS, the address behind it", p.Invite)
	}
	if t.Addr = at.Host; at.Port() == "" {
		t.Addr += ":80"
	}
	t.Base = strings.TrimPrefix(base, "http://"+at.Host)
	site := Site{URL: base}
	for i := range p.Guests {
		guest, err := site.Join(ctx, at.Path, fmt.Sprintf("Trial %d", i+1))
		if err != nil {
			return err
		}
		t.People = append(t.People, guest)
	}
	t.Reader = t.People[0]
	welcome, err := t.Reader.Welcome(ctx)
	for _, r := range welcome.Rooms {
		t.Rooms = append(t.Rooms, r.ID)
	}
	return err
}

// Close ends the town's server and, with remove, deletes its data.
func (t *Town) Close(remove bool) error {
	if t.Server == nil {
		return nil
	}
	err := t.Server.Kill()
	if remove {
		err = errors.Join(err, t.Server.Remove())
	}
	return err
}
