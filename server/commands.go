package server

import (
	"context"
	"encoding/json"

	"hubbub/shared"
)

// command is one thing that a client can ask for. Sockets find theirs by the
// field that is set in the Frame, HTTP by name; both run the same function.
type command struct {
	name   string // as in the Frame's JSON
	in     func(*shared.Frame) bool
	decode func(body []byte, f *shared.Frame) error
	run    func(*chat, context.Context, actor, *shared.Frame) (shared.OK, error)
}

// commands is the table of all of them, the most frequent first.
func commands() []command {
	return []command{
		verb("post", func(f *shared.Frame) **shared.Post { return &f.Post }, (*chat).post),
		verb("read", func(f *shared.Frame) **shared.ReadMark { return &f.Read }, (*chat).read),
		verb("history", func(f *shared.Frame) **shared.HistoryQuery { return &f.History }, (*chat).history),
		verb("create", func(f *shared.Frame) **shared.NewRoom { return &f.Create }, (*chat).create),
		verb("update", func(f *shared.Frame) **shared.RoomUpdate { return &f.Update }, (*chat).update),
		verb("directory", func(f *shared.Frame) **shared.Nothing { return &f.Directory }, (*chat).directory),
		verb("join", func(f *shared.Frame) **shared.RoomRef { return &f.Join }, (*chat).join),
		verb("leave", func(f *shared.Frame) **shared.RoomRef { return &f.Leave }, (*chat).leave),
		verb("add", func(f *shared.Frame) **shared.MemberRef { return &f.Add }, (*chat).add),
		verb("remove", func(f *shared.Frame) **shared.MemberRef { return &f.Remove }, (*chat).remove),
		verb("members", func(f *shared.Frame) **shared.RoomRef { return &f.Members }, (*chat).members),
		verb("people", func(f *shared.Frame) **shared.Nothing { return &f.People }, (*chat).everybody),
		verb("invite", func(f *shared.Frame) **shared.NewInvite { return &f.Invite }, (*chat).invite),
		verb("invites", func(f *shared.Frame) **shared.Nothing { return &f.Invites }, (*chat).invites),
		verb("revoke", func(f *shared.Frame) **shared.InviteRef { return &f.Revoke }, (*chat).revoke),
		verb("profile", func(f *shared.Frame) **shared.Profile { return &f.Profile }, (*chat).profile),
		verb("password", func(f *shared.Frame) **shared.NewPassword { return &f.Password }, (*chat).password),
	}
}

// verb makes a command of the Frame's field for its body and of what it does.
func verb[B any](
	name string,
	field func(*shared.Frame) **B,
	run func(*chat, context.Context, actor, *B) (shared.OK, error),
) command {
	return command{
		name: name,
		in:   func(f *shared.Frame) bool { return *field(f) != nil },
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
