package shared

// Standing says whether somebody may be on this server: "" is that they may.
type Standing string

// The standings of those who may not be here (any more).
const (
	StandingRemoved Standing = "removed" // taken from the server; can be let in again
	StandingBanned  Standing = "banned"  // the same, because of what they did
)

// Person is somebody as their profile shows them. Staff sees how the account
// stands, too.
type Person struct {
	User
	About string `json:"about,omitempty"`
	Zone  string `json:"zone,omitempty"` // IANA, like "Europe/Berlin"; empty when they do not tell
	Lang  string `json:"lang,omitempty"` // of the screen, for its owner alone; empty: as the browser asks

	Standing Standing `json:"standing,omitempty"`
	Since    Millis   `json:"since,omitempty"` // for staff: when they came
	Seen     Millis   `json:"seen,omitempty"`  // for staff: the last use of a login, to the hour; 0: they have none

	Gravatar bool `json:"gravatar,omitempty"` // for its owner alone: the server fetches pictures from there
}

// Profile changes who I am to others, and what follows me to other devices.
// What is left out stays as it is.
type Profile struct {
	Name   string  `json:"name,omitempty"`
	Handle string  `json:"handle,omitempty"` // of who has one
	About  *string `json:"about,omitempty"`
	Zone   *string `json:"zone,omitempty"`
	Lang   *string `json:"lang,omitempty"`
}

// GravatarQuery asks for the picture that Gravatar has for an address. The
// address is not kept, and Gravatar learns its SHA-256 alone.
type GravatarQuery struct {
	Email string `json:"email"`
}

// Session is one of my logins.
type Session struct {
	ID      string `json:"id"`
	Device  string `json:"device"` // in words: "Firefox on Linux"
	Created Millis `json:"created"`
	Seen    Millis `json:"seen"`           // last used, to the hour
	Here    bool   `json:"here,omitempty"` // it is this one
}

// SessionRef names one of my logins, or all but this one.
type SessionRef struct {
	ID     string `json:"id,omitempty"`
	Others bool   `json:"others,omitempty"`
}

// RoleChange gives somebody another role.
type RoleChange struct {
	User UserID `json:"user"`
	Role Role   `json:"role"`
}

// Recovery is a link with which somebody who forgot their password chooses a
// new one, once.
type Recovery struct {
	User    UserID `json:"user"`
	Path    string `json:"path"` // below the server's address
	Expires Millis `json:"expires"`
}
