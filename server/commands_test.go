package server_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"hubbub/shared"
)

// after is a position to send for.
func after(seq shared.Seq) *shared.Seq { return &seq }

func names(users []shared.User) []string {
	var all []string
	for _, u := range users {
		all = append(all, u.Name)
	}
	slices.Sort(all)
	return all
}

func TestEverythingTheSocketCanDoHTTPCanDo(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	bob := s.member("Bob", "bob")
	bobID := bob.me().ID

	ev := ada.must("post", shared.Post{Room: lobby, Key: "a1", Text: "anyone?"}).Event
	if ev == nil || ev.Message.Text != "anyone?" || ev.By.Name != "Ada" {
		t.Fatalf("the event is %+v", ev)
	}
	if again := ada.must("post", shared.Post{Room: lobby, Key: "a1", Text: "anyone?"}).Event; again.Seq != ev.Seq {
		t.Errorf("a resend got %d, want %d", again.Seq, ev.Seq)
	}
	ada.refused(shared.CodeKeyReused, "post", shared.Post{Room: lobby, Key: "a1", Text: "something else"})
	ada.refused(shared.CodeInvalid, "post", shared.Post{Room: lobby, Key: "a2"})

	page := bob.must("history", shared.HistoryQuery{Room: lobby, After: after(0)}).Page
	if n := len(page.Events); n == 0 || page.Events[n-1].Seq != ev.Seq {
		t.Errorf("the history is %+v", page)
	}
	bob.refused(shared.CodeInvalid, "history", shared.HistoryQuery{Room: lobby})
	if mark := bob.must("read", shared.ReadMark{Room: lobby, Seq: ev.Seq}).Read; mark.Seq != ev.Seq || mark.Unread != 0 {
		t.Errorf("the mark is %+v", mark)
	}

	room := ada.must("create", shared.NewRoom{Name: "# garden ", Topic: "what grows"}).Room
	if room.Name != "garden" || room.Topic != "what grows" || room.Members != 1 {
		t.Errorf("the room is %+v", room)
	}
	if open := bob.must("directory", shared.Nothing{}).Rooms; len(open) != 1 || open[0].ID != room.ID {
		t.Errorf("the directory is %+v", open)
	}
	if joined := bob.must("join", shared.RoomRef{Room: room.ID}).Room; joined.Members != 2 {
		t.Errorf("Bob joined %+v", joined)
	}
	bob.must("join", shared.RoomRef{Room: room.ID})
	topic := "what grew"
	if ev := bob.must("update", shared.RoomUpdate{Room: room.ID, RoomChange: shared.RoomChange{Topic: &topic}}).Event; *ev.Changed.Topic != topic {
		t.Errorf("the change is %+v", ev)
	}
	if ok := bob.must("update", shared.RoomUpdate{Room: room.ID, RoomChange: shared.RoomChange{Topic: &topic}}); ok.Event != nil {
		t.Errorf("the same topic again is an event: %+v", ok.Event)
	}
	bob.refused(shared.CodeInvalid, "update", shared.RoomUpdate{Room: room.ID})
	bob.must("leave", shared.RoomRef{Room: room.ID})
	if ev := ada.must("add", shared.MemberRef{Room: room.ID, User: bobID}).Event; ev.Joined.ID != bobID || ev.By.Name != "Ada" {
		t.Errorf("the event is %+v", ev)
	}
	if got := names(ada.must("members", shared.RoomRef{Room: room.ID}).Users); !slices.Equal(got, []string{"Ada", "Bob"}) {
		t.Errorf("the members are %v", got)
	}
	if ev := ada.must("remove", shared.MemberRef{Room: room.ID, User: bobID}).Event; ev.Left.ID != bobID {
		t.Errorf("the event is %+v", ev)
	}
	ada.must("remove", shared.MemberRef{Room: room.ID, User: bobID})
	ada.refused(shared.CodeNotFound, "add", shared.MemberRef{Room: room.ID, User: "nobody"})

	invite := bob.must("invite", shared.NewInvite{TTL: 3600, MaxUses: 2}).Invite
	if invite.Code == "" || invite.MaxUses != 2 || invite.Expires-invite.Created != 3_600_000 || invite.By.Name != "Bob" {
		t.Errorf("the invite is %+v", invite)
	}
	ada.must("invite", shared.NewInvite{})
	if own := bob.must("invites", shared.Nothing{}).Invites; len(own) != 1 || own[0].Code != invite.Code {
		t.Errorf("Bob's invites are %+v", own)
	}
	if all := ada.must("invites", shared.Nothing{}).Invites; len(all) < 2 {
		t.Errorf("the owner sees %d invites, want all", len(all))
	}
	ada.must("revoke", shared.InviteRef{Code: invite.Code})
	bob.refused(shared.CodeGone, "revoke", shared.InviteRef{Code: invite.Code})
	bob.refused(shared.CodeInvalid, "invite", shared.NewInvite{TTL: -1})

	if you := bob.must("profile", shared.Profile{Name: " Robert "}).You; you.Name != "Robert" {
		t.Errorf("Bob is %+v", you)
	}
	bob.refused(shared.CodeInvalid, "profile", shared.Profile{Name: " "})
	if got := names(bob.must("people", shared.Nothing{}).Users); !slices.Equal(got, []string{"Ada", "Robert"}) {
		t.Errorf("the people are %v", got)
	}

	yes := true
	ada.must("update", shared.RoomUpdate{Room: room.ID, RoomChange: shared.RoomChange{Archived: &yes}})
	ada.refused(shared.CodeArchived, "post", shared.Post{Room: room.ID, Key: "a3", Text: "too late"})
	ada.refused(shared.CodeArchived, "update", shared.RoomUpdate{Room: room.ID, RoomChange: shared.RoomChange{Closed: &yes}})
	no := false
	ada.must("update", shared.RoomUpdate{Room: room.ID, RoomChange: shared.RoomChange{Archived: &no}})
	ada.must("post", shared.Post{Room: room.ID, Key: "a3", Text: "just in time"})

	ada.refused(shared.CodeUnknown, "dance", shared.Nothing{})
	s.visitor().refused(shared.CodeUnauthorized, "post", shared.Post{Room: lobby, Key: "x", Text: "hi"})
	ada.do("POST", "/api/v1/post", "", `{"room":`).want(t, 400)
	ada.do("POST", "/api/v1/directory", "", "").want(t, 200)
	ada.do("GET", "/api/v1/directory", "", "").want(t, 404)
}

func TestAGuestSeesTheirOwnRoomsAlone(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	open := ada.must("create", shared.NewRoom{Name: "garden"}).Room.ID
	s.member("Hidden", "hidden").must("leave", shared.RoomRef{Room: lobby})
	guest := s.guest(ada, "Bob")

	guest.refused(shared.CodeForbidden, "directory", shared.Nothing{})
	guest.refused(shared.CodeForbidden, "create", shared.NewRoom{Name: "x"})
	guest.refused(shared.CodeForbidden, "invite", shared.NewInvite{})
	guest.refused(shared.CodeForbidden, "invites", shared.Nothing{})
	guest.refused(shared.CodeNotFound, "join", shared.RoomRef{Room: open})
	guest.refused(shared.CodeNotFound, "history", shared.HistoryQuery{Room: open, After: after(0)})
	if got := names(guest.must("people", shared.Nothing{}).Users); !slices.Equal(got, []string{"Ada", "Bob"}) {
		t.Errorf("the guest sees %v", got)
	}
	guest.must("post", shared.Post{Room: lobby, Key: "b1", Text: "hello"})
}

func TestAClosedRoomCannotBeToldFromNone(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	closed := ada.must("create", shared.NewRoom{Name: "plans", Closed: true}).Room.ID
	eve := s.member("Eve", "eve")
	name := "found"

	for verb, body := range map[string]func(shared.RoomID) any{
		"post":    func(r shared.RoomID) any { return shared.Post{Room: r, Key: "e1", Text: "hi"} },
		"history": func(r shared.RoomID) any { return shared.HistoryQuery{Room: r, After: after(0)} },
		"read":    func(r shared.RoomID) any { return shared.ReadMark{Room: r, Seq: 1} },
		"join":    func(r shared.RoomID) any { return shared.RoomRef{Room: r} },
		"leave":   func(r shared.RoomID) any { return shared.RoomRef{Room: r} },
		"members": func(r shared.RoomID) any { return shared.RoomRef{Room: r} },
		"add":     func(r shared.RoomID) any { return shared.MemberRef{Room: r, User: "x"} },
		"remove":  func(r shared.RoomID) any { return shared.MemberRef{Room: r, User: "x"} },
		"invite":  func(r shared.RoomID) any { return shared.NewInvite{Room: r} },
		"update": func(r shared.RoomID) any {
			return shared.RoomUpdate{Room: r, RoomChange: shared.RoomChange{Name: &name}}
		},
	} {
		t.Run(verb, func(t *testing.T) {
			e, want := eve.refused(shared.CodeNotFound, verb, body(closed)), eve.refused(shared.CodeNotFound, verb, body("nosuchroom"))
			if *e != *want {
				t.Errorf("got %+v, for no room %+v", e, want)
			}
		})
	}
	if rooms := eve.must("directory", shared.Nothing{}).Rooms; len(rooms) != 0 {
		t.Errorf("the directory is %+v", rooms)
	}
	eve.get("/r/"+string(closed)).want(t, 404)
}

func TestARemovedMemberHearsNothingMore(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	eve := s.member("Eve", "eve")
	eveID := eve.me().ID
	room := ada.must("create", shared.NewRoom{Name: "plans", Closed: true}).Room.ID
	eves, adas := eve.socket(""), ada.socket("")

	ada.must("add", shared.MemberRef{Room: room, User: eveID})
	state := eves.hear(func(f shared.Frame) bool { return f.Room != nil }).Room
	if state.Name != "plans" || state.Members != 2 {
		t.Errorf("Eve is told of %+v", state)
	}
	eves.hear(func(f shared.Frame) bool {
		return f.Event != nil && f.Event.Joined != nil && f.Event.Joined.ID == eveID
	})

	ada.must("remove", shared.MemberRef{Room: room, User: eveID})
	ada.must("post", shared.Post{Room: room, Key: "a1", Text: "she is gone"})
	adas.hear(func(f shared.Frame) bool { return f.Event != nil && f.Event.Left != nil })
	adas.hear(func(f shared.Frame) bool { return f.Event != nil && f.Event.Message != nil })
	eves.hear(func(f shared.Frame) bool { return f.Gone != nil && f.Gone.Room == room })
	eves.say(shared.Frame{ID: 9, Ping: &shared.Nothing{}})
	eves.hear(func(f shared.Frame) bool {
		if f.Event != nil && f.Event.Room == room {
			t.Errorf("Eve still hears %+v", f.Event)
		}
		return f.ID == 9
	})
}

func TestANewNameIsKnownOnOpenConnections(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	line := ada.socket("")
	ada.must("profile", shared.Profile{Name: "Ada L."})
	line.hear(func(f shared.Frame) bool { return f.User != nil && f.User.Name == "Ada L." })
	line.say(shared.Frame{ID: 2, Post: &shared.Post{Room: lobby, Key: "a1", Text: "it is me"}})
	if ev := line.hear(func(f shared.Frame) bool { return f.ID == 2 }).OK.Event; ev.By.Name != "Ada L." {
		t.Errorf("the author is %q", ev.By.Name)
	}
}

func TestReadingIsKnownOnOtherDevices(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	bob := s.guest(ada, "Bob")
	seq := bob.must("post", shared.Post{Room: lobby, Key: "b1", Text: "hi"}).Event.Seq
	line, other := ada.socket(""), bob.socket("")
	ada.must("read", shared.ReadMark{Room: lobby, Seq: seq})
	line.hear(func(f shared.Frame) bool { return f.Read != nil && f.Read.Seq == seq && f.Read.Unread == 0 })
	other.say(shared.Frame{ID: 9, Ping: &shared.Nothing{}})
	other.hear(func(f shared.Frame) bool {
		if f.Read != nil {
			t.Error("Bob is told what Ada read")
		}
		return f.ID == 9
	})
}

func TestComingAndGoingAtOnceEndsAsTheLogSays(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	eve := s.member("Eve", "eve")
	ref := shared.MemberRef{Room: ada.must("create", shared.NewRoom{Name: "plans", Closed: true}).Room.ID, User: eve.me().ID}
	line := eve.socket("")
	for round := range 20 {
		var both sync.WaitGroup
		for _, verb := range []string{"add", "remove"} {
			both.Go(func() { _, _ = ada.api(verb, ref) })
		}
		both.Wait()
		_, member, err := s.store.Access(t.Context(), ref.Room, ref.User)
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprint("round-", round)
		ada.must("post", shared.Post{Room: ref.Room, Key: key, Text: "who hears this?"})
		line.say(shared.Frame{ID: int64(round) + 2, Ping: &shared.Nothing{}})
		heard, answered := false, false
		line.hear(func(f shared.Frame) bool {
			heard = heard || f.Event != nil && f.Event.Message != nil && f.Event.Message.Key == key
			answered = answered || f.ID == int64(round)+2
			return answered && (heard || !member)
		})
		if heard && !member {
			t.Fatalf("round %d: Eve was removed and hears the room", round)
		}
	}
}
