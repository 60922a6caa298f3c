package client

import (
	"slices"
	"time"

	"hubbub/shared"
)

// outbox holds what was posted and is not in the log that is shown. Only its
// methods add, change and remove: what makes it outlive the program hooks in
// there and nowhere else.
type outbox struct {
	items []*item // in order of Post
}

// item is a message on its way. It leaves when its event can be seen, so that
// the screen always shows one of the two.
type item struct {
	Pending
	seq   shared.Seq // once acknowledged
	id    int64      // of the post that is on its way; zero: none
	after time.Time  // send it not before
	back  backoff
}

func (o *outbox) add(p shared.Post, at shared.Millis) {
	o.items = append(o.items, &item{Pending: Pending{Room: p.Room, Key: p.Key, Text: p.Text, At: at, State: Sending}})
}

func (o *outbox) find(key string) *item {
	for _, it := range o.items {
		if it.Key == key {
			return it
		}
	}
	return nil
}

// retry puts a failed message at the end: what was said since stays before it.
func (o *outbox) retry(key string) *item {
	it := o.find(key)
	if it == nil || it.State != Failed {
		return nil
	}
	o.remove(it)
	it.State, it.Err, it.after = Sending, nil, time.Time{}
	it.back.reset()
	o.items = append(o.items, it)
	return it
}

func (o *outbox) discard(key string) *item {
	it := o.find(key)
	if it == nil || it.State != Failed {
		return nil
	}
	o.remove(it)
	return it
}

func (o *outbox) remove(it *item) {
	o.items = slices.DeleteFunc(o.items, func(other *item) bool { return other == it })
}

// fail says that it was refused for good.
func (o *outbox) fail(it *item, err *shared.Error) { it.State, it.Err = Failed, err }

// acknowledge says that it is in the log.
func (o *outbox) acknowledge(it *item, seq shared.Seq) { it.seq, it.State, it.Err = seq, Sending, nil }

// of returns a room's messages in order of sending.
func (o *outbox) of(room shared.RoomID) (pending []Pending) {
	for _, it := range o.items {
		if it.Room == room {
			pending = append(pending, it.Pending)
		}
	}
	return pending
}

// unsent returns what is not acknowledged.
func (o *outbox) unsent() (pending []Pending) {
	for _, it := range o.items {
		if it.seq == 0 {
			pending = append(pending, it.Pending)
		}
	}
	return pending
}

// heads returns the message to be sent next of each room. One of a room is on
// its way at a time: if it has to be repeated, those after it must not have
// overtaken it.
func (o *outbox) heads() []*item {
	var heads []*item
	busy := make(map[shared.RoomID]bool)
	for _, it := range o.items {
		if it.State == Failed || it.seq != 0 || busy[it.Room] {
			continue
		}
		busy[it.Room] = true
		if it.id == 0 {
			heads = append(heads, it)
		}
	}
	return heads
}

// forgetAcknowledged drops what is in a log that is being forgotten.
func (o *outbox) forgetAcknowledged(room shared.RoomID) {
	o.items = slices.DeleteFunc(o.items, func(it *item) bool { return it.seq != 0 && it.Room == room })
}
