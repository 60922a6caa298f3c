package app

import (
	"strconv"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
)

// statusLine says when the connection is gone, what waits for it, and when a
// newer build is there. It is silent while all is well, and about breaks too
// short to notice.
type statusLine struct {
	app.Compo

	M *model

	asked  bool // for the newer build that the server has
	lost   bool // long enough to say so
	stuck  bool // long enough to wonder why
	breaks int  // so far
	timed  bool // a timer will look again
	ctx    app.Context
}

const (
	patience = time.Second      // how long a break may last before it is said
	wonder   = 10 * time.Second // and before its reader may want to know why
)

func (l *statusLine) OnMount(ctx app.Context) {
	l.ctx = ctx
	l.M.watch(ctx, l, topicStatus)
}
func (l *statusLine) OnDismount() { l.M.unwatch(l) }

func itoa(n int) string { return strconv.Itoa(n) }

func (l *statusLine) Render() app.UI {
	t := l.M.text
	state := l.M.client.State()
	line := app.Div().Class("status").Role("status")
	if !app.IsClient {
		return line
	}
	markPhase(string(state.Phase))
	if state.Phase == client.Live || state.Phase == client.SignedOut {
		l.lost, l.stuck = false, false
	} else if !l.lost && !l.timed {
		l.wait()
	}
	if !l.asked && state.Phase == client.Live && state.Version != l.M.view.Version {
		l.asked = true
		app.TryUpdate()
	}
	waiting, failed := 0, 0
	for _, p := range state.Unsent {
		if p.State == client.Failed {
			failed++
		} else {
			waiting++
		}
	}
	switch {
	case l.lost:
		return line.Class("lost").Body(l.say(strings.TrimSpace(t.Offline+" "+l.M.notice), waiting), l.button(t.TryNow, l.wake), l.list(waiting+failed),
			app.If(l.stuck, func() app.UI { return l.M.checkLink("link") }))
	case failed > 0:
		return line.Class("lost").Body(app.Span().Text(t.Unsent), l.list(failed))
	case state.Shaky:
		return line.Class("lost").Body(app.Span().Text(t.NotKept))
	case l.M.notice != "":
		return line.Class("note").Body(app.Span().Text(l.M.notice), l.button(t.Done, l.dismiss))
	case l.M.update:
		return line.Class("note").Body(app.Span().Text(t.UpdateReady), l.button(t.Update, l.update))
	}
	return line
}

func (l *statusLine) say(what string, waiting int) app.UI {
	if waiting > 0 {
		what += " " + l.M.text.Waiting(waiting)
	}
	return app.Span().Text(what)
}

func (l *statusLine) button(label string, do app.EventHandler) app.UI {
	return app.Button().Type("button").Class("link").Text(label).OnClick(do, app.EventScope(label))
}

func (l *statusLine) list(unsent int) app.UI {
	return app.If(unsent > 0, func() app.UI { return l.button(l.M.text.Show, l.M.opener(dialogUnsent)) })
}

// wait looks again when the break has lasted.
func (l *statusLine) wait() {
	if l.ctx.Src() == nil {
		return // not mounted yet: the next change asks again
	}
	l.timed = true
	l.ctx.After(patience, func(app.Context) {
		phase := l.M.client.Phase()
		l.timed = false
		l.lost = phase != client.Live && phase != client.SignedOut
		if !l.lost {
			return
		}
		l.breaks++
		this := l.breaks
		l.ctx.After(wonder, func(app.Context) { l.stuck = l.lost && l.breaks == this })
	})
}

func (l *statusLine) wake(ctx app.Context, _ app.Event) { l.M.client.Wake() }

func (l *statusLine) dismiss(ctx app.Context, _ app.Event) { l.M.notice = "" }

func (l *statusLine) update(ctx app.Context, _ app.Event) { app.Window().Call("hubbubUpdate") }
