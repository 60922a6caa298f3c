package servertest

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hubbub/server"
	"hubbub/shared"
)

// testAnyOrderOfPushes gives random commands and keeps its own account of what
// a recipient's log must hold: a list to which changes move to the end.
func testAnyOrderOfPushes(t *testing.T, w *world) {
	a := &pushAccount{w: w, byKey: make(map[string]*shared.Push)}
	rapid.Check(t, func(r *rapid.T) {
		w.t = r
		defer func() { w.t = t }()
		r.Repeat(map[string]func(*rapid.T){
			"push":  a.push,
			"amend": a.amend,
			"clear": a.clear,
			"open":  a.open,
		})
		a.audit(r)
	})
}

type pushAccount struct {
	w     *world
	log   []*shared.Push // in order
	byKey map[string]*shared.Push
	last  shared.Seq
}

func (a *pushAccount) draw(r *rapid.T) (sender, key string, known *shared.Push) {
	sender = rapid.SampledFrom([]string{"", "bot"}).Draw(r, "sender")
	key = rapid.StringMatching(`[a-z]`).Draw(r, "key") + rapid.StringMatching(`[a-z0-9]`).Draw(r, "key")
	return sender, key, a.byKey[sender+"/"+key]
}

func (a *pushAccount) push(r *rapid.T) {
	sender, key, known := a.draw(r)
	o := a.w.order(sender, visitor, key, collapsing(rapid.SampledFrom([]string{"", "", "x"}).Draw(r, "collapse")))
	if rapid.Bool().Draw(r, "short") {
		o.Expires = o.At + 10_000
	}
	p, _, fresh, err := a.w.s.AddPush(a.w.ctx, o)
	a.w.must(err)
	if known != nil {
		if fresh || p != *known {
			r.Fatalf("a resend of %s gives %+v, fresh %v; want %+v", key, p, fresh, *known)
		}
		return
	}
	if p.Collapse != "" {
		for _, other := range a.log {
			if other.Sender == p.Sender && other.Collapse == p.Collapse {
				other.Cleared, other.Title, other.Message, other.URL = true, "", "", ""
			}
		}
	}
	a.byKey[sender+"/"+key] = &p
	a.log = append(a.log, &p)
	a.next(r, p)
}

func (a *pushAccount) next(r *rapid.T, p shared.Push) {
	if a.last++; p.Seq != a.last {
		r.Fatalf("%d follows %d", p.Seq, a.last-1)
	}
}

func (a *pushAccount) amend(r *rapid.T) {
	sender, key, known := a.draw(r)
	text := rapid.SampledFrom([]string{"this", "that"}).Draw(r, "text")
	at := a.w.tick()
	_, p, err := a.w.s.AmendPush(a.w.ctx, sender, shared.PushChange{ID: key, Message: &text}, at)
	a.moved(r, known, p, err, at, func() { known.Message = text })
}

func (a *pushAccount) clear(r *rapid.T) {
	sender, key, known := a.draw(r)
	at := a.w.tick()
	_, p, err := a.w.s.ClearPush(a.w.ctx, sender, key, at)
	a.moved(r, known, p, err, at, func() { known.Cleared, known.Title, known.Message, known.URL = true, "", "", "" })
}

// moved checks and notes a change of a push that is known, or not.
func (a *pushAccount) moved(r *rapid.T, known *shared.Push, p shared.Push, err error, at time.Time, change func()) {
	switch {
	case known == nil:
		a.w.wants(err, server.ErrNotFound)
	case known.Cleared || int64(known.Expires) <= at.UnixMilli():
		a.w.wants(err, server.ErrSpent)
	default:
		a.w.must(err)
		change()
		known.Seq = p.Seq
		a.next(r, p)
		if p != *known {
			r.Fatalf("the change gives %+v, want %+v", p, *known)
		}
		i := slices.Index(a.log, known)
		a.log = append(slices.Delete(a.log, i, i+1), known)
	}
}

func (a *pushAccount) open(r *rapid.T) {
	_, _, known := a.draw(r)
	if known == nil {
		return
	}
	o := server.PushReceipt{Recipient: visitor, Push: known.ID, Receipt: shared.Receipt{To: "c", Kind: shared.ToConnection, Opened: 1}}
	ids, err := a.w.s.NoteReceipts(a.w.ctx, []server.PushReceipt{o})
	a.w.must(err)
	if (len(ids) == 1) == known.Opened {
		r.Fatalf("%s became opened: %q, and was: %v", known.ID, ids, known.Opened)
	}
	known.Opened = true
}

// audit compares the log with the account, and so the lists that are made of it.
func (a *pushAccount) audit(r *rapid.T) {
	now := a.w.now
	var want, kept []shared.Push
	for _, p := range a.log {
		if int64(p.Expires) <= now.UnixMilli() {
			continue
		}
		want = append(want, *p)
		if !p.Cleared {
			kept = append(kept, *p)
		}
	}
	if got := a.w.pushLog(visitor); !slices.Equal(got, want) {
		r.Fatalf("the log is\n%+v\nwant\n%+v", got, want)
	}
	slices.Reverse(kept)
	got, err := a.w.s.Pushes(a.w.ctx, visitor, shared.PushQuery{Limit: 1e6}, now)
	if err != nil || !slices.Equal(got, kept) {
		r.Fatalf("kept are\n%+v, %v\nwant\n%+v", got, err, kept)
	}
}
