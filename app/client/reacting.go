package client

import (
	"context"
	"slices"

	"hubbub/shared"
)

// hasty is a reaction of the user's that timelines show before the log has it.
type hasty struct {
	shared.React
	event shared.Seq // that it became; 0: not answered yet
}

// React puts an emoji under a message, or takes it away, and returns when the
// server has answered. Timelines show it at once; when it is refused, or cannot
// be sent, they no longer do.
func (c *Client) React(ctx context.Context, r shared.React) error {
	h := &hasty{React: r}
	c.update(func() {
		c.hasty = append(c.hasty, h)
		c.changedLog(r.Room)
	})
	ok, err := c.Do(ctx, shared.Frame{React: &r})
	c.update(func() {
		if w := c.windows.held[r.Room]; err == nil && ok.Event != nil && w != nil {
			h.event = ok.Event.Seq // others may be missing before it
		} else {
			c.hasty = slices.DeleteFunc(c.hasty, func(other *hasty) bool { return other == h })
		}
		c.changedLog(r.Room)
	})
	return err
}

// hurry shows what was reacted with and is not in the window yet.
func (c *Client) hurry(w *window, t *Timeline) {
	c.hasty = slices.DeleteFunc(c.hasty, func(h *hasty) bool {
		return h.Room == w.room && h.event > 0 && (h.event <= w.end || !w.following())
	})
	copied := false
	for _, h := range c.hasty {
		if h.Room != w.room || !w.holds(h.Seq) {
			continue
		}
		i := int(h.Seq - t.Events[0].Seq)
		said := t.Events[i].Message
		if said == nil {
			continue
		}
		if !copied {
			t.Events, copied = slices.Clone(t.Events), true // the window's stay as they are
		}
		reacted := shared.Event{
			Seq: said.Rev + 1, By: c.you.Author(),
			Reacted: &shared.Reacted{Of: h.Seq, Emoji: h.Emoji, On: h.On},
		}
		now := said.Apply(&reacted)
		t.Events[i].Message = &now
		t.Reacting = append(t.Reacting, h.React)
	}
}
