package client

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// porter is a Carrier whose uploads end when the test says so.
type porter struct {
	mu     sync.Mutex
	asked  []string                       // guarded by mu: what was to be carried, in that order
	done   []func([]shared.FileID, error) // guarded by mu: uploads under way
	forgot map[bool][]shared.FileID       // guarded by mu: by whether they were posted
}

func (p *porter) Carry(room shared.RoomID, files []shared.FileID, done func([]shared.FileID, error)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, fmt.Sprint(room, files))
	p.done = append(p.done, done)
}

func (p *porter) Forget(files []shared.FileID, posted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.forgot == nil {
		p.forgot = make(map[bool][]shared.FileID)
	}
	p.forgot[posted] = append(p.forgot[posted], files...)
}

// arrive ends the oldest upload.
func (p *porter) arrive(files []shared.FileID, err error) {
	p.mu.Lock()
	done := p.done[0]
	p.done = p.done[1:]
	p.mu.Unlock()
	done(files, err)
	synctest.Wait()
}

func (p *porter) wantAsked(t *testing.T, want ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.asked, want) {
		t.Errorf("it was asked for %q, want %q", p.asked, want)
	}
}

func (p *porter) wantForgotten(t *testing.T, posted bool, want ...shared.FileID) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.forgot[posted], want) {
		t.Errorf("it was told to forget %q, want %q", p.forgot[posted], want)
	}
}

// posts are the files of what the town got, by text.
func (s *town) posts() (all []string) {
	for _, f := range s.heard(isPost) {
		all = append(all, fmt.Sprint(f.Post.Text, f.Post.Files))
	}
	return all
}

func (s *town) wantPosts(want ...string) {
	s.t.Helper()
	if got := s.posts(); !slices.Equal(got, want) {
		s.t.Errorf("the server got %q, want %q", got, want)
	}
}

// withFiles runs a test with a client that has a porter.
func withFiles(t *testing.T, run func(t *testing.T, s *town, r *resident, p *porter)) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newTown(t, "lobby", "other"), &porter{}
		r := live(t, Options{dial: s.dial, Carrier: p, Shelf: newCupboard()})
		r.Open("lobby")
		synctest.Wait()
		run(t, s, r, p)
	})
}

func (r *resident) sayWith(room shared.RoomID, text string, files ...shared.FileID) string {
	r.t.Helper()
	key, err := r.Post(shared.Post{Room: room, Text: text, Files: files})
	if err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
	return key
}

func TestAMessageWaitsForItsFilesAndTheNextForIt(t *testing.T) {
	withFiles(t, func(t *testing.T, s *town, r *resident, p *porter) {
		r.sayWith("lobby", "", "here1", "here2")
		r.sayWith("lobby", "then")
		r.sayWith("other", "elsewhere")
		s.wantPosts("elsewhere[]")
		p.wantAsked(t, "lobby[here1 here2]")
		r.shows("lobby", "sending: ", "sending: then")
		p.arrive([]shared.FileID{"there1", "there2"}, nil)
		s.wantPosts("elsewhere[]", "[there1 there2]", "then[]")
		p.wantForgotten(t, true, "here1", "here2")
		r.shows("lobby", "", "then")
	})
}

func TestFilesAreCarriedAgainAfterAFailure(t *testing.T) {
	withFiles(t, func(t *testing.T, s *town, r *resident, p *porter) {
		key := r.sayWith("lobby", "look", "here")
		p.arrive(nil, shared.Errorf(shared.CodeUnavailable, "the line broke"))
		r.shows("lobby", "sending: look")
		p.wantAsked(t, "lobby[here]")
		time.Sleep(time.Minute)
		synctest.Wait()
		p.wantAsked(t, "lobby[here]", "lobby[here]")
		p.arrive(nil, shared.Errorf(shared.CodeTooLarge, "the file is too large"))
		r.shows("lobby", "failed: look")
		s.wantPosts()
		p.wantForgotten(t, false)
		r.Retry(key)
		synctest.Wait()
		p.arrive([]shared.FileID{"there"}, nil)
		s.wantPosts("look[there]")
	})
}

func TestAMessageWhoseFilesAreOnTheirWayCanBeDiscarded(t *testing.T) {
	withFiles(t, func(t *testing.T, s *town, r *resident, p *porter) {
		key := r.sayWith("lobby", "look", "here")
		r.sayWith("lobby", "then")
		if err := r.Discard(key); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		p.wantForgotten(t, false, "here")
		s.wantPosts("then[]")
		p.arrive([]shared.FileID{"there"}, nil) // too late
		s.wantPosts("then[]")
	})
}

func TestFilesAreNotCarriedWithoutAConnection(t *testing.T) {
	withFiles(t, func(t *testing.T, s *town, r *resident, p *porter) {
		s.do(func() { s.down = errCut })
		s.cut()
		synctest.Wait()
		r.sayWith("lobby", "look", "here")
		p.wantAsked(t)
		s.do(func() { s.down = nil })
		r.Wake()
		synctest.Wait()
		p.wantAsked(t, "lobby[here]")
	})
}

func TestTheNextProgramCarriesWhatTheLastCouldNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p, shelf := newTown(t, "lobby"), &porter{}, newCupboard()
		first := live(t, Options{dial: s.dial, Carrier: p, Shelf: shelf})
		synctest.Wait()
		first.sayWith("lobby", "look", "here")
		first.sayWith("lobby", "then")
		first.leave()
		second := live(t, Options{dial: s.dial, Carrier: p, Shelf: shelf})
		synctest.Wait()
		p.wantAsked(t, "lobby[here]", "lobby[here]")
		if unsent := second.State().Unsent; len(unsent) != 2 || unsent[0].Tried {
			t.Errorf("unsent are %+v", unsent)
		}
		p.arrive(nil, errCut) // the first program's
		p.arrive([]shared.FileID{"there"}, nil)
		s.wantPosts("look[there]", "then[]")
	})
}

func TestAResendHasTheSameFiles(t *testing.T) {
	withFiles(t, func(t *testing.T, s *town, r *resident, p *porter) {
		s.do(func() { s.witness = func(w *wire, f shared.Frame) bool { return f.Post != nil } })
		r.sayWith("lobby", "look", "here")
		p.arrive([]shared.FileID{"there"}, nil)
		s.do(func() { s.asleep, s.witness = true, nil; s.logs["lobby"] = nil })
		s.cut()
		synctest.Wait()
		s.do(func() { s.asleep = false })
		s.cut()
		time.Sleep(time.Minute)
		synctest.Wait()
		for _, got := range s.posts() {
			if got != "look[there]" {
				t.Errorf("the server got %s", got)
			}
		}
		p.wantAsked(t, "lobby[here]")
	})
}
