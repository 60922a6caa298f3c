package server

import (
	"context"
	"errors"
	"sync"

	"hubbub/shared"
)

const (
	eraseBatch  = 256 // messages that are looked for at once
	eraseAtOnce = 16  // of them, deleted together: they share commits, and leave room for what others write
)

// erase deletes all that somebody banned and their bots ever said, as events of
// each room's log. What a failure leaves is found the next time.
func (c *chat) erase(ctx context.Context, a actor, ref *shared.UserRef) (shared.OK, error) {
	p, err := c.above(ctx, a, eraseSaid, ref.User, "")
	if err != nil {
		return shared.OK{}, err
	}
	if p.Standing != shared.StandingBanned {
		return shared.OK{}, forbidden("only what somebody banned said can be deleted all at once; ban them first")
	}
	ctx = context.WithoutCancel(ctx)
	for {
		found, err := c.store.SaidBy(ctx, p.ID, eraseBatch)
		if err == nil && len(found) > 0 {
			err = c.eraseAll(ctx, a, found)
		}
		if err == nil {
			err = c.ctx.Err() // the server stops
		}
		switch {
		case err != nil:
			return shared.OK{}, c.tell(ctx, err, errNoMessage)
		case len(found) == 0:
			c.log.Info("erased", "user", p.ID, "by", a.user.ID)
			return c.person(ctx, a, ref)
		}
	}
}

// eraseAll deletes some messages, wherever they are.
func (c *chat) eraseAll(ctx context.Context, a actor, found []shared.MessageRef) error {
	var (
		work   sync.WaitGroup
		places = make(chan struct{}, eraseAtOnce)
		failed = make(chan error, len(found))
	)
	for _, m := range found {
		places <- struct{}{}
		work.Go(func() {
			defer func() { <-places }()
			ev, err := c.store.Delete(ctx, a.user.Author(), m, c.now())
			switch {
			case err == nil:
				c.announce(ctx, ev)
			case !errors.Is(err, ErrNoChange): // somebody else deleted it meanwhile
				failed <- err
			}
		})
	}
	work.Wait()
	close(failed)
	return <-failed
}
