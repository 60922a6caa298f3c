package client

import (
	"slices"
	"time"

	"hubbub/shared"
)

// outbox holds what was posted and is not in the log that is shown.
type outbox struct {
	items []*item // in order of Order
	last  int64   // Order given
}

// item is a message on its way. It leaves when its event can be seen, so that
// the screen always shows one of the two.
type item struct {
	Pending
	order  int64
	shown  bool       // on the shelf, or never going to be: it may be seen and sent
	stored bool       // on the shelf
	marked bool       // there, as Tried
	seq    shared.Seq // once acknowledged
	id     int64      // of the post that is on its way; zero: none
	after  time.Time  // send it not before
	back   backoff

	carrying bool            // its files are on their way to the server
	onServer []shared.FileID // what they are called there, once they are
}

func (it *item) kept() Kept {
	k := Kept{Order: it.order, Post: it.Post, At: it.At, Tried: it.Tried}
	if it.State == Failed {
		k.Err = it.Err
	}
	return k
}

// same reports whether k says nothing new about it.
func (it *item) same(k Kept) bool {
	return it.Post.Equal(k.Post) && it.order == k.Order && it.Tried == k.Tried && (it.State == Failed) == (k.Err != nil)
}

// open reports whether it can still be changed: the server refused it, or
// never got it.
func (it *item) open() bool { return it.seq == 0 && (it.State == Failed || !it.Tried) }

// acknowledged notes that it is in the log.
func (it *item) acknowledged(seq shared.Seq) {
	it.seq, it.State, it.Err, it.shown = seq, Sending, nil, true
}

// add puts a new message at the end.
func (o *outbox) add(p shared.Post, at shared.Millis) *item {
	return o.insert(Kept{Order: o.next(at), Post: p, At: at})
}

// next is an Order after all others, also those of other clients: about the
// time in microseconds.
func (o *outbox) next(at shared.Millis) int64 { return max(o.last+1, int64(at)*1000) }

// insert puts a message where its Order says.
func (o *outbox) insert(k Kept) *item {
	it := &item{order: k.Order, Pending: Pending{Post: k.Post, At: k.At, Tried: k.Tried, State: Sending}}
	if k.Err != nil {
		it.State, it.Err = Failed, k.Err
	}
	o.place(it)
	return it
}

func (o *outbox) place(it *item) {
	o.last = max(o.last, it.order)
	at, _ := slices.BinarySearchFunc(o.items, it, func(a, b *item) int {
		return a.kept().before(b.kept())
	})
	o.items = slices.Insert(o.items, at, it)
}

// change makes a message what another client made of it.
func (o *outbox) change(it *item, k Kept) {
	o.remove(it)
	it.order, it.Post, it.Tried, it.marked = k.Order, k.Post, k.Tried, k.Tried
	it.onServer = nil // asked for again, they are told at once
	it.State, it.Err = Sending, nil
	if k.Err != nil {
		it.State, it.Err = Failed, k.Err
	}
	o.place(it)
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
func (o *outbox) retry(it *item, at shared.Millis) {
	o.remove(it)
	it.State, it.Err, it.after = Sending, nil, time.Time{}
	it.back.reset()
	it.order = o.next(at)
	o.place(it)
}

func (o *outbox) remove(it *item) {
	o.items = slices.DeleteFunc(o.items, func(other *item) bool { return other == it })
}

// of returns a room's messages in order of sending.
func (o *outbox) of(room shared.RoomID) (pending []Pending) {
	for _, it := range o.items {
		if it.Room == room && it.shown {
			pending = append(pending, it.Pending)
		}
	}
	return pending
}

// unsent returns what is not acknowledged.
func (o *outbox) unsent() (pending []Pending) {
	for _, it := range o.items {
		if it.seq == 0 && it.shown {
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
		if it.id == 0 && it.shown && !it.carrying {
			heads = append(heads, it)
		}
	}
	return heads
}

// forgetAcknowledged drops what is in a log that is being forgotten.
func (o *outbox) forgetAcknowledged(room shared.RoomID) {
	o.items = slices.DeleteFunc(o.items, func(it *item) bool { return it.seq != 0 && it.Room == room })
}
