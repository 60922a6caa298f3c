package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	maxStreams    = 4096 // at the same time
	streamBacklog = 256  // pushes that wait for one; a stream that is slower ends, and resumes
)

// stream is pushes as server-sent events (HTML Living Standard, section 9.2),
// for where WebSockets do not pass.
type stream struct {
	out      chan streamed
	over     chan struct{} // closed when it must end
	end      func()        // closes over, once
	listener *listener
}

// streamed is a frame with the position after it; 0 for one outside the log.
type streamed struct {
	seq    shared.Seq
	frames []byte
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
	a, err := s.introduce(r)
	if err == nil {
		err = a.may(shared.ScopeRead)
	}
	if err == nil && !s.originAllowed(r) {
		err = errForeign()
	}
	if err != nil {
		s.writeError(w, r, err)
		return
	}
	st := s.newStream(a)
	if !s.streams.enter(st) {
		s.writeError(w, r, errUnavailable())
		return
	}
	defer s.streams.leave(st)
	s.chat.listeners.add(st.listener)
	defer s.chat.listeners.remove(st.listener)
	if err := s.beginStream(w, r, st); err != nil {
		s.writeError(w, r, err)
		return
	}
	s.pump(r.Context(), w, st)
}

func (s *Server) newStream(a actor) *stream {
	st := &stream{out: make(chan streamed, streamBacklog), over: make(chan struct{})}
	st.end = sync.OnceFunc(func() { close(st.over) })
	st.listener = &listener{
		chat: s.chat, user: a.user.ID, session: a.session, id: shared.NewID(), device: a.device,
		write: st.offer, wait: st.wait,
		spawn: func(f func()) { s.streams.work.Go(f) },
		end:   func(Signal) { st.end() },
	}
	return st
}

// offer takes frames if there is room. A stream without room ends: its client
// comes back and goes on.
func (st *stream) offer(seq shared.Seq, frames []byte) bool {
	select {
	case st.out <- streamed{seq, frames}:
		return true
	default:
		st.end()
		return false
	}
}

// wait returns when there is room for a page.
func (st *stream) wait() bool {
	for len(st.out) > 0 { // whoever empties it is as fast as the peer
		select {
		case <-st.over:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	select {
	case <-st.over:
		return false
	default:
		return true
	}
}

// beginStream registers for what r asks for. Nothing was written when it fails.
func (s *Server) beginStream(w http.ResponseWriter, r *http.Request, st *stream) error {
	events := r.URL.Query()["event"]
	if len(events) == 0 {
		events = []string{""}
	}
	after, epoch := lastEventID(r.Header.Get("Last-Event-ID"))
	for i, event := range events {
		register := shared.Register{Event: event, After: after, Epoch: epoch}
		err := st.listener.register(r.Context(), &register, func(ok shared.OK) {
			if i == 0 {
				st.offer(ok.Registered.Last, shared.Frame{OK: &ok}.Encode())
			}
		})
		if err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would wait for more
	w.WriteHeader(http.StatusOK)
	return nil
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

// pump writes what comes until the peer or the server ends the stream.
func (s *Server) pump(ctx context.Context, w http.ResponseWriter, st *stream) {
	beat := time.NewTicker(s.hub.live.Beat)
	defer beat.Stop()
	control := http.NewResponseController(w)
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-st.over:
			return
		case f := <-st.out:
			_ = control.SetWriteDeadline(time.Now().Add(s.hub.live.StallTimeout)) // where there is none, the peer decides
			err = s.writeStreamed(w, f)
		case <-beat.C:
			_ = control.SetWriteDeadline(time.Now().Add(s.hub.live.StallTimeout))
			_, err = w.Write([]byte(": beat\n\n"))
		}
		if err == nil {
			err = control.Flush()
		}
		if err != nil {
			return
		}
	}
}

// writeStreamed writes a frame as an event of the type "message", which every
// EventSource hears.
func (s *Server) writeStreamed(w http.ResponseWriter, f streamed) error {
	id := ""
	if f.seq > 0 {
		id = "id: " + s.eventID(f.seq) + "\n"
	}
	_, err := fmt.Fprintf(w, "%sdata: %s\n\n", id, strings.TrimSuffix(string(f.frames), "\n"))
	return err
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
	st.end()
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
