package shared

// UserID identifies a user for ever; handles and names may change.
type UserID string

// RoomID identifies a room for ever; its name may change.
type RoomID string

// Seq is a position in a room's log. The first event has Seq 1 and there are
// no gaps. Zero means "before the first event".
type Seq int64

// Millis is a point in time: milliseconds since the Unix epoch, UTC. Times are
// for people to read; order never comes from them.
type Millis int64

// Role says what a user may do on this server.
type Role string

// The roles, from most to least able.
const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
	RoleGuest  Role = "guest" // came through an invite link with just a name
	RoleBot    Role = "bot"   // a program; somebody answers for it
)

// Staff reports whether r runs the server: owner or admin.
func (r Role) Staff() bool { return r == RoleOwner || r == RoleAdmin }

// User is one person as everybody else sees them.
type User struct {
	ID     UserID `json:"id"`
	Name   string `json:"name"`
	Handle string `json:"handle,omitempty"` // empty until the person has an account
	Role   Role   `json:"role,omitempty"`
	Owner  UserID `json:"owner,omitempty"` // of a bot: who answers for it

	Picture string `json:"picture,omitempty"` // its version, at /pictures/ID/VERSION; empty: there is none
}

// Author is the short form of a User that travels with every event.
type Author struct {
	ID   UserID `json:"id"`
	Name string `json:"name"` // at the time of sending; a later "user" frame wins
	Bot  bool   `json:"bot,omitempty"`

	Picture string `json:"picture,omitempty"` // as in User
}

// Author returns the short form of u.
func (u User) Author() Author {
	return Author{ID: u.ID, Name: u.Name, Bot: u.Role == RoleBot, Picture: u.Picture}
}

// Room is a room as it is now: the result of all events in its log.
type Room struct {
	ID       RoomID `json:"id"`
	Name     string `json:"name"`
	Topic    string `json:"topic,omitempty"`
	Closed   bool   `json:"closed,omitempty"`   // by invitation; open rooms can be joined by any member
	Archived bool   `json:"archived,omitempty"` // can be read, not written
	Direct   bool   `json:"direct,omitempty"`   // a conversation of always the same people; it has no name and is closed
}

// RoomState is a room as one of its members finds it. Unread counts the
// messages of others in (Read, Last], at most MaxUnread; Mentions are those of
// them that call the member, at most the newest MaxUnread.
type RoomState struct {
	Room
	Last     Seq    `json:"last"`
	Read     Seq    `json:"read"`
	Round    int64  `json:"round,omitempty"` // of reading: see ReadMark
	Unread   int    `json:"unread,omitempty"`
	Mentions []Seq  `json:"mentions,omitempty"`
	Members  int    `json:"members"`
	Active   Millis `json:"active,omitempty"` // when Last was
	People   []User `json:"people,omitempty"` // of a direct conversation: the others, by name

	Involvement Involvement `json:"involvement,omitempty"` // that I chose
}

// Event is one entry in a room's log. Exactly one of the kinds is set. A reader
// that does not know the kind still advances to Seq.
type Event struct {
	Room RoomID `json:"room"`
	Seq  Seq    `json:"seq"`
	At   Millis `json:"at"`
	By   Author `json:"by"`

	Message *Message    `json:"message,omitempty"`
	Created *Room       `json:"created,omitempty"` // the room began; always Seq 1
	Changed *RoomChange `json:"changed,omitempty"`
	Joined  *User       `json:"joined,omitempty"` // By differs when someone else added them
	Left    *Author     `json:"left,omitempty"`   // By differs when someone else removed them

	// What became of a message that was said before.
	Edited  *Edited  `json:"edited,omitempty"`
	Deleted *Deleted `json:"deleted,omitempty"` // By differs when somebody of the staff did it
	Reacted *Reacted `json:"reacted,omitempty"`
}

// RoomChange lists what changed about a room; nil means "as before".
type RoomChange struct {
	Name     *string `json:"name,omitempty"`
	Topic    *string `json:"topic,omitempty"`
	Closed   *bool   `json:"closed,omitempty"`
	Archived *bool   `json:"archived,omitempty"`
}

// Apply returns r with the change made.
func (c RoomChange) Apply(r Room) Room {
	if c.Name != nil {
		r.Name = *c.Name
	}
	if c.Topic != nil {
		r.Topic = *c.Topic
	}
	if c.Closed != nil {
		r.Closed = *c.Closed
	}
	if c.Archived != nil {
		r.Archived = *c.Archived
	}
	return r
}

// Page is a window of a room's log in order of Seq. Older and Newer say
// whether the log goes on before the first and after the last event.
type Page struct {
	Room   RoomID  `json:"room"`
	Events []Event `json:"events"`
	Older  bool    `json:"older,omitempty"`
	Newer  bool    `json:"newer,omitempty"`
}

// Invite is a link that lets people in.
type Invite struct {
	Code    string `json:"code"`
	By      Author `json:"by"`
	Room    RoomID `json:"room,omitempty"` // where the guest arrives; the first room when empty
	Created Millis `json:"created"`
	Expires Millis `json:"expires,omitempty"` // 0: never
	Uses    int    `json:"uses"`              // how often it was used
	MaxUses int    `json:"max_uses,omitempty"`
}
