package server

import (
	"slices"

	"hubbub/shared"
)

// action is something a person may or may not do.
type action uint8

const (
	createRoom  action = iota + 1
	listRooms          // the directory of open rooms
	listPeople         // everybody, not only those in one's own rooms
	makeInvite         // to the server, or to a room
	listInvites        // one's own; staff: all
	endInvite          // object.self: one's own
	readRoom           // its log and its members
	postToRoom
	reactToMessage
	editMessage   // object.self: one's own
	deleteMessage // object.self: one's own
	joinRoom
	leaveRoom
	nameRoom      // its name and topic
	governRoom    // open or closed, archived or not
	addMember     // object.self: oneself, which is joining
	removeMember  // object.self: oneself, which is leaving
	pushToUser    // object.self: oneself
	makeBot       // and its tokens
	answerFor     // a bot or a token; object.self: one's own
	hookRoom      // a webhook for it
	havePassword  // and so sign in
	callEverybody // who is in a room, by @room in a message; object.members

	seePerson    // their profile; object.near: they share a room, or did when something was said
	listAccounts // everybody's: role, standing, when they were seen
	setRole      // object.other becomes object.wanted
	exclude      // from the server, and let in again; object.other
	recoverOther // make a link for a forgotten password; object.other
	eraseSaid    // delete all that somebody said; object.other
	previewRoom  // look at an open room from outside
	beginDirect  // a direct conversation; object.member: all are in rooms of the actor's
	hideRoom     // a direct conversation, from oneself
)

// object is what an action is done to, as the actor stands to it.
type object struct {
	room    shared.Room // of actions on a room
	member  bool        // the actor is in it
	self    bool        // the actor does it to themselves, or to what is theirs
	members int         // how many are in the room; of callEverybody alone

	// Of actions on a person.
	near          bool        // the actor meets them in a room
	other, wanted shared.Role // theirs, and the one they are to have
}

// visible reports whether the room exists as far as role can tell. A closed
// room looks to outsiders, the owner included, like one that never was.
func (o object) visible(role shared.Role) bool {
	return o.member || !o.room.Closed && role != shared.RoleGuest
}

// can decides who may do what: nil, or the error that says why not. It is the
// only place that does.
func can(role shared.Role, do action, o object) error {
	switch do {
	case createRoom, listInvites, makeBot:
		return person(role)
	case listRooms, listPeople:
		return notGuest(role)
	case pushToUser:
		if o.self {
			return nil
		}
		return mayPush(role)
	case havePassword:
		return notBot(role)
	case callEverybody:
		if o.members <= shared.MaxCalled {
			return nil
		}
		return person(role) // a guest is only a name, and a program does not know when it is enough
	case seePerson, listAccounts, setRole, exclude, recoverOther, eraseSaid:
		return canWithPerson(role, do, o)
	case beginDirect:
		if notGuest(role) == nil || o.member {
			return nil
		}
		return errNoUser() // a guest does not know who else is here
	case answerFor:
		if o.self || role.Staff() {
			return nil
		}
		return forbidden("this is somebody else's; only they and admins can do this")
	case makeInvite:
		return canInvite(role, o)
	case endInvite:
		if o.self || role.Staff() {
			return nil
		}
		return forbidden("this invite is somebody else's; only they and admins can revoke it")
	}
	if !o.visible(role) {
		return errNoRoom()
	}
	return canInRoom(role, do, o)
}

// canWithPerson is can for actions on a person's account.
func canWithPerson(role shared.Role, do action, o object) error {
	switch {
	case do == seePerson && (o.self || o.near || notGuest(role) == nil):
		return nil
	case do == seePerson:
		return errNoUser()
	case do == listAccounts:
		return staffOnly(role)
	case staffOnly(role) != nil:
		return staffOnly(role)
	case o.other == shared.RoleBot || o.wanted == shared.RoleBot:
		return forbidden("a bot stays one; whoever answers for it can end it")
	case do == setRole && role == shared.RoleOwner:
		return nil
	case do == setRole && o.self && rank(o.wanted) < rank(role):
		return nil // stepping down
	case do == setRole && rank(o.wanted) >= rank(role):
		return forbidden("only the owner can make somebody an admin or an owner")
	case rank(o.other) >= rank(role):
		return forbidden("you can do this only to people with a role below your own")
	}
	return nil
}

// rank orders the roles of people.
func rank(r shared.Role) int {
	return slices.Index([]shared.Role{shared.RoleGuest, shared.RoleMember, shared.RoleAdmin, shared.RoleOwner}, r)
}

func canInvite(role shared.Role, o object) error {
	switch {
	case person(role) != nil || o.room.ID == "":
		return person(role)
	case !o.visible(role):
		return errNoRoom()
	case !o.member:
		return notMember(o.room)
	case o.room.Direct:
		return direct()
	case o.room.Archived:
		return archived(o.room)
	}
	return nil
}

// canInRoom is can for a room that the actor sees.
func canInRoom(role shared.Role, do action, o object) error {
	switch do {
	case readRoom:
		return memberOnly(o)
	case previewRoom:
		return firstError(notGuest(role), writable(o))
	case hideRoom:
		if !o.room.Direct {
			return forbidden("a room is not hidden: leave it")
		}
		return memberOnly(o)
	}
	if o.room.Direct && changesRoom(do) {
		return direct()
	}
	switch do {
	case leaveRoom:
		return memberOnly(o)
	case editMessage:
		return firstError(memberOnly(o), ownMessage(o), writable(o))
	case deleteMessage:
		if role.Staff() && !o.room.Direct {
			return firstError(memberOnly(o), writable(o))
		}
		return firstError(memberOnly(o), ownMessage(o), writable(o))
	case postToRoom, reactToMessage:
		return firstError(memberOnly(o), writable(o))
	case joinRoom:
		if o.member {
			return nil
		}
		return writable(o)
	case nameRoom:
		if !role.Staff() && memberOnly(o) != nil {
			return notMember(o.room)
		}
		return firstError(person(role), writable(o))
	case governRoom:
		return staffOnly(role)
	case addMember, hookRoom:
		return firstError(memberOnly(o), person(role), writable(o))
	case removeMember:
		if o.self {
			return memberOnly(o)
		}
		return staffOnly(role)
	}
	return forbidden("you may not do this")
}

// changesRoom reports whether do is about the room itself, or who is in it.
func changesRoom(do action) bool {
	switch do {
	case joinRoom, leaveRoom, nameRoom, governRoom, addMember, removeMember, hookRoom:
		return true
	}
	return false
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func memberOnly(o object) error {
	if o.member {
		return nil
	}
	return notMember(o.room)
}

func ownMessage(o object) error {
	if o.self {
		return nil
	}
	return forbidden("this message is somebody else's")
}

func writable(o object) error {
	if o.room.Archived {
		return archived(o.room)
	}
	return nil
}

// person refuses guests, and bots: what they do, somebody must have meant.
func person(role shared.Role) error {
	return firstError(notBot(role), notGuest(role))
}

func notBot(role shared.Role) error {
	if role == shared.RoleBot {
		return forbidden("a bot cannot do this; the person who answers for it can")
	}
	return nil
}

// mayPush allows bots: their token says that they may, and staff made it.
func mayPush(role shared.Role) error {
	if role.Staff() || role == shared.RoleBot {
		return nil
	}
	return forbidden("only the owner, admins and the bots that they let can push")
}

func notGuest(role shared.Role) error {
	switch role {
	case shared.RoleOwner, shared.RoleAdmin, shared.RoleMember, shared.RoleBot:
		return nil
	}
	return forbidden("guests cannot do this; choose a handle and a password in your profile first")
}

func staffOnly(role shared.Role) error {
	if role.Staff() {
		return nil
	}
	return forbidden("only the owner and admins can do this")
}

func notMember(r shared.Room) error { return forbidden("you are not a member of #%s", r.Name) }

func archived(r shared.Room) error {
	return shared.Errorf(shared.CodeArchived, "#%s is archived: it can be read, not changed", r.Name)
}

func direct() error {
	return forbidden("this is a direct conversation: it is always between the same people, and has no settings")
}

func forbidden(format string, args ...any) error {
	return forbiddenError(format, args...)
}

func forbiddenError(format string, args ...any) *shared.Error {
	return shared.Errorf(shared.CodeForbidden, format, args...)
}
