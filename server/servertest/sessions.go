package servertest

import (
	"crypto/sha256"
	"testing"
	"time"

	"hubbub/server"
)

func testSessions(t *testing.T, w *world) {
	add := func(id string) server.Session {
		now := w.tick()
		s := server.Session{
			ID: id, User: w.owner.ID, Hash: sha256.Sum256([]byte(id)), Device: "Firefox on Linux",
			Created: now, Seen: now, Expires: now.Add(time.Hour),
		}
		w.must(w.s.AddSession(w.ctx, s))
		return s
	}
	laptop, phone, tablet := add("laptop"), add("phone"), add("tablet")

	t.Run("a session is found by its token's hash, with its user", func(t *testing.T) {
		s, u, err := w.s.Session(w.ctx, laptop.Hash, w.tick())
		w.must(err)
		if s.ID != "laptop" || s.Device != laptop.Device || !s.Expires.Equal(laptop.Expires) || u != w.owner {
			t.Errorf("got %+v of %+v", s, u)
		}
	})
	t.Run("an expired one is none", func(*testing.T) {
		_, _, err := w.s.Session(w.ctx, laptop.Hash, laptop.Expires.Add(time.Second))
		w.wants(err, server.ErrNotFound)
	})
	t.Run("using it prolongs it", func(*testing.T) {
		later := laptop.Expires.Add(time.Hour)
		w.must(w.s.TouchSession(w.ctx, "laptop", w.tick(), later))
		_, _, err := w.s.Session(w.ctx, laptop.Hash, laptop.Expires.Add(time.Second))
		w.must(err)
	})
	t.Run("they are listed, the last used first", func(t *testing.T) {
		list, err := w.s.SessionsOf(w.ctx, w.owner.ID, w.tick())
		w.must(err)
		if len(list) != 3 || list[0].ID != "laptop" || list[0].Device != laptop.Device || list[1].ID != "tablet" || list[2].ID != "phone" {
			t.Errorf("the list is %+v", list)
		}
	})
	t.Run("ended is ended", func(*testing.T) {
		w.must(w.s.EndSession(w.ctx, "tablet"))
		_, _, err := w.s.Session(w.ctx, tablet.Hash, w.tick())
		w.wants(err, server.ErrNotFound)
	})
	t.Run("all but one", func(*testing.T) {
		w.must(w.s.EndSessions(w.ctx, w.owner.ID, "phone"))
		_, _, err := w.s.Session(w.ctx, laptop.Hash, w.tick())
		w.wants(err, server.ErrNotFound)
		_, _, err = w.s.Session(w.ctx, phone.Hash, w.tick())
		w.must(err)
	})
	t.Run("all", func(*testing.T) {
		w.must(w.s.EndSessions(w.ctx, w.owner.ID, ""))
		_, _, err := w.s.Session(w.ctx, phone.Hash, w.tick())
		w.wants(err, server.ErrNotFound)
	})
}
