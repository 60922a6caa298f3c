//go:build !js

package torture

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"hubbub/app/testbed"
	"hubbub/shared"
)

// maxExamples is how many violations are told in words.
const maxExamples = 10

// verdict is what a check found.
type verdict struct {
	Sent, Acked, Seen              int
	Lost, Doubled, Reordered, Gaps int
	examples                       []string
}

func (v *verdict) clean() bool { return v.Lost+v.Doubled+v.Reordered+v.Gaps == 0 }

// fault counts a violation.
func (v *verdict) fault(count *int, format string, args ...any) {
	*count++
	if len(v.examples) < maxExamples {
		v.examples = append(v.examples, fmt.Sprintf(format, args...))
	}
}

// check compares what was sent and seen with the rooms' logs, which reader
// reads past the proxy.
func check(ctx context.Context, reader testbed.Person, actors []*actor, rooms []shared.RoomID) (verdict, error) {
	var v verdict
	for _, a := range actors {
		for room, n := range a.sent {
			v.Sent += n
			v.Acked += a.acked[room]
		}
	}
	for _, room := range rooms {
		l := newLedger(&v, room, actors)
		if err := reader.Log(ctx, room, l.read); err != nil {
			return v, fmt.Errorf("read the log of %s: %w", room, err)
		}
		l.close()
	}
	return v, nil
}

// ledger reads a room's log once, from its beginning.
type ledger struct {
	v      *verdict
	room   shared.RoomID
	actors []*actor
	last   shared.Seq
	times  map[string]map[int]int // by sender and number: how often it is there
	newest map[string]int         // by sender: the highest number so far
	sums   map[*actor]*view       // what an actor should have seen
}

func newLedger(v *verdict, room shared.RoomID, actors []*actor) *ledger {
	l := &ledger{
		v: v, room: room, actors: actors,
		times: make(map[string]map[int]int), newest: make(map[string]int), sums: make(map[*actor]*view),
	}
	for _, a := range actors {
		l.times[a.name] = make(map[int]int)
		l.newest[a.name] = -1
		l.sums[a] = &view{sum: fnv.New64a()}
	}
	return l
}

func (l *ledger) read(ev shared.Event) {
	if ev.Seq != l.last+1 {
		l.v.fault(&l.v.Gaps, "%s: event %d follows %d", l.room, ev.Seq, l.last)
	}
	l.last = ev.Seq
	for _, a := range l.actors {
		if seen := a.views[l.room]; seen != nil && seen.first <= ev.Seq && ev.Seq <= seen.last {
			digest(l.sums[a].sum, &ev)
			l.v.Seen++
		}
	}
	if ev.Message == nil {
		return
	}
	sender, number, _ := strings.Cut(ev.Message.Text, " #")
	n, err := strconv.Atoi(number)
	times := l.times[sender]
	switch {
	case err != nil || times == nil: // of somebody else
		return
	case times[n] > 0:
		l.v.fault(&l.v.Doubled, "%s: %q is there again at %d", l.room, ev.Message.Text, ev.Seq)
	case n < l.newest[sender]:
		l.v.fault(&l.v.Reordered, "%s: %q at %d comes after %q", l.room, ev.Message.Text, ev.Seq, text(sender, l.newest[sender]))
	}
	times[n]++
	l.newest[sender] = max(l.newest[sender], n)
}

// close looks what the log lacks, and who saw something else.
func (l *ledger) close() {
	for _, a := range l.actors {
		for n := range a.sent[l.room] {
			if l.times[a.name][n] == 0 {
				l.v.fault(&l.v.Lost, "%s: %q is not in the log", l.room, text(a.name, n))
			}
		}
		seen := a.views[l.room]
		switch {
		case seen == nil:
			l.v.fault(&l.v.Lost, "%s: %s saw nothing", l.room, a.name)
		case seen.gaps > 0:
			l.v.fault(&l.v.Gaps, "%s: %s missed events %d times", l.room, a.name, seen.gaps)
		case seen.last != l.last:
			l.v.fault(&l.v.Lost, "%s: %s saw events up to %d of %d", l.room, a.name, seen.last, l.last)
		case seen.sum.Sum64() != l.sums[a].sum.Sum64():
			l.v.fault(&l.v.Lost, "%s: %s saw something else than the log has", l.room, a.name)
		}
	}
}
