package shared

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Push is what a program told one person, as that person's connections get it.
//
// Everything pushed to a person is a log of its own. A push that is changed or
// cleared moves to the log's end: whoever goes on from a position gets each
// push as it is now, and no push twice.
type Push struct {
	ID      string `json:"id"`
	Seq     Seq    `json:"seq"` // in the log of its recipient
	At      Millis `json:"at"`
	Event   string `json:"event,omitempty"` // what connections choose by
	Title   string `json:"title,omitempty"`
	Message string `json:"message"`
	URL     string `json:"url,omitempty"` // where opening it leads
	// Collapse: an earlier push of the same sender with the same Collapse is
	// gone now.
	Collapse string `json:"collapse,omitempty"`
	Sender   string `json:"sender,omitempty"` // the user whose token it was; empty for the site itself
	From     string `json:"from,omitempty"`   // the sender's name
	Expires  Millis `json:"expires"`          // nobody is told of it afterwards
	Opened   bool   `json:"opened,omitempty"`
	Cleared  bool   `json:"cleared,omitempty"` // taken back: it says nothing any more
}

// NewPush asks for a push. ID is the sender's own: the same for every resend.
type NewPush struct {
	UserID  UserID `json:"userId"` // or "@" and a handle
	Event   string `json:"event,omitempty"`
	Message string `json:"message"`
	ID      string `json:"id,omitempty"` // the server makes one when empty
	Title   string `json:"title,omitempty"`
	URL     string `json:"url,omitempty"`
	// TTL is for how many seconds it is kept for those who are not there:
	// DefaultPushTTL when left out; with 0 it is for who listens now.
	TTL      *int64 `json:"ttl,omitempty"`
	Collapse string `json:"collapse,omitempty"`
}

// PushChange says anew what a push says. What is nil stays as it is.
type PushChange struct {
	ID      string  `json:"id"`
	Title   *string `json:"title,omitempty"`
	Message *string `json:"message,omitempty"`
	URL     *string `json:"url,omitempty"`
}

// PushRef names a push by its sender's id.
type PushRef struct {
	ID string `json:"id"`
}

// PushAnswer says what became of a push at once.
type PushAnswer struct {
	ID          string `json:"id"`
	Stored      bool   `json:"stored"`      // kept for those who are not there
	Connections int    `json:"connections"` // that listen now, on this node
	Devices     int    `json:"devices"`     // that will be notified
}

// PushStatus is a push with what is known of its way.
type PushStatus struct {
	ID       string    `json:"id"`
	UserID   UserID    `json:"userId"`
	Event    string    `json:"event,omitempty"`
	At       Millis    `json:"at"`
	Expires  Millis    `json:"expires"`
	Cleared  bool      `json:"cleared,omitempty"`
	Receipts []Receipt `json:"receipts"`
}

// Receipt is what is known of a push on one connection or device. A time of 0
// is "not that we know": nobody can tell whether a person read it.
type Receipt struct {
	To        string `json:"to"`               // the connection's or the device's id
	Kind      string `json:"kind"`             // "connection" or "device"
	Device    string `json:"device,omitempty"` // in words: "Firefox on Linux"
	Accepted  Millis `json:"accepted,omitempty"`
	Delivered Millis `json:"delivered,omitempty"` // the page, or its service worker, said so
	Opened    Millis `json:"opened,omitempty"`    // somebody pressed it
	Failed    string `json:"failed,omitempty"`    // why the device could not be reached
}

// The kinds of receipts.
const (
	ToConnection = "connection"
	ToDevice     = "device"
)

// Register begins to hear pushes: those with Event, or all when it is empty.
// As the first thing on a connection it carries the token. Several add up.
type Register struct {
	Token string `json:"token,omitempty"`
	Event string `json:"event,omitempty"`
	// After is the last position heard, which Epoch belongs to. Without it
	// come the pushes that nobody ever acknowledged.
	After *Seq   `json:"after,omitempty"`
	Epoch string `json:"epoch,omitempty"`
}

// Registered is the reply to Register.
type Registered struct {
	UserID     UserID `json:"userId"`
	Connection string `json:"connection"` // its id, as receipts name it
	Epoch      string `json:"epoch"`
	Last       Seq    `json:"last"` // the newest position
}

// Ack says that a push arrived or, with Opened, that somebody opened it. From
// the server: that it was opened elsewhere.
type Ack struct {
	Push   string `json:"push"` // Push.ID
	Opened bool   `json:"opened,omitempty"`
	To     string `json:"to,omitempty"` // the connection or device, when it is not this connection
}

// PushQuery asks for the pushes that are kept for me, the newest first.
type PushQuery struct {
	Before Seq `json:"before,omitempty"` // the position of the last one known
	Limit  int `json:"limit,omitempty"`  // DefaultPage when 0, at most MaxPage
}

// Validate reports what is wrong with p, or nil.
func (p NewPush) Validate() error {
	if p.UserID == "" || len(p.UserID) > MaxUserID {
		return Invalidf("userId", "say to whom: userId")
	}
	if p.ID != "" && ValidateKey(p.ID) != nil {
		return Invalidf("id", "the id must be 1 to %d visible ASCII characters", MaxKey)
	}
	if p.TTL != nil && (*p.TTL < 0 || *p.TTL > int64(MaxPushTTL/time.Second)) {
		return Invalidf("ttl", "a push is kept for up to %d seconds, four weeks; 0 is only for who listens now", int64(MaxPushTTL/time.Second))
	}
	if len(p.Collapse) > MaxKey || !utf8.ValidString(p.Collapse) {
		return Invalidf("collapse", "the collapse key is too long: at most %d bytes", MaxKey)
	}
	return firstError(ValidateEvent(p.Event), validatePushText(p.Title, p.Message), ValidatePushURL(p.URL))
}

// Validate reports what is wrong with c, or nil.
func (c PushChange) Validate() error {
	if c.Title == nil && c.Message == nil && c.URL == nil {
		return Invalidf("message", "say what to change: title, message or url")
	}
	message, title, address := "as before", "", ""
	if c.Message != nil {
		message = *c.Message
	}
	if c.Title != nil {
		title = *c.Title
	}
	if c.URL != nil {
		address = *c.URL
	}
	return firstError(validatePushText(title, message), ValidatePushURL(address))
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ValidateEvent checks the name of an event: nothing, or up to MaxKey visible
// ASCII characters.
func ValidateEvent(event string) error {
	if event != "" && ValidateKey(event) != nil {
		return Invalidf("event", "an event's name is up to %d visible ASCII characters", MaxKey)
	}
	return nil
}

func validatePushText(title, message string) error {
	if utf8.RuneCountInString(title) > MaxTopic || !utf8.ValidString(title) || strings.ContainsRune(title, 0) {
		return Invalidf("title", "the title must be text of at most %d characters", MaxTopic)
	}
	if err := ValidateText(message); err != nil {
		renamed := *AsError(err)
		renamed.Field = "message"
		return &renamed
	}
	return nil
}

// ValidatePushURL checks where a push leads: nowhere, to a path of this site,
// or to an http or https address.
func ValidatePushURL(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	path := err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(raw, "/") && !strings.HasPrefix(raw, "//")
	whole := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	if len(raw) > MaxURL || strings.ContainsAny(raw, "\\\r\n\t") || !path && !whole {
		return Invalidf("url", "the url must begin with https://, http:// or a single / and have at most %d bytes", MaxURL)
	}
	return nil
}
