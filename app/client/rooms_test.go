package client

import (
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func TestReadingIsToldOneAtATimeNewestLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", numbered("m", 40)...)
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		if got := r.room("lobby").Unread; got != 40 {
			t.Fatalf("%d unread", got)
		}
		s.do(func() { s.asleep = true })
		for seq := range shared.Seq(30) {
			r.MarkRead("lobby", seq+1)
		}
		r.MarkRead("lobby", 7) // never back
		synctest.Wait()
		if got := r.room("lobby"); got.Unread != 10 || got.Read != 30 {
			t.Errorf("before the server knows: %d unread, read to %d", got.Unread, got.Read)
		}
		if n := len(s.heard(isRead)); n != 1 {
			t.Errorf("%d reads on their way", n)
		}
		s.do(func() { s.asleep = false })
		s.cut()
		time.Sleep(time.Second)
		synctest.Wait()
		reads := s.heard(isRead)
		if len(reads) != 2 || reads[1].Read.Seq != 30 {
			t.Errorf("told %d times", len(reads))
		}
		if got := r.room("lobby").Unread; got != 10 {
			t.Errorf("%d unread", got)
		}

		s.do(func() { // another device
			m := s.read(shared.ReadMark{Room: "lobby", Seq: 35})
			s.tell(shared.Frame{Read: &m})
		})
		s.says("bob", "lobby", "one more")
		s.do(func() {
			s.append(shared.Event{Room: "lobby", By: shared.Author{ID: "ada", Name: "Ada"}, Message: &shared.Message{Key: "phone", Text: "mine"}})
		})
		synctest.Wait()
		if got := r.room("lobby"); got.Unread != 6 || got.Read != 35 {
			t.Errorf("%d unread, read to %d", got.Unread, got.Read)
		}
		r.MarkRead("lobby", 1000)
		synctest.Wait()
		if got := r.room("lobby"); got.Unread != 0 || got.Read != 42 {
			t.Errorf("%d unread, read to %d", got.Unread, got.Read)
		}
	})
}

func TestWhatIsMarkedUnreadStaysUnreadOnEveryDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", numbered("m", 40)...)
		r := s.resident()
		r.Open("lobby")
		r.MarkRead("lobby", 40)
		synctest.Wait()
		s.do(func() { s.asleep = true })
		r.MarkUnread("lobby", 31)
		r.MarkRead("lobby", 32)
		r.MarkUnread("lobby", 21)
		if got := r.room("lobby"); got.Unread != 20 || got.Read != 20 {
			t.Errorf("before the server knows: %d unread, read to %d", got.Unread, got.Read)
		}
		s.do(func() { s.asleep = false })
		s.cut()
		time.Sleep(time.Second)
		synctest.Wait()
		if got := r.room("lobby"); got.Unread != 20 || got.Read != 20 {
			t.Errorf("when it does: %d unread, read to %d", got.Unread, got.Read)
		}
		s.do(func() {
			if st := s.states["lobby"]; st.Read != 20 || st.Round == 0 {
				t.Errorf("the server has read to %d in round %d", st.Read, st.Round)
			}
			m := s.read(shared.ReadMark{Room: "lobby", Seq: 40}) // another device's, of the round before
			s.tell(shared.Frame{Read: &m})
		})
		synctest.Wait()
		if got := r.room("lobby"); got.Unread != 20 {
			t.Errorf("after an old mark: %d unread", got.Unread)
		}
		r.MarkAllRead()
		synctest.Wait()
		s.do(func() {
			if st := s.states["lobby"]; st.Read != 40 {
				t.Errorf("the server has read to %d", st.Read)
			}
		})
	})
}

func TestTheRoomListFollowsWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		name := "Zoo"
		s.do(func() {
			st := shared.RoomState{Room: shared.Room{ID: "attic", Name: "attic"}, Last: 1, Members: 1}
			s.states["attic"] = st
			s.tell(shared.Frame{Room: &st})
			s.logs["attic"] = []shared.Event{{Room: "attic", Seq: 1, Created: &st.Room}}
			s.append(shared.Event{Room: "attic", Joined: &shared.User{ID: "ada", Name: "Ada"}})
			s.append(shared.Event{Room: "attic", Joined: &shared.User{ID: "bob", Name: "Bob"}})
			s.append(shared.Event{Room: "attic", Changed: &shared.RoomChange{Name: &name}})
			s.append(shared.Event{Room: "attic", Left: &shared.Author{ID: "bob", Name: "Bob"}})
		})
		synctest.Wait()
		rooms := r.State().Rooms
		if len(rooms) != 2 || rooms[0].ID != "lobby" || rooms[1].Name != "Zoo" || rooms[1].Members != 2 || rooms[1].Last != 5 || rooms[1].Unread != 0 {
			t.Errorf("rooms: %+v", rooms)
		}
		s.do(func() { s.tell(shared.Frame{Gone: &shared.RoomRef{Room: "lobby"}}) })
		s.says("bob", "lobby", "a last word")
		synctest.Wait()
		if rooms := r.State().Rooms; len(rooms) != 1 || r.Timeline("lobby").Loaded {
			t.Errorf("rooms: %+v", rooms)
		}
	})
}

func TestNamesAreTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "hi")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		bob := shared.Author{ID: "bob", Name: "bob"}
		s.do(func() { s.tell(shared.Frame{User: &shared.User{ID: "bob", Name: "Robert"}}) })
		s.says("bob", "lobby", "sent before the change, heard after it")
		synctest.Wait()
		if got := r.Name(bob); got != "Robert" {
			t.Errorf("got %q", got)
		}
		s.cut() // he changes it back while we are away
		time.Sleep(time.Second)
		s.says("bob", "lobby", "me again")
		synctest.Wait()
		if got := r.Name(bob); got != "bob" {
			t.Errorf("got %q", got)
		}
		if got := r.Name(shared.Author{ID: "eve", Name: "Eve"}); got != "Eve" {
			t.Errorf("got %q", got)
		}
	})
}
