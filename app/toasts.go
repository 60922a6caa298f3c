package app

import (
	"time"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
)

const (
	maxToasts    = 3
	toastTime    = 8 * time.Second
	toastReading = 60 * time.Millisecond // for each character, on top
	toastGrace   = 4 * time.Second       // once the reader has let go of them
)

// toasts are what programs say just now. They go by themselves, but not while
// the reader is at them; the list has all of it. Time passes as well where
// nobody looks: whoever comes back to this tab has perhaps read them in another.
type toasts struct {
	app.Compo

	M *model

	ctx   app.Context
	due   map[string]time.Time // by id of a push: when it goes; zero: it is gone
	held  bool                 // the pointer or the focus is on them
	timed bool                 // a timer will look again
}

func (t *toasts) OnMount(ctx app.Context) {
	t.ctx = ctx
	t.M.watch(ctx, t, topicPushes)
}
func (t *toasts) OnDismount() { t.M.unwatch(t) }

func (t *toasts) Render() app.UI {
	box := app.Div().Class("toasts").Role("status")
	if !app.IsClient {
		return box
	}
	shown := t.current(t.M.client.Pushes(), time.Now())
	if len(shown) == 0 {
		t.held = false // what was held may have been taken back
	}
	t.wait(shown)
	for i := range shown {
		showsPush(shown[i].ID)
	}
	if t.M.pane == panePushes { // they are in view; say them alone
		return box.Body(app.Range(shown).Slice(func(i int) app.UI {
			return hidden(t.M.pushTitle(&shown[i]) + ": " + shown[i].Message)
		}))
	}
	return box.
		OnMouseEnter(t.hold).OnMouseLeave(t.release).On("focusin", t.hold).On("focusout", t.release).
		Body(app.Range(shown).Slice(func(i int) app.UI { return t.toast(&shown[i]) }))
}

// current returns what is to be shown at a time, the newest first.
func (t *toasts) current(pushes []client.Push, now time.Time) (shown []client.Push) {
	if t.due == nil {
		t.due = make(map[string]time.Time)
	}
	for _, p := range pushes {
		due, known := t.due[p.ID]
		switch {
		case !p.Fresh:
			continue
		case !known:
			due = now.Add(toastTime + time.Duration(min(utf8.RuneCountInString(p.Message), 200))*toastReading)
			t.due[p.ID] = due
		}
		if p.Opened || len(shown) == maxToasts || !due.After(now) && !t.held {
			t.due[p.ID] = time.Time{}
			continue
		}
		if !due.IsZero() {
			shown = append(shown, p)
		}
	}
	return shown
}

// wait looks again when the next of them has to go.
func (t *toasts) wait(shown []client.Push) {
	if t.timed || t.held || len(shown) == 0 || t.ctx.Src() == nil {
		return
	}
	next := t.due[shown[0].ID]
	for _, p := range shown {
		if due := t.due[p.ID]; due.Before(next) {
			next = due
		}
	}
	t.timed = true
	t.ctx.After(time.Until(next), func(app.Context) { t.timed = false })
}

func (t *toasts) hold(app.Context, app.Event) { t.held = true }

// release lets time go on, with some grace.
func (t *toasts) release(app.Context, app.Event) {
	t.held = false
	for id, due := range t.due {
		if grace := time.Now().Add(toastGrace); !due.IsZero() && due.Before(grace) {
			t.due[id] = grace
		}
	}
}

func (t *toasts) toast(p *client.Push) app.UI {
	id, title := p.ID, t.M.pushTitle(p)
	return app.Div().Class("toast").Body(
		t.M.pushOpener(p, title, "push-open", func() { t.held = false }),
		app.P().Class("text").Attr("dir", "auto").Text(p.Message),
		app.Button().Type("button").Class("icon").Aria("label", attr(t.M.text.Dismiss+": "+title)).Title(t.M.text.Dismiss).
			OnClick(func(app.Context, app.Event) { t.due[id], t.held = time.Time{}, false }, app.EventScope(id)).
			Body(iconClose()),
	)
}
