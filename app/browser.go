package app

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// memoryLimit is where the collector begins to work harder. Wasm memory never
// shrinks: a moment of plenty would stay.
const memoryLimit = 40 << 20

// Main runs the app in the browser, from the view that the server put into the
// page. It does not return.
func Main() {
	debug.SetGCPercent(150) // with more, so many of the browser's values are let go of at once that a frame is late
	debug.SetMemoryLimit(memoryLimit)
	var v shared.View
	if data := byID("view"); data.Truthy() {
		if err := json.Unmarshal([]byte(data.Get("textContent").String()), &v); err != nil {
			app.Log(err)
			return
		}
	}
	options := client.Options{URL: socketURL(v.Base), Pushes: true}
	if v.Offline && !remember(&v, &options) {
		app.Window().Call("hubbubAlone")
		select {} // until the page comes back by itself
	}
	keepHere(&options, v)
	m := newModel(v, options)
	m.taken = capture()
	m.setCookie("hubbub_tz", localZone())
	m.rememberRoom()
	app.RouteWithRegexp(".*", func() app.Composer { return &screen{m: m} })
	app.RunWhenOnBrowser()
}

func socketURL(base string) string {
	location := app.Window().Get("location")
	scheme := "ws://"
	if location.Get("protocol").String() == "https:" {
		scheme = "wss://"
	}
	return scheme + location.Get("host").String() + base + "/ws"
}

// run keeps the client connected. When the session ends, only the server knows
// what to show.
func (s *screen) run(ctx app.Context) {
	running, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.m.client.Run(running); errors.Is(err, client.ErrSignedOut) {
			app.Window().Get("location").Set("href", s.m.path("/signin"))
		}
	}()
	s.m.quit = func() {
		stop()
		<-ended
	}
}

// listen hears what concerns the page as a whole.
func (s *screen) listen(ctx app.Context) {
	window, document := app.Window(), app.Window().Get("document")
	on := func(target app.Value, event string, do func(app.Event)) {
		hook := app.FuncOf(func(_ app.Value, args []app.Value) any {
			do(app.Event{Value: args[0]})
			return nil
		})
		s.hooks = append(s.hooks, hook)
		target.Call("addEventListener", event, hook)
	}
	wake := func(app.Event) {
		s.m.client.Wake()
		s.m.attend()
		s.m.tell(topicLog) // what is in view now counts as read
	}
	for _, event := range []string{"online", "pageshow", "focus"} {
		on(window, event, wake)
	}
	for _, event := range []string{"resume", "visibilitychange"} {
		on(document, event, wake)
	}
	on(window, "blur", func(app.Event) { s.m.attend() })
	on(document, "keydown", func(e app.Event) { s.pressed(ctx, e) })
	keepDrafts := func(app.Event) {
		if input := byID(composerID); input.Truthy() && s.m.task.edits == nil {
			keepDraft(s.m.room, input.Get("value").String())
		}
	}
	on(window, "pagehide", keepDrafts)
	away := func(app.Event) {
		if document.Get("visibilityState").String() == "hidden" {
			s.m.client.Away()
		}
	}
	on(document, "visibilitychange", away)
	on(document, "freeze", away)
	on(window, "beforeunload", func(e app.Event) {
		if state := s.m.client.State(); state.Shaky && len(state.Unsent) > 0 {
			e.PreventDefault() // the browser asks whether to leave
		}
	})
	on(window, "popstate", func(app.Event) { ctx.Dispatch(func(app.Context) { s.m.shutTop() }) })
}

// pressed handles the keys that work anywhere.
func (s *screen) pressed(ctx app.Context, e app.Event) {
	p := pressOf(e)
	if p.composing || p.processed || s.m.dialog != "" {
		return
	}
	switch {
	case p.alt && !p.ctrl && (p.key == "ArrowUp" || p.key == "ArrowDown"):
		if room, ok := s.m.neighbour(p.key == "ArrowDown", p.shift); ok {
			e.PreventDefault()
			ctx.Dispatch(func(ctx app.Context) { ctx.Navigate(s.m.roomPath(room)) })
		}
	case p.ctrl && p.key == "/":
		e.PreventDefault()
		ctx.Dispatch(func(app.Context) { s.m.open(dialogKeys) })
	case p.ctrl && !p.alt && !p.shift && p.key == "k":
		e.PreventDefault()
		ctx.Dispatch(func(app.Context) { s.m.open(dialogSwitch) })
	case p.ctrl && !p.alt && !p.shift && p.key == "f" && !inSearch(): // once more: the browser's own
		e.PreventDefault()
		ctx.Dispatch(func(app.Context) { s.m.openSearch(false) })
	case p.key == "Escape" && p.shift:
		ctx.Dispatch(func(app.Context) { s.m.readAll() })
	case p.key == "Escape" && (s.m.drawer || s.m.pane != ""):
		ctx.Dispatch(func(app.Context) {
			if s.m.pane == paneSearch && !coarse() {
				focusOn(composerID)
			}
			s.m.shut()
		})
	case p.key == "Escape":
		ctx.Dispatch(func(app.Context) { s.m.readRoom() })
	}
}

// neighbour is the next room down or up the list, or the next unread one.
func (m *model) neighbour(down, unread bool) (shared.RoomID, bool) {
	rooms := m.client.State().Rooms
	here := -1
	for i, r := range rooms {
		if r.ID == m.room {
			here = i
		}
	}
	others := len(rooms) - 1
	if here < 0 { // before the first, or after the last
		others = len(rooms)
		if !down {
			here = len(rooms)
		}
	}
	for n := 1; n <= others; n++ {
		i := (here + n) % len(rooms)
		if !down {
			i = (here - n + len(rooms)) % len(rooms)
		}
		if !unread || rooms[i].Unread > 0 {
			return rooms[i].ID, true
		}
	}
	return "", false
}

// sent shows the end of the room: one's own message is there.
func (m *model) sent(ctx app.Context) {
	m.jump = true
	if r, ok := m.summary(m.room); ok {
		m.round = r.Round // who answers has read
	}
	if m.at > 0 {
		ctx.Navigate(m.roomPath(m.room))
	}
	m.tell(topicLog)
}

// setTheme takes a theme into use and remembers it.
func (m *model) setTheme(name string) {
	m.setCookie("hubbub_theme", name)
	app.Window().Get("document").Get("documentElement").Call("setAttribute", "data-theme", name)
}

// setLanguage needs the server to draw the page anew. Drafts are kept. It
// follows the reader to other devices; the cookie is for the pages before they
// are signed in.
func (d *dialogs) setLanguage(code string) {
	d.M.setCookie("hubbub_lang", code)
	d.ask(shared.Frame{Profile: &shared.Profile{Lang: &code}}, func(shared.OK) {
		app.Window().Get("location").Call("reload")
	})
}

// liveRegion says new messages to screen readers, one line for each batch, and
// nothing while history loads.
type liveRegion struct {
	app.Compo

	M *model

	room shared.RoomID
	seen shared.Seq
	said string
}

func (l *liveRegion) OnMount(ctx app.Context) { l.M.watch(ctx, l, topicLog) }
func (l *liveRegion) OnDismount()             { l.M.unwatch(l) }

func (l *liveRegion) Render() app.UI {
	if app.IsClient {
		l.follow()
	}
	return app.Div().Class("visually-hidden").Aria("live", "polite").Text(l.said)
}

// follow gathers what is new at the end of the shown room.
func (l *liveRegion) follow() {
	tl := l.M.client.Timeline(l.M.room)
	n := len(tl.Events)
	if n == 0 || tl.Newer {
		return
	}
	last := tl.Events[n-1].Seq
	if l.room != l.M.room || l.seen == 0 {
		l.room, l.seen, l.said = l.M.room, last, ""
		return
	}
	you := l.M.client.You().ID
	var lines []string
	for i := n - 1; i >= 0 && tl.Events[i].Seq > l.seen; i-- {
		if e := tl.Events[i]; e.Message != nil && !e.Message.Deleted && e.By.ID != you {
			lines = append(lines, i18n.Fill(l.M.text.Says, l.M.client.Name(e.By), e.Message.Words()))
		}
	}
	l.seen = last
	switch {
	case len(lines) > 3: // nobody can listen to all of them
		l.said = l.M.text.NewCount(len(lines))
	case len(lines) > 0:
		l.said = strings.Join(lines, "\n")
	}
}
