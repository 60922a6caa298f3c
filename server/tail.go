package server

import "hubbub/shared"

// tail is the newest part of a room's log: encoded events, end to end, each
// ended by a newline. Slices handed out stay valid: the bytes are only ever
// appended to, and trimming copies what is kept.
//
// It takes events in any order, repeated or with some missing, and lets out
// only the gapless log.
type tail struct {
	limit int // bytes held; a trim keeps half of it, so that trims are rare

	buf  []byte
	ends []int      // ends[i] is where the event first+i ends in buf
	last shared.Seq // of the newest event; events up to it are known or not wanted

	early      map[shared.Seq][]byte // events after a gap
	earlyBytes int
	heard      shared.Seq // the newest event heard of, kept or not
}

// newTail returns a tail that continues a log after last.
func newTail(limit int, last shared.Seq) *tail {
	return &tail{limit: limit, last: last, heard: last}
}

// add takes one encoded event. It reports whether the log grew.
func (t *tail) add(seq shared.Seq, frame []byte) (grew bool) {
	t.heard = max(t.heard, seq)
	switch {
	case seq <= t.last:
		return false // a repeat
	case seq > t.last+1:
		t.keep(seq, frame)
		return false
	}
	t.append(frame)
	for len(t.early) > 0 {
		next, ok := t.early[t.last+1]
		if !ok {
			break
		}
		delete(t.early, t.last+1)
		t.earlyBytes -= len(next)
		t.append(next)
	}
	t.forget()
	return true
}

// gap reports whether events are missing between last and the newest heard of.
func (t *tail) gap() bool { return t.heard > t.last }

// keep stashes an event that came too early, unless that costs too much: the
// store has it too.
func (t *tail) keep(seq shared.Seq, frame []byte) {
	if _, ok := t.early[seq]; ok || t.earlyBytes+len(frame) > t.limit {
		return
	}
	if t.early == nil {
		t.early = make(map[shared.Seq][]byte)
	}
	t.early[seq] = frame
	t.earlyBytes += len(frame)
}

// forget drops stashed events that a fill from the store has overtaken.
func (t *tail) forget() {
	for seq, frame := range t.early {
		if seq <= t.last {
			delete(t.early, seq)
			t.earlyBytes -= len(frame)
		}
	}
}

func (t *tail) append(frame []byte) {
	if len(t.buf)+len(frame) > t.limit {
		t.trim(len(frame))
	}
	t.buf = append(t.buf, frame...)
	t.ends = append(t.ends, len(t.buf))
	t.last++
}

// trim keeps the newest events that leave room for need more bytes in half of
// the limit, in fresh memory.
func (t *tail) trim(need int) {
	i, start := 0, 0
	for i < len(t.ends) && len(t.buf)-start+need > t.limit/2 {
		start = t.ends[i]
		i++
	}
	buf := make([]byte, len(t.buf)-start, max(t.limit/2, need)+t.limit/2)
	copy(buf, t.buf[start:])
	ends := make([]int, len(t.ends)-i, cap(t.ends))
	for k := range ends {
		ends[k] = t.ends[i+k] - start
	}
	t.buf, t.ends = buf, ends
}

// from returns the events after pos, whole and at most about most bytes of
// them but at least one, and the position after them. It is not ok when some
// of them have left the tail.
func (t *tail) from(pos shared.Seq, most int) (events []byte, to shared.Seq, ok bool) {
	if pos >= t.last {
		return nil, pos, true
	}
	before := t.last - shared.Seq(len(t.ends)) // the newest event no longer held
	if pos < before {
		return nil, pos, false
	}
	i := int(pos - before)
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	end := len(t.ends) - 1
	if t.ends[end]-start > most {
		end = t.cut(i, start+most)
	}
	return t.buf[start:t.ends[end]:t.ends[end]], before + shared.Seq(end) + 1, true
}

// cut returns the last event from i on that ends within limit, or i.
func (t *tail) cut(i, limit int) int {
	lo, hi := i, len(t.ends)-1
	for lo < hi {
		mid := int(uint(lo+hi+1) >> 1)
		if t.ends[mid] <= limit {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}

// covers reports whether everything after pos is held.
func (t *tail) covers(pos shared.Seq) bool {
	return pos >= t.last-shared.Seq(len(t.ends))
}
