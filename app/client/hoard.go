package client

import (
	"context"

	"hubbub/shared"
)

// maxHoard is how many rooms are kept although nobody opened them.
const maxHoard = 20

// hoard has the newest page of rooms kept that are not shown, one room after
// the other: who goes offline may want to read them.
func (c *Client) hoard() {
	if c.keeper.shelf == nil || !c.leads {
		return
	}
	var rooms []shared.RoomID
	for _, r := range c.rooms.sorted() {
		if c.windows.held[r.ID] == nil && len(rooms) < maxHoard {
			rooms = append(rooms, r.ID)
		}
	}
	c.hoardNext(c.line, rooms)
}

// hoardNext looks what is kept of the first room, and fetches what is not.
func (c *Client) hoardNext(ln *line, rooms []shared.RoomID) {
	if len(rooms) == 0 || c.line != ln {
		return
	}
	room := rooms[0]
	var kept *KeptPage
	c.keeper.shelve(job{
		do: func(ctx context.Context) (err error) {
			kept, err = c.keeper.shelf.Page(ctx, room)
			return err
		},
		done: func(err error) {
			r := c.rooms.by[room]
			switch {
			case err != nil || c.line != ln || !c.online:
			case r == nil || kept != nil && kept.Epoch == c.epoch && kept.last() >= r.last:
				c.hoardNext(ln, rooms[1:])
			default:
				q := &shared.HistoryQuery{Room: room, Before: shared.MaxSeq}
				c.request(shared.Frame{History: q}, func(a reply) { c.hoarded(ln, rooms, a) })
			}
		},
	})
}

func (c *Client) hoarded(ln *line, rooms []shared.RoomID, a reply) {
	if a.err != nil || a.ok.Page == nil {
		return // another connection will try again
	}
	c.keeper.found = append(c.keeper.found, KeptPage{Epoch: c.epoch, Page: *a.ok.Page})
	c.keeper.soon()
	c.hoardNext(ln, rooms[1:])
}

// last is the Seq of the page's newest event.
func (p *KeptPage) last() shared.Seq {
	if len(p.Events) == 0 {
		return 0
	}
	return p.Events[len(p.Events)-1].Seq
}
