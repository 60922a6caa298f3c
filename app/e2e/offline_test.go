//go:build e2e

package e2e

import (
	"slices"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hubbub/shared"
)

// worked waits until the service worker could open the app without a server.
func (p *person) worked() {
	p.t.Helper()
	p.wait("the service worker", `navigator.serviceWorker.ready.then(r => r.active && caches.keys().then(k => k.length === 1))`)
}

// remembered waits until the browser keeps what a start without a server needs.
func (p *person) remembered(rooms int) {
	p.t.Helper()
	p.wait("the rooms to be kept", `hubbubShelf.last().then(l => l ? Promise.all(JSON.parse(l.json).welcome.rooms.map(r =>
		hubbubShelf.page(l.user, r.id))).then(all => all.filter(Boolean).length >= %s) : false)`, rooms)
}

// keeps waits until the browser keeps a message with a text.
func (p *person) keeps(text string) {
	p.t.Helper()
	p.wait("the message to be kept", `hubbubShelf.last().then(l => l ? Promise.all(JSON.parse(l.json).welcome.rooms.map(r =>
		hubbubShelf.page(l.user, r.id))).then(all => all.some(page => page && page.json.includes(%s))) : false)`, text)
}

// enters opens a room of the sidebar.
func (p *person) enters(room shared.RoomID, name string) {
	p.t.Helper()
	p.click(`.row[href$="` + string(room) + `"]`)
	p.sees(".head h1", name)
}

func TestOfflineTheAppOpensAndTakesMessagesThatArriveOnceAndInOrder(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	design := h.room(token, "design")
	eve := h.signedIn(t, "eve", token) // the same account on another device
	eve.open("/r/" + string(lobby))
	eve.ready()
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(design))
	ada.ready()
	ada.enters(lobby, "lobby")
	ada.worked()
	t.Run("the app's files come from the worker", func(t *testing.T) {
		ada.open("/r/" + string(lobby))
		ada.ready()
		ada.wait("no bytes for the shell", `performance.getEntriesByType("resource").filter(e => e.name.includes("/web/")).every(e => e.transferSize === 0)`)
	})
	ada.enters(design, "design")
	ada.enters(lobby, "lobby")
	ada.remembered(2)

	h.stop(syscall.SIGKILL)
	ada.openEarly("/r/" + string(lobby))
	ada.sees(".msg .text", "太好了")
	ada.sees(".status", "No connection")
	ada.say("one, offline")
	ada.sees(".msg.pending .waits", "waits for the connection")
	ada.axe("the app without a server")
	ada.save("offline")
	ada.enters(design, "design")
	ada.say("two, offline")
	ada.openEarly("/r/" + string(lobby))
	ada.sees(".msg.pending .text", "one, offline")
	ada.say("three, offline")
	ada.sees(".msg.pending .text", "three, offline")
	ada.openEarly("/")
	ada.sees(".msg.pending .text", "three, offline")

	h.start()
	ada.ready()
	for _, p := range []*person{ada, eve} {
		p.reads("three, offline")
		p.wait("nothing to be pending", `!document.querySelector(".msg.pending")`)
		got := p.texts()
		if got = got[len(got)-2:]; !slices.Equal(got, []string{"one, offline", "three, offline"}) {
			t.Errorf("%s sees %q", p.name, got)
		}
	}
	eve.enters(design, "design")
	eve.reads("two, offline")
	var ok shared.OK
	h.api(token, "history", shared.HistoryQuery{Room: design, Before: shared.MaxSeq}, &ok)
	if n := len(ok.Page.Events); ok.Page.Events[n-1].Message == nil || ok.Page.Events[n-1].Message.Text != "two, offline" {
		t.Errorf("design ends with %+v", ok.Page.Events[n-1])
	}
}

func TestWhatIsNotSentCanBeChangedAndDeleted(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	design := h.room(token, "design")
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	h.stop(syscall.SIGKILL)
	p.sees(".status", "No connection")
	p.say("a mistkae")
	p.say("never mind")
	p.say("and the last")
	p.sees(".msg.pending", "and the last")
	p.press(".msg.pending", "a mistkae", "Edit")
	p.holds("a mistkae")
	p.fill("#composer", "a mistake")
	p.key("\r")
	p.sees(".msg.pending .text", "a mistake")
	p.press(".msg.pending", "never mind", "Delete")
	p.press(".status", "", "Show")
	p.sees("#dialog", "a mistake")
	p.axe("the list of what is not sent")
	p.save("unsent-offline")
	p.key("\u001b")
	p.wait("the list to close", `!document.querySelector("#dialog").open && !document.querySelector("#dialog").innerText`)
	p.enters(design, "design")
	p.fill("#composer", "a draft of design")
	p.press(".status", "", "Show")
	p.press("#dialog li", "and the last", "Edit") // leads to its room
	p.sees(".head h1", "lobby")
	p.holds("and the last")
	p.fill("#composer", "and the very last")
	p.key("\r")
	p.sees(".msg.pending .text", "and the very last")
	h.start()
	p.reads("and the very last")
	p.wait("nothing to be pending", `!document.querySelector(".msg.pending")`)
	if got, want := p.texts(), []string{"a mistake", "and the very last"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
	p.enters(design, "design")
	p.holds("a draft of design")
}

func TestAMessageThatIsSentWhileItIsEditedIsEditedInTheLog(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	h.stop(syscall.SIGKILL)
	p.sees(".status", "No connection")
	p.say("a mistkae")
	p.press(".msg.pending", "a mistkae", "Edit")
	p.holds("a mistkae")
	p.fill("#composer", "a mistake")
	p.sees(".msg.pending.editing", "a mistkae")
	h.start()
	p.ready()
	p.wait("the message to be said, and still edited", `!document.querySelector(".msg.pending") && document.querySelector(".msg.editing")?.innerText.includes("a mistkae")`)
	p.key("\r")
	p.wait("the composer to be empty", `!document.querySelector(".msg.editing") && document.querySelector("#composer").value === ""`)
	p.reads("a mistake")
	if got, want := p.texts(), []string{"a mistake"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
}

// before has a script run first in every page of the tab.
func (p *person) before(script string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		p.t.Fatal(err)
	}
}

// countSockets has the pages of the tab count the WebSockets they make.
func (p *person) countSockets() {
	p.before(`var sockets = 0;
		WebSocket = class extends WebSocket { constructor(...args) { super(...args); sockets++; } };`)
}

func TestTwoTabsShareAConnectionAndWhatIsUnsent(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	first := h.signedIn(t, "first", token)
	first.countSockets()
	first.open("/r/" + string(lobby))
	first.ready()
	second := first.tab("second")
	second.countSockets()
	second.open("/r/" + string(lobby))
	second.ready()
	first.say("from the first")
	second.reads("from the first")
	second.say("from the second")
	first.reads("from the second")
	if a, b := eval[int](first, `sockets`), eval[int](second, `sockets`); a != 1 || b != 0 {
		t.Errorf("the first tab made %d sockets, the second %d", a, b)
	}
	h.stop(syscall.SIGKILL)
	second.sees(".status", "No connection")
	second.say("offline, from the second")
	first.sees(".msg.pending .text", "offline, from the second")
	first.say("offline, from the first")
	second.sees(".msg.pending .text", "offline, from the first")
	first.openEarly("/r/" + string(lobby)) // the leader goes; the worker opens it again
	h.start()
	want := []string{"from the first", "from the second", "offline, from the second", "offline, from the first"}
	for _, p := range []*person{first, second} {
		p.ready()
		p.reads("offline, from the first")
		p.wait("nothing to be pending", `!document.querySelector(".msg.pending")`)
		if got := p.texts(); !slices.Equal(got, want) {
			t.Errorf("%s sees %q, want %q", p.name, got, want)
		}
	}
}

func TestABrowserThatKeepsNothingSaysSo(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.before(`IDBFactory.prototype.open = () => { throw new DOMException("refused", "SecurityError"); };`)
	p.open("/r/" + string(lobby))
	p.ready()
	p.sees(".status", "keeps nothing")
	p.say("sent all the same")
	p.reads("sent all the same")
	p.axe("a browser that keeps nothing")
}

func TestSigningOutLeavesNothingBehind(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	p.say("for members only")
	p.reads("for members only")
	p.worked()
	p.remembered(1)
	p.click(".me")
	p.press("#dialog", "", "Sign out")
	p.wait("the sign-in page", `location.pathname === "/signin" && document.readyState === "complete"`)
	p.wait("nothing to be kept", `hubbubShelf.last().then(l => !l)`)
	h.stop(syscall.SIGKILL)
	p.openEarly("/r/" + string(lobby))
	p.sees("h1", "You are offline")
	p.axe("the shell with nothing to show")
	p.save("alone")
	h.start()
	p.wait("the page to come back by itself", `location.pathname === "/signin"`)
}
