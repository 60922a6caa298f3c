package client

import "hubbub/shared"

// names are what users are called now, and what they look like.
type names map[shared.UserID]name

type name struct {
	name, picture string
	told          bool // by a "user" frame of this connection: newer than any event
}

// of returns the current name of a.
func (n names) of(a shared.Author) string {
	if known, ok := n[a.ID]; ok {
		return known.name
	}
	return a.Name
}

// pictureOf returns the version of a's current picture.
func (n names) pictureOf(a shared.Author) string {
	if known, ok := n[a.ID]; ok {
		return known.picture
	}
	return a.Picture
}

// tell takes what a profile says and reports whether it is new.
func (n names) tell(u shared.User) bool {
	old := n[u.ID]
	n[u.ID] = name{name: u.Name, picture: u.Picture, told: true}
	return old.name != u.Name || old.picture != u.Picture
}

// hear takes the name on an event that came just now and reports whether it
// changes what was known before. Profiles that changed while there was no
// connection are learnt from it. An event sent before a change may arrive
// after it, so what was told stays.
func (n names) hear(a shared.Author) bool {
	old, ok := n[a.ID]
	if old.told || ok && old.name == a.Name && old.picture == a.Picture {
		return false
	}
	n[a.ID] = name{name: a.Name, picture: a.Picture}
	return ok
}

// doubt says that changes may have been missed.
func (n names) doubt() {
	for id, known := range n {
		if known.told {
			n[id] = name{name: known.name, picture: known.picture}
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
