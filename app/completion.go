package app

import (
	"encoding/json"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// candidate is what can stand after "@" or "#", as web/script/complete.js takes it.
type candidate struct {
	Text   string `json:"text"` // with its sign
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

// offer makes the model the source of every text area that completes words.
func (m *model) offer(ctx app.Context) {
	hub := app.Window().Get("hubbubComplete")
	hub.Set("source", app.FuncOf(func(_ app.Value, args []app.Value) any { // as long as the page lives
		list := m.roomCandidates()
		if args[0].String() == "@" {
			m.gather(ctx, func() { hub.Call("refresh") })
			list = m.peopleCandidates()
		}
		text, err := json.Marshal(list)
		if err != nil {
			app.Log(err)
			return "[]"
		}
		return string(text)
	}))
	hub.Set("words", map[string]any{":": m.text.Emoji, "@": m.text.People, "#": m.text.Rooms})
}

func (m *model) peopleCandidates() []candidate {
	you := m.client.You().ID
	list := []candidate{}
	for _, u := range m.crowd.users {
		who := candidate{Text: "@" + u.Handle, Name: m.client.Name(u.Author()), Detail: "@" + u.Handle}
		if u.Handle == "" {
			who.Text, who.Detail = "@"+who.Name, m.text.Role(u.Role)
		}
		if u.ID != you {
			list = append(list, who)
		}
	}
	return append(list, candidate{Text: "@room", Name: "room", Detail: m.text.Everybody})
}

func (m *model) roomCandidates() []candidate {
	list := []candidate{}
	for _, r := range m.client.State().Rooms {
		if r.Name != "" {
			list = append(list, candidate{Text: "#" + r.Name, Name: r.Name})
		}
	}
	return list
}
