package servertest

import (
	"slices"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

// receipt is one of a push that the bot sent to the visitor.
func (w *world) receipt(key string, r shared.Receipt) server.PushReceipt {
	w.t.Helper()
	p, _, fresh, err := w.s.AddPush(w.ctx, w.order("bot", visitor, key))
	w.must(err)
	if fresh {
		w.t.Fatalf("there was no push %q", key)
	}
	if r.Kind == "" {
		r.Kind = shared.ToConnection
	}
	return server.PushReceipt{Recipient: visitor, Push: p.ID, Receipt: r}
}

func (w *world) note(t *testing.T, key string, r shared.Receipt) (opened bool) {
	t.Helper()
	ids, err := w.s.NoteReceipts(w.ctx, []server.PushReceipt{w.receipt(key, r)})
	w.must(err)
	return len(ids) > 0
}

func (w *world) wantReceipts(t *testing.T, key string, want ...shared.Receipt) {
	t.Helper()
	st, err := w.s.PushStatus(w.ctx, "bot", key)
	w.must(err)
	if !slices.Equal(st.Receipts, want) {
		t.Errorf("%s has %+v, want %+v", key, st.Receipts, want)
	}
}

func testReceipts(t *testing.T, w *world) {
	pushed := w.tell("bot", visitor, "k1")
	t.Run("its sender sees a push, before anything is known of its way", func(t *testing.T) {
		st, err := w.s.PushStatus(w.ctx, "bot", "k1")
		w.must(err)
		want := shared.PushStatus{ID: "k1", UserID: visitor, Event: pushed.Event, At: pushed.At, Expires: pushed.Expires}
		if got := st; len(got.Receipts) != 0 || got.Receipts == nil || got.ID != want.ID || got.UserID != want.UserID ||
			got.Event != want.Event || got.At != want.At || got.Expires != want.Expires || got.Cleared {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("each connection and device has a receipt, by when it took the push", func(t *testing.T) {
		phone := shared.Receipt{To: "d1", Kind: shared.ToDevice, Device: "Chrome on Android", Accepted: 20}
		laptop := shared.Receipt{To: "c1", Kind: shared.ToConnection, Device: "Firefox on Linux", Accepted: 10}
		w.note(t, "k1", phone)
		w.note(t, "k1", laptop)
		w.wantReceipts(t, "k1", laptop, phone)
	})
	t.Run("whatever order they come in, the earliest times stay", func(t *testing.T) {
		parts := []shared.Receipt{
			{To: "c", Kind: shared.ToConnection, Device: "Firefox", Accepted: 10},
			{To: "c", Kind: shared.ToConnection, Device: "Firefox", Delivered: 30},
			{To: "c", Kind: shared.ToConnection, Device: "Firefox", Delivered: 20, Opened: 50},
			{To: "c", Kind: shared.ToConnection, Device: "Firefox", Delivered: 40, Opened: 40},
			{To: "c", Kind: shared.ToConnection, Device: "Firefox", Accepted: 15},
		}
		for turn := range parts {
			key := string(rune('a' + turn))
			w.tell("bot", visitor, key)
			for i := range parts {
				w.note(t, key, parts[(i+turn)%len(parts)])
			}
			want := parts[0]
			want.Delivered, want.Opened = 20, 40
			w.wantReceipts(t, key, want)
		}
	})
	t.Run("a device that spoke before its push service stays a device, with its name", func(t *testing.T) {
		w.tell("bot", visitor, "early")
		w.note(t, "early", shared.Receipt{To: "d1", Kind: shared.ToConnection, Device: "a session", Delivered: 30})
		w.note(t, "early", shared.Receipt{To: "d1", Kind: shared.ToDevice, Device: "Chrome on Android", Accepted: 20})
		w.note(t, "early", shared.Receipt{To: "d1", Kind: shared.ToConnection, Device: "a session", Opened: 40})
		w.wantReceipts(t, "early",
			shared.Receipt{To: "d1", Kind: shared.ToDevice, Device: "Chrome on Android", Accepted: 20, Delivered: 30, Opened: 40})
	})
	t.Run("a failure is told until the push arrives all the same", func(t *testing.T) {
		w.tell("bot", visitor, "failing")
		failed := shared.Receipt{To: "d1", Kind: shared.ToDevice, Failed: "the push service is away"}
		w.note(t, "failing", failed)
		w.wantReceipts(t, "failing", failed)
		failed.Failed = "the device is gone"
		w.note(t, "failing", failed)
		w.wantReceipts(t, "failing", failed)
		w.note(t, "failing", shared.Receipt{To: "d1", Kind: shared.ToDevice, Accepted: 10})
		w.wantReceipts(t, "failing", shared.Receipt{To: "d1", Kind: shared.ToDevice, Accepted: 10})
		w.note(t, "failing", failed)
		w.wantReceipts(t, "failing", shared.Receipt{To: "d1", Kind: shared.ToDevice, Accepted: 10})
	})
	t.Run("that a push was opened is news once, wherever", func(t *testing.T) {
		w.tell("bot", visitor, "opened")
		if w.note(t, "opened", shared.Receipt{To: "c1", Delivered: 10}) {
			t.Error("delivered is not opened")
		}
		twice := []server.PushReceipt{
			w.receipt("opened", shared.Receipt{To: "c1", Opened: 20}), w.receipt("opened", shared.Receipt{To: "c2", Opened: 20}),
		}
		ids, err := w.s.NoteReceipts(w.ctx, twice)
		if err != nil || !slices.Equal(ids, []string{twice[0].Push}) {
			t.Errorf("got %q, %v; want it once", ids, err)
		}
		if w.note(t, "opened", shared.Receipt{To: "d1", Opened: 5}) {
			t.Error("it was news again")
		}
	})
	t.Run("another person's push is passed over, and one that never was", func(t *testing.T) {
		w.tell("bot", visitor, "theirs")
		foreign := w.receipt("theirs", shared.Receipt{To: "c9", Opened: 10})
		foreign.Recipient = w.owner.ID
		unknown := w.receipt("theirs", shared.Receipt{To: "c9", Opened: 10})
		unknown.Push = "never was"
		right := w.receipt("theirs", shared.Receipt{To: "c1", Opened: 10})
		ids, err := w.s.NoteReceipts(w.ctx, []server.PushReceipt{foreign, unknown, right})
		if err != nil || !slices.Equal(ids, []string{right.Push}) {
			t.Errorf("got %q, %v", ids, err)
		}
		w.wantReceipts(t, "theirs", right.Receipt)
	})
	t.Run("a change of the push keeps them", func(t *testing.T) {
		w.amend("bot", "k1", "v2")
		st, err := w.s.PushStatus(w.ctx, "bot", "k1")
		if err != nil || len(st.Receipts) != 2 {
			t.Errorf("got %+v, %v", st, err)
		}
	})
	t.Run("none are no error", func(t *testing.T) {
		if ids, err := w.s.NoteReceipts(w.ctx, nil); err != nil || len(ids) != 0 {
			t.Errorf("got %q, %v", ids, err)
		}
	})
}
