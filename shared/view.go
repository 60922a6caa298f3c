package shared

// Screen names a page of the app.
type Screen string

// The screens.
const (
	ScreenSetup   Screen = "setup"  // the owner's first form
	ScreenInvite  Screen = "invite" // a guest gives a name
	ScreenSignIn  Screen = "signin"
	ScreenRecover Screen = "recover" // a new password for who forgot theirs
	ScreenChat    Screen = "chat"    // a room, or none
	ScreenCheck   Screen = "check"   // what is wrong with the way to the server
	ScreenNotice  Screen = "notice"  // a sentence: not found, link no longer works, …
)

// View is all the app needs for the first paint. The server renders the same
// components with it that the browser renders again once the wasm is there;
// it travels in the page as JSON, so that nothing jumps. It is one reader's own.
type View struct {
	Screen  Screen `json:"screen"`
	Base    string `json:"base,omitempty"` // what every path of the server begins with: "/chat", or ""
	Path    string `json:"path"`           // of the request, below Base, with query
	Server  string `json:"server"`         // its name for people
	Version string `json:"version"`        // of the build
	Lang    string `json:"lang"`           // "en" or "zh", from the cookie or Accept-Language
	Theme   string `json:"theme"`          // "system", "light" or "dark", from the cookie
	Zone    string `json:"zone"`           // the reader's time zone (IANA), from the cookie; "" when not known
	Now     Millis `json:"now"`            // the server's clock when it rendered

	Form  map[string]string `json:"form,omitempty"`  // what was typed into a form that failed, never passwords
	Error *Error            `json:"error,omitempty"` // why it failed

	// ScreenInvite
	Invite     *Invite `json:"invite,omitempty"`
	InviteRoom string  `json:"invite_room,omitempty"` // the name of the room it leads to

	// ScreenChat
	Welcome   *Welcome `json:"welcome,omitempty"`    // as the socket would say it
	Room      RoomID   `json:"room,omitempty"`       // the room shown
	Page      *Page    `json:"page,omitempty"`       // its newest events, or those around At
	Preview   *Preview `json:"preview,omitempty"`    // instead of Room and Page: a room that the reader may join
	At        Seq      `json:"at,omitempty"`         // the event that a permalink asked for
	Key       string   `json:"key,omitempty"`        // a fresh key for the form post of a page without wasm
	Offline   bool     `json:"offline,omitempty"`    // no server drew this: the browser's own memory fills the rest
	FirstTime bool     `json:"first_time,omitempty"` // the owner just finished setup: show the invite card
}
