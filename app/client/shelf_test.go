package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hubbub/shared"
)

// cupboard is a Shelf in memory that outlives clients. It keeps JSON, as a
// browser's database does.
type cupboard struct {
	mu    sync.Mutex // guards all below
	posts map[string][]byte
	jots  map[string][]byte
	saved []byte
	pages map[shared.RoomID][]byte
	fault error         // of every method
	stuck chan struct{} // not nil: nothing ends before it is closed
	slow  *rand.Rand    // not nil: everything takes its time, before and after
}

func newCupboard() *cupboard {
	return &cupboard{posts: make(map[string][]byte), jots: make(map[string][]byte), pages: make(map[shared.RoomID][]byte)}
}

func (s *cupboard) enter(ctx context.Context, do func()) error {
	s.mu.Lock()
	stuck := s.stuck
	s.mu.Unlock()
	if stuck != nil {
		select {
		case <-stuck:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.dawdle()
	defer s.dawdle()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		do()
	}
	return s.fault
}

func (s *cupboard) dawdle() {
	s.mu.Lock()
	var d time.Duration
	if s.slow != nil {
		d = time.Duration(s.slow.Int64N(int64(500 * time.Millisecond)))
	}
	s.mu.Unlock()
	time.Sleep(d)
}

func (s *cupboard) Jot(k Kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jots[k.Key] = pack(k)
}

func (s *cupboard) Posts(ctx context.Context) (kept []Kept, err error) {
	err = s.enter(ctx, func() {
		all := maps.Clone(s.jots)
		maps.Copy(all, s.posts)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			kept = append(kept, unpack[Kept](all[key]))
		}
	})
	return kept, err
}

func (s *cupboard) Put(ctx context.Context, k Kept) error {
	return s.enter(ctx, func() {
		s.posts[k.Key] = pack(k)
		delete(s.jots, k.Key)
	})
}

func (s *cupboard) Drop(ctx context.Context, key string) error {
	s.mu.Lock()
	delete(s.jots, key)
	s.mu.Unlock()
	return s.enter(ctx, func() { delete(s.posts, key) })
}

func (s *cupboard) Save(ctx context.Context, snap Snapshot) error {
	return s.enter(ctx, func() {
		s.saved = pack(snap)
		for _, p := range snap.Pages {
			s.pages[p.Room] = pack(p)
		}
	})
}

func (s *cupboard) Page(ctx context.Context, room shared.RoomID) (page *KeptPage, err error) {
	err = s.enter(ctx, func() {
		if raw, ok := s.pages[room]; ok {
			p := unpack[KeptPage](raw)
			page = &p
		}
	})
	return page, err
}

// texts are those of the messages kept, in order.
func (s *cupboard) texts() (texts []string) {
	kept, err := s.Posts(context.Background())
	if err != nil {
		return []string{err.Error()}
	}
	slices.SortFunc(kept, func(a, b Kept) int { return cmp.Compare(a.Order, b.Order) })
	for _, k := range kept {
		texts = append(texts, k.Text)
	}
	return texts
}

func pack(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func unpack[T any](raw []byte) (v T) {
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return v
}

// with runs a client of the town that has a shelf.
func (s *town) with(shelf Shelf) *resident { return live(s.t, Options{dial: s.dial, Shelf: shelf}) }

// again starts as a browser does without a server: from what was saved.
func (s *town) again(shelf *cupboard) *resident {
	saved := unpack[Snapshot](shelf.saved)
	return live(s.t, Options{dial: s.dial, Shelf: shelf, Welcome: &saved.Welcome, Read: saved.Read, Pushes: true, KeptPushes: saved.Pushes})
}

func TestWhatIsUnsentSurvivesTheProgramAndGoesOutInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby", "garden"), newCupboard()
		s.down = errCut
		r := s.with(shelf)
		r.Open("garden")
		r.Open("lobby")
		r.say("lobby", "one")
		r.say("garden", "two")
		r.say("lobby", numbered("more", 20)...)
		synctest.Wait()
		r.leave()
		if n := len(shelf.texts()); n != 22 {
			t.Fatalf("%d messages are kept", n)
		}
		time.Sleep(100 * 24 * time.Hour)
		s.do(func() { s.down = nil })
		again := s.with(shelf)
		again.Open("lobby")
		again.say("lobby", "and one after") // before the shelf has answered
		synctest.Wait()
		want := slices.Concat([]string{"one"}, numbered("more", 20), []string{"and one after"})
		if got := s.texts("lobby"); !slices.Equal(got, want) {
			t.Errorf("the lobby got %q", got)
		}
		if got := s.texts("garden"); !slices.Equal(got, []string{"two"}) {
			t.Errorf("the garden got %q", got)
		}
		again.shows("lobby", want...)
		if left := shelf.texts(); len(left) > 0 {
			t.Errorf("still kept: %q", left)
		}
	})
}

func TestWhatWasSentWithoutAnAnswerIsSentOnceMoreWithTheSameKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby"), newCupboard()
		r := s.with(shelf)
		r.Open("lobby")
		synctest.Wait()
		s.do(func() { s.asleep = true })
		key := r.say("lobby", "hi")[0]
		synctest.Wait()
		post := s.heard(isPost)[0].Post
		s.do(func() { s.store(*post) })
		if err := r.Edit(key, "changed"); !errors.Is(err, ErrOnItsWay) {
			t.Errorf("a message on its way is edited: %v", err)
		}
		r.leave() // as if it crashed
		s.do(func() { s.asleep = false })
		again := s.with(shelf)
		if err := again.Discard(key); err == nil {
			t.Error("a message that may be in the log was discarded")
		}
		again.Open("lobby")
		synctest.Wait()
		again.shows("lobby", "hi")
		if left := shelf.texts(); len(left) > 0 || len(s.texts("lobby")) != 1 {
			t.Errorf("kept %q, the log has %q", left, s.texts("lobby"))
		}
	})
}

func TestAMessageIsKeptBeforeItIsShownOrSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby"), newCupboard()
		r := s.with(shelf)
		synctest.Wait()
		shelf.stuck = make(chan struct{})
		if _, err := r.Post(shared.Post{Room: "lobby", Text: "hi"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if r.shows("lobby"); len(s.heard(isPost)) != 0 {
			t.Error("it was sent before it was kept")
		}
		close(shelf.stuck)
		synctest.Wait()
		if n := len(s.heard(isPost)); n != 1 {
			t.Errorf("it was sent %d times", n)
		}
	})
}

func TestAShelfThatFailsIsSaidAndNothingWaitsForIt(t *testing.T) {
	for name, fail := range map[string]func(*cupboard){
		"refuses": func(s *cupboard) { s.fault = errors.New("quota exceeded") },
		"hangs":   func(s *cupboard) { s.stuck = make(chan struct{}) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, shelf := newTown(t, "lobby"), newCupboard()
				fail(shelf)
				r := s.with(shelf)
				r.Open("lobby")
				r.say("lobby", "one")
				time.Sleep(shelfPatience)
				synctest.Wait()
				if !r.State().Shaky {
					t.Error("nobody is told")
				}
				s.do(func() { s.asleep = true })
				r.say("lobby", "two")
				synctest.Wait()
				if got := s.heard(isPost); len(got) != 2 {
					t.Errorf("%d messages were sent", len(got))
				}
				shelf.mu.Lock()
				shelf.fault, shelf.stuck = nil, nil
				shelf.mu.Unlock()
				r.say("lobby", "three")
				time.Sleep(2 * shelfPatience)
				synctest.Wait()
				if got := shelf.texts(); r.State().Shaky || !slices.Equal(got, []string{"two", "three"}) {
					t.Errorf("once it works again it holds %q", got)
				}
			})
		})
	}
}

func TestWhatWasNeverSentCanBeEditedAndDiscarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby"), newCupboard()
		s.down = errCut
		r := s.with(shelf)
		synctest.Wait()
		keys := r.say("lobby", "one", "two")
		synctest.Wait()
		if err := errors.Join(r.Edit(keys[0], "first"), r.Discard(keys[1])); err != nil {
			t.Error(err)
		}
		if err := r.Edit(keys[0], " "); err == nil {
			t.Error("it became empty")
		}
		r.mu.Lock()
		delete(r.posted, keys[1])
		r.mu.Unlock()
		synctest.Wait()
		r.leave()
		s.do(func() { s.down = nil })
		s.with(shelf)
		synctest.Wait()
		if got := s.texts("lobby"); !slices.Equal(got, []string{"first"}) {
			t.Errorf("the log has %q", got)
		}
	})
}

func TestAStartWithoutAServerShowsWhatWasSeenLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby", "garden"), newCupboard()
		s.says("bob", "lobby", numbered("hi", 300)...)
		s.says("bob", "garden", "one", "two", "three")
		r := s.with(shelf)
		synctest.Wait()
		r.Open("garden")
		r.Open("lobby")
		synctest.Wait()
		for range 3 {
			r.LoadOlder("lobby")
			synctest.Wait()
		}
		time.Sleep(savePause)
		synctest.Wait()
		s.do(func() { s.down, s.asleep = errCut, true })
		s.cut()
		r.MarkRead("garden", 2)
		synctest.Wait()
		r.leave()

		later := s.again(shelf)
		later.Open("lobby")
		later.Open("garden")
		synctest.Wait()
		later.shows("garden", "one", "two", "three")
		if tl := later.Timeline("lobby"); len(tl.Events) != maxKeptEvents || !tl.Older || tl.Loading || textsOf(tl.Events)[maxKeptEvents-1] != "hi 300" {
			t.Errorf("the lobby has %d events, older %v, loading %v", len(tl.Events), tl.Older, tl.Loading)
		}
		if g := later.room("garden"); g.Unread != 1 || g.Read != 2 {
			t.Errorf("the garden: %+v", g)
		}
		later.say("garden", "four")
		synctest.Wait()
		s.do(func() { s.down, s.asleep = nil, false })
		s.says("bob", "lobby", "hi 301")
		later.Wake()
		synctest.Wait()
		later.shows("garden", "one", "two", "three", "four")
		if tl := later.Timeline("lobby"); textsOf(tl.Events)[len(tl.Events)-1] != "hi 301" {
			t.Error("the lobby did not go on from what was kept")
		}
		if got := s.heard(isRead); len(got) == 0 || got[len(got)-1].Read.Seq < 2 {
			t.Errorf("the server was not told what was read: %v", got)
		}
	})
}

func TestWhatWasKeptOfAnotherHistoryIsNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby"), newCupboard()
		shelf.pages["lobby"] = pack(KeptPage{Epoch: "e0", Page: shared.Page{Room: "lobby", Events: []shared.Event{{Room: "lobby", Seq: 1}}}})
		s.down = errCut
		welcome := shared.Welcome{Epoch: s.epoch, You: s.you, Rooms: []shared.RoomState{s.states["lobby"]}}
		r := live(t, Options{dial: s.dial, Shelf: shelf, Welcome: &welcome})
		r.Open("lobby")
		synctest.Wait()
		if tl := r.Timeline("lobby"); tl.Loaded {
			t.Errorf("got %v", tl.Events)
		}
	})
}

func TestRoomsThatNobodyOpenedAreKeptToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby", "garden", "shed"), newCupboard()
		s.says("bob", "garden", "one", "two")
		r := s.with(shelf)
		r.Open("lobby")
		time.Sleep(2 * savePause)
		synctest.Wait()
		if page, err := shelf.Page(t.Context(), "garden"); err != nil || page == nil || len(page.Events) != 2 {
			t.Fatalf("of the garden is kept: %+v, %v", page, err)
		}
		asked := len(s.heard(isHistory))
		s.cut()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := len(s.heard(isHistory)); n != asked {
			t.Errorf("what is kept already was asked for again: %d, then %d", asked, n)
		}
	})
}

func TestAMessageSurvivesAPageThatGoesBeforeItIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shelf := newTown(t, "lobby"), newCupboard()
		s.down = errCut
		r := s.with(shelf)
		synctest.Wait()
		shelf.mu.Lock()
		shelf.stuck = make(chan struct{})
		shelf.mu.Unlock()
		if _, err := r.Post(shared.Post{Room: "lobby", Text: "in the last moment"}); err != nil {
			t.Fatal(err)
		}
		r.leave() // the page is gone
		shelf.mu.Lock()
		shelf.stuck = nil
		shelf.mu.Unlock()
		s.do(func() { s.down = nil })
		s.with(shelf).Open("lobby")
		synctest.Wait()
		if got := s.texts("lobby"); !slices.Equal(got, []string{"in the last moment"}) || len(shelf.texts()) > 0 {
			t.Errorf("the log has %q, kept is %q", got, shelf.texts())
		}
	})
}

func TestAfterALongTimeTheNewestIsLoadedInsteadOfAllOfIt(t *testing.T) {
	for away, resumes := range map[time.Duration]bool{time.Hour: true, 40 * 24 * time.Hour: false} {
		synctest.Test(t, func(t *testing.T) {
			s, shelf := newTown(t, "lobby"), newCupboard()
			s.says("bob", "lobby", "one")
			r := s.with(shelf)
			r.Open("lobby")
			time.Sleep(2 * savePause)
			synctest.Wait()
			r.leave()
			s.do(func() { s.down = errCut })
			time.Sleep(away)
			s.says("bob", "lobby", numbered("while away", 300)...)
			later := s.again(shelf)
			later.Open("lobby")
			synctest.Wait()
			later.shows("lobby", "one") // what was kept, until there is a server
			s.do(func() { s.down = nil })
			later.Wake()
			synctest.Wait()
			time.Sleep(time.Minute)
			synctest.Wait()
			s.says("bob", "lobby", "now")
			synctest.Wait()
			tl := later.Timeline("lobby")
			texts := textsOf(tl.Events)
			if all := len(texts) == 302; all != resumes || tl.Newer || texts[len(texts)-1] != "now" {
				t.Errorf("after %v: %d events, newer: %v", away, len(texts), tl.Newer)
			}
		})
	}
}
