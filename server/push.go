package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"hubbub/shared"
)

// push tells one person something on behalf of a program.
func (c *chat) push(ctx context.Context, a actor, n *shared.NewPush) (shared.OK, error) {
	if err := can(a.user.Role, pushToUser, object{}); err != nil {
		return shared.OK{}, err
	}
	answer, err := c.sendPush(ctx, string(a.user.ID), *n)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Push: &answer}, nil
}

// amend says anew what a push says, to whoever has it too.
func (c *chat) amend(ctx context.Context, a actor, change *shared.PushChange) (shared.OK, error) {
	if err := can(a.user.Role, pushToUser, object{}); err != nil {
		return shared.OK{}, err
	}
	return shared.OK{}, c.amendPush(ctx, string(a.user.ID), *change)
}

// clear takes a push back.
func (c *chat) clear(ctx context.Context, a actor, ref *shared.PushRef) (shared.OK, error) {
	if err := can(a.user.Role, pushToUser, object{}); err != nil {
		return shared.OK{}, err
	}
	return shared.OK{}, c.clearPush(ctx, string(a.user.ID), ref.ID)
}

// receipts says what became of a push of the actor's: to others, or to
// themselves, which everybody may.
func (c *chat) receipts(ctx context.Context, a actor, ref *shared.PushRef) (shared.OK, error) {
	status, err := c.pushStatus(ctx, string(a.user.ID), ref.ID)
	if err != nil {
		return shared.OK{}, err
	}
	return shared.OK{Status: &status}, nil
}

// pushes lists what is kept for the actor.
func (c *chat) pushes(ctx context.Context, a actor, q *shared.PushQuery) (shared.OK, error) {
	if q.Before < 0 || q.Limit < 0 || q.Limit > shared.MaxPage {
		return shared.OK{}, shared.Invalidf("limit", "the limit must be 0 to %d, and a position is never negative", shared.MaxPage)
	}
	query := *q
	if query.Limit == 0 {
		query.Limit = shared.DefaultPage
	}
	all, err := c.store.Pushes(ctx, a.user.ID, query, c.now())
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoPush)
	}
	return shared.OK{Pushes: all}, nil
}

// ack notes that a push reached the actor, and tells their other connections
// when somebody opened it.
func (c *chat) ack(ctx context.Context, a actor, k *shared.Ack) (shared.OK, error) {
	if k.Push == "" || len(k.Push) > shared.MaxKey || len(k.To) > shared.MaxKey {
		return shared.OK{}, shared.Invalidf("push", "say which push: its id")
	}
	r := PushReceipt{Recipient: a.user.ID, Push: k.Push}
	r.To, r.Kind, r.Device = k.To, shared.ToConnection, a.device
	if r.To == "" {
		r.To = a.session // a program without a connection
	} else if d, err := c.deviceOf(ctx, a.user.ID, k.To); err == nil {
		r.Kind, r.Device = shared.ToDevice, d.Name
	}
	r.Delivered = shared.Millis(c.now().UnixMilli())
	if k.Opened {
		r.Opened = r.Delivered
	}
	opened, err := c.store.NoteReceipts(context.WithoutCancel(ctx), []PushReceipt{r})
	if err != nil {
		return shared.OK{}, c.tell(ctx, err, errNoPush)
	}
	for _, id := range opened {
		frame := shared.Frame{Ack: &shared.Ack{Push: id, Opened: true}}.Encode()
		c.publish(ctx, Signal{Op: OpPush, User: a.user.ID, Frame: frame})
	}
	return shared.OK{}, nil
}

// sendPush stores a push and hands it to whoever listens. Sender is a user, or
// "" for the site itself.
func (c *chat) sendPush(ctx context.Context, sender string, n shared.NewPush) (shared.PushAnswer, error) {
	if err := n.Validate(); err != nil {
		return shared.PushAnswer{}, err
	}
	var err error
	if n.UserID, err = c.recipient(ctx, n.UserID); err != nil {
		return shared.PushAnswer{}, err
	}
	order, err := c.pushOrder(sender, n)
	if err != nil {
		return shared.PushAnswer{}, err
	}
	push, devices, _, err := c.store.AddPush(context.WithoutCancel(ctx), order)
	if err != nil {
		return shared.PushAnswer{}, c.tellPush(ctx, err)
	}
	c.health.note(nil)
	if devices > 0 {
		c.notices.poke()
	}
	answer := shared.PushAnswer{
		ID: order.Key, Stored: push.Expires > push.At, Devices: devices,
		Connections: c.listeners.count(n.UserID, push.Event),
	}
	c.announcePush(ctx, n.UserID, push) // a resend too: the first call may have died before this line
	return answer, nil
}

// recipient is who is meant by an id, or by a handle after "@".
func (c *chat) recipient(ctx context.Context, id shared.UserID) (shared.UserID, error) {
	if c.open {
		return id, nil // the site has people who were never here
	}
	if strings.HasPrefix(string(id), "@") {
		handle, err := shared.CleanHandle(string(id))
		if err != nil {
			return "", errNoUser()
		}
		account, err := c.store.Account(ctx, handle)
		return account.ID, c.tell(ctx, err, errNoUser)
	}
	_, err := c.store.User(ctx, id)
	return id, c.tell(ctx, err, errNoUser)
}

// pushOrder is what to store for n. A sender without an id of its own gets one,
// so that it can ask what became of the push.
func (c *chat) pushOrder(sender string, n shared.NewPush) (PushOrder, error) {
	asked, err := json.Marshal(n)
	if err != nil {
		return PushOrder{}, err
	}
	id, ttl, now := shared.NewID(), shared.DefaultPushTTL, c.now()
	if n.TTL != nil {
		ttl = time.Duration(*n.TTL) * time.Second
	}
	key := n.ID
	if key == "" {
		key = id
	}
	return PushOrder{
		Recipient: n.UserID, Key: key, Digest: sha256.Sum256(asked),
		Push: shared.Push{
			ID: id, At: shared.Millis(now.UnixMilli()), Event: n.Event, Title: n.Title, Message: n.Message, URL: n.URL,
			Collapse: n.Collapse, Sender: sender, Expires: shared.Millis(now.Add(ttl).UnixMilli()),
		},
	}, nil
}

func (c *chat) amendPush(ctx context.Context, sender string, change shared.PushChange) error {
	if err := change.Validate(); err != nil {
		return err
	}
	recipient, push, err := c.store.AmendPush(context.WithoutCancel(ctx), sender, change, c.now())
	if err != nil {
		return c.tellPush(ctx, err)
	}
	c.announcePush(ctx, recipient, push)
	return nil
}

func (c *chat) clearPush(ctx context.Context, sender, id string) error {
	recipient, push, err := c.store.ClearPush(context.WithoutCancel(ctx), sender, id, c.now())
	if err != nil {
		return c.tellPush(ctx, err)
	}
	c.notices.poke()
	c.announcePush(ctx, recipient, push)
	return nil
}

func (c *chat) pushStatus(ctx context.Context, sender, id string) (shared.PushStatus, error) {
	status, err := c.store.PushStatus(ctx, sender, id)
	return status, c.tellPush(ctx, err)
}

// announcePush tells every node of a recipient's new entry.
func (c *chat) announcePush(ctx context.Context, recipient shared.UserID, p shared.Push) {
	c.publish(ctx, Signal{
		Op: OpPush, User: recipient, Seq: p.Seq, Push: p.ID, Event: p.Event,
		Frame: shared.Frame{Pushed: &p}.Encode(),
	})
}

// tellPush is tell in the words of pushes.
func (c *chat) tellPush(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, ErrKeyUsed):
		return &shared.Error{Code: shared.CodeKeyReused, Field: "id", Message: "this id was used for another push; a new push needs a new id"}
	case errors.Is(err, ErrSpent):
		return shared.Errorf(shared.CodeGone, "this push has expired or was taken back")
	}
	return c.tell(ctx, err, errNoPush)
}

func errNoPush() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no push of yours with this id")
}
