package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The table of emoji, its search, the picker and the list that completes words
// are scripts (web/script): they are in the browser what a date picker is, and
// nearly two thousand cells are not for a virtual DOM.

// pickerWords is what the picker says.
func (m *model) pickerWords() map[string]any {
	t := m.text
	list := func(joined string) (words []any) {
		for _, word := range strings.Split(joined, ",") {
			words = append(words, word)
		}
		return words
	}
	return map[string]any{
		"title": t.Emoji, "search": t.EmojiSearch, "recent": t.EmojiRecent, "none": t.EmojiNone, "failed": t.EmojiFailed, "close": t.Close,
		"groups": t.EmojiGroups, "group": list(t.EmojiGroup), "tone": t.EmojiTone, "tones": list(t.EmojiTones),
	}
}

// emojiButton lets the reader choose an emoji for a text area.
func (m *model) emojiButton(id string) app.UI {
	return app.Button().Type("button").Class("icon").Aria("label", m.text.Emoji).Aria("haspopup", "dialog").Title(m.text.Emoji).Body(iconSmile()).
		OnClick(func(ctx app.Context, _ app.Event) {
			ctx.PreventUpdate()
			app.Window().Call("hubbubPickInto", id, ctx.JSSrc(), m.pickerWords())
		})
}
