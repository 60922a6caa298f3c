package server

import (
	"context"
	"encoding/json"
	"time"

	"hubbub/shared"
)

const (
	// Every node says so often who is on it; what it said holds a little longer
	// than two such times. So a lost word, a node that died and one that is new
	// need nothing else.
	snapshotEvery = time.Minute
	snapshotHolds = 150 * time.Second
	snapshotPart  = 1000 // people in one signal
)

// nodes is the others that this one knows of.
type nodes struct {
	heard map[string]time.Time // when, by node
	next  time.Time            // when to say who is here
}

// lease is what another node said of somebody, and how long that holds.
type lease struct {
	state shared.Availability
	ends  time.Time
}

// receive takes what the broker carries. It does not block.
func (p *presence) receive(s Signal) {
	switch s.Op {
	case OpPresence:
		if s.Node != p.node {
			p.hear(s.Node, presencesOf(s), time.Now())
		}
	case OpStatus:
		for _, set := range presencesOf(s) {
			p.say(set)
		}
	case OpUnfollow:
		p.part(s.User)
	case OpTell:
		if u := changedUser(s); u != nil && u.Role == shared.RoleGuest {
			p.demote(u.ID)
		}
	}
}

// presencesOf is what a signal says. A frame of another version says nothing.
func presencesOf(s Signal) []shared.Presence {
	var f shared.Frame
	if err := json.Unmarshal(s.Frame, &f); err != nil {
		return nil
	}
	return f.Presence
}

// hear takes another node's word. One that was not known is told who is here.
func (p *presence) hear(node string, presences []shared.Presence, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.nodes.heard[node]; !known {
		p.nodes.next = t
	}
	p.nodes.heard[node] = t
	for _, s := range presences {
		q := p.somebody(s.User)
		if s.State == shared.Offline {
			delete(q.elsewhere, node)
			continue
		}
		if q.elsewhere == nil {
			q.elsewhere = make(map[string]lease)
		}
		q.elsewhere[node] = lease{state: s.State, ends: t.Add(snapshotHolds)}
	}
}

// tellNodes says what changed here, and from time to time everything. A node
// that is alone only says that it exists.
func (p *presence) tellNodes(t time.Time, changes []shared.Presence) {
	p.mu.Lock()
	for node, heard := range p.nodes.heard {
		if t.Sub(heard) >= snapshotHolds {
			delete(p.nodes.heard, node)
		}
	}
	alone, whole := len(p.nodes.heard) == 0, !t.Before(p.nodes.next)
	if whole {
		p.nodes.next = t.Add(snapshotEvery)
	}
	if whole && !alone {
		changes = p.everybodyHere(changes)
	}
	p.mu.Unlock()
	switch {
	case whole && (alone || len(changes) == 0):
		p.publish(nil)
	case !alone:
		for len(changes) > 0 {
			n := min(len(changes), snapshotPart)
			p.publish(changes[:n])
			changes = changes[n:]
		}
	}
	if whole && p.lossy {
		if err := p.load(p.quit); err != nil {
			p.log.Warn("statuses not read", "err", err)
		}
	}
}

// everybodyHere adds to those who went everybody who is here. Called with mu
// held.
func (p *presence) everybodyHere(changes []shared.Presence) (all []shared.Presence) {
	for _, s := range changes {
		if s.State == shared.Offline {
			all = append(all, s)
		}
	}
	for id, q := range p.people {
		if q.sent != shared.Offline {
			all = append(all, shared.Presence{User: id, State: q.sent})
		}
	}
	return all
}

func (p *presence) publish(presences []shared.Presence) {
	s := Signal{Op: OpPresence, Node: p.node, Frame: shared.Frame{Presence: presences}.Encode()}
	if err := p.broker.Publish(p.quit, s); err != nil {
		p.log.Debug("presence not told to other nodes", "err", err)
	}
}

// load reads what people say: at the start, and where the broker may have lost
// it. What is not in the store any more has ended.
func (p *presence) load(ctx context.Context) error {
	all, err := p.store.Statuses(ctx, p.millis())
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, set := range all {
		p.somebody(set.User).set = set
	}
	return nil
}
