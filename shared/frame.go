package shared

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Subprotocol is the WebSocket subprotocol that carries frames.
const Subprotocol = "hubbub.v1"

// Frame is one JSON object on the wire. The single set field besides ID is its
// kind. A WebSocket text message holds one frame, or several separated by
// newlines. A command carries an ID; exactly one reply, OK or Error, carries
// it back. docs/protocol.md explains every kind.
type Frame struct {
	ID int64 `json:"id,omitempty"`

	// Commands, from the client.
	Hello     *Hello        `json:"hello,omitempty"`
	Ping      *Nothing      `json:"ping,omitempty"`
	Post      *Post         `json:"post,omitempty"`
	History   *HistoryQuery `json:"history,omitempty"`
	Read      *ReadMark     `json:"read,omitempty"` // also from the server: read on another device
	Create    *NewRoom      `json:"create,omitempty"`
	Update    *RoomUpdate   `json:"update,omitempty"`
	Join      *RoomRef      `json:"join,omitempty"`
	Leave     *RoomRef      `json:"leave,omitempty"`
	Add       *MemberRef    `json:"add,omitempty"`
	Remove    *MemberRef    `json:"remove,omitempty"`
	Members   *RoomRef      `json:"members,omitempty"`
	Directory *Nothing      `json:"directory,omitempty"`
	People    *Nothing      `json:"people,omitempty"`
	Invite    *NewInvite    `json:"invite,omitempty"`
	Invites   *Nothing      `json:"invites,omitempty"`
	Revoke    *InviteRef    `json:"revoke,omitempty"`
	Profile   *Profile      `json:"profile,omitempty"`
	Password  *NewPassword  `json:"password,omitempty"`

	// Commands about pushes. Register may come first, in Hello's place.
	Register *Register   `json:"register,omitempty"`
	Push     *NewPush    `json:"push,omitempty"`
	Amend    *PushChange `json:"amend,omitempty"`
	Clear    *PushRef    `json:"clear,omitempty"`
	Receipts *PushRef    `json:"receipts,omitempty"`
	Ack      *Ack        `json:"ack,omitempty"` // also from the server: opened elsewhere
	Pushes   *PushQuery  `json:"pushes,omitempty"`

	// Commands about the devices that are notified of pushes to me.
	Device  *NewDevice `json:"device,omitempty"`
	Devices *Nothing   `json:"devices,omitempty"`
	Forget  *DeviceRef `json:"forget,omitempty"`
	Notify  *SelfPush  `json:"notify,omitempty"`

	// Commands about programs that act for somebody.
	Bot      *NewBot       `json:"bot,omitempty"`
	Bots     *Nothing      `json:"bots,omitempty"`
	Dismiss  *UserRef      `json:"dismiss,omitempty"`
	Token    *TokenRequest `json:"token,omitempty"`
	Tokens   *Nothing      `json:"tokens,omitempty"`
	Withdraw *TokenRef     `json:"withdraw,omitempty"`
	Hook     *NewHook      `json:"hook,omitempty"`

	// Messages that were said.
	Edit     *Edit       `json:"edit,omitempty"`
	Delete   *MessageRef `json:"delete,omitempty"`
	React    *React      `json:"react,omitempty"`
	Versions *MessageRef `json:"versions,omitempty"`

	// Files.

	// Finding.
	Search *Search `json:"search,omitempty"`

	// Direct messages, and what is unread.
	Direct  *Circle   `json:"direct,omitempty"`  // opens the conversation of these people
	Hide    *Position `json:"hide,omitempty"`    // a direct conversation, until something is said after Seq
	Preview *RoomRef  `json:"preview,omitempty"` // of a room one may join

	// People, sessions, roles.
	Person     *UserRef       `json:"person,omitempty"`
	Gravatar   *GravatarQuery `json:"gravatar,omitempty"`
	Sessions   *Nothing       `json:"sessions,omitempty"`
	End        *SessionRef    `json:"end,omitempty"`
	Accounts   *Nothing       `json:"accounts,omitempty"`
	Role       *RoleChange    `json:"role,omitempty"`
	Deactivate *UserRef       `json:"deactivate,omitempty"`
	Ban        *UserRef       `json:"ban,omitempty"`
	Readmit    *UserRef       `json:"readmit,omitempty"`
	Erase      *UserRef       `json:"erase,omitempty"`
	Recover    *UserRef       `json:"recover,omitempty"`

	// Presence and typing.
	Active *Nothing `json:"active,omitempty"`
	Watch  *Watch   `json:"watch,omitempty"`
	Status *Status  `json:"status,omitempty"`
	DND    *Quiet   `json:"dnd,omitempty"`
	Typing *Typing  `json:"typing,omitempty"` // also from the server: somebody else

	// Levels of notification.
	Involve *Involve     `json:"involve,omitempty"` // also from the server: on some device of mine
	Prefer  *Preferences `json:"prefer,omitempty"`  // also from the server, as Involve
	Look    *Look        `json:"look,omitempty"`

	// Replies, from the server.
	OK    *OK    `json:"ok,omitempty"`
	Error *Error `json:"error,omitempty"`

	// Unasked, from the server.
	Event *Event     `json:"event,omitempty"`
	Live  *Position  `json:"live,omitempty"`  // caught up in this room, or in the pushes to me; what follows is new
	Reset *RoomRef   `json:"reset,omitempty"` // forget this room's log (all rooms when empty) and load afresh
	Room  *RoomState `json:"room,omitempty"`  // you are in this room now; its state
	Gone  *RoomRef   `json:"gone,omitempty"`  // you are no longer in this room
	User  *User      `json:"user,omitempty"`  // somebody's profile changed
	Beat  *Beat      `json:"beat,omitempty"`  // sign of life, every Limits.Beat
	Bye   *Bye       `json:"bye,omitempty"`   // the server will close; come back, or not

	Pushed *Push `json:"pushed,omitempty"` // a push to me: new, changed or cleared

	Presence []Presence `json:"presence,omitempty"` // of people who are watched: as they are now
}

// Nothing is the body of a command that needs none.
type Nothing struct{}

// Hello opens a connection: who is there, and how far each room was read into
// memory. At maps rooms to the last Seq applied; the server sends what follows
// it. A room without a position starts at its newest event.
type Hello struct {
	Token string         `json:"token,omitempty"` // when neither cookie nor Authorization header said who
	Epoch string         `json:"epoch,omitempty"` // the Epoch that At belongs to
	At    map[RoomID]Seq `json:"at,omitempty"`
}

// Welcome is the reply to Hello.
type Welcome struct {
	Server  string      `json:"server"`  // its name for people
	Version string      `json:"version"` // of the server's build; the app offers an update when it differs
	Epoch   string      `json:"epoch"`   // of the log; changes when a database is restored
	You     User        `json:"you"`
	Rooms   []RoomState `json:"rooms"`
	Limits  Limits      `json:"limits"`
	Prefer  Preferences `json:"prefer,omitzero"` // of mine, for notifications
}

// Post says something in a room. Key is the client's own, new for every
// message and the same for every resend of it.
type Post struct {
	Room  RoomID `json:"room"`
	Key   string `json:"key"`
	Text  string `json:"text"`
	Reply Seq    `json:"reply,omitempty"` // the message that it answers

	Files []FileID `json:"files,omitempty"` // uploaded for this room by POST /files; then Text may be empty
}

// HistoryQuery asks for a window of a room's log: the Limit events before a
// position, after one, or around one. Exactly one position is given; Before
// MaxSeq asks for the newest.
type HistoryQuery struct {
	Room   RoomID `json:"room"`
	Before Seq    `json:"before,omitempty"`
	After  *Seq   `json:"after,omitempty"` // 0 is the beginning
	Around Seq    `json:"around,omitempty"`
	Limit  int    `json:"limit,omitempty"` // DefaultPage when 0, at most MaxPage
}

// ReadMark says how far a person has read a room. Within a round of reading
// Seq only grows; who marks something unread again begins the next round, at
// any Seq. Of two marks the later round wins, then the greater Seq, so that it
// does not matter which arrives first. From the server, Unread and Mentions are
// what is left after Seq up to Last, as in RoomState.
type ReadMark struct {
	Room     RoomID `json:"room"`
	Seq      Seq    `json:"seq"`
	Round    int64  `json:"round,omitempty"`
	Last     Seq    `json:"last,omitempty"`
	Unread   int    `json:"unread,omitempty"`
	Mentions []Seq  `json:"mentions,omitempty"`
}

// Beyond reports whether m is further than o: it wins.
func (m ReadMark) Beyond(o ReadMark) bool {
	return m.Round > o.Round || m.Round == o.Round && m.Seq > o.Seq
}

// NewRoom asks for a new room.
type NewRoom struct {
	Name   string `json:"name"`
	Topic  string `json:"topic,omitempty"`
	Closed bool   `json:"closed,omitempty"`
}

// RoomUpdate changes a room.
type RoomUpdate struct {
	Room RoomID `json:"room"`
	RoomChange
}

// RoomRef names a room.
type RoomRef struct {
	Room RoomID `json:"room,omitempty"`
}

// MemberRef names somebody in a room.
type MemberRef struct {
	Room RoomID `json:"room"`
	User UserID `json:"user"`
}

// NewInvite asks for an invite link.
type NewInvite struct {
	Room    RoomID `json:"room,omitempty"`
	TTL     int64  `json:"ttl,omitempty"`      // seconds; 0: never expires
	MaxUses int    `json:"max_uses,omitempty"` // 0: without limit
}

// InviteRef names an invite link.
type InviteRef struct {
	Code string `json:"code"`
}

// NewPassword gives an account its handle and password, or changes them.
// Current is needed once there is a password.
type NewPassword struct {
	Handle  string `json:"handle"`
	Current string `json:"current,omitempty"`
	New     string `json:"new"`
}

// Position is a place in a room's log, or without a room in the log of pushes
// to me.
type Position struct {
	Room RoomID `json:"room,omitempty"`
	Seq  Seq    `json:"seq"`
}

// Beat is the server's sign of life.
type Beat struct {
	At Millis `json:"at"`
}

// Bye announces that the server closes the connection. Retry says whether
// coming back makes sense.
type Bye struct {
	Code  string `json:"code"` // "restart", "slow", "signed_out", …
	Retry bool   `json:"retry,omitempty"`
}

// OK is the reply to a command that was carried out. At most one field is set;
// which one is the command's own.
type OK struct {
	Welcome *Welcome    `json:"welcome,omitempty"`
	Event   *Event      `json:"event,omitempty"`   // what the command added to the log
	Page    *Page       `json:"page,omitempty"`    // history
	Room    *RoomState  `json:"room,omitempty"`    // create, join, direct
	Read    *ReadMark   `json:"read,omitempty"`    // read
	Users   []User      `json:"users,omitempty"`   // members, people
	Rooms   []RoomState `json:"rooms,omitempty"`   // directory
	Invite  *Invite     `json:"invite,omitempty"`  // invite
	Invites []Invite    `json:"invites,omitempty"` // invites
	You     *User       `json:"you,omitempty"`     // profile, password

	Registered *Registered `json:"registered,omitempty"` // register
	Push       *PushAnswer `json:"push,omitempty"`       // push, notify
	Status     *PushStatus `json:"status,omitempty"`     // receipts
	Pushes     []Push      `json:"pushes,omitempty"`     // pushes
	Device     *Device     `json:"device,omitempty"`     // device
	Devices    *Devices    `json:"devices,omitempty"`    // devices
	Bot        *User       `json:"bot,omitempty"`        // bot
	Token      *Token      `json:"token,omitempty"`      // token, hook
	Tokens     []Token     `json:"tokens,omitempty"`     // tokens

	// Messages that were said.
	Versions []Version `json:"versions,omitempty"` // versions

	// Files.

	// Finding.
	Found *Found `json:"found,omitempty"` // search

	// Direct messages, and what is unread.
	Preview *Preview `json:"preview,omitempty"` // preview

	// People, sessions, roles.
	Person   *Person   `json:"person,omitempty"`   // person, and what staff did about one
	Accounts []Person  `json:"accounts,omitempty"` // accounts
	Sessions []Session `json:"sessions,omitempty"` // sessions
	Recovery *Recovery `json:"recovery,omitempty"` // recover

	// Presence and typing.
	Presences []Presence `json:"presences,omitempty"` // watch, status, dnd

	// Levels of notification.
}

// Encode returns f as JSON followed by a newline. Frames may be joined by
// appending them. It panics only on a programming error: every Frame encodes.
func (f Frame) Encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		panic(fmt.Sprintf("shared: a frame did not encode: %v", err))
	}
	return b.Bytes()
}

// Decode reads the frames of one WebSocket message and hands each to yield, in
// order, until yield returns an error. A message that does not end with its
// last frame's JSON is an error (CodeMalformed): a connection that broke at a
// frame boundary can look complete. Unknown fields are ignored.
func Decode(message []byte, yield func(Frame) error) error {
	dec := json.NewDecoder(bytes.NewReader(message))
	for n := 0; ; n++ {
		var f Frame
		err := dec.Decode(&f)
		if err == io.EOF && n > 0 {
			return nil
		}
		if err == io.EOF {
			return Errorf(CodeMalformed, "the message is empty")
		}
		if err != nil {
			return Errorf(CodeMalformed, "the message is not JSON: %v", err)
		}
		if err := yield(f); err != nil {
			return err
		}
	}
}
