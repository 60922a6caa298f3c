//go:build !js

package load

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"hubbub/app/testbed"
	"hubbub/shared"
)

// listener is a connection that hears every room of its person.
type listener struct {
	run    *run
	person testbed.Person

	mu    sync.Mutex
	conn  *websocket.Conn              // guarded by mu
	epoch string                       // guarded by mu
	at    map[shared.RoomID]shared.Seq // guarded by mu: where each room's log was before
	asked map[int64]time.Time          // guarded by mu: posts on their way, by id
	last  int64                        // guarded by mu: id given
}

// connect says hello and reads from then on. It returns when the listener is
// live in all rooms.
func (l *listener) connect(ctx context.Context) error {
	c, err := l.person.Dial(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.conn, l.asked = c, make(map[int64]time.Time)
	l.last++
	hello := shared.Frame{ID: l.last, Hello: &shared.Hello{Epoch: l.epoch, At: l.at}}
	l.mu.Unlock()
	if err := c.Write(ctx, websocket.MessageText, hello.Encode()); err != nil {
		return err
	}
	live := make(chan error, 1)
	l.run.work.Go(func() { l.read(ctx, c, live) })
	select {
	case err := <-live:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// read takes messages until the connection ends. Frames are told apart by
// their first bytes: decoding all of them would measure ourselves.
func (l *listener) read(ctx context.Context, c *websocket.Conn, live chan<- error) {
	waits := -1 // for so many rooms to be live; -1: for the welcome
	for {
		_, message, err := c.Read(ctx)
		if err != nil {
			if waits != 0 {
				live <- err
			}
			return
		}
		now := time.Now()
		for frame := range bytes.Lines(message) {
			switch {
			case bytes.HasPrefix(frame, []byte(`{"event":`)):
				l.run.delivered(frame, now)
			case bytes.HasPrefix(frame, []byte(`{"live":`)):
				if waits--; waits == 0 {
					live <- nil
				}
			case waits < 0:
				waits, err = l.welcomed(frame)
				if err != nil || waits == 0 {
					live <- err
				}
			default:
				l.acked(frame, now)
			}
		}
	}
}

// welcomed takes the reply to hello and returns how many rooms there are.
func (l *listener) welcomed(frame []byte) (rooms int, err error) {
	err = shared.Decode(frame, func(f shared.Frame) error {
		if f.Error != nil {
			return f.Error
		}
		if f.OK == nil || f.OK.Welcome == nil {
			return nil
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.epoch, l.at = f.OK.Welcome.Epoch, make(map[shared.RoomID]shared.Seq)
		for _, r := range f.OK.Welcome.Rooms {
			l.at[r.ID] = r.Last
		}
		rooms = len(f.OK.Welcome.Rooms)
		return nil
	})
	return rooms, err
}

// acked takes the reply to a post.
func (l *listener) acked(frame []byte, now time.Time) {
	rest, ok := bytes.CutPrefix(frame, []byte(`{"id":`))
	digits, _, comma := bytes.Cut(rest, []byte(","))
	id, err := strconv.ParseInt(string(digits), 10, 64)
	if !ok || !comma || err != nil {
		return
	}
	l.mu.Lock()
	since, mine := l.asked[id]
	delete(l.asked, id)
	l.mu.Unlock()
	switch {
	case !mine:
	case bytes.Contains(frame[:min(len(frame), 40)], []byte(`"error"`)):
		l.run.refused.Add(1)
	default:
		l.run.acks.add(now.Sub(since))
	}
}

// post says when it was said.
func (l *listener) post(ctx context.Context, room shared.RoomID) error {
	now := time.Now()
	l.mu.Lock()
	l.last++
	id, c := l.last, l.conn
	l.asked[id] = now
	l.mu.Unlock()
	p := &shared.Post{Room: room, Key: shared.NewID(), Text: mark + strconv.FormatInt(now.UnixNano(), 10)}
	return c.Write(ctx, websocket.MessageText, shared.Frame{ID: id, Post: p}.Encode())
}

// drop ends the connection without a goodbye.
func (l *listener) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		_ = l.conn.CloseNow() // that is the point
	}
}
