package app

import (
	"cmp"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// What this browser keeps for its reader: drafts and a few settings. A browser
// that refuses to keep anything loses only that.

const settingSwap = "hubbub.swap" // "1": Enter breaks the line

func draftKey(room shared.RoomID) string { return "hubbub.draft." + string(room) }

func draft(room shared.RoomID) string { return setting(draftKey(room)) }

func keepDraft(room shared.RoomID, text string) { keep(draftKey(room), text) }

func setting(key string) string {
	if app.IsServer {
		return ""
	}
	if v := app.Window().Call("hubbubRecall", key); v.Truthy() {
		return v.String()
	}
	return ""
}

func keep(key, value string) {
	if app.IsClient {
		app.Window().Call("hubbubKeep", key, value)
	}
}

// setCookie tells the server what the next first paint should look like.
func (m *model) setCookie(name, value string) {
	if app.IsServer {
		return
	}
	cookie := name + "=" + value + "; path=" + cmp.Or(m.view.Base, "/") + "; max-age=31536000; samesite=lax"
	if app.Window().Get("location").Get("protocol").String() == "https:" {
		cookie += "; secure"
	}
	app.Window().Get("document").Set("cookie", cookie)
}

func (m *model) rememberRoom() {
	m.setCookie("hubbub_room", string(m.room))
	m.noteRecent()
}

// coarse reports whether the reader has fingers, not a mouse.
func coarse() bool {
	return app.IsClient && app.Window().Call("matchMedia", "(pointer: coarse)").Get("matches").Bool()
}
