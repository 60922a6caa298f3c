package app

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// model is what all components of one screen share. Components get it as their
// exported field M and are drawn again when what they watch changes.
type model struct {
	view   shared.View
	text   *i18n.Text
	dates  dates
	client *client.Client

	// The UI goroutine's own.
	room   shared.RoomID // shown
	at     shared.Seq    // the event to show it around; 0: its end
	after  shared.Seq    // the "new messages" line stands after this one; 0: none
	drawer bool          // on a phone, the sidebar is open
	pane   paneName      // shown at the right, or ""
	dialog dialogName    // open, or ""
	who    shared.UserID // whose profile the dialog shows
	task   task          // what the composer is for
	about  shared.Seq    // the message that the dialog is about
	notice string        // said once, in the line under the header
	update bool          // a newer build waits
	jump   bool          // the timeline is to go to its end
	taken  takeover      // from the page that the server drew
	quit   func()        // ends the client
	crowd  crowd         // who is in the shown room, as far as it was asked for
	find   searching     // what is looked for

	fillIn    *strings.Replacer // what of messages' HTML differs by reader
	fillInFor shared.UserID

	round   int64           // of reading the room, when it was opened
	preview *shared.Preview // shown in a room's place, or nil
	marked  marks           // what the browser was told of what is unread

	mu       sync.Mutex
	watchers map[topic]map[app.Composer]app.Context // guarded by mu
	changes  map[topic]int                          // told so far; guarded by mu
}

// topic is something that components watch.
type topic uint8

const (
	topicStatus   topic = iota + 1 // the connection, what is unsent, updates
	topicRooms                     // the list of rooms
	topicLog                       // the shown room's timeline
	topicTask                      // what the composer is for
	topicUsers                     // names
	topicShell                     // which room, which dialog, drawer and pane
	topicPushes                    // what programs told the reader
	topicPresence                  // who is there
	topicMoods                     // what people say they are at
	topicTyping                    // who types
	topicSearch                    // what was found
)

// newModel returns the model of a page. On the server the client never runs:
// it answers from the view.
func newModel(v shared.View, o client.Options) *model {
	m := &model{
		view: v, text: i18n.For(v.Lang), dates: newDates(v.Lang, v.Zone),
		room: v.Room, at: v.At, preview: v.Preview,
		watchers: make(map[topic]map[app.Composer]app.Context), changes: make(map[topic]int),
	}
	o.Welcome, o.Page, o.OnChange = v.Welcome, v.Page, m.changed
	m.client = client.New(o)
	m.arrive(v.Room)
	return m
}

// watch has c drawn again when one of topics changes, until unwatch.
func (m *model) watch(ctx app.Context, c app.Composer, topics ...topic) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range topics {
		if m.watchers[t] == nil {
			m.watchers[t] = make(map[app.Composer]app.Context)
		}
		m.watchers[t][c] = ctx
	}
}

func (m *model) unwatch(c app.Composer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, watching := range m.watchers {
		delete(watching, c)
	}
}

// tell has everybody who watches one of topics drawn again, once.
func (m *model) tell(topics ...topic) {
	m.mu.Lock()
	due := make(map[app.Composer]app.Context)
	for _, t := range topics {
		m.changes[t]++
		for c, ctx := range m.watchers[t] {
			due[c] = ctx
		}
	}
	m.mu.Unlock()
	for _, ctx := range due {
		ctx.Update()
	}
}

// told is how often something was told of topics.
func (m *model) told(topics ...topic) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, t := range topics {
		n += m.changes[t]
	}
	return n
}

// changed is the client's word of what is new, from its goroutine.
func (m *model) changed(ch client.Change) {
	var topics []topic
	if ch.Status {
		topics = append(topics, topicStatus)
	}
	if ch.Rooms {
		topics = append(topics, topicRooms)
	}
	if len(ch.Logs) > 0 {
		topics = append(topics, topicLog)
	}
	if ch.Users {
		topics = append(topics, topicUsers)
	}
	if ch.Presence {
		topics = append(topics, topicPresence)
	}
	if ch.Moods {
		topics = append(topics, topicMoods)
	}
	if ch.Typing {
		topics = append(topics, topicTyping)
	}
	if ch.Pushes {
		topics = append(topics, topicPushes)
	}
	m.tell(topics...)
	for i := range ch.News {
		m.ring(&ch.News[i])
	}
}

// summary is the shown room, or one by id; ok is false when the reader is not
// in it.
func (m *model) summary(room shared.RoomID) (client.RoomSummary, bool) {
	return m.client.Room(room)
}

// show makes path's room the one that is shown. It reports whether path names
// a room that the reader is in.
func (m *model) show(path string) bool {
	room, at := parsePath(m.view.Base, path)
	if _, ok := m.summary(room); !ok {
		return false
	}
	if room != m.room {
		m.arrive(room)
	}
	m.room, m.at, m.drawer, m.preview = room, at, false, nil
	if at > 0 {
		m.client.OpenAt(room, at)
	} else {
		m.client.Open(room)
	}
	return true
}

// do sends a command and hands its result to then on the UI goroutine.
func (m *model) do(ctx app.Context, f shared.Frame, then func(app.Context, shared.OK, *shared.Error)) {
	ctx.Async(func() {
		ok, err := m.client.Do(context.Background(), f)
		ctx.Dispatch(func(ctx app.Context) {
			then(ctx, ok, m.failure(err))
		})
	})
}

// failure is what to say of a command that failed; nil when it did not.
func (m *model) failure(err error) *shared.Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, client.ErrOffline), errors.Is(err, client.ErrLost):
		return shared.Errorf(codeHere, "%s", m.text.WhenConnected)
	}
	return shared.AsError(err)
}

// codeHere is of what failed before it reached the server.
const codeHere = shared.CodeUnavailable + "/here"
