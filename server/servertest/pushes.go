package servertest

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// visitor is somebody that the store has never heard of: an embedding site has
// people of its own.
const visitor = shared.UserID("site-user-7")

// order is a push as it is to be stored; what changes about it is up to more.
func (w *world) order(sender string, to shared.UserID, key string, more ...func(*server.PushOrder)) server.PushOrder {
	at := w.tick()
	o := server.PushOrder{
		Recipient: to, Key: key, Digest: sha256.Sum256([]byte(key)),
		Push: shared.Push{
			ID: shared.NewID(), At: shared.Millis(at.UnixMilli()), Event: "deploy", Title: "Deployed", Message: "told " + key,
			URL: "/r/lobby", Sender: sender, Expires: shared.Millis(at.Add(24 * time.Hour).UnixMilli()),
		},
	}
	for _, change := range more {
		change(&o)
	}
	return o
}

func collapsing(key string) func(*server.PushOrder) {
	return func(o *server.PushOrder) { o.Collapse = key }
}

func expiring(at time.Time) func(*server.PushOrder) {
	return func(o *server.PushOrder) { o.Expires = shared.Millis(at.UnixMilli()) }
}

// tell stores a push.
func (w *world) tell(sender string, to shared.UserID, key string, more ...func(*server.PushOrder)) shared.Push {
	w.t.Helper()
	p, _, fresh, err := w.s.AddPush(w.ctx, w.order(sender, to, key, more...))
	w.must(err)
	if !fresh {
		w.t.Fatalf("the push %q is not the first with its key", key)
	}
	return p
}

func (w *world) amend(sender, key, message string) shared.Push {
	w.t.Helper()
	_, p, err := w.s.AmendPush(w.ctx, sender, shared.PushChange{ID: key, Message: &message}, w.tick())
	w.must(err)
	return p
}

// pushLog reads a recipient's log in pages: in order, no position twice, and
// none after the last.
func (w *world) pushLog(of shared.UserID) []shared.Push {
	w.t.Helper()
	var (
		log []shared.Push
		at  shared.Seq
	)
	last, err := w.s.LastPush(w.ctx, of)
	w.must(err)
	for {
		page, err := w.s.PushesAfter(w.ctx, of, at, 3, w.now)
		w.must(err)
		if len(page) == 0 {
			return log
		}
		for _, p := range page {
			if p.Seq <= at || p.Seq > last {
				w.t.Fatalf("%d follows %d in the log of %s, whose last is %d", p.Seq, at, of, last)
			}
			at = p.Seq
		}
		log = append(log, page...)
	}
}

// positions are the ones of pushes, and what these say.
func positions(pushes []shared.Push) (all []shared.Seq) {
	for _, p := range pushes {
		all = append(all, p.Seq)
	}
	return all
}

func (w *world) wantPositions(t *testing.T, pushes []shared.Push, err error, want ...shared.Seq) {
	t.Helper()
	if got := positions(pushes); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %d, %v; want %d", got, err, want)
	}
}

func testPushes(t *testing.T, w *world) {
	first := w.order("bot", visitor, "k1", collapsing("deploy"))
	t.Run("a push is the next entry of its recipient's log", func(t *testing.T) {
		p, devices, fresh, err := w.s.AddPush(w.ctx, first)
		w.must(err)
		want := first.Push
		want.Seq = 1
		if p != want || devices != 0 || !fresh {
			t.Errorf("got %+v, %d devices, fresh %v; want %+v", p, devices, fresh, want)
		}
		if log := w.pushLog(visitor); len(log) != 1 || log[0] != want {
			t.Errorf("the log is %+v", log)
		}
	})
	t.Run("the same key again changes nothing and returns the first", func(t *testing.T) {
		again := first
		again.ID, again.At = shared.NewID(), first.At+5
		p, _, fresh, err := w.s.AddPush(w.ctx, again)
		w.must(err)
		if fresh || p.ID != first.ID || p.At != first.At || p.Seq != 1 {
			t.Errorf("got %+v, fresh %v", p, fresh)
		}
		w.wantLast(t, visitor, 1)
	})
	t.Run("also after it was changed, as it is now", func(t *testing.T) {
		w.amend("bot", "k1", "v2")
		p, _, fresh, err := w.s.AddPush(w.ctx, first)
		w.must(err)
		if fresh || p.ID != first.ID || p.Message != "v2" || p.Seq != 2 {
			t.Errorf("got %+v, fresh %v", p, fresh)
		}
	})
	t.Run("the same key for another push is refused, and takes no position", func(t *testing.T) {
		other := w.order("bot", visitor, "k1")
		other.Digest = sha256.Sum256([]byte("another"))
		_, _, _, err := w.s.AddPush(w.ctx, other)
		w.wants(err, server.ErrKeyUsed)
		w.wantLast(t, visitor, 2)
	})
	t.Run("a key is its sender's own", func(t *testing.T) {
		if p := w.tell("other bot", visitor, "k1"); p.ID == first.ID || p.Seq != 3 {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("the site itself is a sender", func(t *testing.T) {
		if p := w.tell("", visitor, "k1"); p.Seq != 4 || p.Sender != "" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("each recipient has a log of their own", func(t *testing.T) {
		if p := w.tell("bot", w.owner.ID, "k2"); p.Seq != 1 {
			t.Errorf("got %+v", p)
		}
		w.wantLast(t, visitor, 4)
		w.wantLast(t, "nobody", 0)
	})
}

func (w *world) wantLast(t *testing.T, of shared.UserID, want shared.Seq) {
	t.Helper()
	if last, err := w.s.LastPush(w.ctx, of); last != want || err != nil {
		t.Errorf("the last position of %s is %d, %v; want %d", of, last, err, want)
	}
}

func testPushChanges(t *testing.T, w *world) {
	first, second := w.tell("bot", visitor, "k1"), w.tell("bot", visitor, "k2")
	t.Run("a changed push moves to the end, and keeps what was not changed", func(t *testing.T) {
		text := "v2"
		to, p, err := w.s.AmendPush(w.ctx, "bot", shared.PushChange{ID: "k1", Message: &text}, w.tick())
		w.must(err)
		want := first
		want.Message, want.Seq = "v2", second.Seq+1
		if to != visitor || p != want {
			t.Errorf("got %+v for %s, want %+v", p, to, want)
		}
		w.wantPositions(t, w.pushLog(visitor), nil, second.Seq, want.Seq)
	})
	t.Run("a title and an address can be taken away", func(t *testing.T) {
		none := ""
		_, p, err := w.s.AmendPush(w.ctx, "bot", shared.PushChange{ID: "k1", Title: &none, URL: &none}, w.tick())
		w.must(err)
		if p.Title != "" || p.URL != "" || p.Message != "v2" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("one that is taken back says nothing any more, at the end", func(t *testing.T) {
		to, p, err := w.s.ClearPush(w.ctx, "bot", "k2", w.tick())
		w.must(err)
		if to != visitor || !p.Cleared || p.Title+p.Message+p.URL != "" || p.ID != second.ID || p.Seq != 5 {
			t.Errorf("got %+v for %s", p, to)
		}
		if log := w.pushLog(visitor); log[len(log)-1] != p {
			t.Errorf("the log is %+v", log)
		}
	})
	t.Run("what was taken back is spent, and what has expired", func(*testing.T) {
		text := "too late"
		_, _, err := w.s.AmendPush(w.ctx, "bot", shared.PushChange{ID: "k2", Message: &text}, w.tick())
		w.wants(err, server.ErrSpent)
		_, _, err = w.s.ClearPush(w.ctx, "bot", "k2", w.tick())
		w.wants(err, server.ErrSpent)
		end := time.UnixMilli(int64(first.Expires))
		_, _, err = w.s.AmendPush(w.ctx, "bot", shared.PushChange{ID: "k1", Message: &text}, end)
		w.wants(err, server.ErrSpent)
		_, _, err = w.s.ClearPush(w.ctx, "bot", "k1", end)
		w.wants(err, server.ErrSpent)
	})
	t.Run("somebody else's is not found, nor one that never was", func(*testing.T) {
		for _, who := range []struct{ sender, key string }{{"other bot", "k1"}, {"", "k1"}, {"bot", "k3"}} {
			_, _, err := w.s.ClearPush(w.ctx, who.sender, who.key, w.tick())
			w.wants(err, server.ErrNotFound)
			_, err = w.s.PushStatus(w.ctx, who.sender, who.key)
			w.wants(err, server.ErrNotFound)
		}
	})
	t.Run("what is refused takes no position", func(t *testing.T) { w.wantLast(t, visitor, 5) })
}

func testCollapse(t *testing.T, w *world) {
	old := w.tell("bot", visitor, "old", collapsing("build"))
	spared := []shared.Push{
		w.tell("bot", visitor, "another collapse", collapsing("other")),
		w.tell("bot", visitor, "no collapse"),
		w.tell("other bot", visitor, "another sender", collapsing("build")),
	}
	elsewhere := w.tell("bot", w.owner.ID, "another recipient", collapsing("build"))
	latest := w.order("bot", visitor, "new", collapsing("build"))
	_, _, _, err := w.s.AddPush(w.ctx, latest)
	w.must(err)

	t.Run("it clears what it collapses, where that is", func(t *testing.T) {
		log := w.pushLog(visitor)
		if p := log[0]; p.ID != old.ID || p.Seq != old.Seq || !p.Cleared || p.Title+p.Message+p.URL != "" {
			t.Errorf("the old one is %+v", p)
		}
	})
	t.Run("and nothing else: not of another sender, another recipient, another name or none", func(t *testing.T) {
		if log := w.pushLog(visitor); len(log) != 5 || !slices.Equal(log[1:4], spared) {
			t.Errorf("the log is %+v", log)
		}
		if log := w.pushLog(w.owner.ID); len(log) != 1 || log[0] != elsewhere {
			t.Errorf("the owner's log is %+v", log)
		}
	})
	t.Run("a resend collapses nothing", func(t *testing.T) {
		next := w.tell("bot", visitor, "newer", collapsing("build"))
		_, _, fresh, err := w.s.AddPush(w.ctx, latest)
		if fresh || err != nil {
			t.Errorf("fresh %v, %v", fresh, err)
		}
		log := w.pushLog(visitor)
		if p := log[len(log)-1]; p != next {
			t.Errorf("the newest is %+v, want %+v", p, next)
		}
	})
	t.Run("what was collapsed is spent", func(*testing.T) {
		_, _, err := w.s.ClearPush(w.ctx, "bot", "old", w.tick())
		w.wants(err, server.ErrSpent)
	})
}

func testPushLists(t *testing.T, w *world) {
	for i := range 6 { // at 1 to 6
		w.tell("bot", visitor, fmt.Sprint("k", i+1))
	}
	soon := w.now.Add(time.Hour)
	w.tell("bot", visitor, "soon over", expiring(soon)) // 7
	w.tell("bot", visitor, "at once", expiring(w.now))  // 8
	_, _, err := w.s.ClearPush(w.ctx, "bot", "k2", w.tick())
	w.must(err) // 9
	w.tell("bot", w.owner.ID, "elsewhere")
	now := w.now

	after := func(seq shared.Seq, limit int, at time.Time) ([]shared.Push, error) {
		return w.s.PushesAfter(w.ctx, visitor, seq, limit, at)
	}
	unseen := func(upTo shared.Seq, limit int, at time.Time) ([]shared.Push, error) {
		return w.s.UnseenPushes(w.ctx, visitor, 0, upTo, limit, at)
	}
	unseenAfter := func(seq shared.Seq, limit int, at time.Time) ([]shared.Push, error) {
		return w.s.UnseenPushes(w.ctx, visitor, seq, shared.MaxSeq, limit, at)
	}
	kept := func(before shared.Seq, limit int, at time.Time) ([]shared.Push, error) {
		return w.s.Pushes(w.ctx, visitor, shared.PushQuery{Before: before, Limit: limit}, at)
	}
	for _, c := range []struct {
		name string
		ask  func(shared.Seq, int, time.Time) ([]shared.Push, error)
		seq  shared.Seq
		max  int
		at   time.Time
		want []shared.Seq
	}{
		{"after a position, in order, cleared ones too", after, 0, 100, now, []shared.Seq{1, 3, 4, 5, 6, 7, 9}},
		{"after a position, the first of them", after, 3, 2, now, []shared.Seq{4, 5}},
		{"after a position, not what has expired", after, 6, 100, soon, []shared.Seq{9}},
		{"after the last there is nothing", after, 9, 100, now, nil},
		{"unseen, in order, not the cleared", unseen, 9, 100, now, []shared.Seq{1, 3, 4, 5, 6, 7}},
		{"unseen, up to a position", unseen, 5, 100, now, []shared.Seq{1, 3, 4, 5}},
		{"unseen, the first of them", unseen, 9, 2, now, []shared.Seq{1, 3}},
		{"unseen, not what has expired", unseen, 9, 100, soon, []shared.Seq{1, 3, 4, 5, 6}},
		{"unseen, after a position", unseenAfter, 4, 100, now, []shared.Seq{5, 6, 7}},
		{"kept, the newest first, not the cleared", kept, 0, 100, now, []shared.Seq{7, 6, 5, 4, 3, 1}},
		{"kept, before a position, so many", kept, 5, 2, now, []shared.Seq{4, 3}},
		{"kept, not what has expired", kept, 0, 2, soon, []shared.Seq{6, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.ask(c.seq, c.max, c.at)
			w.wantPositions(t, got, err, c.want...)
		})
	}
	t.Run("what was acknowledged by anybody is seen, accepted or failed is not", func(t *testing.T) {
		w.note(t, "k1", shared.Receipt{To: "c1", Delivered: 5})
		w.note(t, "k3", shared.Receipt{To: "c1", Accepted: 5})
		w.note(t, "k4", shared.Receipt{To: "c1", Opened: 5})
		w.note(t, "k5", shared.Receipt{To: "c1", Failed: "gone"})
		got, err := unseen(9, 100, now)
		w.wantPositions(t, got, err, 3, 5, 6, 7)
	})
	t.Run("what somebody opened says so", func(t *testing.T) {
		got, err := kept(0, 100, now)
		w.must(err)
		for _, p := range got {
			if p.Opened != (p.Seq == 4) {
				t.Errorf("%d is opened: %v", p.Seq, p.Opened)
			}
		}
	})
	t.Run("nobody has none", func(t *testing.T) {
		got, err := w.s.Pushes(w.ctx, "nobody", shared.PushQuery{Limit: 5}, now)
		w.wantPositions(t, got, err)
	})
}
