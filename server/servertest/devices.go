package servertest

import (
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// device adds one that a session of the member's brought.
func (w *world) device(id string, of shared.UserID, session string) server.Device {
	w.t.Helper()
	d := server.Device{
		ID: id, Member: of, Session: session, Endpoint: "https://push.example.org/" + id,
		P256dh: "key of " + id, Auth: "secret of " + id, Name: "Firefox on " + id,
	}
	w.must(w.s.AddDevice(w.ctx, d, w.tick()))
	return d
}

func (w *world) wantDevices(t *testing.T, of shared.UserID, want ...server.Device) {
	t.Helper()
	if got, err := w.s.Devices(w.ctx, of); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s has %+v, %v; want %+v", of, got, err, want)
	}
}

// notices are those to send, ever.
func (w *world) notices() []server.Notice {
	w.t.Helper()
	all, err := w.s.DueNotices(w.ctx, w.now.Add(1e4*time.Hour), 100)
	w.must(err)
	return all
}

// due lists the notices to send, by push and device.
func (w *world) due(at time.Time) (all []string) {
	w.t.Helper()
	notices, err := w.s.DueNotices(w.ctx, at, 100)
	w.must(err)
	for _, n := range notices {
		all = append(all, n.Push.Message+" on "+n.Device.ID)
	}
	return all
}

func (w *world) wantDue(t *testing.T, at time.Time, want ...string) {
	t.Helper()
	got := w.due(at)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("due are %q, want %q", got, want)
	}
}

func testDevices(t *testing.T, w *world) {
	eve := w.guest("eve")
	w.login("laptop", w.owner.ID)
	w.login("phone", w.owner.ID)
	w.login("eve's", eve.ID)
	a, b := w.device("a", w.owner.ID, "laptop"), w.device("b", w.owner.ID, "phone")
	c := w.device("c", eve.ID, "eve's")
	t.Run("a member's devices, in the order they came", func(t *testing.T) {
		w.wantDevices(t, w.owner.ID, a, b)
		w.wantDevices(t, eve.ID, c)
		w.wantDevices(t, "nobody")
	})
	t.Run("one with the same endpoint is replaced, whoever had it", func(t *testing.T) {
		d := c
		d.ID, d.Member, d.Session, d.Auth = "d", w.owner.ID, "phone", "another secret"
		w.must(w.s.AddDevice(w.ctx, d, w.tick()))
		w.wantDevices(t, w.owner.ID, a, b, d)
		w.wantDevices(t, eve.ID)
	})
	t.Run("one can be forgotten, twice", func(t *testing.T) {
		w.must(w.s.RemoveDevice(w.ctx, "a"))
		w.must(w.s.RemoveDevice(w.ctx, "a"))
		if got, err := w.s.Devices(w.ctx, w.owner.ID); err != nil || len(got) != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("it ends with its session", func(t *testing.T) {
		w.must(w.s.EndSession(w.ctx, "phone"))
		w.wantDevices(t, w.owner.ID)
	})
	t.Run("with all sessions, with a token, and when its session has expired", func(t *testing.T) {
		w.device("e", w.owner.ID, "laptop")
		w.must(w.s.EndSessions(w.ctx, w.owner.ID, ""))
		w.wantDevices(t, w.owner.ID)
		w.token("program", w.owner.ID, w.owner.ID, shared.ScopeRead)
		w.device("f", w.owner.ID, "program")
		w.must(w.s.EndSessions(w.ctx, w.owner.ID, ""))
		if got, _ := w.s.Devices(w.ctx, w.owner.ID); len(got) != 1 {
			t.Errorf("the token's device is %+v", got)
		}
		w.must(w.s.EndTokens(w.ctx, w.owner.ID))
		w.wantDevices(t, w.owner.ID)
		w.device("g", eve.ID, "eve's")
		w.now = w.now.Add(25 * time.Hour)
		w.login("another", w.owner.ID)
		w.wantDevices(t, eve.ID)
	})
	t.Run("who has just signed out adds none", func(t *testing.T) {
		late := a
		late.ID, late.Session = "late", "laptop"
		w.wants(w.s.AddDevice(w.ctx, late, w.tick()), server.ErrNotFound)
		w.wantDevices(t, w.owner.ID)
	})
}

func testNotices(t *testing.T, w *world) {
	eve := w.guest("eve")
	w.login("laptop", w.owner.ID)
	w.login("phone", w.owner.ID)
	w.login("eve's", eve.ID)
	laptop := w.device("laptop", w.owner.ID, "laptop")
	w.device("phone", w.owner.ID, "phone")
	w.device("eve's", eve.ID, "eve's")

	first := w.order("bot", w.owner.ID, "k1")
	t.Run("a push is on its way to each device of its recipient", func(t *testing.T) {
		p, devices, _, err := w.s.AddPush(w.ctx, first)
		w.must(err)
		w.wantDue(t, w.tick(), "told k1 on laptop", "told k1 on phone")
		all, err := w.s.DueNotices(w.ctx, w.tick(), 1)
		w.must(err)
		if devices != 2 || len(all) != 1 || all[0].Recipient != w.owner.ID || all[0].Tries != 0 || all[0].Push != p {
			t.Errorf("%d devices, %+v", devices, all)
		}
	})
	t.Run("a resend is not, nor what is refused", func(t *testing.T) {
		_, devices, _, err := w.s.AddPush(w.ctx, first)
		if err != nil || devices != 0 {
			t.Errorf("%d devices, %v", devices, err)
		}
		other := first
		other.Digest[0]++
		_, _, _, err = w.s.AddPush(w.ctx, other)
		w.wants(err, server.ErrKeyUsed)
		w.wantDue(t, w.tick(), "told k1 on laptop", "told k1 on phone")
	})
	t.Run("who has no device is not notified", func(t *testing.T) {
		_, devices, _, err := w.s.AddPush(w.ctx, w.order("bot", visitor, "k1"))
		if err != nil || devices != 0 {
			t.Errorf("%d devices, %v", devices, err)
		}
	})
	t.Run("one that is put off is not due before, and counts its tries", func(t *testing.T) {
		later := w.tick().Add(time.Minute)
		put := server.Notice{Push: first.Push, Device: laptop, Tries: 1}
		w.must(w.s.RetryNotice(w.ctx, put, later))
		w.wantDue(t, w.tick(), "told k1 on phone")
		all, err := w.s.DueNotices(w.ctx, later, 100)
		w.must(err)
		if len(all) != 2 || all[1].Device != laptop || all[1].Tries != 1 {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("the oldest come first", func(t *testing.T) {
		w.tell("bot", w.owner.ID, "k2")
		if got := w.due(w.now.Add(time.Hour)); got[0] != "told k1 on phone" || got[3] != "told k1 on laptop" {
			t.Errorf("due are %q", got)
		}
	})
	t.Run("one that has ended is over, for that device alone", func(t *testing.T) {
		over := server.Notice{Push: first.Push, Device: server.Device{ID: "phone"}}
		w.must(w.s.EndNotice(w.ctx, over))
		w.must(w.s.EndNotice(w.ctx, over))
		w.wantDue(t, w.now.Add(time.Hour), "told k1 on laptop", "told k2 on laptop", "told k2 on phone")
	})
	t.Run("that a push was taken back is told to who has it, however late its sending ends", func(t *testing.T) {
		w.tell("bot", w.owner.ID, "k3")
		for _, n := range w.notices() {
			if n.Push.Message != "told k3" || n.Device.ID != "laptop" {
				continue
			}
			r := server.PushReceipt{Recipient: w.owner.ID, Push: n.Push.ID, Receipt: shared.Receipt{To: "laptop", Kind: shared.ToDevice, Accepted: w.millis()}}
			_, err := w.s.NoteReceipts(w.ctx, []server.PushReceipt{r})
			w.must(err)
			_, _, err = w.s.ClearPush(w.ctx, "bot", "k3", w.tick())
			w.must(err)
			w.must(w.s.EndNotice(w.ctx, n)) // of what was sent before
		}
		back := 0
		for _, n := range w.notices() {
			if !n.Push.Cleared {
				continue
			}
			back++
			if n.Device.ID != "laptop" {
				t.Errorf("it is told to %s", n.Device.ID)
			}
			w.must(w.s.EndNotice(w.ctx, n))
		}
		if back != 1 || len(w.notices()) != 3 {
			t.Errorf("it is told %d times; left are %+v", back, w.notices())
		}
	})
	t.Run("it says what the push says now", func(t *testing.T) {
		w.amend("bot", "k2", "new k2")
		w.wantDue(t, w.tick(), "new k2 on laptop", "new k2 on phone")
	})
	t.Run("they are gone with their device", func(t *testing.T) {
		w.must(w.s.RemoveDevice(w.ctx, "laptop"))
		w.wantDue(t, w.now.Add(time.Hour), "new k2 on phone")
	})
	t.Run("and with its session", func(t *testing.T) {
		w.must(w.s.EndSession(w.ctx, "phone"))
		w.wantDue(t, w.now.Add(time.Hour))
	})
	t.Run("and when somebody else takes its endpoint over", func(t *testing.T) {
		w.tell("bot", eve.ID, "for eve")
		w.login("shared computer", w.owner.ID)
		taken := server.Device{ID: "new", Member: w.owner.ID, Session: "shared computer", Endpoint: "https://push.example.org/eve's"}
		w.must(w.s.AddDevice(w.ctx, taken, w.tick()))
		w.wantDue(t, w.now.Add(time.Hour))
	})
}
