package shared

import "slices"

// Involvement is how much of a room its member is told of, by notifications
// and by badges. Empty, the member has chosen nothing there.
type Involvement string

// The levels of involvement.
const (
	InEverything Involvement = "everything" // every message
	InMentions   Involvement = "mentions"   // what calls the member, or all in the room
	InNothing    Involvement = "nothing"
)

// Reveal is how much a notification says of a message: it may be read over a
// shoulder. Empty is RevealText.
type Reveal string

// What a notification may say.
const (
	RevealText    Reveal = "text"    // who said what, and where
	RevealPlace   Reveal = "place"   // who said something, and where
	RevealNothing Reveal = "nothing" // that there is a message
)

// Involve says how much of a room I am told of; empty: as my preferences say.
// From the server: I said so, on some device.
type Involve struct {
	Room        RoomID      `json:"room"`
	Involvement Involvement `json:"involvement"`
}

// Preferences are a person's for notifications, on all of their devices.
type Preferences struct {
	// Involvement is that of rooms where none was chosen. Direct conversations
	// are told of in full unless something else was chosen there.
	Involvement Involvement `json:"involvement,omitempty"` // empty: InMentions
	Reveal      Reveal      `json:"reveal,omitempty"`      // empty: RevealText
}

// Look says which room this connection's user is looking at: its page is in
// view and has the focus. With Away it is that room no longer.
type Look struct {
	Room RoomID `json:"room"`
	Away bool   `json:"away,omitempty"`
}

// InvolvementOf is how much of a room somebody is told of who chose something
// there, or nothing.
func (p Preferences) InvolvementOf(r Room, chosen Involvement) Involvement {
	switch {
	case chosen != "":
		return chosen
	case r.Direct:
		return InEverything
	case p.Involvement != "":
		return p.Involvement
	}
	return InMentions
}

// Includes reports whether ev is a message of somebody else that a user of this
// level is told of.
func (v Involvement) Includes(ev *Event, user UserID) bool {
	m := ev.Message
	if m == nil || m.Deleted || ev.By.ID == user {
		return false
	}
	return v == InEverything || v == InMentions && m.Calls(user)
}

// Calls reports whether m calls user, by name or with everybody.
func (m *Message) Calls(user UserID) bool {
	return slices.Contains(m.Mentions, user) || slices.Contains(m.Mentions, Everybody)
}

// Validate reports what is wrong with v, or nil.
func (v Involvement) Validate() error {
	switch v {
	case "", InEverything, InMentions, InNothing:
		return nil
	}
	return Invalidf("involvement", "involvement is %s, %s or %s", InEverything, InMentions, InNothing)
}

// Validate reports what is wrong with p, or nil.
func (p Preferences) Validate() error {
	switch p.Reveal {
	case "", RevealText, RevealPlace, RevealNothing:
		return p.Involvement.Validate()
	}
	return Invalidf("reveal", "reveal is %s, %s or %s", RevealText, RevealPlace, RevealNothing)
}
