package client

import (
	"time"

	"hubbub/shared"
)

// Carrier brings the files of messages from this device to the server. The
// client knows them by names that only the device knows, and never their bytes:
// a message waits in its place until its files are there.
type Carrier interface {
	// Carry uploads files for a room, those that are not there yet, and calls
	// done afterwards with what the server calls them, in that order, or with
	// why not. It returns at once, and what it is asked for again it does not
	// do twice.
	Carry(room shared.RoomID, files []shared.FileID, done func([]shared.FileID, error))
	// Forget lets the device forget files. posted says that their message was;
	// else nobody wants them any more, and what is under way ends.
	Forget(files []shared.FileID, posted bool)
}

// carried reports whether all files of a message are on the server. Otherwise
// it has them brought there.
func (c *Client) carried(it *item) bool {
	if c.opts.Carrier == nil || len(it.Files) == len(it.onServer) {
		return true
	}
	it.carrying = true
	c.opts.Carrier.Carry(it.Room, it.Files, func(files []shared.FileID, err error) {
		c.update(func() { c.arrived(it, files, err) })
	})
	return false
}

// arrived takes the Carrier's answer. The message may be gone by now.
func (c *Client) arrived(it *item, files []shared.FileID, err error) {
	it.carrying = false
	if it.seq != 0 || c.outbox.find(it.Key) != it {
		return
	}
	if err == nil && len(files) != len(it.Files) {
		err = shared.Errorf(shared.CodeInternal, "not all files were uploaded")
	}
	if err != nil {
		c.refused(it, shared.AsError(err))
		return
	}
	it.onServer, it.after = files, time.Time{}
	c.changedPending(it.Room)
}

// forgetFiles says that nobody here needs a message's files any more.
func (c *Client) forgetFiles(it *item, posted bool) {
	if c.opts.Carrier != nil && len(it.Files) > 0 {
		c.opts.Carrier.Forget(it.Files, posted)
	}
}

// said is the message as the server gets it.
func (c *Client) said(it *item) shared.Post {
	p := it.Post
	if c.opts.Carrier != nil {
		p.Files = it.onServer
	}
	return p
}

// Keys are files' names as a script takes them.
func Keys(files []shared.FileID) []any {
	keys := make([]any, len(files))
	for i, f := range files {
		keys[i] = string(f)
	}
	return keys
}
