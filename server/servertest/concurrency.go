package servertest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
)

// testManySenders has many write at once, some of them wrongly, while a member
// comes and goes and the rooms get new names.
func testManySenders(t *testing.T, w *world) {
	const senders, each = 50, 20
	w.room("den")
	eve := w.guest("eve")
	at := w.tick()
	rooms := []shared.RoomID{w.lobby, "den"}

	var crowd sync.WaitGroup
	seqs := make([][]shared.Seq, senders)
	for i := range senders {
		crowd.Go(func() {
			for n := range each {
				p := shared.Post{Room: rooms[i%2], Key: fmt.Sprintf("s%d-%d", i, n), Text: "said"}
				ev, fresh, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: p}, at)
				if err != nil || !fresh {
					t.Errorf("%s: fresh %v, %v", p.Key, fresh, err)
					return
				}
				seqs[i] = append(seqs[i], ev.Seq)
				p.Text = "a neighbour that fails"
				if _, _, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: p}, at); !errors.Is(err, server.ErrKeyUsed) {
					t.Errorf("%s with another text: %v", p.Key, err)
				}
			}
		})
	}
	others := int64(0)
	crowd.Go(func() { others += churn(t, w, eve, at) })
	crowd.Wait()

	for i, own := range seqs {
		if !increasing(own) {
			t.Errorf("sender %d's messages are out of order: %v", i, own)
		}
	}
	want := 5 + senders*each + int(others) // the rooms' beginnings, and eve in the lobby
	if n := len(w.log(w.lobby)) + len(w.log("den")); n != want {
		t.Errorf("the logs hold %d events, want %d", n, want)
	}
}

// churn changes rooms and members and returns how many events that made.
func churn(t *testing.T, w *world, eve shared.User, at time.Time) (events int64) {
	for n := range 20 {
		name := fmt.Sprint("name ", n)
		_, err := w.s.UpdateRoom(w.ctx, w.owner.Author(), shared.RoomUpdate{Room: "den", RoomChange: shared.RoomChange{Name: &name}}, at)
		if err != nil {
			t.Errorf("rename: %v", err)
		}
		if _, err = w.s.AddMember(w.ctx, w.owner.Author(), "den", eve.ID, at); err != nil {
			t.Errorf("add: %v", err)
		}
		if _, err = w.s.AddMember(w.ctx, w.owner.Author(), "den", eve.ID, at); !errors.Is(err, server.ErrNoChange) {
			t.Errorf("add again: %v", err)
		}
		if _, err = w.s.RemoveMember(w.ctx, w.owner.Author(), "den", eve.ID, at); err != nil {
			t.Errorf("remove: %v", err)
		}
		events += 3
	}
	return events
}

func increasing(seqs []shared.Seq) bool {
	for i := 1; i < len(seqs); i++ {
		if seqs[i] <= seqs[i-1] {
			return false
		}
	}
	return true
}

// testRaces has many do at once what only some may.
func testRaces(t *testing.T, w *world) {
	const many = 20
	// together runs one for each of many at the same time and counts the nils;
	// every other error must be want.
	together := func(t *testing.T, want error, one func(i int) error) (nils int64) {
		var crowd sync.WaitGroup
		var n atomic.Int64
		for i := range many {
			crowd.Go(func() {
				err := one(i)
				if err == nil {
					n.Add(1)
				} else if !errors.Is(err, want) {
					t.Errorf("got %v, want %v", err, want)
				}
			})
		}
		crowd.Wait()
		return n.Load()
	}
	at := w.tick()

	t.Run("one message sent by many at once is stored once", func(t *testing.T) {
		var fresh atomic.Int64
		together(t, nil, func(int) error {
			_, first, err := w.s.Post(w.ctx, w.owner.Author(), server.Said{Post: shared.Post{Room: w.lobby, Key: "same", Text: "once"}}, at)
			if first {
				fresh.Add(1)
			}
			return err
		})
		if n := fresh.Load(); n != 1 || len(w.log(w.lobby)) != 3 {
			t.Errorf("it was fresh %d times", n)
		}
	})
	t.Run("an invite for three lets three in", func(t *testing.T) {
		w.must(w.s.AddInvite(w.ctx, shared.Invite{Code: "three", By: w.owner.Author(), Created: w.millis(), MaxUses: 3}))
		n := together(t, server.ErrSpent, func(i int) error {
			guest := shared.User{ID: shared.UserID(fmt.Sprint("guest", i)), Name: "Guest", Role: shared.RoleGuest}
			_, _, err := w.s.Accept(w.ctx, "three", server.Account{User: guest}, at)
			return err
		})
		if users, err := w.s.Users(w.ctx); n != 3 || err != nil || len(users) != 4 {
			t.Errorf("%d came in, %d are here, %v", n, len(users), err)
		}
	})
	t.Run("a handle goes to one", func(t *testing.T) {
		users, err := w.s.Users(w.ctx)
		w.must(err)
		n := together(t, server.ErrTaken, func(i int) error {
			_, err := w.s.SetPassword(w.ctx, users[i%len(users)].ID, "grace", "hash")
			return err
		})
		if n == 0 {
			t.Error("it went to nobody")
		}
		_, err = w.s.Account(w.ctx, "grace")
		w.must(err)
	})
	t.Run("a room's ID is given once", func(t *testing.T) {
		n := together(t, server.ErrTaken, func(int) error {
			_, err := w.s.CreateRoom(w.ctx, w.owner.Author(), shared.Room{ID: "new", Name: "new"}, at)
			return err
		})
		if n != 1 || len(w.log("new")) != 2 {
			t.Errorf("it was given %d times", n)
		}
	})
	t.Run("a read position never goes back", func(t *testing.T) {
		last, err := w.s.Last(w.ctx, w.lobby)
		w.must(err)
		together(t, nil, func(i int) error {
			_, err := w.s.SetRead(w.ctx, w.owner.ID, shared.ReadMark{Room: w.lobby, Seq: last - shared.Seq(i%3)})
			return err
		})
		if r, err := w.s.RoomOf(w.ctx, w.lobby, w.owner.ID); err != nil || r.Read != last {
			t.Errorf("it is at %d of %d, %v", r.Read, last, err)
		}
	})
}
