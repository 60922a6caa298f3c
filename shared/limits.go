package shared

import "time"

// What both sides hold each other to. Limits tells clients in Welcome.
const (
	MaxText      = 8000      // characters in a message
	MaxFrame     = 64 << 10  // bytes in a WebSocket message from a client
	MaxName      = 60        // characters in a person's name
	MaxHandle    = 32        // characters in a handle
	MaxRoomName  = 60        // characters in a room's name
	MaxTopic     = 250       // characters in a topic
	MaxKey       = 64        // bytes in a message's key
	MaxAbout     = 250       // characters in what somebody says of themselves
	MinPassword  = 8         // characters
	MaxPassword  = 256       // bytes
	MaxQuery     = 300       // characters to look for
	DefaultFound = 20        // messages in a page of what was found
	MaxFound     = 50        // messages in a page of what was found
	DefaultPage  = 50        // events in a page of history
	MaxPage      = 200       // events in a page of history
	MaxPageBytes = 256 << 10 // a page of history ends early rather than exceed this
	MaxUnread    = 100       // unread messages are counted up to this
	BeatSeconds  = 20        // between two signs of life from the server
	MaxUserID    = 128       // bytes in a user's id: an embedding site gives its own
	MaxURL       = 2048      // bytes in a push's url
	MaxEvents    = 32        // events that one connection registers for
	MaxScopes    = 8         // scopes named for a token
	MaxCalled    = 20        // people that a guest or a program can call at once, by @room
	MaxReactions = 30        // different reactions to a message
	MaxReactors  = 1000      // reactions to a message, of all people
	MaxFiles     = 20        // files in a message
	MaxFileName  = 100       // characters in a file's name
	MaxDevices   = 20        // devices of a member that are notified
)

// How long a push is kept for people who are not there.
const (
	DefaultPushTTL = 7 * 24 * time.Hour
	MaxPushTTL     = 28 * 24 * time.Hour // as long as Web Push services do
)

// MaxSeq is after every event; history before it is the newest. It is the
// largest integer that JavaScript keeps exactly.
const MaxSeq = Seq(1<<53 - 1)

// Limits is what a client must know of the server's limits.
type Limits struct {
	Text  int `json:"text"`  // characters in a message
	Frame int `json:"frame"` // bytes in a WebSocket message
	Page  int `json:"page"`  // events in a page of history
	Beat  int `json:"beat"`  // seconds between two beats

	File  int64 `json:"file,omitempty"`  // bytes in a file; 0: no files are taken here
	Files int   `json:"files,omitempty"` // files in a message
}

// DefaultLimits is what this build holds to.
func DefaultLimits() Limits {
	return Limits{Text: MaxText, Frame: MaxFrame, Page: MaxPage, Beat: BeatSeconds}
}
