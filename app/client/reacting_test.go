package client

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// likes returns how many people like the first message of the lobby, as it is
// shown, and how many reactions are on their way.
func (r *resident) likes() (people, onTheirWay int) {
	tl := r.Timeline("lobby")
	for _, reaction := range tl.Events[0].Message.Reactions {
		people += len(reaction.Users)
	}
	return people, len(tl.Reacting)
}

func TestReact(t *testing.T) {
	like := shared.React{Room: "lobby", Seq: 1, Emoji: "👍", On: true}
	unlike := like
	unlike.On = false
	// reader is a client that has the lobby open, where bob said something.
	reader := func(t *testing.T) (*town, *resident) {
		s := newTown(t, "lobby")
		s.says("bob", "lobby", "hello")
		r := s.resident()
		r.Open("lobby")
		synctest.Wait()
		return s, r
	}
	check := func(t *testing.T, r *resident, when string, people, onTheirWay int) {
		t.Helper()
		if n, waiting := r.likes(); n != people || waiting != onTheirWay {
			t.Errorf("%s: %d people, %d on their way; want %d and %d", when, n, waiting, people, onTheirWay)
		}
	}

	t.Run("it shows at once, and no longer when the connection is lost", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, r := reader(t)
			s.do(func() { s.asleep = true })
			before := r.Timeline("lobby")
			answered := make(chan error)
			go func() { answered <- r.React(t.Context(), like) }()
			synctest.Wait()
			check(t, r, "before the answer", 1, 1)
			if len(before.Events[0].Message.Reactions) > 0 {
				t.Error("a timeline changed under its reader")
			}
			s.cut()
			if err := <-answered; !errors.Is(err, ErrLost) {
				t.Errorf("got %v", err)
			}
			check(t, r, "after it was lost", 0, 0)
		})
	})
	t.Run("there and back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			_, r := reader(t)
			for _, step := range []struct {
				what   shared.React
				people int
			}{{like, 1}, {unlike, 0}, {like, 1}} {
				if err := r.React(t.Context(), step.what); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				check(t, r, "after the answer", step.people, 0)
			}
		})
	})
	t.Run("refused, it is gone again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, r := reader(t)
			s.do(func() {
				s.judge = func(f shared.Frame) *shared.Error {
					return shared.Errorf(shared.CodeForbidden, "no")
				}
			})
			if err := r.React(t.Context(), like); !errors.Is(err, &shared.Error{Code: shared.CodeForbidden}) {
				t.Errorf("got %v", err)
			}
			check(t, r, "after the refusal", 0, 0)
		})
	})
	t.Run("an answer that overtakes other events leaves it shown", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, r := reader(t)
			s.do(func() { // nobody was told of this one
				s.logs["lobby"] = append(s.logs["lobby"], shared.Event{Room: "lobby", Seq: 2, Message: &shared.Message{Text: "lost on the way"}})
			})
			if err := r.React(t.Context(), like); err != nil {
				t.Fatal(err)
			}
			if people, _ := r.likes(); people != 1 { // whether what is missing is there by now, nobody knows
				t.Errorf("after the answer: %d people, want 1", people)
			}
			time.Sleep(time.Minute) // of a fake clock: what is missing is asked for
			synctest.Wait()
			check(t, r, "after", 1, 0)
		})
	})
}
