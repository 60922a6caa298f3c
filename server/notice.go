package server

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sort"
	"unicode/utf8"

	"hubbub/shared"
)

// told is what a device decrypts: web/script/sw.js shows it.
type told struct {
	ID      string `json:"id"` // of the push: one that comes twice is shown once
	To      string `json:"to"` // the device, for the acknowledgement
	Title   string `json:"title"`
	Message string `json:"message"`
	URL     string `json:"url,omitempty"`
	Event   string `json:"event,omitempty"`
	Tag     string `json:"tag,omitempty"`  // it replaces what has the same one
	Gone    bool   `json:"gone,omitempty"` // there is nothing to tell any more: what was shown goes

	// Of a room.
	Room  shared.RoomID `json:"room,omitempty"`
	Seq   shared.Seq    `json:"seq,omitempty"`   // of the newest message
	From  string        `json:"from,omitempty"`  // who said it
	Count int           `json:"count,omitempty"` // messages that wait there
	Badge int           `json:"badge,omitempty"` // messages that wait in all rooms
	Quiet bool          `json:"quiet,omitempty"` // it was told before, and has changed
}

// payload is a push as its device decrypts it. A notification needs a title: who
// sent it, or the server's name, stands in.
func (n Notice) payload(server string) []byte {
	p := n.Push
	t := told{ID: p.ID, To: n.Device.ID, Title: p.Title, Message: p.Message, URL: p.URL, Event: p.Event, Tag: n.topic(), Gone: p.Cleared}
	if t.Title == "" && !t.Gone {
		t.Title = cmp.Or(p.From, server)
	}
	return t.fit()
}

// fit is t as JSON in at most MaxPayload bytes.
func (t told) fit() []byte {
	b := t.encode()
	if len(b) <= MaxPayload {
		return b
	}
	bare := t
	bare.Message = ""
	if len(bare.encode()) > MaxPayload-64 { // an address full of what JSON escapes; half of one leads nowhere
		t.URL = ""
	}
	return t.cut().encode()
}

// cut shortens the message so that all fits.
func (t told) cut() told {
	whole := t.Message
	if whole == "" {
		return t
	}
	ends := make([]int, 0, utf8.RuneCountInString(whole))
	for i := range whole {
		ends = append(ends, i)
	}
	tooLong := sort.Search(len(ends), func(i int) bool {
		t.Message = whole[:ends[i]] + "…"
		return len(t.encode()) > MaxPayload
	})
	t.Message = whole[:ends[max(0, tooLong-1)]] + "…"
	return t
}

func (t told) encode() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(t) // strings encode
	return bytes.TrimSpace(b.Bytes())
}

// topic is the same for what replaces each other on a device, "" for what
// nothing replaces: pushes of one sender that collapse, what is told of a room.
// It has 32 characters, as push services take. They see it, and do not learn
// from it who is in the same room.
func (n Notice) topic() string {
	of := n.Push.Sender + "\x00" + n.Push.Collapse
	switch {
	case n.Ring.Room != "":
		of = n.Device.ID + "\x00" + string(n.Ring.Room)
	case n.Push.Collapse == "":
		return ""
	}
	sum := sha256.Sum256([]byte(of))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
