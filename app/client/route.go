package client

import (
	"bytes"
	"strconv"
)

// idKey is how a frame with an id begins: it is the first field.
var idKey = []byte(`{"id":`)

// splitID returns a frame's id and what follows it. 0: it has none.
func splitID(frame []byte) (id int64, rest []byte) {
	after, ok := bytes.CutPrefix(frame, idKey)
	if !ok {
		return 0, frame
	}
	n := bytes.IndexAny(after, ",}")
	if n < 0 {
		return 0, frame
	}
	id, err := strconv.ParseInt(string(after[:n]), 10, 64)
	if err != nil {
		return 0, frame
	}
	return id, after[n:]
}

// withID puts an id in front of what splitID left.
func withID(id int64, rest []byte) []byte {
	frame := strconv.AppendInt(bytes.Clone(idKey), id, 10)
	return append(frame, rest...)
}

// send writes a branch's commands to the trunk, each as a message: with longer
// ids they might not fit into one.
func (x *exchange) send(id branchID, text []byte) error {
	for frame := range bytes.Lines(text) {
		x.mu.Lock()
		s := x.trunk
		if x.branches[id] == nil || s == nil {
			x.mu.Unlock()
			return errRelay
		}
		if own, rest := splitID(frame); own > 0 {
			x.last++
			x.asked[x.last] = request{branch: id, id: own}
			frame = withID(x.last, rest)
		}
		x.mu.Unlock()
		if err := s.Write(frame); err != nil {
			return err
		}
	}
	return nil
}

// route hands what the server said to whom it is for.
func (x *exchange) route(s socket, message []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.trunk != s {
		return
	}
	var news []byte // for everybody, gathered to be one message
	flush := func() {
		for _, b := range x.branches {
			if b.welcomed && len(news) > 0 {
				b.hear(news)
			}
		}
		news = nil
	}
	for frame := range bytes.Lines(message) {
		id, rest := splitID(frame)
		if id == 0 {
			news = append(news, frame...)
			continue
		}
		flush()
		r := x.asked[id]
		delete(x.asked, id)
		if b := x.branches[r.branch]; b != nil {
			b.welcomed = true
			b.hear(withID(r.id, rest))
		}
	}
	flush()
}
