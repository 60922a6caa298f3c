package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	maxStreams    = 4096                    // at the same time
	streamBacklog = 2 * shared.MaxPageBytes // bytes that wait for one; a stream that is slower ends, and resumes
)

// stream is pushes as server-sent events (HTML Living Standard, section 9.2),
// for where WebSockets do not pass.
type stream struct {
	listener *listener
	expires  time.Time       // of its session, or zero
	bell     chan struct{}   // has room for one ring: something waits
	over     context.Context // ends when it must end

	mu    sync.Mutex
	taken sync.Cond  // what waited was taken, or the stream is over
	queue []streamed // guarded by mu
	size  int        // guarded by mu: bytes in queue
	cut   func()     // guarded by mu: ends over
}

// streamed is a frame with the position after it, or noPosition.
type streamed struct {
	seq   shared.Seq
	frame []byte
}

// streams counts them, so that a shutdown ends all.
type streams struct {
	work sync.WaitGroup

	mu      sync.Mutex
	closing bool                 // guarded by mu
	open    map[*stream]struct{} // guarded by mu
}

func newStreams() *streams { return &streams{open: make(map[*stream]struct{})} }

// handleEvents is GET /events: everything pushed to who asks, or only what has
// one of the events named in the query. Last-Event-ID goes on where a stream
// broke.
func (s *Server) handleEvents(w http.ResponseWriter, r *http.Request) {
	st, err := s.openStream(r)
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	defer s.closeStream(st)
	if err := s.beginStream(r, st); err != nil {
		s.writeError(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	s.pump(r.Context(), w, st)
}

// openStream makes r's stream one of those that signals find. A session that
// ends meanwhile is noticed: by the second look, or by its signal.
func (s *Server) openStream(r *http.Request) (*stream, error) {
	drops := s.chat.listeners.drops.Load()
	a, err := s.mayListen(r)
	if err != nil {
		return nil, err
	}
	st := s.newStream(a)
	if !s.streams.enter(st) {
		return nil, errUnavailable()
	}
	s.chat.listeners.add(st.listener)
	if most := s.hub.live.UserConns; len(s.chat.listeners.by(a.user.ID)) > most {
		s.closeStream(st)
		return nil, errTooManyConns(most)
	}
	if s.chat.listeners.drops.Load() != drops {
		if _, err := s.mayListen(r); err != nil {
			s.closeStream(st)
			return nil, err
		}
	}
	return st, nil
}

func (s *Server) closeStream(st *stream) {
	st.end()
	s.chat.listeners.remove(st.listener)
	s.streams.leave(st)
}

func (s *Server) mayListen(r *http.Request) (actor, error) {
	if !s.originAllowed(r) {
		return actor{}, errForeign()
	}
	a, err := s.introduce(r)
	if err != nil {
		return actor{}, err
	}
	return a, a.may(shared.ScopeRead)
}

func (s *Server) newStream(a actor) *stream {
	st := &stream{bell: make(chan struct{}, 1), expires: a.expires}
	st.taken.L = &st.mu
	st.over, st.cut = context.WithCancel(context.Background())
	st.listener = &listener{
		chat: s.chat, user: a.user.ID, session: a.session, token: a.isToken(), id: shared.NewID(), device: a.device,
		write: st.offer, wait: st.wait,
		spawn: func(f func()) { s.streams.work.Go(f) },
		end:   func(Signal) { st.end() },
	}
	return st
}

// end ends the stream: nothing more of it is written after what is being
// written.
func (st *stream) end() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.cut()
	st.queue, st.size = nil, 0
	st.taken.Broadcast()
}

// offer takes a frame if there is room. A stream without room ends: its client
// comes back and goes on.
func (st *stream) offer(seq shared.Seq, frame []byte) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.size > streamBacklog {
		st.cut()
		st.queue, st.size = nil, 0
		st.taken.Broadcast()
	}
	if st.over.Err() != nil {
		return false
	}
	st.queue = append(st.queue, streamed{seq, frame})
	st.size += len(frame)
	select {
	case st.bell <- struct{}{}:
	default:
	}
	return true
}

// take returns what waits, in order.
func (st *stream) take() []streamed {
	st.mu.Lock()
	defer st.mu.Unlock()
	queue := st.queue
	st.queue, st.size = nil, 0
	st.taken.Broadcast()
	return queue
}

// wait returns when nothing waits any more, false when the stream is over.
func (st *stream) wait() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	for st.size > 0 && st.over.Err() == nil {
		st.taken.Wait()
	}
	return st.over.Err() == nil
}

// beginStream registers for what r asks for.
func (s *Server) beginStream(r *http.Request, st *stream) error {
	events := r.URL.Query()["event"]
	if len(events) == 0 {
		events = []string{""}
	}
	after, epoch := lastEventID(r.Header.Get("Last-Event-ID"))
	register := shared.Register{After: after, Epoch: epoch}
	return st.listener.register(r.Context(), events, &register, func(ok shared.OK) {
		st.offer(noPosition, shared.Frame{OK: &ok}.Encode())
	})
}

// eventID is a position as a stream's id: a browser gives it back.
func (s *Server) eventID(seq shared.Seq) string {
	return s.chat.epoch + ":" + strconv.FormatInt(int64(seq), 10)
}

func lastEventID(id string) (after *shared.Seq, epoch string) {
	epoch, number, ok := strings.Cut(id, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return nil, ""
	}
	seq := shared.Seq(n)
	return &seq, epoch
}

// pump writes what comes until the peer or the server ends the stream. How long
// a request and its answer may take does not hold for it.
func (s *Server) pump(ctx context.Context, w http.ResponseWriter, st *stream) {
	control := http.NewResponseController(w)
	beat := time.NewTicker(s.hub.live.Beat)
	defer beat.Stop()
	next := fmt.Sprintf("retry: %d\n\n", 1000+rand.IntN(4000)) // not all at once after a restart
	for {
		_ = control.SetWriteDeadline(time.Now().Add(s.hub.live.StallTimeout)) // where there is none, the peer decides
		_, err := w.Write([]byte(next))
		if err == nil {
			err = control.Flush()
		}
		if err != nil {
			return
		}
		_ = control.SetWriteDeadline(time.Time{})
		select {
		case <-ctx.Done():
			return
		case <-st.over.Done():
			return
		case <-st.bell:
			next = s.eventsOf(st.take())
		case <-beat.C:
			next = ": beat\n\n"
			if !st.expires.IsZero() && !s.opts.Now().Before(st.expires) {
				return
			}
		}
	}
}

// eventsOf is frames as events of the type "message", which every EventSource
// hears.
func (s *Server) eventsOf(frames []streamed) string {
	var text strings.Builder
	for _, f := range frames {
		if f.seq != noPosition {
			fmt.Fprintf(&text, "id: %s\n", s.eventID(f.seq))
		}
		fmt.Fprintf(&text, "data: %s\n\n", strings.TrimSuffix(string(f.frame), "\n"))
	}
	return text.String()
}

func (ss *streams) enter(st *stream) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.closing || len(ss.open) >= maxStreams {
		return false
	}
	ss.open[st] = struct{}{}
	ss.work.Add(1)
	return true
}

func (ss *streams) leave(st *stream) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.open, st)
	ss.work.Done()
}

// shutdown ends all of them.
func (ss *streams) shutdown(ctx context.Context, h *hub) error {
	ss.mu.Lock()
	ss.closing = true
	for st := range ss.open {
		st.end()
	}
	ss.mu.Unlock()
	return h.await(ctx, &ss.work)
}
