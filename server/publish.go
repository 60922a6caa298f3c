package server

import (
	"context"
	"hash/maphash"
	"sync"

	"hubbub/shared"
)

// publish tells every node. What the store committed has happened, so telling
// goes on when the request that caused it is gone.
func (c *chat) publish(ctx context.Context, signals ...Signal) {
	ctx = context.WithoutCancel(ctx)
	for _, s := range signals {
		if err := c.broker.Publish(ctx, s); err != nil {
			c.log.Error("publish failed", "room", s.Room, "seq", s.Seq, "err", err)
		}
	}
}

// announce tells the readers of a room what was added to its log.
func (c *chat) announce(ctx context.Context, events ...shared.Event) {
	for i := range events {
		c.publish(ctx, eventSignal(&events[i]))
		if events[i].Deleted != nil {
			c.collector.poke() // it may have had files
		}
	}
	c.rings.poke()
}

func eventSignal(ev *shared.Event) Signal {
	return Signal{Op: OpEvent, Room: ev.Room, Seq: ev.Seq, Frame: shared.Frame{Event: ev}.Encode()}
}

// tellUser is a frame for all of a user's connections; user "" is everybody.
func tellUser(user shared.UserID, f shared.Frame) Signal {
	return Signal{Op: OpTell, User: user, Frame: f.Encode()}
}

// showIn tells a new member's connections of the room and has them follow it
// from just before joined, the event that says they came. The room's state goes
// first, so that no event arrives for a room they never heard of.
func (c *chat) showIn(ctx context.Context, user shared.UserID, joined shared.Event) {
	c.showFrom(ctx, user, joined.Room, func(shared.Seq) shared.Seq { return joined.Seq - 1 })
}

// show tells a user's connections of a room that they did not see, and has them
// follow it from where its state is.
func (c *chat) show(ctx context.Context, user shared.UserID, room shared.RoomID) {
	c.showFrom(ctx, user, room, func(last shared.Seq) shared.Seq { return last })
}

func (c *chat) showFrom(ctx context.Context, user shared.UserID, room shared.RoomID, from func(last shared.Seq) shared.Seq) {
	state, err := c.store.RoomOf(context.WithoutCancel(ctx), room, user)
	if err != nil {
		c.log.Error("member not told of the room", "room", room, "user", user, "err", err)
	} else {
		c.publish(ctx, tellUser(user, shared.Frame{Room: &state}))
	}
	c.publish(ctx, Signal{Op: OpFollow, User: user, Room: room, Seq: from(state.Last)})
}

// showOut ends what the user's connections get of a room.
func (c *chat) showOut(ctx context.Context, user shared.UserID, room shared.RoomID) {
	c.publish(ctx,
		Signal{Op: OpUnfollow, User: user, Room: room},
		tellUser(user, shared.Frame{Gone: &shared.RoomRef{Room: room}}),
	)
}

// order makes the signals about one user's memberships leave in the order of
// their commits: a late "follow" after an "unfollow" would let somebody read a
// room they were removed from. Users share a few locks; changes are rare.
type order struct {
	seed  maphash.Seed
	locks [64]sync.Mutex
}

func newOrder() *order { return &order{seed: maphash.MakeSeed()} }

func (o *order) lock(user shared.UserID) (unlock func()) {
	mu := &o.locks[maphash.String(o.seed, string(user))%uint64(len(o.locks))]
	mu.Lock()
	return mu.Unlock
}
