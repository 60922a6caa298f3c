package client

import (
	"context"
	"encoding/json"

	"hubbub/shared"
)

// Peers joins the clients of one user that share a Shelf, such as the tabs of
// a browser. One of them leads: it alone holds a connection, which the others
// share, and sends what is unsent.
type Peers interface {
	// Lead waits until no other client leads, and then leads until ctx ends.
	// With take it does not wait: who led finds lost closed.
	Lead(ctx context.Context, take bool) (lost <-chan struct{}, err error)
	// Send tells all others, as far as they are there. It does not wait.
	Send(message []byte)
	// Listen has hear called with what others send, one after the other, until
	// stop. hear must not block.
	Listen(hear func(message []byte)) (stop func())
}

// word is what clients tell each other.
type word struct {
	From string `json:"from"`
	To   string `json:"to,omitempty"` // everybody, when empty
	Kind wordOf `json:"kind"`

	Line int64  `json:"line,omitempty"` // of From, or of To when the leader speaks
	Text string `json:"text,omitempty"` // frames, or why a line ends

	Post *Kept      `json:"post,omitempty"`
	Key  string     `json:"key,omitempty"`
	Seq  shared.Seq `json:"seq,omitempty"`
}

type wordOf string

const (
	// About lines: a client behind the leader's connection.
	wordOpen   wordOf = "open"   // to the leader
	wordHere   wordOf = "here"   // the leader is alive, and connecting
	wordOpened wordOf = "opened" // frames may be sent
	wordText   wordOf = "text"   // frames, both ways
	wordEnd    wordOf = "end"    // both ways
	wordLead   wordOf = "lead"   // From leads now
	wordUp     wordOf = "up"     // and is connected
	wordWake   wordOf = "wake"   // somebody looks at the screen: try at once

	// About the outbox.
	wordPut   wordOf = "put"   // a message is new, or was changed
	wordAcked wordOf = "acked" // it is in the log
	wordDrop  wordOf = "drop"  // it was discarded
)

// tell sends a word to the others.
func (x *exchange) tell(w word) {
	w.From = x.id
	raw, err := json.Marshal(w)
	if err != nil {
		panic(err) // every word encodes
	}
	x.peers.Send(raw)
}

// heed takes another client's word about the outbox.
func (c *Client) heed(w word) {
	it := c.outbox.find(w.Key)
	if w.Post != nil {
		it = c.outbox.find(w.Post.Key)
	}
	switch {
	case w.Kind == wordPut && it == nil:
		c.adopt(*w.Post)
	case it == nil:
	case w.Kind == wordAcked && it.seq == 0:
		it.acknowledged(w.Seq)
		c.changedPending(it.Room)
	case w.Kind == wordPut && it.same(*w.Post):
	case c.leads && !it.open():
		c.put(it) // too late to change: say so
	case w.Kind == wordPut:
		c.outbox.change(it, *w.Post)
		c.changedPending(it.Room)
	case w.Kind == wordDrop:
		c.outbox.remove(it)
		c.forgetFiles(it, false) // they may be on their way from here
		c.changedPending(it.Room)
	}
}

// share tells the others about the outbox.
func (c *Client) share(w word) {
	if c.exchange != nil {
		c.exchange.tell(w)
	}
}

// lead begins or ends to send what is unsent. Whoever led before may have kept
// more than was heard of.
func (c *Client) lead(leads bool) {
	c.update(func() {
		c.leads = leads
		if leads {
			c.restore()
		}
	})
	c.Wake()
}
