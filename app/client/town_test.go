package client

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"hubbub/shared"
)

// town is a server in memory that speaks the protocol, for tests on a fake
// clock: no socket would stand still there. Tests make it misbehave.
type town struct {
	t testing.TB

	mu       sync.Mutex // guards all below
	epoch    string
	you      shared.User
	states   map[shared.RoomID]shared.RoomState
	logs     map[shared.RoomID][]shared.Event
	sockets  []*wire
	dials    []time.Time
	received []shared.Frame // commands, of all connections
	told     []shared.Push  // by Seq, cleared ones too
	lastPush shared.Seq
	slow     *rand.Rand // not nil: what was missed comes amid what is new

	down    error                                      // dialling fails
	asleep  bool                                       // nothing is answered
	greet   func(shared.Hello) *shared.Error           // refuses hello
	judge   func(shared.Frame) *shared.Error           // refuses a command
	witness func(w *wire, f shared.Frame) (quiet bool) // after a command was carried out: quiet keeps the reply
}

func newTown(t testing.TB, rooms ...shared.RoomID) *town {
	s := &town{
		t: t, epoch: "e1", you: shared.User{ID: "ada", Name: "Ada"},
		states: make(map[shared.RoomID]shared.RoomState),
		logs:   make(map[shared.RoomID][]shared.Event),
	}
	for _, room := range rooms {
		s.states[room] = shared.RoomState{Room: shared.Room{ID: room, Name: string(room)}, Members: 2}
	}
	return s
}

// wire is the client's end of a connection to a town.
type wire struct {
	town   *town
	in     chan []byte // to the client
	ended  chan struct{}
	once   sync.Once
	polite bool // guarded by town.mu: the client said goodbye
	hears  bool // guarded by town.mu: the pushes
	past   int  // guarded by town.mu: how many are being told of what they missed
}

var errCut = errors.New("connection reset")

func (s *town) dial(context.Context, string) (socket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dials = append(s.dials, time.Now())
	if s.down != nil {
		return nil, s.down
	}
	w := &wire{town: s, in: make(chan []byte, 4096), ended: make(chan struct{})}
	s.sockets = append(s.sockets, w)
	return w, nil
}

func (w *wire) Read() ([]byte, error) {
	select {
	case message := <-w.in:
		return message, nil
	default:
	}
	select {
	case message := <-w.in:
		return message, nil
	case <-w.ended:
		return nil, errCut
	}
}

func (w *wire) Write(message []byte) error {
	select {
	case <-w.ended:
		return errCut
	default:
	}
	return shared.Decode(message, func(f shared.Frame) error {
		w.town.mu.Lock()
		defer w.town.mu.Unlock()
		w.town.received = append(w.town.received, f)
		if !w.town.asleep {
			w.town.obey(w, f)
		}
		return nil
	})
}

func (w *wire) Close() {
	w.town.mu.Lock()
	w.polite = true
	w.town.mu.Unlock()
	w.Abort()
}

func (w *wire) Abort() { w.once.Do(func() { close(w.ended) }) }

// say sends frames in one message.
func (w *wire) say(frames ...shared.Frame) {
	var message []byte
	for _, f := range frames {
		message = append(message, f.Encode()...)
	}
	w.in <- message
}

// obey carries out a command. Called with mu held.
func (s *town) obey(w *wire, f shared.Frame) {
	answer := shared.Frame{ID: f.ID}
	var err *shared.Error
	if s.judge != nil && f.Hello == nil {
		err = s.judge(f)
	}
	var after []shared.Frame
	switch {
	case err != nil:
	case f.Hello != nil:
		if s.greet != nil {
			err = s.greet(*f.Hello)
		}
		answer.OK, after = s.welcome(*f.Hello)
	case f.Ping != nil:
		answer.OK = &shared.OK{}
	case f.Post != nil:
		var ev *shared.Event
		ev, err = s.store(*f.Post)
		answer.OK = &shared.OK{Event: ev}
	case f.React != nil:
		ev := s.append(shared.Event{Room: f.React.Room, By: s.you.Author(), Reacted: &shared.Reacted{Of: f.React.Seq, Emoji: f.React.Emoji, On: f.React.On}})
		answer.OK = &shared.OK{Event: &ev}
	case f.History != nil:
		page := pageOf(s.logs[f.History.Room], f.History)
		answer.OK = &shared.OK{Page: &page}
	case f.Read != nil:
		mark := s.read(*f.Read)
		answer.OK = &shared.OK{Read: &mark}
	case f.Create != nil:
		st := shared.RoomState{Room: shared.Room{ID: shared.RoomID(f.Create.Name), Name: f.Create.Name}, Members: 1}
		s.states[st.ID] = st
		answer.OK = &shared.OK{Room: &st}
	case f.Profile != nil:
		s.you.Name = f.Profile.Name
		you := s.you
		answer.OK = &shared.OK{You: &you}
	default:
		answer.OK, err = s.obeyPushes(w, f)
		after = s.missed(w, f)
	}
	if err != nil {
		answer.OK, answer.Error, after = nil, err, nil
	}
	if s.witness != nil && s.witness(w, f) {
		return
	}
	w.say(append([]shared.Frame{answer}, after...)...)
}

func (s *town) welcome(h shared.Hello) (*shared.OK, []shared.Frame) {
	w := &shared.Welcome{Server: "Town", Version: "v1", Epoch: s.epoch, You: s.you, Limits: shared.DefaultLimits()}
	var after []shared.Frame
	for _, id := range slices.Sorted(maps.Keys(s.states)) {
		st := s.states[id]
		st.Last = shared.Seq(len(s.logs[id]))
		st.Unread, st.Mentions = unreadIn(s.logs[id], st.Read, s.you.ID), mentionsIn(s.logs[id], st.Read, s.you.ID)
		w.Rooms = append(w.Rooms, st)
		from, known := h.At[id]
		switch {
		case h.Epoch != s.epoch:
			from = st.Last
		case known && from > st.Last:
			after = append(after, shared.Frame{Reset: &shared.RoomRef{Room: id}})
			from = st.Last
		case !known:
			from = st.Last
		}
		for _, ev := range s.logs[id][from:] {
			after = append(after, shared.Frame{Event: &ev})
		}
		after = append(after, shared.Frame{Live: &shared.Position{Room: id, Seq: st.Last}})
	}
	if h.Epoch != "" && h.Epoch != s.epoch {
		after = append([]shared.Frame{{Reset: &shared.RoomRef{}}}, after...)
	}
	return &shared.OK{Welcome: w}, after
}

// store appends a message of the client's, once for each key, and tells.
func (s *town) store(p shared.Post) (*shared.Event, *shared.Error) {
	for _, ev := range s.logs[p.Room] {
		if ev.By.ID == s.you.ID && ev.Message != nil && ev.Message.Key == p.Key {
			if ev.Message.Text != p.Text {
				return nil, shared.Errorf(shared.CodeKeyReused, "another text")
			}
			return &ev, nil
		}
	}
	ev := s.append(shared.Event{
		Room: p.Room, By: s.you.Author(), Message: &shared.Message{Key: p.Key, Text: p.Text},
	})
	return &ev, nil
}

// append adds an event to its room's log and tells all who are connected.
// Called with mu held.
func (s *town) append(ev shared.Event) shared.Event {
	ev.Seq = shared.Seq(len(s.logs[ev.Room]) + 1)
	ev.At = shared.Millis(time.Now().UnixMilli())
	s.logs[ev.Room] = append(s.logs[ev.Room], ev)
	s.tell(shared.Frame{Event: &ev})
	return ev
}

func (s *town) read(m shared.ReadMark) shared.ReadMark {
	st, log := s.states[m.Room], s.logs[m.Room]
	if m.Beyond(shared.ReadMark{Seq: st.Read, Round: st.Round}) {
		st.Read, st.Round = m.Seq, m.Round
	}
	s.states[m.Room] = st
	return shared.ReadMark{
		Room: m.Room, Seq: st.Read, Round: st.Round, Last: shared.Seq(len(log)),
		Unread: unreadIn(log, st.Read, s.you.ID), Mentions: mentionsIn(log, st.Read, s.you.ID),
	}
}

// tell sends to every connection that lives. Called with mu held.
func (s *town) tell(frames ...shared.Frame) {
	if s.asleep {
		return
	}
	for _, w := range s.sockets {
		select {
		case <-w.ended:
		default:
			w.say(frames...)
		}
	}
}

// says has somebody else say things in a room.
func (s *town) says(who string, room shared.RoomID, texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range texts {
		s.append(shared.Event{
			Room: room, By: shared.Author{ID: shared.UserID(who), Name: who},
			Message: &shared.Message{Key: shared.NewID(), Text: text},
		})
	}
}

// do runs f with the lock held.
func (s *town) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// cut resets all connections.
func (s *town) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.sockets {
		w.Abort()
	}
}

// heard returns the commands that pick accepts.
func (s *town) heard(pick func(shared.Frame) bool) (got []shared.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.received {
		if pick(f) {
			got = append(got, f)
		}
	}
	return got
}

func isPost(f shared.Frame) bool    { return f.Post != nil }
func isHello(f shared.Frame) bool   { return f.Hello != nil }
func isHistory(f shared.Frame) bool { return f.History != nil }
func isRead(f shared.Frame) bool    { return f.Read != nil }
func isPing(f shared.Frame) bool    { return f.Ping != nil }

func (s *town) texts(room shared.RoomID) (texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return textsOf(s.logs[room])
}

func textsOf(events []shared.Event) (texts []string) {
	for _, ev := range events {
		if ev.Message != nil {
			texts = append(texts, ev.Message.Text)
		}
	}
	return texts
}

func (s *town) resident() *resident { return live(s.t, Options{dial: s.dial}) }
