package shared

import "unicode/utf8"

// Search is the command that finds messages in the rooms one is in.
type Search struct {
	Query  string `json:"query"`            // words, "phrases", -without, from: in: before: after: on: has:
	Room   RoomID `json:"room,omitempty"`   // look only there
	Before int64  `json:"before,omitempty"` // Found.More of the last page
	Limit  int    `json:"limit,omitempty"`  // DefaultFound when 0, at most MaxFound
	Zone   int    `json:"zone,omitempty"`   // minutes east of UTC: where the asker's days begin
}

// Found is what was found, the newest message first.
type Found struct {
	Hits []Hit `json:"hits"`
	More int64 `json:"more,omitempty"` // Search.Before of the next page; left out where there is none
}

// Hit is a message that was found. Its excerpt is in pieces: every second one,
// from the second on, is what was looked for.
type Hit struct {
	Room    RoomID   `json:"room"`
	Seq     Seq      `json:"seq"`
	At      Millis   `json:"at"`
	By      Author   `json:"by"`
	Excerpt []string `json:"excerpt"`
}

// Validate reports what is wrong with s, or nil.
func (s Search) Validate() error {
	switch {
	case !utf8.ValidString(s.Query):
		return Invalidf("query", "the query is not valid UTF-8 text")
	case utf8.RuneCountInString(s.Query) > MaxQuery:
		return Invalidf("query", "the query is too long: at most %d characters", MaxQuery)
	case s.Before < 0:
		return Invalidf("before", "a position is never negative")
	case s.Limit < 0 || s.Limit > MaxFound:
		return Invalidf("limit", "the limit must be 0 to %d", MaxFound)
	case s.Zone < -14*60 || s.Zone > 14*60:
		return Invalidf("zone", "a time zone is at most 14 hours away from UTC")
	}
	return nil
}
