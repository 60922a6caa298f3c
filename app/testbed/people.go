//go:build !js

package testbed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hubbub/shared"
)

// Site is a server as seen over HTTP.
type Site struct{ URL string }

// Person is somebody with a session there.
type Person struct {
	site  Site
	Name  string
	Token string
}

// Claim makes the owner of a new server.
func (s Site) Claim(ctx context.Context, setupToken string) (Person, error) {
	const name = "Owner"
	return s.submit(ctx, name, "/setup", url.Values{
		"token": {setupToken}, "server": {"Trial"}, "name": {name}, "handle": {"owner"}, "password": {shared.NewSecret()},
	})
}

// Join accepts an invite under a name. code may be a whole link.
func (s Site) Join(ctx context.Context, code, name string) (Person, error) {
	code = code[strings.LastIndexByte(code, '/')+1:]
	return s.submit(ctx, name, "/join/"+code, url.Values{"name": {name}})
}

// submit sends a form that starts a session.
func (s Site) submit(ctx context.Context, name, path string, form url.Values) (Person, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return Person{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return Person{}, err
	}
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Name == "hubbub_session" && c.Value != "" {
			return Person{site: s, Name: name, Token: c.Value}, nil
		}
	}
	return Person{}, fmt.Errorf("%s%s answered %s and started no session", s.URL, path, resp.Status)
}

// Do carries out a command over HTTP, as fast as the server allows.
func (p Person) Do(ctx context.Context, verb string, body any) (ok shared.OK, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return ok, err
	}
	for {
		ok, wait, err := p.try(ctx, verb, raw)
		if wait == 0 {
			return ok, err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ok, ctx.Err()
		}
	}
}

// try carries out a command, unless the server asks to wait.
func (p Person) try(ctx context.Context, verb string, raw []byte) (ok shared.OK, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.site.URL+"/api/v1/"+verb, bytes.NewReader(raw))
	if err != nil {
		return ok, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+p.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ok, 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")); resp.StatusCode == http.StatusTooManyRequests && seconds > 0 {
		return ok, time.Duration(seconds) * time.Second, nil
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %s", verb, resp.Status, bytes.TrimSpace(answer))
	}
	if err == nil {
		err = json.Unmarshal(answer, &ok)
	}
	return ok, 0, err
}

// MakeRooms makes n rooms with p in them.
func (p Person) MakeRooms(ctx context.Context, n int) (rooms []shared.RoomID, err error) {
	for i := range n {
		ok, err := p.Do(ctx, "create", shared.NewRoom{Name: fmt.Sprintf("room %d", i+1)})
		if err != nil {
			return nil, err
		}
		rooms = append(rooms, ok.Room.ID)
	}
	return rooms, nil
}

// Guests lets n people in and has each join all rooms.
func (p Person) Guests(ctx context.Context, n int, rooms []shared.RoomID) (people []Person, err error) {
	ok, err := p.Do(ctx, "invite", shared.NewInvite{})
	if err != nil {
		return nil, err
	}
	for i := range n {
		guest, err := p.site.Join(ctx, ok.Invite.Code, fmt.Sprintf("Guest %d", i+1))
		if err != nil {
			return nil, err
		}
		me, err := guest.me(ctx)
		for _, room := range rooms {
			if err == nil {
				_, err = p.Do(ctx, "add", shared.MemberRef{Room: room, User: me})
			}
		}
		if err != nil {
			return nil, err
		}
		people = append(people, guest)
	}
	return people, nil
}

// me is the person's own id.
func (p Person) me(ctx context.Context) (shared.UserID, error) {
	ok, err := p.Do(ctx, "profile", shared.Profile{Name: p.Name})
	if err != nil {
		return "", err
	}
	return ok.You.ID, nil
}

// Log hands over every event of a room, in pages.
func (p Person) Log(ctx context.Context, room shared.RoomID, yield func(shared.Event)) error {
	for after, newer := shared.Seq(0), true; newer; {
		ok, err := p.Do(ctx, "history", shared.HistoryQuery{Room: room, After: &after, Limit: shared.MaxPage})
		if err != nil {
			return err
		}
		for _, ev := range ok.Page.Events {
			yield(ev)
			after = ev.Seq
		}
		newer = ok.Page.Newer && len(ok.Page.Events) > 0
	}
	return nil
}
