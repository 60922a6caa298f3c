package server

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hubbub/shared"
)

// ringReach is how many events before a message that is told of are counted, and
// looked at after it.
const ringReach = shared.MaxPage

// ringing is what a device is to be told of a room now.
type ringing struct {
	told    *told         // nil: nothing
	left    time.Duration // how long it is worth telling
	after   Notice        // the notice, once the device was told
	looking bool          // somebody looks at the room there
}

// tell finds out what n tells now: what is in the room, unread, and concerns
// its member.
func (r *ringer) tell(ctx context.Context, n Notice) (ringing, error) {
	rooms, err := r.store.RoomsOf(ctx, n.Recipient)
	if err != nil {
		return ringing{}, err
	}
	i := slices.IndexFunc(rooms, func(s shared.RoomState) bool { return s.ID == n.Ring.Room })
	if i < 0 || rooms[i].Read >= rooms[i].Last || r.quiet(n.Recipient) { // they left, or have read it
		return ringing{}, nil
	}
	state := rooms[i]
	if r.looks.at(n.Device.Session, n.Ring.Room) {
		return ringing{looking: true}, nil
	}
	prefers, err := r.store.Preferences(ctx, n.Recipient)
	if err != nil {
		return ringing{}, err
	}
	newest, count, err := r.unread(ctx, n, state, prefers.InvolvementOf(state.Room, state.Involvement))
	if err != nil {
		return ringing{}, err
	}
	out := r.compose(n, state, prefers, newest, count)
	if out.told != nil {
		out.told.Badge = badge(rooms, prefers)
	}
	return out, nil
}

// badge is how many messages somebody wants to be told of, in all rooms.
func badge(rooms []shared.RoomState, prefers shared.Preferences) (n int) {
	for i := range rooms {
		switch prefers.InvolvementOf(rooms[i].Room, rooms[i].Involvement) {
		case shared.InEverything:
			n += rooms[i].Unread
		case shared.InMentions:
			n += len(rooms[i].Mentions)
		}
	}
	return n
}

// unread is the newest message that concerns n's member, and how many do.
func (r *ringer) unread(
	ctx context.Context, n Notice, state shared.RoomState, level shared.Involvement,
) (newest *shared.Event, count int, err error) {
	pos := max(state.Read, n.Ring.Seq-ringReach)
	for pos < min(state.Last, n.Ring.Seq+ringReach) {
		events, err := r.store.After(ctx, n.Ring.Room, pos, shared.MaxPage)
		if err != nil {
			return nil, 0, err
		}
		if len(events) == 0 {
			break
		}
		for i := range events {
			if level.Includes(&events[i], n.Recipient) {
				newest, count = &events[i], count+1
			}
		}
		pos = events[len(events)-1].Seq
	}
	return newest, count, nil
}

// compose says it, as far as the member wants it said. What a device shows that
// is not so any more is taken back.
func (r *ringer) compose(n Notice, state shared.RoomState, prefers shared.Preferences, newest *shared.Event, count int) ringing {
	t := &told{To: n.Device.ID, Event: "message", Room: n.Ring.Room, Tag: n.topic()}
	out := ringing{told: t, after: n, left: shared.DefaultPushTTL}
	out.after.Ring.Told, out.after.Ring.Many = 0, 0
	if newest == nil {
		if n.Ring.Told <= state.Read {
			return ringing{} // it showed nothing, or what was read since
		}
		t.ID, t.Gone, t.Seq = fmt.Sprintf("%s/%d", n.Ring.Room, n.Ring.Told), true, n.Ring.Told
		return out
	}
	if newest.Seq == n.Ring.Told && count == n.Ring.Many {
		return ringing{}
	}
	out.left -= r.now().Sub(time.UnixMilli(int64(newest.At)))
	if out.left <= 0 {
		return ringing{}
	}
	out.after.Ring.Told, out.after.Ring.Many = newest.Seq, count
	t.ID, t.Seq = fmt.Sprintf("%s/%d", n.Ring.Room, newest.Seq), newest.Seq
	t.URL = fmt.Sprintf("/r/%s/%d", n.Ring.Room, newest.Seq)
	t.Count, t.Quiet = count, newest.Seq <= n.Ring.Told
	if prefers.Reveal != shared.RevealNothing {
		t.Title, t.From = placeOf(state), newest.By.Name
	}
	if prefers.Reveal == "" || prefers.Reveal == shared.RevealText {
		t.Message = shared.Excerpt(newest.Message.Words())
	}
	return out
}

// placeOf is what a room is called where there is no other beside it. Two
// people's conversation has the name of whoever speaks.
func placeOf(state shared.RoomState) string {
	if !state.Direct {
		return "#" + state.Name
	}
	if len(state.People) < 2 {
		return ""
	}
	names := make([]string, 0, len(state.People))
	for _, u := range state.People {
		names = append(names, u.Name)
	}
	return strings.Join(names, ", ")
}
