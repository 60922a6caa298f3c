package client

import "hubbub/shared"

// Look says which room the user has before their eyes; "" is none. The server
// rings no device for that.
func (c *Client) Look(room shared.RoomID) { c.update(func() { c.looking = room }) }

// sendLook tells the server where the user looks, if it does not know.
func (c *Client) sendLook() {
	if c.looking == c.lookTold {
		return
	}
	look := shared.Look{Room: c.looking}
	if look.Room == "" {
		look = shared.Look{Room: c.lookTold, Away: true}
	}
	c.lookTold = c.looking
	c.request(shared.Frame{Look: &look}, nil) // the next one sets right what gets lost
}

// involved hears what the user chose to be told of a room, on any device.
func (c *Client) involved(i shared.Involve) {
	if r := c.rooms.by[i.Room]; r != nil {
		r.involvement = i.Involvement
		c.change.Rooms = true
	}
}

// preferred hears what the user wants of notifications everywhere.
func (c *Client) preferred(p shared.Preferences) {
	c.prefer = p
	c.change.Rooms, c.change.Status = true, true
}

// Dot reports whether something is unread that is worth a mark.
func (r RoomSummary) Dot() bool { return r.Unread > 0 && r.Level != shared.InNothing }

// maxNews is how many messages are told at once.
const maxNews = 20

// isNews reports whether the user is to be told of an event: they were here
// when it came.
func (c *Client) isNews(r *room, ev *shared.Event) bool {
	return c.leads && c.phase == Live && !c.catching[r.ID] && c.prefer.InvolvementOf(r.Room, r.involvement).Includes(ev, c.you.ID)
}

func newestNews(events []shared.Event) []shared.Event {
	return events[max(0, len(events)-maxNews):]
}
