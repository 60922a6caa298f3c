package app

import (
	"cmp"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// presence is whether somebody is there and what they say about it. Whoever is
// asked for is followed from then on, and topicPresence says when to ask again.
// The server does not know when it draws.
func (m *model) presence(user shared.UserID) shared.Presence {
	if app.IsServer {
		return shared.Presence{}
	}
	return m.client.Presence(user)
}

// present is somebody's picture with a dot that says whether they are there.
func (m *model) present(face app.UI, user shared.UserID) app.UI {
	return app.Span().Class("present").Body(face, m.dot(user))
}

// dot says whether somebody is there: by shape, by colour, and to screen
// readers in a word. It stands in the corner of what is before it.
func (m *model) dot(user shared.UserID) app.UI {
	if app.IsServer {
		return app.Span()
	}
	kind, word := "offline", m.text.HereOffline
	switch p := m.presence(user); {
	case p.DND > 0:
		kind, word = "dnd", m.text.DND
	case p.State == shared.Online:
		kind, word = "online", m.text.HereOnline
	case p.State == shared.Away:
		kind, word = "away", m.text.HereAway
	}
	return app.Span().Class("availability", kind).Title(word).Body(hidden(word))
}

// mood is the emoji of what somebody says they are at, to stand beside their
// name; nothing when they say nothing. It tells the rest when it is pointed at.
func (m *model) mood(user shared.UserID) app.UI {
	p := m.presence(user)
	if p.Emoji == "" {
		return app.Span()
	}
	said := attr(m.saidOf(p))
	return app.Span().Class("mood").Role("img").Title(said).Aria("label", said).Text(p.Emoji)
}

// saidOf is what somebody says they are at, and until when.
func (m *model) saidOf(p shared.Presence) string {
	said := strings.TrimSpace(p.Emoji + " " + p.Text)
	if p.Until > 0 {
		said += ", " + i18n.Fill(m.text.StatusUntil, m.until(p.Until))
	}
	return said
}

// until is a time to come, without the day when that is plain.
func (m *model) until(at shared.Millis) string { return until(m.dates, m.now(), at) }

// until needs no day today, nor for less than half a day: at 23:40, "00:40" can
// mean one thing only.
func until(d dates, now, at shared.Millis) string {
	if d.date(at) == d.date(now) || at-now < shared.Millis(12*time.Hour/time.Millisecond) {
		return d.clock(at)
	}
	return d.full(at)
}

// byHere orders people: who is here comes first.
func (m *model) byHere(a, b shared.UserID) int {
	return cmp.Compare(m.distance(a), m.distance(b))
}

func (m *model) distance(user shared.UserID) int {
	switch m.presence(user).State {
	case shared.Online:
		return 0
	case shared.Away:
		return 1
	}
	return 2
}

// feel says when the user does something; web/script/presence.js hears it.
func (s *screen) feel() {
	hook := app.FuncOf(func(app.Value, []app.Value) any {
		go s.m.client.Active() // an event's handler may not wait for a lock
		return nil
	})
	s.hooks = append(s.hooks, hook)
	app.Window().Call("hubbubActivity", hook)
}
