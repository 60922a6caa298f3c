package shared

import "strings"

// MaxStatus is how many characters a status has, MaxWatch how many people one
// connection is told about.
const (
	MaxStatus = 80
	MaxWatch  = 500
)

// Forever is a time that does not come.
const Forever = Millis(1<<53 - 1)

// Availability says whether somebody is there.
type Availability string

// The standings. Offline is left out on the wire.
const (
	Online  Availability = "online" // they use one of their devices
	Away    Availability = "away"   // they are connected, and have not touched anything for a while
	Offline Availability = ""
)

// Presence is whether somebody is there, and what they say about it.
type Presence struct {
	User  UserID       `json:"user"`
	State Availability `json:"state,omitempty"`
	DND   Millis       `json:"dnd,omitempty"` // do not disturb until then; Forever: until they say otherwise
	Status
}

// Status is what somebody says they are at, like "🍵 Tea".
type Status struct {
	Emoji string `json:"emoji,omitempty"`
	Text  string `json:"text,omitempty"`
	Until Millis `json:"until,omitempty"` // after it there is none; 0: until it is changed
}

// Quiet asks not to be disturbed until then: Forever is until further notice,
// 0 ends it.
type Quiet struct {
	Until Millis `json:"until,omitempty"`
}

// Watch asks for the presence of people, now and whenever it changes.
type Watch struct {
	Users []UserID `json:"users"`
}

// Typing says that somebody writes in a room. Who, the server adds.
type Typing struct {
	Room RoomID  `json:"room"`
	By   *Author `json:"by,omitempty"`
}

// At returns p as it is at a time: what has ended by then is left out.
func (p Presence) At(now Millis) Presence {
	if p.DND <= now {
		p.DND = 0
	}
	if p.Until != 0 && p.Until <= now || p.Emoji == "" && p.Text == "" {
		p.Status = Status{}
	}
	return p
}

// CleanStatus returns s as it is kept, or what is wrong with it.
func CleanStatus(s Status) (Status, error) {
	text, err := cleanLine("text", "the status", s.Text, 0, MaxStatus)
	if err != nil {
		return Status{}, err
	}
	s.Text, s.Emoji = text, strings.TrimSpace(s.Emoji)
	if s.Emoji != "" {
		if err := ValidateEmoji(s.Emoji); err != nil {
			return Status{}, err
		}
	}
	if s.Until < 0 || s.Until > Forever {
		return Status{}, Invalidf("until", "a status lasts until a time in milliseconds since 1970, or 0")
	}
	if s.Text == "" && s.Emoji == "" {
		return Status{}, nil
	}
	return s, nil
}
