package server_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// lively tells presence soon.
func lively() server.LiveOptions {
	return server.LiveOptions{PresenceEvery: 5 * time.Millisecond, Grace: 30 * time.Millisecond, AwayAfter: time.Hour}
}

// twin is a second server over the same store and broker.
func (tn *town) twin(o server.Options) *town {
	tn.Helper()
	o.Store, o.Log = tn.store, slog.New(slog.DiscardHandler)
	s, err := server.New(tn.Context(), o)
	if err != nil {
		tn.Fatal(err)
	}
	other := *tn
	other.server, other.http = s, httptest.NewServer(s)
	tn.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			tn.Errorf("shutdown: %v", err)
		}
		other.http.Close()
	})
	return &other
}

// settle calls, and waits until the lobby is live.
func (tn *town) settle(name string) *caller {
	tn.Helper()
	c := tn.call(name)
	for {
		if f := c.hear(); f.Live != nil {
			return c
		}
	}
}

func (c *caller) types(room shared.RoomID) {
	c.Helper()
	c.do(shared.Frame{Typing: &shared.Typing{Room: room}})
}

func (c *caller) hearsTyping(who string) {
	c.Helper()
	f := c.hear()
	if f.Typing == nil || f.Typing.Room != lobby || f.Typing.By == nil || f.Typing.By.ID != shared.UserID(who) {
		c.Fatalf("%s hears %s, want that %s types", c.name, f.Encode(), who)
	}
}

func TestTypingIsHeardByTheOthersInTheRoom(t *testing.T) {
	broker := server.NewLocalBroker()
	tn := newTown(t, server.Options{Broker: broker})
	tn.moveIn("bob", "cat", "eve")
	tn.moveOut("eve")
	far := tn.twin(server.Options{Broker: broker})
	bob, phone, ada, eve, cat := tn.settle("bob"), tn.settle("bob"), tn.settle("ada"), tn.call("eve"), far.settle("cat")
	bob.types(lobby)
	ada.hearsTyping("bob")
	cat.hearsTyping("bob")
	bob.hearNothing()
	phone.hearNothing() // it is bob's
	eve.hearNothing()
	if _, err := eve.try(shared.Frame{Typing: &shared.Typing{Room: lobby}}); shared.AsError(err).Code != shared.CodeForbidden {
		t.Errorf("who is not in the room types there: %v", err)
	}
	ada.hearNothing()
}

func TestTypingComesBeforeTheMessageAndNotOften(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	bob, ada := tn.settle("bob"), tn.settle("ada")
	for range 20 { // whatever bob's program thinks
		bob.types(lobby)
	}
	said := bob.post("k", "hi")
	typing := 0
	for {
		f := ada.hear()
		if f.Typing != nil {
			typing++
			continue
		}
		if f.Event == nil || f.Event.Seq != said.Seq {
			t.Fatalf("ada hears %s", f.Encode())
		}
		break
	}
	if typing == 0 || typing > 2 {
		t.Errorf("she heard %d times that he types, want 1 or 2", typing)
	}
	ada.hearNothing()
}

func TestNobodyHearsTypingAfterGone(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob", "eve")
	bob, ada := tn.settle("bob"), tn.settle("ada")
	for range 8 {
		eve := tn.settle("eve")
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for {
				select {
				case <-stop:
					return
				default: // past the limit of one user in one room: as from many people
					tn.server.Whisper(lobby, "bob")
				}
			}
		}()
		eve.hearsTyping("bob")
		ada.do(shared.Frame{Remove: &shared.MemberRef{Room: lobby, User: "eve"}})
		gone := false
		eve.do(shared.Frame{Ping: &shared.Nothing{}})
		eve.do(shared.Frame{Ping: &shared.Nothing{}})
		for _, f := range eve.unasked {
			switch {
			case f.Gone != nil:
				gone = true
			case f.Typing != nil && gone:
				t.Fatal("eve hears typing after gone")
			}
		}
		if !gone {
			t.Fatal("eve was not told that she is gone")
		}
		close(stop)
		<-stopped
		ada.do(shared.Frame{Add: &shared.MemberRef{Room: lobby, User: "eve"}})
	}
	bob.types(lobby)
}

func TestPresenceReachesThoseWhoMayKnowAndNobodyElse(t *testing.T) {
	broker := server.NewLocalBroker()
	tn := newTown(t, server.Options{Broker: broker, Live: lively()})
	tn.moveIn("bob")
	far := tn.twin(server.Options{Broker: broker, Live: lively()})
	for _, guest := range []shared.UserID{"gus", "stranger"} {
		code := "invite-" + string(guest)
		if err := tn.store.AddInvite(t.Context(), shared.Invite{Code: code, By: shared.Author{ID: "ada"}, Room: lobby}); err != nil {
			t.Fatal(err)
		}
		_, _, err := tn.store.Accept(t.Context(), code, server.Account{User: shared.User{ID: guest, Name: string(guest), Role: shared.RoleGuest}}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
	}
	tn.moveOut("stranger")
	watch := shared.Frame{Watch: &shared.Watch{Users: []shared.UserID{"bob"}}}
	ada, gus, stranger, former := tn.settle("ada"), far.settle("gus"), tn.call("stranger"), tn.settle("gus")
	for _, c := range []*caller{ada, gus, stranger, former} {
		if got := c.do(watch).Presences; len(got) > 0 {
			t.Errorf("at first %s is told %+v", c.name, got)
		}
	}
	wants := func(c *caller, want shared.Presence) {
		t.Helper()
		for {
			f := c.hear()
			if len(f.Presence) == 1 && f.Presence[0] == want {
				return
			}
			if len(f.Presence) == 0 && f.Event == nil {
				t.Fatalf("%s hears %s", c.name, f.Encode())
			}
		}
	}
	bob := tn.settle("bob")
	bob.do(shared.Frame{Active: &shared.Nothing{}})
	online := shared.Presence{User: "bob", State: shared.Online}
	wants(ada, online)
	wants(gus, online) // on the other node
	stranger.hearNothing()

	tea := shared.Status{Emoji: "🍵", Text: "Tea"}
	answer := bob.do(shared.Frame{Status: &tea}).Presences
	drinking := shared.Presence{User: "bob", State: shared.Online, Status: tea}
	if len(answer) != 1 || answer[0] != drinking {
		t.Errorf("bob's status is answered with %+v", answer)
	}
	wants(ada, drinking)
	wants(gus, drinking)
	if got := stranger.do(watch).Presences; len(got) > 0 {
		t.Errorf("a stranger is told %+v", got)
	}

	ada.do(shared.Frame{Remove: &shared.MemberRef{Room: lobby, User: "gus"}})
	for _, c := range []*caller{gus, former} {
		c.do(shared.Frame{Ping: &shared.Nothing{}})
		c.unasked = nil
	}
	bob.do(shared.Frame{DND: &shared.Quiet{Until: shared.Forever}})
	drinking.DND = shared.Forever
	wants(ada, drinking)
	for _, c := range []*caller{gus, former, stranger} {
		c.do(shared.Frame{Ping: &shared.Nothing{}})
		for _, f := range c.unasked {
			if len(f.Presence) > 0 {
				t.Errorf("%s, who is no member any more, hears %s", c.name, f.Encode())
			}
		}
		if got := c.do(watch).Presences; len(got) > 0 {
			t.Errorf("%s, who is no member any more, is told %+v", c.name, got)
		}
	}
}

func TestWhatSomebodySaysOutlivesTheServer(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob")
	bob := tn.settle("bob")
	until := shared.Millis(time.Now().Add(time.Hour).UnixMilli())
	bob.do(shared.Frame{Status: &shared.Status{Text: "Tea", Until: until}})
	bob.do(shared.Frame{DND: &shared.Quiet{Until: until}})
	got := tn.twin(server.Options{}).call("ada").do(shared.Frame{Watch: &shared.Watch{Users: []shared.UserID{"bob"}}}).Presences
	want := shared.Presence{User: "bob", DND: until, Status: shared.Status{Text: "Tea", Until: until}}
	if len(got) != 1 || got[0] != want {
		t.Errorf("another server, started later, says %+v, want %+v", got, want)
	}
}

func TestASlowReaderHearsTheMessagesAndNotTheTyping(t *testing.T) {
	tn := newTown(t, server.Options{Live: server.LiveOptions{Tail: 64 << 20, Backlog: 64 << 20, StallTimeout: patience}}, narrow)
	tn.moveIn("bob")
	bob, ada := tn.settle("bob"), tn.settle("ada")
	const posts, whispers = 30, 100
	big := strings.Repeat("字", shared.MaxText)
	for n := range posts { // more than the kernel takes for ada, who does not read
		bob.post(strconv.Itoa(n), big)
	}
	for range whispers {
		tn.server.Whisper(lobby, "bob")
	}
	heard := 0
	for messages := 0; messages < posts; {
		switch f := ada.hear(); {
		case f.Typing != nil:
			heard++
		case f.Event != nil && f.Event.Message != nil:
			messages++
		case f.Bye != nil:
			t.Fatalf("ada was cut after %d messages", messages)
		}
	}
	ada.hearNothing()
	if heard > whispers/10 { // a word may pass just as the backlog is gone
		t.Errorf("ada, who was behind, heard %d of %d times that bob types", heard, whispers)
	}
	tn.server.Whisper(lobby, "bob")
	ada.hearsTyping("bob")
}
