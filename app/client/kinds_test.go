//go:build !js

package client

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hubbub/server"
	"hubbub/shared"
)

// kinds has, for every kind of event, something that ada does to bring one
// about in the room.
var kinds = map[string]func(ada *resident, room shared.RoomID) shared.Frame{
	"Message": func(_ *resident, room shared.RoomID) shared.Frame {
		return shared.Frame{Post: &shared.Post{Room: room, Key: shared.NewID(), Text: "hi @room"}}
	},
	"Created": nil, // the room of the test begins with it
	"Changed": func(_ *resident, room shared.RoomID) shared.Frame {
		name, topic, yes := "renamed", "a topic", true
		return shared.Frame{Update: &shared.RoomUpdate{Room: room, RoomChange: shared.RoomChange{Name: &name, Topic: &topic, Closed: &yes}}}
	},
	"Joined": func(_ *resident, room shared.RoomID) shared.Frame {
		return shared.Frame{Add: &shared.MemberRef{Room: room, User: "eve"}}
	},
	"Reacted": func(ada *resident, room shared.RoomID) shared.Frame {
		return shared.Frame{React: &shared.React{Room: room, Seq: ada.said(room), Emoji: "👍", On: true}}
	},
	"Edited": func(ada *resident, room shared.RoomID) shared.Frame {
		return shared.Frame{Edit: &shared.Edit{Room: room, Seq: ada.said(room), Text: "right, @room"}}
	},
	"Deleted": func(ada *resident, room shared.RoomID) shared.Frame {
		return shared.Frame{Delete: &shared.MessageRef{Room: room, Seq: ada.said(room)}}
	},
	"Left": func(_ *resident, room shared.RoomID) shared.Frame {
		return shared.Frame{Remove: &shared.MemberRef{Room: room, User: "eve"}}
	},
}

// said is something that ada says in the room, and another message answers.
func (r *resident) said(room shared.RoomID) shared.Seq {
	r.t.Helper()
	ok, err := r.Do(r.t.Context(), shared.Frame{Post: &shared.Post{Room: room, Key: shared.NewID(), Text: "wrong"}})
	if err != nil {
		r.t.Fatal(err)
	}
	seq := ok.Event.Seq
	if _, err := r.Do(r.t.Context(), shared.Frame{Post: &shared.Post{Room: room, Key: shared.NewID(), Text: "no", Reply: seq}}); err != nil {
		r.t.Fatal(err)
	}
	return seq
}

// kindsOfEvent are the names of the fields of which an event has one.
func kindsOfEvent() (names []string) {
	event := reflect.TypeFor[shared.Event]()
	for i := range event.NumField() {
		if f := event.Field(i); f.Type.Kind() == reflect.Pointer {
			names = append(names, f.Name)
		}
	}
	return names
}

// What a client made of events as they came is what another loads afresh. A
// new kind of event fails here until it has an entry above.
func TestEventsAppliedAreAFreshLoadForEveryKind(t *testing.T) {
	h := newHouse(t)
	h.moveIn("eve")
	ada := h.resident("ada")
	ada.Open("lobby")
	ada.untilLive()
	ok, err := ada.Do(t.Context(), shared.Frame{Create: &shared.NewRoom{Name: "attic"}})
	if err != nil {
		t.Fatal(err)
	}
	room := ok.Room.ID
	if _, err := ada.Do(t.Context(), shared.Frame{Add: &shared.MemberRef{Room: room, User: "bob"}}); err != nil {
		t.Fatal(err)
	}
	bob := h.resident("bob")
	bob.Open(room)
	until(t, "bob is there", func() bool { return bob.State().Phase == Live && bob.Timeline(room).Loaded })
	for _, kind := range kindsOfEvent() {
		t.Run(kind, func(t *testing.T) {
			do, known := kinds[kind]
			if !known {
				t.Fatalf("nothing here brings a %s about: add it to kinds", kind)
			}
			if do != nil {
				if _, err := ada.Do(t.Context(), do(ada, room)); err != nil {
					t.Fatal(err)
				}
			}
			h.compare(t, bob, room, kind)
		})
	}
}

// compare sees to it that a client which was there holds what a fresh one
// loads.
func (h *house) compare(t *testing.T, there *resident, room shared.RoomID, kind string) {
	t.Helper()
	fresh := live(t, Options{URL: h.url(), Token: h.tokens["bob"]})
	defer fresh.leave()
	fresh.Open(room)
	until(t, "the fresh one is there", func() bool { return fresh.State().Phase == Live && fresh.Timeline(room).Loaded })
	want := fresh.Timeline(room)
	until(t, "both hold the same log", func() bool {
		return there.room(room).Last == fresh.room(room).Last && len(there.Timeline(room).Events) == len(want.Events)
	})
	if diff := cmp.Diff(want.Events, there.Timeline(room).Events); diff != "" {
		t.Errorf("the logs differ:\n%s", diff)
	}
	if diff := cmp.Diff(fresh.State().Rooms, there.State().Rooms); diff != "" {
		t.Errorf("the rooms differ:\n%s", diff)
	}
	if !slices.ContainsFunc(want.Events, func(ev shared.Event) bool { return !reflect.ValueOf(ev).FieldByName(kind).IsNil() }) {
		t.Errorf("there is no %s in the log", kind)
	}
}

// moveIn lets somebody in who has no client.
func (h *house) moveIn(name string) {
	h.t.Helper()
	u := server.Account{User: shared.User{ID: shared.UserID(name), Name: name, Role: shared.RoleGuest}}
	if _, _, err := h.store.Accept(h.t.Context(), "code", u, time.Now()); err != nil {
		h.t.Fatal(err)
	}
}
