package client

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

func isLook(f shared.Frame) bool { return f.Look != nil }

// told is what was news since it was asked last.
func (r *resident) told() (texts []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.changes {
		texts = append(texts, textsOf(r.changes[i].News)...)
		r.changes[i].News = nil
	}
	return texts
}

func TestTheServerKnowsWhereTheUserLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "design", "lobby")
		r := s.resident()
		steps := []struct {
			at   shared.RoomID
			want string
		}{
			{"lobby", "lobby"}, {"lobby", ""}, {"design", "design"}, {"", "design away"}, {"", ""}, {"lobby", "lobby"},
		}
		for i, step := range steps {
			before := len(s.heard(isLook))
			r.Look(step.at)
			synctest.Wait()
			got := ""
			for _, f := range s.heard(isLook)[before:] {
				got = string(f.Look.Room)
				if f.Look.Away {
					got += " away"
				}
			}
			if got != step.want {
				t.Errorf("step %d: it heard %q, want %q", i, got, step.want)
			}
		}
		t.Log("a connection is lost before the server answers")
		s.do(func() { s.asleep = true })
		r.Look("design")
		synctest.Wait()
		s.cut()
		s.do(func() { s.asleep = false })
		time.Sleep(time.Minute)
		r.Look("lobby")
		synctest.Wait()
		before := len(s.heard(isLook))
		s.cut()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := s.heard(isLook)[before:]; len(got) != 1 || got[0].Look.Room != "lobby" || got[0].Look.Away {
			t.Errorf("on a new connection it heard %+v", got)
		}
	})
}

func TestALevelDecidesWhatIsToldOfARoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		r := s.resident()
		call := func(text string) {
			s.do(func() {
				s.append(shared.Event{
					Room: "lobby", By: shared.Author{ID: "bob"},
					Message: &shared.Message{Key: shared.NewID(), Text: text, Mentions: []shared.UserID{shared.Everybody}},
				})
			})
		}
		for _, test := range []struct {
			room, usual  shared.Involvement
			calls        int
			dot          bool
			level, heard string
		}{
			{"", "", 1, true, "mentions", "[called]"},
			{"", shared.InEverything, 2, true, "everything", "[said called]"},
			{shared.InNothing, shared.InEverything, 0, false, "nothing", "[]"},
			{shared.InEverything, shared.InNothing, 2, true, "everything", "[said called]"},
			{shared.InMentions, shared.InEverything, 1, true, "mentions", "[called]"},
		} {
			s.do(func() {
				s.tell(
					shared.Frame{Involve: &shared.Involve{Room: "lobby", Involvement: test.room}},
					shared.Frame{Prefer: &shared.Preferences{Involvement: test.usual}},
				)
			})
			r.MarkRead("lobby", shared.MaxSeq)
			synctest.Wait()
			r.told()
			s.says("bob", "lobby", "said")
			call("called")
			synctest.Wait()
			got := r.room("lobby")
			if got.Calls() != test.calls || got.Dot() != test.dot || string(got.Level) != test.level || got.Involvement != test.room {
				t.Errorf("%+v: the room is %+v", test, got)
			}
			if told := r.told(); fmt.Sprint(told) != test.heard {
				t.Errorf("%+v: told of %q", test, told)
			}
		}
	})
}

func TestWhatWasMissedIsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTown(t, "lobby")
		s.do(func() {
			st := s.states["lobby"]
			st.Involvement = shared.InEverything
			s.states["lobby"] = st
		})
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		s.do(func() { s.asleep = true })
		s.cut()
		s.says("bob", "lobby", "while away")
		s.do(func() { s.asleep = false })
		time.Sleep(time.Minute)
		synctest.Wait()
		s.says("bob", "lobby", "now")
		synctest.Wait()
		if told := r.told(); !slices.Equal(told, []string{"now"}) {
			t.Errorf("told of %q", told)
		}
	})
}
