package server

import (
	"fmt"
	"testing"

	"hubbub/shared"
)

// standings are the ways to stand to a room, as the columns of the tables in
// the tests below.
func standings() []object {
	open := shared.Room{ID: "r", Name: "r"}
	closed := shared.Room{ID: "r", Name: "r", Closed: true}
	archived := shared.Room{ID: "r", Name: "r", Archived: true}
	return []object{
		{room: open, member: true},
		{room: open},
		{room: closed, member: true},
		{room: closed},
		{room: archived, member: true},
		{room: archived},
	}
}

// verdict is one letter for what can says.
func verdict(err error) byte {
	if err == nil {
		return 'y'
	}
	switch shared.AsError(err).Code {
	case shared.CodeForbidden:
		return 'f'
	case shared.CodeNotFound:
		return '-' // as if there were no such room
	case shared.CodeArchived:
		return 'a'
	}
	return '?'
}

func TestWhoMayDoWhatInARoom(t *testing.T) {
	const (
		owner, admin  = shared.RoleOwner, shared.RoleAdmin
		member, guest = shared.RoleMember, shared.RoleGuest
		bot           = shared.RoleBot
	)
	// In, out of: an open, a closed, an archived room.
	for _, test := range []struct {
		name string
		do   action
		self bool
		role shared.Role
		want string
	}{
		{"read", readRoom, false, owner, "yf y- yf"},
		{"read", readRoom, false, admin, "yf y- yf"},
		{"read", readRoom, false, member, "yf y- yf"},
		{"read", readRoom, false, guest, "y- y- y-"},
		{"post", postToRoom, false, owner, "yf y- af"},
		{"post", postToRoom, false, admin, "yf y- af"},
		{"post", postToRoom, false, member, "yf y- af"},
		{"post", postToRoom, false, guest, "y- y- a-"},
		{"join", joinRoom, true, owner, "yy y- ya"},
		{"join", joinRoom, true, admin, "yy y- ya"},
		{"join", joinRoom, true, member, "yy y- ya"},
		{"join", joinRoom, true, guest, "y- y- y-"},
		{"leave", leaveRoom, true, owner, "yf y- yf"},
		{"leave", leaveRoom, true, member, "yf y- yf"},
		{"leave", leaveRoom, true, guest, "y- y- y-"},
		{"rename", nameRoom, false, owner, "yy y- aa"},
		{"rename", nameRoom, false, admin, "yy y- aa"},
		{"rename", nameRoom, false, member, "yf y- af"},
		{"rename", nameRoom, false, guest, "f- f- f-"},
		{"archive or close", governRoom, false, owner, "yy y- yy"},
		{"archive or close", governRoom, false, admin, "yy y- yy"},
		{"archive or close", governRoom, false, member, "ff f- ff"},
		{"archive or close", governRoom, false, guest, "f- f- f-"},
		{"add somebody", addMember, false, owner, "yf y- af"},
		{"add somebody", addMember, false, admin, "yf y- af"},
		{"add somebody", addMember, false, member, "yf y- af"},
		{"add somebody", addMember, false, guest, "f- f- f-"},
		{"remove somebody", removeMember, false, owner, "yy y- yy"},
		{"remove somebody", removeMember, false, admin, "yy y- yy"},
		{"remove somebody", removeMember, false, member, "ff f- ff"},
		{"remove somebody", removeMember, false, guest, "f- f- f-"},
		{"remove oneself", removeMember, true, guest, "y- y- y-"},
		{"hook it", hookRoom, false, owner, "yf y- af"},
		{"hook it", hookRoom, false, member, "yf y- af"},
		{"hook it", hookRoom, false, guest, "f- f- f-"},
		{"hook it", hookRoom, false, bot, "ff f- ff"},
		{"read", readRoom, false, bot, "yf y- yf"},
		{"post", postToRoom, false, bot, "yf y- af"},
		{"join", joinRoom, true, bot, "yy y- ya"},
		{"rename", nameRoom, false, bot, "ff f- ff"},
		{"archive or close", governRoom, false, bot, "ff f- ff"},
		{"add somebody", addMember, false, bot, "ff f- ff"},
		{"remove somebody", removeMember, false, bot, "ff f- ff"},
		{"invite to it", makeInvite, false, bot, "ff ff ff"},
		{"invite to it", makeInvite, false, owner, "yf y- af"},
		{"invite to it", makeInvite, false, admin, "yf y- af"},
		{"invite to it", makeInvite, false, member, "yf y- af"},
		{"invite to it", makeInvite, false, guest, "ff ff ff"},
		{"preview", previewRoom, false, owner, "yy y- aa"},
		{"preview", previewRoom, false, member, "yy y- aa"},
		{"preview", previewRoom, false, bot, "yy y- aa"},
		{"preview", previewRoom, false, guest, "f- f- f-"},
		{"hide", hideRoom, false, member, "ff f- ff"},
	} {
		t.Run(fmt.Sprintf("%s %s", test.role, test.name), func(t *testing.T) {
			var got []byte
			for i, o := range standings() {
				if i > 0 && i%2 == 0 {
					got = append(got, ' ')
				}
				o.self = test.self
				got = append(got, verdict(can(test.role, test.do, o)))
			}
			if string(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestWhoMayDoWhatOutsideRooms(t *testing.T) {
	roles := []shared.Role{shared.RoleOwner, shared.RoleAdmin, shared.RoleMember, shared.RoleBot, shared.RoleGuest, ""}
	for _, test := range []struct {
		name string
		do   action
		o    object
		want string
	}{
		{"create a room", createRoom, object{}, "yyyfff"},
		{"list open rooms", listRooms, object{}, "yyyyff"},
		{"list everybody", listPeople, object{}, "yyyyff"},
		{"invite to the server", makeInvite, object{}, "yyyfff"},
		{"list invites", listInvites, object{}, "yyyfff"},
		{"revoke one's own invite", endInvite, object{self: true}, "yyyyyy"},
		{"revoke another's invite", endInvite, object{}, "yyffff"},
		{"do what nobody thought of", 0, object{member: true}, "ffffff"},
		{"push to anybody", pushToUser, object{}, "yyfyff"},
		{"push to oneself", pushToUser, object{self: true}, "yyyyyy"},
		{"have a password", havePassword, object{}, "yyyfyy"},
		{"call everybody, who are few", callEverybody, object{members: shared.MaxCalled}, "yyyyyy"},
		{"call everybody, who are many", callEverybody, object{members: shared.MaxCalled + 1}, "yyyfff"},
		{"make a bot", makeBot, object{}, "yyyfff"},
		{"withdraw one's own token", answerFor, object{self: true}, "yyyyyy"},
		{"withdraw another's token", answerFor, object{}, "yyffff"},
		{"talk to a stranger", beginDirect, object{}, "yyyy--"},
		{"talk to somebody of the same room", beginDirect, object{member: true}, "yyyyyy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []byte
			for _, role := range roles {
				got = append(got, verdict(can(role, test.do, test.o)))
			}
			if string(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestADirectConversationIsTheSameForEverybodyInItAndForNobodyElse(t *testing.T) {
	talk := shared.Room{ID: "r", Closed: true, Direct: true}
	roles := []shared.Role{shared.RoleOwner, shared.RoleAdmin, shared.RoleMember, shared.RoleBot, shared.RoleGuest}
	for _, do := range []action{
		readRoom, postToRoom, editMessage, deleteMessage, reactToMessage, joinRoom, leaveRoom,
		nameRoom, governRoom, addMember, removeMember, hookRoom, previewRoom, hideRoom,
	} {
		for _, role := range roles {
			for _, self := range []bool{false, true} {
				want := byte('f')
				switch {
				case do == readRoom, do == postToRoom, do == hideRoom, do == reactToMessage,
					do == previewRoom && role != shared.RoleGuest,
					self && (do == editMessage || do == deleteMessage):
					want = 'y'
				}
				if got := verdict(can(role, do, object{room: talk, member: true, self: self})); got != want {
					t.Errorf("%s in it, action %d: %c, want %c", role, do, got, want)
				}
				if got := verdict(can(role, do, object{room: talk, self: self})); got != '-' {
					t.Errorf("%s outside, action %d: %c", role, do, got)
				}
			}
		}
	}
	if got := verdict(can(shared.RoleOwner, makeInvite, object{room: talk, member: true})); got != 'f' {
		t.Errorf("inviting to it: %c", got)
	}
}

func TestAClosedRoomSaysTheSameAsNoRoom(t *testing.T) {
	closed := object{room: shared.Room{ID: "r", Name: "secret plans", Closed: true}}
	for do := readRoom; do <= removeMember; do++ {
		if got, want := can(shared.RoleOwner, do, closed), errNoRoom(); got.Error() != want.Error() {
			t.Errorf("action %d: %q, want %q", do, got, want)
		}
	}
}
