package servertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// TestStore states what a server.Store must do. open returns a fresh, empty
// Store and closes it with the test.
func TestStore(t *testing.T, open func(t *testing.T) server.Store) {
	for _, suite := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"claim", testClaim},
		{"people", testPeople},
		{"profiles", testProfiles},
		{"roles", testRoles},
		{"exclusion", testExclusion},
		{"recoveries", testRecoveries},
		{"sessions", testSessions},
		{"rooms", testRooms},
		{"members", testMembers},
		{"posts", testPosts},
		{"what bots say", testWhatBotsSay},
		{"edits", testEdits},
		{"deletions", testDeletions},
		{"reactions", testReactions},
		{"replies", testReplies},
		{"history", testHistory},
		{"long messages", testLongMessages},
		{"reading", testReading},
		{"rounds of reading", testRounds},
		{"mentions", testMentions},
		{"direct conversations", testDirect},
		{"lists of rooms", testRoomLists},
		{"invites", testInvites},
		{"pushes", testPushes},
		{"changes of pushes", testPushChanges},
		{"pushes that collapse others", testCollapse},
		{"lists of pushes", testPushLists},
		{"receipts", testReceipts},
		{"bots", testBots},
		{"tokens", testTokens},
		{"devices", testDevices},
		{"finding", testFinding},
		{"finding by date", testFindingByDate},
		{"finding what changed", testFindingWhatChanged},
		{"notices", testNotices},
		{"presence", testPresence},
		{"involvement", testInvolvement},
		{"rings", testRings},
		{"files", testFiles},
		{"many senders", testManySenders},
		{"many pushers", testManyPushers},
		{"races", testRaces},
		{"any order of commands", testAnyOrder},
		{"any order of pushes", testAnyOrderOfPushes},
	} {
		t.Run(suite.name, func(t *testing.T) { suite.run(t, newWorld(t, open(t))) })
	}
}

// world is a store with an owner, a first room, and a clock that moves on.
type world struct {
	t     fataler
	s     server.Store
	ctx   context.Context
	owner shared.User
	lobby shared.RoomID
	now   time.Time
}

func newWorld(t *testing.T, s server.Store) *world {
	t.Helper()
	w := &world{
		t: t, s: s, ctx: t.Context(),
		owner: shared.User{ID: "owner", Name: "Ada", Handle: "ada", Role: shared.RoleOwner},
		lobby: "lobby", now: time.UnixMilli(1_795_000_000_000),
	}
	err := s.Claim(w.ctx, server.Account{User: w.owner, Hash: "hash"}, "Studio", shared.Room{ID: w.lobby, Name: "lobby"}, w.tick())
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return w
}

// tick is the next moment.
func (w *world) tick() time.Time {
	w.now = w.now.Add(time.Second)
	return w.now
}

// guest lets somebody in through an invite of their own.
func (w *world) guest(id shared.UserID) shared.User {
	w.t.Helper()
	code := "for-" + string(id)
	w.must(w.s.AddInvite(w.ctx, shared.Invite{Code: code, By: w.owner.Author(), Created: w.millis()}))
	u := shared.User{ID: id, Name: string(id), Role: shared.RoleGuest}
	if _, _, err := w.s.Accept(w.ctx, code, server.Account{User: u}, w.tick()); err != nil {
		w.t.Fatalf("accept: %v", err)
	}
	return u
}

func (w *world) millis() shared.Millis { return shared.Millis(w.tick().UnixMilli()) }

// room makes one with the owner in it.
func (w *world) room(id shared.RoomID) {
	w.t.Helper()
	_, err := w.s.CreateRoom(w.ctx, w.owner.Author(), shared.Room{ID: id, Name: string(id)}, w.tick())
	w.must(err)
}

func (w *world) say(by shared.User, room shared.RoomID, key string) shared.Event {
	w.t.Helper()
	ev, _, err := w.s.Post(w.ctx, by.Author(), server.Said{Post: shared.Post{Room: room, Key: key, Text: "said " + key}}, w.tick())
	w.must(err)
	return ev
}

func (w *world) rename(room shared.RoomID, name string) shared.Event {
	w.t.Helper()
	u := shared.RoomUpdate{Room: room, RoomChange: shared.RoomChange{Name: &name}}
	ev, err := w.s.UpdateRoom(w.ctx, w.owner.Author(), u, w.tick())
	w.must(err)
	return ev
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wants(err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("got %v, want %v", err, want)
	}
}

// log reads a room's whole log and fails when it has a gap.
func (w *world) log(room shared.RoomID) []shared.Event {
	w.t.Helper()
	var log []shared.Event
	for {
		page, err := w.s.After(w.ctx, room, shared.Seq(len(log)), 7)
		w.must(err)
		if len(page) == 0 {
			break
		}
		log = append(log, page...)
	}
	for i, ev := range log {
		if ev.Seq != shared.Seq(i+1) || ev.Room != room {
			w.t.Fatalf("event %d of %s is %+v", i+1, room, ev)
		}
	}
	last, err := w.s.Last(w.ctx, room)
	w.must(err)
	if last != shared.Seq(len(log)) {
		w.t.Fatalf("%s has %d events and says its last is %d", room, len(log), last)
	}
	return log
}

// fataler is what a world complains to: a test, or a round of a property test.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}
