package server

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sort"
	"unicode/utf8"
)

// told is what a device decrypts: web/script/sw.js shows it.
type told struct {
	ID      string `json:"id"` // of the push: one that comes twice is shown once
	To      string `json:"to"` // the device, for the acknowledgement
	Title   string `json:"title"`
	Message string `json:"message"`
	URL     string `json:"url,omitempty"`
	Event   string `json:"event,omitempty"`
	Tag     string `json:"tag,omitempty"` // it replaces what has the same one
}

// payload is a notice as its device decrypts it, in at most MaxPayload bytes. A
// notification needs a title: who sent it, or the server's name, stands in.
func (n Notice) payload(server string) []byte {
	p := n.Push
	t := told{ID: p.ID, To: n.Device.ID, Title: p.Title, Message: p.Message, URL: p.URL, Event: p.Event, Tag: n.topic()}
	if t.Title == "" {
		t.Title = cmp.Or(p.From, server)
	}
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

// topic is the same for pushes of one sender that collapse, "" for others: 32
// characters, as push services take.
func (n Notice) topic() string {
	if n.Push.Collapse == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(n.Push.Sender + "\x00" + n.Push.Collapse))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
