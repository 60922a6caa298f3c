package servertest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

func testInvolvement(t *testing.T, w *world) {
	eve := w.guest("eve")
	involvement := func() shared.Involvement {
		r, err := w.s.RoomOf(w.ctx, w.lobby, eve.ID)
		w.must(err)
		return r.Involvement
	}
	t.Run("nothing is chosen at first, then what was chosen last", func(t *testing.T) {
		if got := involvement(); got != "" {
			t.Errorf("at first it is %q", got)
		}
		for _, want := range []shared.Involvement{shared.InNothing, shared.InMentions, ""} {
			w.must(w.s.Involve(w.ctx, eve.ID, shared.Involve{Room: w.lobby, Involvement: want}))
			if got := involvement(); got != want {
				t.Errorf("it is %q, want %q", got, want)
			}
		}
	})
	t.Run("it is one's own", func(t *testing.T) {
		w.must(w.s.Involve(w.ctx, w.owner.ID, shared.Involve{Room: w.lobby, Involvement: shared.InEverything}))
		if got := involvement(); got != "" {
			t.Errorf("hers is %q", got)
		}
	})
	t.Run("who is not in the room has none", func(t *testing.T) {
		w.room("den")
		w.wants(w.s.Involve(w.ctx, eve.ID, shared.Involve{Room: "den", Involvement: shared.InNothing}), server.ErrNotFound)
		w.wants(w.s.Involve(w.ctx, eve.ID, shared.Involve{Room: "nowhere"}), server.ErrNotFound)
	})
	t.Run("preferences are kept", func(t *testing.T) {
		for _, want := range []shared.Preferences{{}, {Involvement: shared.InEverything, Reveal: shared.RevealPlace}, {}} {
			w.must(w.s.SetPreferences(w.ctx, eve.ID, want))
			if got, err := w.s.Preferences(w.ctx, eve.ID); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}
		_, err := w.s.Preferences(w.ctx, "nobody")
		w.wants(err, server.ErrNotFound)
		w.wants(w.s.SetPreferences(w.ctx, "nobody", shared.Preferences{}), server.ErrNotFound)
	})
}

// rings lists the rings to send, as "device room up to seq, tries".
func (w *world) rings(at time.Time) (all []string) {
	w.t.Helper()
	notices, err := w.s.DueNotices(w.ctx, at, 100)
	w.must(err)
	for _, n := range notices {
		all = append(all, fmt.Sprintf("%s %s up to %d, %d", n.Device.ID, n.Ring.Room, n.Ring.Seq, n.Tries))
	}
	slices.Sort(all)
	return all
}

func (w *world) wantRings(t *testing.T, at time.Time, want ...string) {
	t.Helper()
	if got := w.rings(at); !slices.Equal(got, want) {
		t.Errorf("due are %q, want %q", got, want)
	}
}

// ring has a device told of the lobby.
func (w *world) ring(device string, seq shared.Seq) {
	w.t.Helper()
	w.must(w.s.Ring(w.ctx, w.lobby, map[string]shared.Seq{device: seq}, w.tick()))
}

// dueRing is the one ring to send.
func (w *world) dueRing() server.Notice {
	w.t.Helper()
	all, err := w.s.DueNotices(w.ctx, w.tick(), 100)
	w.must(err)
	if len(all) != 1 {
		w.t.Fatalf("due are %+v", all)
	}
	return all[0]
}

func testRings(t *testing.T, w *world) {
	eve := w.guest("eve")
	w.login("eve's", eve.ID)
	w.login("phone", eve.ID)
	said := w.say(w.owner, w.lobby, "a").Seq

	t.Run("a room is to be looked at until it was", func(t *testing.T) {
		got, err := w.s.Unrung(w.ctx, 10)
		if want := []shared.Position{{Room: w.lobby}}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		w.must(w.s.Rung(w.ctx, w.lobby, said-1))
		w.must(w.s.Rung(w.ctx, w.lobby, 1)) // late: it does not go back
		got, err = w.s.Unrung(w.ctx, 10)
		if want := []shared.Position{{Room: w.lobby, Seq: said - 1}}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		w.must(w.s.Rung(w.ctx, w.lobby, said))
		if got, err = w.s.Unrung(w.ctx, 10); err != nil || len(got) > 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		w.say(w.owner, w.lobby, "b")
		w.room("den")
		if got, err = w.s.Unrung(w.ctx, 1); err != nil || len(got) != 1 {
			t.Errorf("got %+v, %v; want one", got, err)
		}
	})
	laptop := w.device("laptop", eve.ID, "eve's")
	w.device("phone", eve.ID, "phone")
	t.Run("the members' devices hear it, and what they want", func(t *testing.T) {
		w.must(w.s.Involve(w.ctx, eve.ID, shared.Involve{Room: w.lobby, Involvement: shared.InEverything}))
		w.must(w.s.SetPreferences(w.ctx, eve.ID, shared.Preferences{Reveal: shared.RevealNothing}))
		r, err := w.s.RoomOf(w.ctx, w.lobby, eve.ID)
		w.must(err)
		got, err := w.s.Hearers(w.ctx, w.lobby, w.tick())
		h := server.Hearer{
			Device: "laptop", Member: eve.ID, Read: r.Read,
			Involvement: shared.InEverything, Preferences: shared.Preferences{Reveal: shared.RevealNothing},
		}
		phone := h
		phone.Device = "phone"
		if want := []server.Hearer{h, phone}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		if got, err := w.s.Hearers(w.ctx, "den", w.tick()); err != nil || len(got) > 0 {
			t.Errorf("the den's are %+v, %v", got, err)
		}
		if got, err := w.s.Hearers(w.ctx, w.lobby, w.now.Add(100*24*time.Hour)); err != nil || len(got) > 0 {
			t.Errorf("those of sessions that are over are %+v, %v", got, err)
		}
	})
	t.Run("a device has one ring for a room, which grows and never shrinks", func(t *testing.T) {
		w.ring("laptop", 3)
		w.ring("laptop", 5)
		w.ring("laptop", 4)
		w.ring("no device", 4)
		w.wantRings(t, w.tick(), "laptop lobby up to 5, 0")
		if n := w.dueRing(); n.Recipient != eve.ID || n.Device != laptop {
			t.Errorf("it is %+v", n)
		}
	})
	t.Run("one that was tried keeps to its time, one that was not goes at once", func(t *testing.T) {
		n := w.dueRing()
		later := w.now.Add(time.Hour)
		w.must(w.s.RetryNotice(w.ctx, n, later))
		w.wantRings(t, w.tick())
		w.ring("laptop", 6)
		w.wantRings(t, w.tick(), "laptop lobby up to 6, 0")
		n.Tries = 2
		w.must(w.s.RetryNotice(w.ctx, n, later))
		w.ring("laptop", 7)
		w.wantRings(t, w.tick())
		w.wantRings(t, later, "laptop lobby up to 7, 2")
		n.Tries = 0
		w.must(w.s.RetryNotice(w.ctx, n, w.tick()))
	})
	t.Run("what is said while it is sent is still to be told", func(t *testing.T) {
		n := w.dueRing()
		w.ring("laptop", 8)
		n.Ring.Told, n.Ring.Many = 7, 3
		w.must(w.s.EndNotice(w.ctx, n))
		n = w.dueRing()
		if n.Ring != (server.Ring{Room: w.lobby, Seq: 8, Told: 7, Many: 3}) {
			t.Errorf("it is %+v", n.Ring)
		}
		n.Ring.Told = 8
		w.must(w.s.EndNotice(w.ctx, n))
		w.wantRings(t, w.now.Add(time.Hour))
		w.must(w.s.RetryNotice(w.ctx, n, w.tick())) // over is over
		w.wantRings(t, w.now.Add(time.Hour))
	})
	t.Run("what it was told is known until it was read", func(t *testing.T) {
		for range 10 {
			w.say(w.owner, w.lobby, "more "+w.tick().String())
		}
		told := func() shared.Seq {
			all, err := w.s.Hearers(w.ctx, w.lobby, w.now)
			w.must(err)
			return all[0].Told
		}
		w.must(w.s.Rung(w.ctx, w.lobby, 8))
		if got := told(); got != 8 {
			t.Errorf("it was told up to %d, want 8", got)
		}
		_, err := w.s.SetRead(w.ctx, eve.ID, shared.ReadMark{Room: w.lobby, Seq: 8})
		w.must(err)
		w.must(w.s.Rung(w.ctx, w.lobby, 9))
		if got := told(); got != 0 {
			t.Errorf("it is known still: %d", got)
		}
	})
	t.Run("it goes with its device, and with its session", func(t *testing.T) {
		w.ring("laptop", 10)
		w.ring("phone", 10)
		w.wantRings(t, w.tick(), "laptop lobby up to 10, 0", "phone lobby up to 10, 0")
		w.must(w.s.RemoveDevice(w.ctx, "laptop"))
		w.wantRings(t, w.tick(), "phone lobby up to 10, 0")
		w.must(w.s.EndSession(w.ctx, "phone"))
		w.wantRings(t, w.tick())
	})
}
