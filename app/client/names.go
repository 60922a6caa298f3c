package client

import "hubbub/shared"

// names are what users are called now.
type names map[shared.UserID]name

type name struct {
	name string
	told bool // by a "user" frame of this connection: newer than any event
}

// of returns the current name of a.
func (n names) of(a shared.Author) string {
	if known, ok := n[a.ID]; ok {
		return known.name
	}
	return a.Name
}

// tell takes a profile's name and reports whether it is a new one.
func (n names) tell(u shared.User) bool {
	old := n[u.ID]
	n[u.ID] = name{name: u.Name, told: true}
	return old.name != u.Name
}

// hear takes the name on an event that came just now and reports whether it
// changes a name known before. Profiles that changed while there was no
// connection are learnt from it. An event sent before a change may arrive
// after it, so what was told stays.
func (n names) hear(a shared.Author) bool {
	old, ok := n[a.ID]
	if old.told || old.name == a.Name {
		return false
	}
	n[a.ID] = name{name: a.Name}
	return ok
}

// doubt says that changes may have been missed.
func (n names) doubt() {
	for id, known := range n {
		if known.told {
			n[id] = name{name: known.name}
		}
	}
}

// learn takes the names on events.
func (c *Client) learn(events []shared.Event) {
	for i := range events {
		if c.names.hear(events[i].By) {
			c.change.Users = true
		}
	}
}
