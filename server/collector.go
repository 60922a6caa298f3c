package server

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	collectEvery = time.Hour
	unpostedFor  = 24 * time.Hour // how long a file waits for its message
	looseFor     = time.Hour      // how long bytes wait for their row: an upload takes them first
)

// idAlphabet is what ids begin with, see shared.NewID.
const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// collector removes, in the background, the bytes that nobody can ask for any
// more: of messages that were deleted, at once; of files that were uploaded and
// never posted; and what a crash has left behind.
//
// What it never removes is the row of a file in a message whose bytes are
// missing: a disk that was not mounted looks like that, too.
type collector struct {
	store   Store
	uploads *uploads
	log     *slog.Logger
	now     func() time.Time
	bell    chan struct{} // has room for one ring
	cancel  context.CancelFunc
	work    sync.WaitGroup
}

func newCollector(o Options, u *uploads) *collector {
	c := &collector{store: o.Store, uploads: u, log: o.Log, now: o.Now, bell: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	if u.files != nil {
		c.work.Go(func() { c.run(ctx) })
	}
	return c
}

func (c *collector) stop() {
	c.cancel()
	c.work.Wait()
}

// poke says that a message with files may have been deleted. It does not block.
func (c *collector) poke() {
	select {
	case c.bell <- struct{}{}:
	default:
	}
}

func (c *collector) run(ctx context.Context) {
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	c.note(ctx, c.collect(ctx))
	for {
		select {
		case <-c.bell:
			c.note(ctx, c.discard(ctx))
		case <-tick.C:
			c.note(ctx, c.collect(ctx))
		case <-ctx.Done():
			return
		}
	}
}

func (c *collector) note(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		c.log.Warn("files not collected; they will be", "err", err)
	}
}

// collect removes everything that nobody can ask for.
func (c *collector) collect(ctx context.Context) error {
	if err := c.discard(ctx); err != nil {
		return err
	}
	for _, prefix := range strings.Split(idAlphabet, "") {
		if err := c.compare(ctx, prefix); err != nil {
			return err
		}
	}
	return nil
}

// discard removes the files that belong to no message and will belong to none.
func (c *collector) discard(ctx context.Context) error {
	ids, err := c.store.DiscardFiles(ctx, c.now().Add(-unpostedFor))
	for _, id := range ids {
		c.uploads.remove(ctx, id)
	}
	return err
}

// compare removes the bytes that no row names, and tells of rows without bytes.
// It looks at the bytes first: what comes meanwhile has its row in time.
func (c *collector) compare(ctx context.Context, prefix string) error {
	stored, err := c.uploads.files.List(ctx, prefix)
	if err != nil {
		return err
	}
	ids, err := c.store.FileIDs(ctx, prefix)
	if err != nil {
		return err
	}
	missing := make(map[shared.FileID]bool, len(ids)) // by all that has a row: nothing of it was seen
	for _, id := range ids {
		missing[id] = true
	}
	for _, s := range stored {
		id := shared.FileID(strings.TrimSuffix(s.ID, thumbSuffix))
		if _, known := missing[id]; known {
			missing[id] = false
		} else if s.At.Before(c.now().Add(-looseFor)) {
			if err := c.uploads.files.Remove(ctx, s.ID); err != nil {
				return err
			}
		}
	}
	for id, gone := range missing {
		if gone {
			c.tellMissing(ctx, id)
		}
	}
	return nil
}

// tellMissing warns of a file whose bytes are not there, unless it came after
// they were listed.
func (c *collector) tellMissing(ctx context.Context, id shared.FileID) {
	content, err := c.uploads.files.Open(ctx, string(id))
	if err != nil {
		c.log.Warn("the bytes of a file are missing", "file", id)
		return
	}
	_ = content.Close()
}
