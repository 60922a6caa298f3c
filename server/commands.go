package server

import (
	"context"
	"encoding/json"
	"reflect"

	"hubbub/shared"
)

// command is one thing that a client can ask for. Sockets find theirs by the
// field that is set in the Frame, HTTP by name; both run the same function.
type command struct {
	name   string       // as in the Frame's JSON
	body   reflect.Type // of what it takes
	scope  shared.Scope // that a token needs
	in     func(*shared.Frame) bool
	decode func(body []byte, f *shared.Frame) error
	run    func(*chat, context.Context, actor, *shared.Frame) (shared.OK, error)
}

// commands is the table of all of them, the most frequent first.
func commands() []command {
	return []command{
		verb("post", shared.ScopePost, func(f *shared.Frame) **shared.Post { return &f.Post }, (*chat).post),
		verb("read", shared.ScopeRead, func(f *shared.Frame) **shared.ReadMark { return &f.Read }, (*chat).read),
		verb("history", shared.ScopeRead, func(f *shared.Frame) **shared.HistoryQuery { return &f.History }, (*chat).history),
		verb("create", shared.ScopeAdmin, func(f *shared.Frame) **shared.NewRoom { return &f.Create }, (*chat).create),
		verb("update", shared.ScopeAdmin, func(f *shared.Frame) **shared.RoomUpdate { return &f.Update }, (*chat).update),
		verb("directory", shared.ScopeRead, func(f *shared.Frame) **shared.Nothing { return &f.Directory }, (*chat).directory),
		verb("join", shared.ScopeRead, func(f *shared.Frame) **shared.RoomRef { return &f.Join }, (*chat).join),
		verb("leave", shared.ScopeRead, func(f *shared.Frame) **shared.RoomRef { return &f.Leave }, (*chat).leave),
		verb("add", shared.ScopeAdmin, func(f *shared.Frame) **shared.MemberRef { return &f.Add }, (*chat).add),
		verb("remove", shared.ScopeAdmin, func(f *shared.Frame) **shared.MemberRef { return &f.Remove }, (*chat).remove),
		verb("members", shared.ScopeRead, func(f *shared.Frame) **shared.RoomRef { return &f.Members }, (*chat).members),
		verb("people", shared.ScopeRead, func(f *shared.Frame) **shared.Nothing { return &f.People }, (*chat).everybody),
		verb("invite", shared.ScopeAdmin, func(f *shared.Frame) **shared.NewInvite { return &f.Invite }, (*chat).invite),
		verb("invites", shared.ScopeAdmin, func(f *shared.Frame) **shared.Nothing { return &f.Invites }, (*chat).invites),
		verb("revoke", shared.ScopeAdmin, func(f *shared.Frame) **shared.InviteRef { return &f.Revoke }, (*chat).revoke),
		verb("profile", shared.ScopeAdmin, func(f *shared.Frame) **shared.Profile { return &f.Profile }, (*chat).profile),
		verb("push", shared.ScopePush, func(f *shared.Frame) **shared.NewPush { return &f.Push }, (*chat).push),
		verb("amend", shared.ScopePush, func(f *shared.Frame) **shared.PushChange { return &f.Amend }, (*chat).amend),
		verb("clear", shared.ScopePush, func(f *shared.Frame) **shared.PushRef { return &f.Clear }, (*chat).clear),
		verb("receipts", shared.ScopePush, func(f *shared.Frame) **shared.PushRef { return &f.Receipts }, (*chat).receipts),
		verb("ack", shared.ScopeRead, func(f *shared.Frame) **shared.Ack { return &f.Ack }, (*chat).ack),
		verb("pushes", shared.ScopeRead, func(f *shared.Frame) **shared.PushQuery { return &f.Pushes }, (*chat).pushes),
		verb("device", shared.ScopeRead, func(f *shared.Frame) **shared.NewDevice { return &f.Device }, (*chat).device),
		verb("devices", shared.ScopeRead, func(f *shared.Frame) **shared.Nothing { return &f.Devices }, (*chat).devices),
		verb("forget", shared.ScopeAdmin, func(f *shared.Frame) **shared.DeviceRef { return &f.Forget }, (*chat).forget),
		verb("notify", shared.ScopeAdmin, func(f *shared.Frame) **shared.SelfPush { return &f.Notify }, (*chat).notify),
		verb("bot", shared.ScopeAdmin, func(f *shared.Frame) **shared.NewBot { return &f.Bot }, (*chat).bot),
		verb("bots", shared.ScopeAdmin, func(f *shared.Frame) **shared.Nothing { return &f.Bots }, (*chat).bots),
		verb("dismiss", shared.ScopeAdmin, func(f *shared.Frame) **shared.UserRef { return &f.Dismiss }, (*chat).dismiss),
		verb("token", shared.ScopeAdmin, func(f *shared.Frame) **shared.TokenRequest { return &f.Token }, (*chat).token),
		verb("tokens", shared.ScopeAdmin, func(f *shared.Frame) **shared.Nothing { return &f.Tokens }, (*chat).tokens),
		verb("withdraw", shared.ScopeAdmin, func(f *shared.Frame) **shared.TokenRef { return &f.Withdraw }, (*chat).withdraw),
		verb("hook", shared.ScopeAdmin, func(f *shared.Frame) **shared.NewHook { return &f.Hook }, (*chat).hook),
		verb("password", shared.ScopeAdmin, func(f *shared.Frame) **shared.NewPassword { return &f.Password }, (*chat).password),

		// Messages that were said.
		verb("edit", shared.ScopePost, func(f *shared.Frame) **shared.Edit { return &f.Edit }, (*chat).edit),
		verb("delete", shared.ScopePost, func(f *shared.Frame) **shared.MessageRef { return &f.Delete }, (*chat).delete),
		verb("react", shared.ScopePost, func(f *shared.Frame) **shared.React { return &f.React }, (*chat).react),
		verb("versions", shared.ScopeRead, func(f *shared.Frame) **shared.MessageRef { return &f.Versions }, (*chat).versions),

		// Files.

		// Finding.
		verb("search", shared.ScopeRead, func(f *shared.Frame) **shared.Search { return &f.Search }, (*chat).search),

		// Direct messages, and what is unread.
		verb("direct", shared.ScopePost, func(f *shared.Frame) **shared.Circle { return &f.Direct }, (*chat).direct),
		verb("hide", shared.ScopeRead, func(f *shared.Frame) **shared.Position { return &f.Hide }, (*chat).hide),
		verb("preview", shared.ScopeRead, func(f *shared.Frame) **shared.RoomRef { return &f.Preview }, (*chat).preview),

		// People, sessions, roles.
		verb("person", shared.ScopeRead, func(f *shared.Frame) **shared.UserRef { return &f.Person }, (*chat).person),
		verb("gravatar", shared.ScopeAdmin, func(f *shared.Frame) **shared.GravatarQuery { return &f.Gravatar }, (*chat).useGravatar),
		verb("sessions", shared.ScopeAdmin, func(f *shared.Frame) **shared.Nothing { return &f.Sessions }, (*chat).sessions),
		verb("end", shared.ScopeAdmin, func(f *shared.Frame) **shared.SessionRef { return &f.End }, (*chat).end),
		verb("accounts", shared.ScopeAdmin, func(f *shared.Frame) **shared.Nothing { return &f.Accounts }, (*chat).accounts),
		verb("role", shared.ScopeAdmin, func(f *shared.Frame) **shared.RoleChange { return &f.Role }, (*chat).role),
		verb("deactivate", shared.ScopeAdmin, func(f *shared.Frame) **shared.UserRef { return &f.Deactivate }, (*chat).deactivate),
		verb("ban", shared.ScopeAdmin, func(f *shared.Frame) **shared.UserRef { return &f.Ban }, (*chat).ban),
		verb("readmit", shared.ScopeAdmin, func(f *shared.Frame) **shared.UserRef { return &f.Readmit }, (*chat).readmit),
		verb("erase", shared.ScopeAdmin, func(f *shared.Frame) **shared.UserRef { return &f.Erase }, (*chat).erase),
		verb("recover", shared.ScopeAdmin, func(f *shared.Frame) **shared.UserRef { return &f.Recover }, (*chat).recover),

		// Presence and typing.
		verb("active", shared.ScopeRead, func(f *shared.Frame) **shared.Nothing { return &f.Active }, (*chat).active),
		verb("watch", shared.ScopeRead, func(f *shared.Frame) **shared.Watch { return &f.Watch }, (*chat).watch),
		verb("status", shared.ScopeAdmin, func(f *shared.Frame) **shared.Status { return &f.Status }, (*chat).status),
		verb("dnd", shared.ScopeAdmin, func(f *shared.Frame) **shared.Quiet { return &f.DND }, (*chat).dnd),
		verb("typing", shared.ScopePost, func(f *shared.Frame) **shared.Typing { return &f.Typing }, (*chat).typing),

		// Levels of notification.
		verb("involve", shared.ScopeAdmin, func(f *shared.Frame) **shared.Involve { return &f.Involve }, (*chat).involve),
		verb("prefer", shared.ScopeAdmin, func(f *shared.Frame) **shared.Preferences { return &f.Prefer }, (*chat).prefer),
	}
}

// verb makes a command of the Frame's field for its body and of what it does.
func verb[B any](
	name string,
	scope shared.Scope,
	field func(*shared.Frame) **B,
	run func(*chat, context.Context, actor, *B) (shared.OK, error),
) command {
	return command{
		name:  name,
		body:  reflect.TypeFor[B](),
		scope: scope,
		in:    func(f *shared.Frame) bool { return *field(f) != nil },
		decode: func(body []byte, f *shared.Frame) error {
			b := new(B)
			*field(f) = b
			if len(body) == 0 {
				return nil
			}
			return json.Unmarshal(body, b)
		},
		run: func(c *chat, ctx context.Context, a actor, f *shared.Frame) (shared.OK, error) {
			return run(c, ctx, a, *field(f))
		},
	}
}
