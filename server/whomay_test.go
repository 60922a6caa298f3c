package server_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/server/filestore"
	"hubbub/server/webpush/pushtest"
	"hubbub/shared"
)

// people who ask, in the order of the tables' columns. The four bots are one,
// of the owner's, with a token of a scope each. The last two are members of the
// server: one was never in the first room, the other was and left. Where a row
// does not say what they may, it is what any member may.
//
//	anonymous · guest, member · bot: push, post, read, admin · admin, owner · stranger, former
var askers = []string{"", "guest", "member", "bot push", "bot post", "bot read", "bot admin", "admin", "owner", "stranger", "former"}

// village is a site with one of each.
type village struct {
	*site
	room   shared.RoomID
	closed shared.RoomID // with the same people in it
	owner  shared.User
	hook   string
	files  server.Files
}

func newVillage(t *testing.T) *village {
	notifier := newNotifier(t, pushtest.New(t))
	files, err := filestore.Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	v := &village{files: files, site: newSite(t, func(o *server.Options) {
		o.Notifier = notifier
		o.Files = files
		o.Assets = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		o.Live.UserRate, o.Live.UserBurst = 1e6, 1e6
	})}
	ada, room := v.site.owner()
	v.room, v.owner = room, ada.me()
	v.settle("guest", shared.RoleGuest)
	v.settle("member", shared.RoleMember)
	v.settle("admin", shared.RoleAdmin)
	v.settle("former", shared.RoleMember)
	v.settleIn(v.newRoom(), "stranger", shared.RoleMember)
	v.settleIn(v.newRoom(), "hermit", shared.RoleMember) // whom guests do not know
	v.check(v.store.AddBot(t.Context(), shared.User{ID: "bot", Name: "bot", Role: shared.RoleBot, Owner: v.owner.ID}, v.clock.Now()))
	v.enter("bot", room)
	v.closed = v.makeRoom(true)
	for _, who := range []string{"guest", "member", "bot", "admin", "former"} {
		v.enter(who, v.closed)
	}
	v.leave("former", room)
	v.leave("former", v.closed)
	v.hook = ada.must("hook", shared.NewHook{Room: room, Name: "hook"}).Token.Secret
	return v
}

func (v *village) check(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// settle makes somebody, in the first room.
func (v *village) settle(id shared.UserID, role shared.Role) {
	v.t.Helper()
	v.settleIn("", id, role)
}

// settleIn makes somebody, in a room or the first one.
func (v *village) settleIn(room shared.RoomID, id shared.UserID, role shared.Role) {
	v.t.Helper()
	code := v.inviteTo(room)
	handle := ""
	if role != shared.RoleGuest {
		handle = string(id)
	}
	_, _, err := v.store.Accept(v.t.Context(), code,
		server.Account{Hash: "none", User: shared.User{ID: id, Name: string(id), Handle: handle, Role: role}}, v.clock.Now())
	v.check(err)
}

// inviteTo is a link to a room, or to the first one.
func (v *village) inviteTo(room shared.RoomID) (code string) {
	v.t.Helper()
	code = v.fresh()
	v.check(v.store.AddInvite(v.t.Context(), shared.Invite{Code: code, By: v.owner.Author(), Room: room}))
	return code
}

func (v *village) id(who string) shared.UserID {
	name, _, _ := strings.Cut(who, " ")
	if name == "owner" {
		return v.owner.ID
	}
	return shared.UserID(name)
}

// as is a visitor with a session, or a token, of their own.
func (v *village) as(who string) *visitor {
	v.t.Helper()
	visitor := v.visitor()
	if who == "" {
		return visitor
	}
	secret, now := shared.NewSecret(), v.clock.Now()
	s := server.Session{ID: shared.NewID(), User: v.id(who), Hash: hash(secret), Created: now, Seen: now, Expires: server.Never}
	if _, scope, ok := strings.Cut(who, " "); ok {
		s.Name, s.Scopes, s.Author = who, []shared.Scope{shared.Scope(scope)}, v.owner.ID
	}
	v.check(v.store.AddSession(v.t.Context(), s))
	visitor.header.Set("Authorization", "Bearer "+secret)
	return visitor
}

// enter sees to it that somebody is in a room.
func (v *village) enter(who string, room shared.RoomID) {
	_, _ = v.store.AddMember(v.t.Context(), v.owner.Author(), room, v.id(who), v.clock.Now())
}

// leave takes somebody out of a room.
func (v *village) leave(who shared.UserID, room shared.RoomID) {
	v.t.Helper()
	_, err := v.store.RemoveMember(v.t.Context(), v.owner.Author(), room, who, v.clock.Now())
	v.check(err)
}

// fresh is a name that nothing has yet.
func (v *village) fresh() string {
	return "fresh" + shared.NewID()
}

// newRoom is an open room with nobody of those who ask in it, but its owner.
func (v *village) newRoom() shared.RoomID { return v.makeRoom(false) }

func (v *village) makeRoom(closed bool) shared.RoomID {
	id := shared.RoomID(v.fresh())
	_, err := v.store.CreateRoom(v.t.Context(), v.owner.Author(), shared.Room{ID: id, Name: string(id), Closed: closed}, v.clock.Now())
	v.check(err)
	return id
}

// said is a new message in the first room. Whoever is nowhere is settled first;
// whoever is not in the room was when they said it.
func (v *village) said(by shared.UserID) shared.Seq {
	v.t.Helper()
	if by == "" {
		by = v.owner.ID
	}
	if _, err := v.store.User(v.t.Context(), by); err != nil {
		v.settle(by, shared.RoleMember)
	}
	if _, in, err := v.store.Access(v.t.Context(), v.room, by); err == nil && !in {
		v.enter(string(by), v.room)
		defer v.leave(by, v.room)
	}
	p := server.Said{Post: shared.Post{Room: v.room, Key: v.fresh(), Text: "hi"}}
	ev, _, err := v.store.Post(v.t.Context(), shared.Author{ID: by}, p, v.clock.Now())
	v.check(err)
	return ev.Seq
}

// file is one in a message of nobody's who asks.
func (v *village) file(room shared.RoomID) string {
	id := v.fresh()
	f := server.File{
		File: shared.File{ID: shared.FileID(id), Name: "x", Type: "text/plain", Size: 1}, Owner: v.owner.ID, Room: room, Created: v.clock.Now(),
	}
	v.check(v.store.AddFile(v.t.Context(), f, 0))
	_, err := v.files.Put(v.t.Context(), id, func(w io.Writer) error { _, err := w.Write([]byte("x")); return err })
	v.check(err)
	said := server.Said{Post: shared.Post{Room: room, Key: id, Files: []shared.FileID{f.ID}}, Attached: []shared.File{f.File}}
	_, _, err = v.store.Post(v.t.Context(), shared.Author{ID: v.owner.ID}, said, v.clock.Now())
	v.check(err)
	return id
}

// newToken is one of the owner's.
func (v *village) newToken() string {
	now := v.clock.Now()
	s := server.Session{
		ID: v.fresh(), User: v.owner.ID, Hash: hash(v.fresh()), Created: now, Seen: now, Expires: server.Never,
		Name: "t", Scopes: []shared.Scope{shared.ScopeRead}, Author: v.owner.ID,
	}
	v.check(v.store.AddSession(v.t.Context(), s))
	return s.ID
}

// newPerson is somebody with a role, in the first room.
func (v *village) newPerson(role shared.Role) shared.UserID {
	id := shared.UserID(v.fresh())
	v.settle(id, role)
	return id
}

// newBanned is somebody who had a role and was banned.
func (v *village) newBanned(role shared.Role) shared.UserID {
	id := v.newPerson(role)
	_, _, err := v.store.Exclude(v.t.Context(), v.owner.Author(), id, shared.StandingBanned, v.clock.Now())
	v.check(err)
	return id
}

// newLogin is a login of somebody's.
func (v *village) newLogin(who shared.UserID) string {
	now := v.clock.Now()
	s := server.Session{ID: v.fresh(), User: who, Hash: hash(v.fresh()), Created: now, Seen: now, Expires: server.Never}
	v.check(v.store.AddSession(v.t.Context(), s))
	return s.ID
}

// newRecovery is where somebody chooses a new password.
func (v *village) newRecovery() string {
	r, err := v.chat.Recover(v.t.Context(), v.newPerson(shared.RoleMember))
	v.check(err)
	return r.Path
}

// portray gives somebody a picture.
func (v *village) portray(id shared.UserID) (version string) {
	_, err := v.store.SetPicture(v.t.Context(), id, "v1", []byte("\x89PNG\r\n\x1a\n"))
	v.check(err)
	return "v1"
}

// letter says what became of a request: y it is allowed, s sign in first,
// f forbidden, - there is no such thing.
func letter(a *answer) byte {
	switch {
	case a.StatusCode == http.StatusUnauthorized,
		a.StatusCode == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/signin"):
		return 's'
	case a.StatusCode == http.StatusForbidden:
		return 'f'
	case a.StatusCode == http.StatusNotFound:
		return '-'
	case a.StatusCode >= 500:
		return '!'
	}
	return 'y'
}

// wantLetters has each ask and compares.
func (v *village) wantLetters(t *testing.T, want string, ask func(who string) *answer) {
	t.Helper()
	want = outsiders(want)
	var got strings.Builder
	for i, who := range askers {
		if i == 1 || i == 3 || i == 7 || i == 9 {
			got.WriteByte(' ')
		}
		got.WriteByte(letter(ask(who)))
	}
	if got.String() != want {
		t.Errorf("got  %s\nwant %s for %q", got.String(), want, askers)
	}
}

// outsiders adds what the stranger and the former member may where a row does
// not say it: what a member may.
func outsiders(want string) string {
	groups := strings.Fields(want)
	if len(groups) != 4 {
		return want
	}
	member := groups[1][1:]
	return want + " " + member + member
}

// commandRow is who may give a command, in a case of it.
type commandRow struct {
	verb, name, want string
	body             func(who string) any
}

func (v *village) commandRows() []commandRow {
	lobby := func(string) any { return shared.RoomRef{Room: v.room} }
	nothing := func(string) any { return shared.Nothing{} }
	topic, yes := "fresh", true
	return []commandRow{
		{"post", "in a closed room", "s yy fyfy yy --", func(string) any { return shared.Post{Room: v.closed, Key: v.fresh(), Text: "hi"} }},
		{"post", "", "s yy fyfy yy ff", func(string) any { return shared.Post{Room: v.room, Key: v.fresh(), Text: "hi"} }},
		{"read", "", "s yy ffyy yy ff", func(string) any { return shared.ReadMark{Room: v.room, Seq: 1} }},
		{"history", "", "s yy ffyy yy ff", func(string) any { return shared.HistoryQuery{Room: v.room, Before: 9} }},
		{"history", "of a closed room", "s yy ffyy yy --", func(string) any { return shared.HistoryQuery{Room: v.closed, Before: 9} }},
		{"history", "of a closed room of others", "s -- ff-- -y --", func(string) any { return shared.HistoryQuery{Room: v.makeRoom(true), Before: 9} }},
		{"create", "", "s fy ffff yy", func(string) any { return shared.NewRoom{Name: v.fresh()[:20]} }},
		{"update", "a topic", "s fy ffff yy ff", func(string) any {
			return shared.RoomUpdate{Room: v.room, RoomChange: shared.RoomChange{Topic: &topic}}
		}},
		{"update", "closing it", "s -f ffff yy", func(string) any {
			return shared.RoomUpdate{Room: v.newRoom(), RoomChange: shared.RoomChange{Closed: &yes}}
		}},
		{"directory", "", "s fy ffyy yy", nothing},
		{"join", "a closed room", "s -- ff-- -y --", func(string) any { return shared.RoomRef{Room: v.makeRoom(true)} }},
		{"join", "", "s -y ffyy yy", func(string) any { return shared.RoomRef{Room: v.newRoom()} }},
		{"leave", "", "s yy ffyy yy", func(who string) any {
			room := v.newRoom()
			v.enter(who, room)
			return shared.RoomRef{Room: room}
		}},
		{"add", "", "s fy ffff yy", func(who string) any {
			room := v.newRoom()
			v.enter(who, room)
			return shared.MemberRef{Room: room, User: v.owner.ID}
		}},
		{"remove", "", "s ff ffff yy", func(who string) any {
			room := v.newRoom()
			v.enter(who, room)
			return shared.MemberRef{Room: room, User: v.owner.ID}
		}},
		{"members", "", "s yy ffyy yy ff", lobby},
		{"people", "", "s yy ffyy yy", nothing},
		{"invite", "", "s fy ffff yy", func(string) any { return shared.NewInvite{} }},
		{"invites", "", "s fy ffff yy", nothing},
		{"revoke", "another's", "s ff ffff yy", func(string) any { return shared.InviteRef{Code: v.invite().Code} }},
		{"profile", "", "s yy fffy yy", func(who string) any { return shared.Profile{Name: who} }},
		{"password", "", "s yy ffff yy", func(string) any { return shared.NewPassword{Handle: "x", New: "x"} }},
		{"push", "", "s ff yffy yy", func(string) any { return shared.NewPush{UserID: "guest", Message: "hi"} }},
		{"amend", "none of theirs", "s ff -ff- --", func(string) any { return shared.PushChange{ID: "x", Message: &topic} }},
		{"clear", "none of theirs", "s ff -ff- --", func(string) any { return shared.PushRef{ID: "x"} }},
		{"receipts", "none of theirs", "s -- -ff- --", func(string) any { return shared.PushRef{ID: "x"} }},
		{"ack", "", "s yy ffyy yy", func(string) any { return shared.Ack{Push: "x"} }},
		{"pushes", "", "s yy ffyy yy", nothing},
		{"device", "", "s yy ffyy yy", func(string) any { return shared.NewDevice{Endpoint: "not one"} }},
		{"devices", "", "s yy ffyy yy", nothing},
		{"forget", "none of theirs", "s -- fff- --", func(string) any { return shared.DeviceRef{ID: "x"} }},
		{"notify", "", "s yy fffy yy", nothing},
		{"bot", "", "s fy ffff yy", func(string) any { return shared.NewBot{Name: "x"} }},
		{"bots", "", "s yy fffy yy", nothing},
		{"dismiss", "the owner's", "s ff ffff yy", func(string) any {
			bot := shared.User{ID: shared.UserID(v.fresh()), Name: "x", Role: shared.RoleBot, Owner: v.owner.ID}
			v.check(v.store.AddBot(v.t.Context(), bot, v.clock.Now()))
			return shared.UserRef{User: bot.ID}
		}},
		{"token", "for oneself, to read", "s fy ffff yy", func(string) any {
			return shared.TokenRequest{Name: "x", Scopes: []shared.Scope{shared.ScopeRead}}
		}},
		{"token", "for oneself, to push", "s ff ffff yy", func(string) any {
			return shared.TokenRequest{Name: "x", Scopes: []shared.Scope{shared.ScopePush}}
		}},
		{"token", "for the owner's bot", "s ff ffff yy", func(string) any {
			return shared.TokenRequest{Name: "x", Scopes: []shared.Scope{shared.ScopeRead}, User: "bot"}
		}},
		{"tokens", "", "s yy fffy yy", nothing},
		{"withdraw", "the owner's", "s ff ffff yy", func(string) any { return shared.TokenRef{ID: v.newToken()} }},
		{"hook", "", "s fy ffff yy ff", func(string) any { return shared.NewHook{Room: v.room, Name: "x"} }},

		// Messages that were said.
		{"edit", "one's own", "s yy fyfy yy ff", func(who string) any {
			return shared.Edit{Room: v.room, Seq: v.said(v.id(who)), Text: "better"}
		}},
		{"edit", "somebody's", "s ff ffff ff", func(string) any {
			return shared.Edit{Room: v.room, Seq: v.said("neighbour"), Text: "better"}
		}},
		{"delete", "one's own", "s yy fyfy yy ff", func(who string) any {
			return shared.MessageRef{Room: v.room, Seq: v.said(v.id(who))}
		}},
		{"delete", "somebody's", "s ff ffff yy", func(string) any {
			return shared.MessageRef{Room: v.room, Seq: v.said("neighbour")}
		}},
		{"react", "", "s yy fyfy yy ff", func(string) any {
			return shared.React{Room: v.room, Seq: v.said(v.owner.ID), Emoji: "👍", On: true}
		}},
		{"versions", "", "s yy ffyy yy ff", func(string) any { return shared.MessageRef{Room: v.room, Seq: v.said(v.owner.ID)} }},

		// Files.

		// Finding.
		{"search", "in a room", "s yy ffyy yy ff", func(string) any { return shared.Search{Query: "x", Room: v.room} }},
		{"search", "everywhere one is", "s yy ffyy yy yy", func(string) any { return shared.Search{Query: "x from:me"} }},

		// Direct messages, and what is unread.
		{"direct", "with a stranger", "s -y fyfy yy", func(string) any { return shared.Circle{Users: []shared.UserID{v.stranger()}} }},
		{"direct", "with somebody of the same room", "s yy fyfy yy", func(string) any { return shared.Circle{Users: []shared.UserID{"member"}} }},
		{"direct", "with nobody there is", "s -- f-f- --", func(string) any { return shared.Circle{Users: []shared.UserID{"nobody"}} }},
		{"read", "others' conversation", "s -- ff-- --", func(string) any { return shared.ReadMark{Room: v.talk(), Seq: 1} }},
		{"history", "others' conversation", "s -- ff-- --", func(string) any { return shared.HistoryQuery{Room: v.talk(), Before: 9} }},
		{"members", "others' conversation", "s -- ff-- --", func(string) any { return shared.RoomRef{Room: v.talk()} }},
		{"join", "others' conversation", "s -- ff-- --", func(string) any { return shared.RoomRef{Room: v.talk()} }},
		{"update", "others' conversation", "s -- fff- --", func(string) any {
			return shared.RoomUpdate{Room: v.talk(), RoomChange: shared.RoomChange{Closed: &yes}}
		}},
		{"hide", "others' conversation", "s -- ff-- --", func(string) any { return shared.Position{Room: v.talk(), Seq: 1} }},
		{"hide", "one's own", "s yy ffyy yy", func(who string) any { return shared.Position{Room: v.talk(v.id(who)), Seq: 1} }},
		{"hide", "a room", "s ff ffff ff", lobby},
		{"leave", "one's own conversation", "s ff ffff ff", func(who string) any { return shared.RoomRef{Room: v.talk(v.id(who))} }},
		{"add", "to one's own conversation", "s ff ffff ff", func(who string) any {
			return shared.MemberRef{Room: v.talk(v.id(who)), User: v.owner.ID}
		}},
		{"preview", "an open room", "s -y ffyy yy", func(string) any { return shared.RoomRef{Room: v.newRoom()} }},
		{"preview", "a closed room", "s -- ff-- --", func(string) any { return shared.RoomRef{Room: v.closedRoom()} }},
		{"preview", "others' conversation", "s -- ff-- --", func(string) any { return shared.RoomRef{Room: v.talk()} }},

		// People, sessions, roles.
		{"person", "in a room of theirs", "s yy ffyy yy", func(string) any { return shared.UserRef{User: v.owner.ID} }},
		{"person", "in none of their rooms", "s -y ffyy yy", func(string) any { return shared.UserRef{User: "hermit"} }},
		{"gravatar", "where it is off", "s ff ffff ff", func(string) any { return shared.GravatarQuery{Email: "a@example.org"} }},
		{"sessions", "", "s yy fffy yy", nothing},
		{"end", "another's", "s -- fff- --", func(string) any { return shared.SessionRef{ID: v.newLogin(v.newPerson(shared.RoleMember))} }},
		{"end", "all others of theirs", "s yy fffy yy", func(string) any { return shared.SessionRef{Others: true} }},
		{"accounts", "", "s ff ffff yy", nothing},
		{"role", "a guest to member", "s ff ffff yy", func(string) any {
			return shared.RoleChange{User: v.newPerson(shared.RoleGuest), Role: shared.RoleMember}
		}},
		{"role", "a member to admin", "s ff ffff fy", func(string) any {
			return shared.RoleChange{User: v.newPerson(shared.RoleMember), Role: shared.RoleAdmin}
		}},
		{"role", "an admin to member", "s ff ffff fy", func(string) any {
			return shared.RoleChange{User: v.newPerson(shared.RoleAdmin), Role: shared.RoleMember}
		}},
		{"role", "a member to owner", "s ff ffff fy", func(string) any {
			return shared.RoleChange{User: v.newPerson(shared.RoleMember), Role: shared.RoleOwner}
		}},
		{"deactivate", "a member", "s ff ffff yy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleMember)} }},
		{"deactivate", "an admin", "s ff ffff fy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleAdmin)} }},
		{"ban", "a member", "s ff ffff yy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleMember)} }},
		{"ban", "an admin", "s ff ffff fy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleAdmin)} }},
		{"ban", "an owner", "s ff ffff ff", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleOwner)} }},
		{"readmit", "a member", "s ff ffff yy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleMember)} }},
		{"erase", "what a banned member said", "s ff ffff yy", func(string) any { return shared.UserRef{User: v.newBanned(shared.RoleMember)} }},
		{"erase", "what a banned admin said", "s ff ffff fy", func(string) any { return shared.UserRef{User: v.newBanned(shared.RoleAdmin)} }},
		{"erase", "what a member said", "s ff ffff ff", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleMember)} }},
		{"recover", "a member", "s ff ffff yy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleMember)} }},
		{"recover", "an admin", "s ff ffff fy", func(string) any { return shared.UserRef{User: v.newPerson(shared.RoleAdmin)} }},
		{"recover", "an owner", "s ff ffff ff", func(string) any { return shared.UserRef{User: v.owner.ID} }},

		// Presence and typing.
		{"active", "", "s yy ffyy yy", nothing},
		{"watch", "", "s yy ffyy yy", func(string) any { return shared.Watch{Users: []shared.UserID{v.owner.ID}} }},
		{"status", "", "s yy fffy yy", func(string) any { return shared.Status{Text: "Tea"} }},
		{"dnd", "", "s yy fffy yy", func(string) any { return shared.Quiet{Until: 1} }},
		{"typing", "", "s yy fyfy yy ff", func(string) any { return shared.Typing{Room: v.room} }},
		{"typing", "where one is not", "s -f ffff fy", func(string) any { return shared.Typing{Room: v.newRoom()} }},

		// Levels of notification.
		{"involve", "", "s yy fffy yy ff", func(string) any { return shared.Involve{Room: v.room, Involvement: shared.InNothing} }},
		{"prefer", "", "s yy fffy yy", nothing},
	}
}

func TestWhoMayGiveWhichCommand(t *testing.T) {
	v := newVillage(t)
	tried := make(map[string]bool)
	described := readOpenAPI(t, v.visitor())
	for _, row := range v.commandRows() {
		tried[row.verb] = true
		t.Run(strings.TrimSpace(row.verb+" "+row.name), func(t *testing.T) {
			v.wantLetters(t, row.want, func(who string) *answer {
				body, err := json.Marshal(row.body(who))
				v.check(err)
				a := v.as(who).do("POST", "/api/v1/"+row.verb, "application/json", string(body))
				described.check(t, "POST /api/v1/"+row.verb, a)
				return a
			})
		})
	}
	for _, verb := range server.Verbs() {
		if !tried[verb] {
			t.Errorf("no row says who may %s", verb)
		}
	}
}

// routeRow is who may ask for an address.
type routeRow struct {
	pattern, want string
	ask           func(who string) *answer
}

func (v *village) routeRows() []routeRow {
	room := "/r/" + string(v.room)
	plain := func(method, path, contentType, body string) func(string) *answer {
		return func(who string) *answer { return v.as(who).do(method, path, contentType, body) }
	}
	get := func(path string) func(string) *answer { return plain("GET", path, "", "") }
	post := func(path, body string) func(string) *answer { return plain("POST", path, "application/json", body) }
	form := func(path, body string) func(string) *answer {
		return plain("POST", path, "application/x-www-form-urlencoded", body)
	}
	const (
		all   = "y yy yyyy yy"
		none  = "- -- ---- --"
		out   = "s ss ssss ss"
		read  = "s yy ffyy yy" // signed in, or a token that reads
		mine  = "s ff -ff- --" // may push; none of theirs
		admin = "y yy fffy yy" // whatever one may: not with a narrow token
	)
	return []routeRow{
		{"GET /ws", all, get("/ws")}, // who may say hello there, the next test says
		{"GET /echo", all, get("/echo")},
		{"GET /healthz", all, get("/healthz")},
		{"GET /readyz", all, get("/readyz")},
		{"POST /push", "s ff yffy yy", post("/push", `{"userId":"guest","message":"hi"}`)},
		{"/push", all, get("/push")}, // there is none: 405
		{"/push/{id}", all, post("/push/x", "")},
		{"/events", all, post("/events", "")},
		{"GET /push/{id}", mine, get("/push/x")},
		{"PATCH /push/{id}", mine, plain("PATCH", "/push/x", "", `{"message":"x"}`)},
		{"DELETE /push/{id}", mine, plain("DELETE", "/push/x", "", "")},
		{"GET /events", read, v.askForEvents},
		{"POST /hooks/{secret}", all, post("/hooks/"+v.hook, `{"text":"hi"}`)}, // the address is the secret
		{"POST /hooks/{secret}", none, post("/hooks/x", `{"text":"hi"}`)},
		{"POST /api/v1/session", all, post("/api/v1/session", "")},
		{"DELETE /api/v1/session", "s yy yyyy yy", plain("DELETE", "/api/v1/session", "", "")},
		{"DELETE /api/v1/session", "s yy fffy yy", plain("DELETE", "/api/v1/session?everywhere=1", "", "")},
		{"POST /api/v1/{verb}", "s fy ffyy yy", post("/api/v1/directory", "{}")}, // each verb has a row above
		{"GET /api", all, get("/api")},
		{"GET /api/openapi.json", all, get("/api/openapi.json")},
		{"GET /api/style.css", all, get("/api/style.css")},
		{"/api", none, post("/api", "{}")},
		{"/api/", none, get("/api/v1/nothing")},
		{"GET /web", all, get("/web")},
		{"GET /web/", all, get("/web/app.wasm")},
		{"GET /sw.js", all, get("/sw.js")},
		{"GET /manifest.webmanifest", all, get("/manifest.webmanifest")},
		{"GET /favicon.ico", all, get("/favicon.ico")},
		{"GET /hubbub.js", all, get("/hubbub.js")},
		{"GET /{$}", read, get("/")},
		{"GET /setup", all, get("/setup?token=x")},
		{"POST /setup", all, form("/setup", "token=x")},
		{"GET /join/{code}", all, func(who string) *answer { return get("/join/" + v.invite().Code)(who) }},
		{"POST /join/{code}", admin, func(who string) *answer { return form("/join/"+v.inviteTo(v.newRoom()), "name=Nia")(who) }},
		{"GET /join/{code}/qr.png", all, func(who string) *answer { return get("/join/" + v.invite().Code + "/qr.png")(who) }},
		{"GET /signin", all, get("/signin")},
		{"POST /signin", out, func(who string) *answer { return form("/signin", "handle="+v.fresh()+"&password=wrong")(who) }},
		{"POST /signout", out, form("/signout", "")}, // it leads there
		{"POST /signout", "s ss fffs ss", form("/signout", "everywhere=1")},
		{"GET /r/{room}", read + " yy", get(room)},
		{"GET /r/{room}/{seq}", read + " yy", get(room + "/1")},
		{"POST /r/{room}", "s yy fffy yy ff", func(who string) *answer { return form(room, "key="+v.fresh()+"&text=hi")(who) }},
		{"GET /check", all, get("/check")},
		{"GET /check/facts", all, get("/check/facts")},
		{"POST /check/push", read, post("/check/push", "")}, // to oneself

		// Messages that were said.

		// Files.
		{"POST /files", "s yy fyfy yy ff", func(who string) *answer {
			return plain("POST", "/files?room="+string(v.room), "", "content")(who)
		}},
		{"GET /files/{id}/{name}", "s -- ff-- -y --", func(who string) *answer { return get("/files/" + v.file(v.newRoom()) + "/x")(who) }},
		{"GET /files/{id}/{name}", "s yy ffyy yy --", func(who string) *answer { return get("/files/" + v.file(v.room) + "/x")(who) }},
		{"DELETE /files/{id}", "s -- f-f- -- --", plain("DELETE", "/files/x", "", "")},
		{"/files", none, get("/files")},
		{"/files/", none, get("/files/")},

		// Finding.

		// Direct messages, and what is unread.

		// People, sessions, roles.
		{"POST /pictures", "s yy fffy yy", post("/pictures", "no picture")},
		{"DELETE /pictures", "s yy fffy yy", plain("DELETE", "/pictures", "", "")},
		{"GET /pictures/{user}/{version}", "s yy ffyy yy", func(who string) *answer {
			return get("/pictures/" + string(v.owner.ID) + "/" + v.portray(v.owner.ID))(who)
		}},
		{"GET /pictures/{user}/{version}", "s -y ffyy yy", func(who string) *answer { return get("/pictures/hermit/" + v.portray("hermit"))(who) }},
		{"GET /recover/{code}", all, func(who string) *answer { return get(v.newRecovery())(who) }},
		{"POST /recover/{code}", all, func(who string) *answer { return form(v.newRecovery(), "handle=x")(who) }},

		// Presence and typing.

		// Levels of notification.
		{"/", none, get("/nothing")},
	}
}

func TestWhoMayAskForWhichAddress(t *testing.T) {
	v := newVillage(t)
	tried := make(map[string]bool)
	for _, row := range v.routeRows() {
		tried[row.pattern] = true
		t.Run(row.pattern, func(t *testing.T) { v.wantLetters(t, row.want, row.ask) })
	}
	for _, pattern := range v.chat.Patterns() {
		if !tried[pattern] {
			t.Errorf("no row says who may %s", pattern)
		}
	}
}

// askForEvents asks for a stream and leaves when it has begun.
func (v *village) askForEvents(who string) *answer {
	v.t.Helper()
	visitor := v.as(who)
	ctx, leave := context.WithTimeout(v.t.Context(), 20*time.Second)
	defer leave()
	r, err := http.NewRequestWithContext(ctx, "GET", v.url+"/events", nil)
	v.check(err)
	r.Header = visitor.header
	resp, err := visitor.client.Do(r)
	v.check(err)
	defer resp.Body.Close()
	_, err = bufio.NewReader(resp.Body).ReadString('\n')
	v.check(err)
	return &answer{Response: resp}
}

func TestWhoMaySpeakOnASocket(t *testing.T) {
	v := newVillage(t)
	for _, row := range []struct {
		name, want string
		say        func(token string) shared.Frame
	}{
		{"hello", "s yy ffyy yy", func(token string) shared.Frame { return shared.Frame{ID: 1, Hello: &shared.Hello{Token: token}} }},
		{"register", "s yy ffyy yy", func(token string) shared.Frame { return shared.Frame{ID: 1, Register: &shared.Register{Token: token}} }},
		{"anything else, before", "s ss ssss ss", func(string) shared.Frame { return shared.Frame{ID: 1, Ping: &shared.Nothing{}} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			v.wantLetters(t, row.want, func(who string) *answer {
				token := strings.TrimPrefix(v.as(who).header.Get("Authorization"), "Bearer ")
				return v.firstReply(row.say(token))
			})
		})
	}
}

// firstReply says one thing on a new connection.
func (v *village) firstReply(f shared.Frame) *answer {
	v.t.Helper()
	ws, _, err := websocket.Dial(v.t.Context(), v.url+"/ws", &websocket.DialOptions{HTTPClient: v.visitor().client})
	v.check(err)
	defer ws.CloseNow()
	ws.SetReadLimit(1 << 20)
	s := &socket{t: v.t, ws: ws}
	s.say(f)
	for {
		reply, err := s.next()
		v.check(err)
		status := http.StatusOK
		switch {
		case reply.Error != nil:
			codes := map[shared.Code]int{shared.CodeUnauthorized: 401, shared.CodeForbidden: 403, shared.CodeNotFound: 404}
			status = cmp.Or(codes[reply.Error.Code], http.StatusBadRequest)
		case reply.OK == nil:
			continue
		}
		return &answer{Response: &http.Response{StatusCode: status}}
	}
}
