package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// settingDiscreet "1": others are not told that the user types.
const settingDiscreet = "hubbub.discreet"

// typingLine says who types. Its place is always kept, so that nothing moves,
// and it is no live region: it would talk all the time.
type typingLine struct {
	app.Compo

	M    *model
	Room shared.RoomID
}

func (l *typingLine) OnMount(ctx app.Context) { l.M.watch(ctx, l, topicTyping) }
func (l *typingLine) OnDismount()             { l.M.unwatch(l) }

func (l *typingLine) Render() app.UI {
	return app.P().Class("typing").Attr("dir", "auto").Text(l.M.typing(l.Room))
}

// types tells others that the user writes, if they may know. What an input
// method composes counts: it is writing.
func (m *model) types(room shared.RoomID, text string) {
	if text != "" && m.task.edits == nil && setting(settingDiscreet) == "" {
		m.client.Types(room)
	}
}

// typing says who writes in a room. Each name is isolated, so that one in a
// script that runs the other way does not turn the sentence round.
func (m *model) typing(room shared.RoomID) string {
	names := m.client.Typists(room)
	for i, name := range names {
		names[i] = "\u2068" + name + "\u2069"
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return i18n.Fill(m.text.TypingOne, names...)
	case 2:
		return i18n.Fill(m.text.TypingTwo, names...)
	}
	return m.text.TypingMany
}
