package app

import (
	"testing"

	"hubbub/app/client"
	"hubbub/shared"
)

func TestParsePath(t *testing.T) {
	cases := []struct {
		path string // below the base
		room shared.RoomID
		at   shared.Seq
	}{
		{"/r/lobby", "lobby", 0},
		{"/r/lobby/", "lobby", 0},
		{"/r/lobby/17", "lobby", 17},
		{"/r/lobby/17/", "lobby", 17},
		{"/r/lobby/9007199254740990", "lobby", 9007199254740990},
		{"/r/lobby/x", "lobby", 0},
		{"/r/lobby/1.5", "lobby", 0},
		{"/r/lobby/99999999999999999999", "lobby", 0},
		{"/r/lobby/-3", "lobby", 0},
		{"/r/", "", 0},
		{"/r", "", 0},
		{"/", "", 0},
		{"", "", 0},
		{"/join/abc", "", 0},
		{"/x/r/lobby", "", 0},
	}
	for _, c := range cases {
		for _, base := range []string{"", "/chat", "/r", "/a/b"} {
			if room, at := parsePath(base, base+c.path); room != c.room || at != c.at {
				t.Errorf("parsePath(%q, %q) = %q, %d, want %q, %d", base, base+c.path, room, at, c.room, c.at)
			}
		}
	}
	for _, path := range []string{"/r/lobby", "/chatter/r/lobby", "/chatr/lobby", "/chat", "/r/chat/r/lobby"} {
		if room, _ := parsePath("/chat", path); room != "" {
			t.Errorf("%s, which is not under /chat, leads to the room %q", path, room)
		}
	}
}

func TestPathsAreReadAsTheyAreWritten(t *testing.T) {
	for _, base := range []string{"", "/chat"} {
		m := &model{view: shared.View{Base: base}}
		if room, at := parsePath(base, m.roomPath("ab-12")); room != "ab-12" || at != 0 {
			t.Errorf("a room: %q, %d", room, at)
		}
		if room, at := parsePath(base, m.eventPath("ab-12", 7)); room != "ab-12" || at != 7 {
			t.Errorf("an event: %q, %d", room, at)
		}
	}
}

// houseOf is a model with rooms a to d of which the unread ones have so many
// messages that are.
func houseOf(here shared.RoomID, unread map[shared.RoomID]int) *model {
	w := &shared.Welcome{Server: "House", You: shared.User{ID: "me", Name: "Me"}, Limits: shared.DefaultLimits()}
	for _, id := range []shared.RoomID{"a", "b", "c", "d"} {
		n := unread[id]
		w.Rooms = append(w.Rooms, shared.RoomState{
			Room: shared.Room{ID: id, Name: "room " + string(id)}, Last: 200, Read: 200 - shared.Seq(n), Unread: n, Members: 2,
		})
	}
	w.Prefer.Involvement = shared.InEverything
	return newModel(shared.View{Screen: shared.ScreenChat, Server: "House", Lang: "en", Welcome: w, Room: here}, client.Options{})
}

func TestTheNextRoomOfTheListGoesRound(t *testing.T) {
	some := map[shared.RoomID]int{"a": 1, "d": 3}
	cases := []struct {
		name         string
		here         shared.RoomID
		unread       map[shared.RoomID]int
		down, wanted bool // wanted: unread ones only
		want         shared.RoomID
	}{
		{"down", "a", nil, true, false, "b"},
		{"up", "c", nil, false, false, "b"},
		{"down from the last", "d", nil, true, false, "a"},
		{"up from the first", "a", nil, false, false, "d"},
		{"down to an unread one", "b", some, true, true, "d"},
		{"up to an unread one", "b", some, false, true, "a"},
		{"round to an unread one", "d", some, true, true, "a"},
		{"none is unread", "b", nil, true, true, ""},
		{"none but this one", "b", map[shared.RoomID]int{"b": 2}, true, true, ""},
		{"down from no room", "", nil, true, false, "a"},
		{"up from no room", "", nil, false, false, "d"},
		{"the only unread one is last, from no room", "", map[shared.RoomID]int{"d": 1}, true, true, "d"},
		{"the only unread one is first, up from no room", "", map[shared.RoomID]int{"a": 1}, false, true, "a"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := houseOf(c.here, c.unread).neighbour(c.down, c.wanted)
			if got != c.want || ok != (c.want != "") {
				t.Errorf("got %q, %v, want %q", got, ok, c.want)
			}
		})
	}
	if got, ok := newModel(shared.View{Lang: "en"}, client.Options{}).neighbour(true, false); ok {
		t.Errorf("without rooms: %q", got)
	}
}

func TestTheTitleSaysWhatTheReaderWantsToBeToldOf(t *testing.T) {
	for level, want := range map[shared.Involvement]string{
		"": "(2) House", shared.InMentions: "(2) House", shared.InEverything: "(7) House", shared.InNothing: "House",
	} {
		w := &shared.Welcome{Server: "House", You: shared.User{ID: "me"}, Rooms: []shared.RoomState{{
			Room: shared.Room{ID: "a"}, Last: 9, Read: 1, Unread: 7, Mentions: []shared.Seq{3, 4}, Involvement: level,
		}}}
		if got := newModel(shared.View{Server: "House", Lang: "en", Welcome: w}, client.Options{}).title(); got != want {
			t.Errorf("%s: got %q, want %q", level, got, want)
		}
		w.Rooms[0].Mentions = nil
		if got := newModel(shared.View{Server: "House", Lang: "en", Welcome: w}, client.Options{}).title(); (got == "• House") != (level == "" || level == shared.InMentions) {
			t.Errorf("%s, without mentions: got %q", level, got)
		}
	}
}

func TestTheTitleBeginsWithWhatIsUnread(t *testing.T) {
	for _, c := range []struct {
		name   string
		here   shared.RoomID
		unread map[shared.RoomID]int
		want   string
	}{
		{"all read", "a", nil, "#room a · House"},
		{"here", "a", map[shared.RoomID]int{"a": 2}, "(2) #room a · House"},
		{"in all rooms", "b", map[shared.RoomID]int{"a": 2, "c": 40}, "(42) #room b · House"},
		{"no room", "", map[shared.RoomID]int{"a": 1}, "(1) House"},
		{"a room that one is not in", "x", nil, "House"},
	} {
		if got := houseOf(c.here, c.unread).title(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := newModel(shared.View{Server: "House", Lang: "en"}, client.Options{}).title(); got != "House" {
		t.Errorf("of a form: %q", got)
	}
}

func TestTheLineOfNewMessagesStandsAfterWhatWasReadWhenTheRoomWasOpened(t *testing.T) {
	m := houseOf("a", map[shared.RoomID]int{"a": 2, "b": 5})
	if m.after != 198 {
		t.Errorf("at the start: after %d, want 198", m.after)
	}
	if !m.show("/r/b/7") || m.room != "b" || m.at != 7 || m.after != 195 {
		t.Errorf("in another room: %s at %d after %d", m.room, m.at, m.after)
	}
	if !m.show("/r/b") || m.at != 0 || m.after != 195 {
		t.Errorf("in the same room: at %d after %d", m.at, m.after)
	}
	if !m.show("/r/c") || m.after != 0 {
		t.Errorf("where all is read: after %d, want none", m.after)
	}
	if m.show("/r/x") || m.show("/") || m.room != "c" {
		t.Errorf("what is no room of mine is shown: %s", m.room)
	}
}
