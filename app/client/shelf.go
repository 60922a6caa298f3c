package client

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hubbub/shared"
)

// Shelf keeps what has to outlive the program, for one user: a browser's
// database. Several clients of that user may share it. Its methods block until
// what they did is durable.
type Shelf interface {
	// Jot notes a message at once, in case the program ends before Put does.
	Jot(k Kept)
	// Posts returns the messages that were put, or jotted down, and not
	// dropped.
	Posts(ctx context.Context) ([]Kept, error)
	// Put keeps a message, in place of one with the same key.
	Put(ctx context.Context, k Kept) error
	// Drop forgets a message.
	Drop(ctx context.Context, key string) error

	// Save keeps what a start without a server shows, in place of what was
	// saved before. Of the rooms' pages it may keep only the newest.
	Save(ctx context.Context, s Snapshot) error
	// Page returns what was saved of a room last, nil when nothing is kept.
	Page(ctx context.Context, room shared.RoomID) (*KeptPage, error)
}

// Kept is a message that the server has not acknowledged.
type Kept struct {
	Order int64 `json:"order"` // messages of a room are sent in this order
	shared.Post
	At    shared.Millis `json:"at"`
	Tried bool          `json:"tried,omitempty"` // it may have reached the server
	Err   *shared.Error `json:"err,omitempty"`   // why it was refused for good
}

// before compares where messages stand in the order of sending.
func (k Kept) before(other Kept) int {
	return cmp.Or(cmp.Compare(k.Order, other.Order), cmp.Compare(k.Key, other.Key)) // the same in all tabs
}

// Snapshot is what a client knows of the server.
type Snapshot struct {
	Welcome shared.Welcome               `json:"welcome"`
	Read    map[shared.RoomID]shared.Seq `json:"read,omitempty"`   // read on, and the server does not know
	Rounds  map[shared.RoomID]int64      `json:"rounds,omitempty"` // of Read
	Pages   []KeptPage                   `json:"-"`                // of rooms that changed since the last one
	Pushes  *KeptPushes                  `json:"pushes,omitempty"`
}

// KeptPage is the newest part of a room's log.
type KeptPage struct {
	Epoch string `json:"epoch"`
	shared.Page
}

const (
	shelfPatience = 5 * time.Second // a shelf that takes longer is as good as none
	savePause     = time.Second     // between snapshots
	keptFresh     = 24 * time.Hour  // of its newest event: from an older page nobody reads on
	maxKeptEvents = 200             // of a room
	maxKeptBytes  = 256 << 10       // of their text, about
)

// keeper is what is to be put on the shelf. One goroutine does it, in order.
type keeper struct {
	shelf    Shelf // nil: nothing outlives the program
	bell     chan struct{}
	jobs     []job
	restored bool // what an earlier program left is in the outbox
	missed   bool // or could not be read
	broken   bool // the shelf failed last: what is unsent is in memory alone

	stale map[shared.RoomID]bool // logs that changed since the last snapshot
	found []KeptPage             // of rooms that are not shown, to be in the next
	dirty bool                   // anything did
	due   time.Time              // of the next snapshot
}

// job is one thing to do with the shelf. done runs with the lock held.
type job struct {
	do   func(context.Context) error
	done func(error)
}

func newKeeper(s Shelf) keeper {
	return keeper{shelf: s, bell: make(chan struct{}, 1), restored: s == nil, stale: make(map[shared.RoomID]bool)}
}

// shelve has a job done.
func (k *keeper) shelve(j job) {
	k.jobs = append(k.jobs, j)
	poke(k.bell)
}

// keep works until ctx ends, and then does what is left to do.
func (c *Client) keep(ctx context.Context) {
	if c.keeper.shelf == nil {
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for open := true; open; {
		select {
		case <-ctx.Done():
			open = false
		case <-c.keeper.bell:
		case <-timer.C:
		}
		c.work(context.WithoutCancel(ctx), !open)
		if due := c.snapshotDue(); !due.IsZero() {
			timer.Reset(time.Until(due))
		}
	}
}

// work does all jobs, and takes a snapshot if one is due or it is the last.
func (c *Client) work(ctx context.Context, last bool) {
	for {
		c.mu.Lock()
		if c.keeper.dirty && (last || !c.keeper.due.After(time.Now())) {
			c.snapshot()
		}
		jobs := c.keeper.jobs
		c.keeper.jobs = nil
		c.mu.Unlock()
		if len(jobs) == 0 {
			return
		}
		for _, j := range jobs {
			limited, cancel := context.WithTimeout(ctx, shelfPatience)
			err := j.do(limited)
			cancel()
			c.update(func() { j.done(err) })
		}
	}
}

// restore brings back what an earlier program could not send, and has whoever
// leads know of it. Nothing is sent before: it would overtake.
func (c *Client) restore() {
	if c.keeper.shelf == nil {
		return
	}
	c.keeper.restored, c.keeper.missed = false, false
	var posts []Kept
	c.keeper.shelve(job{
		do: func(ctx context.Context) (err error) {
			posts, err = c.keeper.shelf.Posts(ctx)
			slices.SortFunc(posts, Kept.before) // whoever leads hears of one after the other
			return err
		},
		done: func(err error) {
			c.keeper.restored, c.keeper.missed = true, err != nil
			c.shelved(err)
			for _, k := range posts {
				if c.adopt(k) && !c.leads {
					c.share(word{Kind: wordPut, Post: &k})
				}
			}
		},
	})
}

// adopt takes a message that somebody else kept into the outbox, unless it is
// there.
func (c *Client) adopt(k Kept) bool {
	if c.outbox.find(k.Key) != nil {
		return false
	}
	it := c.outbox.insert(k)
	it.stored, it.shown, it.marked = true, true, k.Tried
	for _, w := range c.windows.held {
		c.recognise(w.events)
	}
	c.changedPending(it.Room)
	return true
}

// stow keeps a message. One that is new is shown and sent when that is done;
// where that will be at once, it is kept as Tried already.
func (c *Client) stow(it *item) {
	if c.keeper.shelf == nil {
		it.stored = true
		return
	}
	k := it.kept()
	k.Tried = k.Tried || c.online && len(it.Files) == 0 // files come first
	it.marked = k.Tried
	c.keeper.shelf.Jot(k)
	c.keeper.shelve(job{
		do: func(ctx context.Context) error { return c.keeper.shelf.Put(ctx, k) },
		done: func(err error) {
			c.shelved(err)
			it.stored = it.stored || err == nil
			it.shown = true
			if it.seq != 0 {
				c.unstow(it.Key) // it was sent from what another client had read
				return
			}
			c.share(word{Kind: wordPut, Post: &k})
			c.changedPending(it.Room)
		},
	})
}

// unstow forgets a message.
func (c *Client) unstow(key string) {
	if c.keeper.shelf == nil {
		return
	}
	c.keeper.shelve(job{
		do:   func(ctx context.Context) error { return c.keeper.shelf.Drop(ctx, key) },
		done: func(error) {}, // one that stays is sent again, which changes nothing
	})
}

// shelved notes whether the shelf works. When it does again, what it missed is
// put there.
func (c *Client) shelved(err error) {
	was := c.keeper.broken
	c.keeper.broken = err != nil
	if was == c.keeper.broken {
		return
	}
	c.change.Status = true
	if !c.keeper.broken && c.keeper.missed {
		c.restore()
	}
	for _, it := range c.outbox.items {
		if c.keeper.broken {
			it.shown = true // it is not going to be safer than it is
		} else if !it.stored {
			c.stow(it)
		}
	}
}
