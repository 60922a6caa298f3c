package server_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

func TestAGuestCallsAFewAndAMemberMany(t *testing.T) {
	tn := newTown(t, server.Options{})
	for i := 1; i < shared.MaxCalled; i++ { // ada is there
		name := fmt.Sprintf("guest-%d", i)
		if err := tn.store.AddInvite(t.Context(), shared.Invite{Code: name, By: shared.Author{ID: "ada"}, Room: lobby}); err != nil {
			t.Fatal(err)
		}
		guest := server.Account{User: shared.User{ID: shared.UserID(name), Name: name, Role: shared.RoleGuest}}
		if _, _, err := tn.store.Accept(t.Context(), name, guest, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	everybody := []shared.UserID{shared.Everybody}
	calls := func(c *caller, key string, want []shared.UserID) {
		t.Helper()
		m := c.post(key, "@room tea?").Message
		if !slices.Equal(m.Mentions, want) || (m.HTML != "") != (len(want) > 0) || m.Text != "@room tea?" {
			t.Errorf("%s calls %v with %q, want %v", c.name, m.Mentions, m.HTML, want)
		}
	}
	guest, ada := tn.call("guest-1"), tn.call("ada")
	calls(guest, "few", everybody)

	tn.moveIn("zoe", "yan")
	ada.do(shared.Frame{Remove: &shared.MemberRef{Room: lobby, User: "yan"}}) // says that who is there changed
	calls(guest, "many", nil)
	calls(ada, "adas", everybody)
}

func TestARoomThatIsNotOpenIsNotNamed(t *testing.T) {
	tn := newTown(t, server.Options{})
	ada := tn.call("ada")
	named := func(key string) string { return ada.post(key, "see #plans").Message.HTML }
	if got := named("before"); got != "" {
		t.Errorf("a room that is not there became %s", got)
	}
	room := ada.do(shared.Frame{Create: &shared.NewRoom{Name: "Plans"}}).Room
	if got, want := named("open"), `<p>see <a class="room" data-room="`+string(room.ID)+`">#plans</a></p>`; got != want {
		t.Errorf("an open room became %s, want %s", got, want)
	}
	closed := true
	ada.do(shared.Frame{Update: &shared.RoomUpdate{Room: room.ID, RoomChange: shared.RoomChange{Closed: &closed}}})
	if got := named("closed"); got != "" {
		t.Errorf("a closed room became %s", got)
	}
}
