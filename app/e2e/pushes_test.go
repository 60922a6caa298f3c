//go:build e2e

package e2e

import (
	"syscall"
	"testing"

	"hubbub/shared"
)

// push tells somebody something over HTTP, as a program does.
func (h *hubbub) push(token string, n shared.NewPush) {
	h.t.Helper()
	if status, said := h.tryPush(token, n); status != 200 {
		h.t.Fatalf("POST /push answered %d: %s", status, said)
	}
}

// lists opens the list of pushes.
func (p *person) lists() {
	p.t.Helper()
	p.openDrawer()
	p.click(".bell")
	p.sees(".pane h2", "Notifications")
}

// still waits until nothing moves.
func (p *person) still() {
	p.t.Helper()
	p.wait("everything to stand still", `document.getAnimations().every(a => a.playState !== "running")`)
}

// bell is how many pushes the bell says are unopened.
func (p *person) bell(count string) {
	p.t.Helper()
	p.wait("the bell to say "+count, `(document.querySelector(".bell .badge") || {innerText: ""}).innerText === %s`, count)
}

func TestAPushIsAToastAndInTheListAndOpenedOnceForAllTabs(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.welcome(token).You.ID
	first := h.signedIn(t, "first", token)
	first.open("/r/" + string(lobby))
	first.ready()
	if first.text(".bell") != "" || eval[bool](first, `!!document.querySelector(".bell")`) {
		t.Error("there is a bell though nothing was ever pushed")
	}
	second := first.tab("second")
	second.open("/r/" + string(lobby))
	second.ready()

	design := "/r/" + string(h.room(token, "design"))
	h.push(token, shared.NewPush{UserID: ada, ID: "one", Title: "Deployed", Message: "v1.4 is live 🚀", URL: design})
	h.push(token, shared.NewPush{UserID: ada, ID: "two", Message: "A parcel is\nat the door <b>"})
	for _, p := range []*person{first, second} {
		p.sees(".toast", "v1.4 is live")
		p.sees(".toast", "at the door <b>")
		p.bell("2")
	}
	first.still()
	first.axe("toasts")

	second.click(`.toast .push-open[href]`)
	second.sees(".head h1", "design")
	for _, p := range []*person{first, second} {
		p.bell("1")
		p.wait("its toast to go", `![...document.querySelectorAll(".toast")].some(e => e.innerText.includes("v1.4"))`)
	}
	first.click(`.toast button[aria-label^="Dismiss"]`)
	first.wait("no toast", `!document.querySelector(".toast")`)
	first.bell("1")
	first.lists()
	first.wait("one opened and one not", `(() => { const all = [...document.querySelectorAll(".push")].map(e => e.className);
		return all.length === 2 && all[0] === "push unopened" && all[1] === "push"; })()`)

	h.api(token, "amend", map[string]string{"id": "two", "message": "The parcel is gone"}, nil)
	first.sees(".push", "The parcel is gone")
	h.api(token, "clear", shared.PushRef{ID: "two"}, nil)
	for _, p := range []*person{first, second} {
		p.bell("")
		p.wait("it to be gone", `!document.body.innerText.includes("The parcel is gone")`)
	}
	h.push(token, shared.NewPush{UserID: ada, Message: "Elsewhere", URL: "https://example.org/notes"})
	first.wait("a link to elsewhere", `(() => { const a = [...document.querySelectorAll(".push a")].find(a => a.href === "https://example.org/notes");
		return a && a.target === "_blank" && a.rel.includes("noopener"); })()`)
	first.key("\u001b")
	first.wait("the pane to close", `!document.querySelector(".pane")`)
}

func TestPushesAreThereAfterAReloadWithoutAServer(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.welcome(token).You.ID
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	h.push(token, shared.NewPush{UserID: ada, Title: "Deployed", Message: "v1.4 is live"})
	h.push(token, shared.NewPush{UserID: ada, Title: "Soup", Message: "is ready"})
	p.bell("2")
	p.worked()
	p.remembered(1)
	p.wait("the pushes to be kept", `hubbubShelf.last().then(l => JSON.parse(l.json).pushes.held.length === 2)`)
	h.stop(syscall.SIGKILL)
	p.openEarly("/r/" + string(lobby))
	p.bell("2")
	p.wait("no toast", `!document.querySelector(".toast")`)
	p.lists()
	p.sees(".push", "v1.4 is live")
	p.press(".push", "is ready", "Soup")
	p.bell("1")
	p.wait("that to be kept", `hubbubShelf.last().then(l => JSON.parse(l.json).pushes.opened.length === 1)`)
	p.axe("the list without a server")
	p.openEarly("/r/" + string(lobby))
	p.bell("1")
	h.start()
	p.ready()
	other := h.signedIn(t, "elsewhere", token)
	other.open("/r/" + string(lobby))
	other.ready()
	other.bell("1")
}

// TestWhatProgramsDoIsAccessibleAndInThePictures is eachLook at what
// programs bring to the screen.
func TestWhatProgramsDoIsAccessibleAndInThePictures(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	ada := h.welcome(token).You.ID
	bot := h.bot(token, "build-bot", lobby)
	h.post(bot, lobby, "main is green again: 412 tests, 3 min 20 s\nhttps://ci.example.org/builds/1404")
	h.push(bot, shared.NewPush{UserID: ada, Title: "Deployed", Message: "v1.4 is live 🚀", URL: "/r/" + string(lobby)})
	h.push(bot, shared.NewPush{UserID: ada, Title: "部署完成", Message: "第四季度的版本已上线。\n请查看发布说明。", URL: "https://example.org/notes"})
	h.push(token, shared.NewPush{UserID: ada, Message: "The greenhouse is at 31 °C. It has been above 30 °C for twenty minutes; the window opens by itself at 33 °C: https://example.org/greenhouse"})
	p := h.signedIn(t, "ada", token)
	room := func() {
		p.open("/r/" + string(lobby))
		p.ready()
		p.reads("main is green again")
	}
	p.eachLook("pushes", func() {
		room()
		p.lists()
		p.sees(".push", "greenhouse")
		if !eval[bool](p, `!!document.querySelector(".push:not(.unopened)")`) {
			p.press(".push", "greenhouse", "Ada Lovelace")
		}
		p.wait("one to be opened", `!!document.querySelector(".push:not(.unopened)")`)
	})
	p.eachLook("toasts", func() {
		room()
		h.push(bot, shared.NewPush{UserID: ada, Title: "Alarm", Message: "Disk almost full on backup-2: 3 % left"})
		h.push(token, shared.NewPush{UserID: ada, Message: "There is a parcel at the door, and it wants a signature from somebody who is in the building before five o'clock."})
		p.sees(".toast", "parcel")
		p.sees(".toast", "Disk almost full")
		p.still()
	})
	p.eachLook("dialog-tokens", func() {
		room()
		p.tokens()
		p.sees("#dialog .person", "build-bot")
	})
	p.eachLook("dialog-hooks", func() {
		room()
		p.click(`.head button[aria-label="Settings of this room"]`)
		p.press("#dialog", "", "Webhooks")
		p.sees("#dialog", "no webhook yet")
	})
	p.eachLook("members-bot", func() {
		room()
		p.click(".members-button")
		p.sees(".pane .person", "bot of Ada Lovelace")
	})
}

// bot makes one that is in a room and may say things and push, and returns its
// token.
func (h *hubbub) bot(token, name string, room shared.RoomID) string {
	h.t.Helper()
	var ok shared.OK
	h.api(token, "bot", shared.NewBot{Name: name}, &ok)
	bot := ok.Bot.ID
	h.api(token, "add", shared.MemberRef{Room: room, User: bot}, nil)
	scopes := []shared.Scope{shared.ScopePush, shared.ScopePost}
	h.api(token, "token", shared.TokenRequest{Name: "CI", Scopes: scopes, User: bot, TTL: 365 * 24 * 3600}, &ok)
	return ok.Token.Secret
}
