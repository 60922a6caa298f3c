//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// presses gives the focus to the element that css names and presses Enter.
func (p *person) presses(css string) {
	p.t.Helper()
	p.wait("to focus "+css, `(() => { const e = document.querySelector(%s); if (!e || !e.getClientRects().length) return false; e.focus(); return document.activeElement === e; })()`, css)
	p.key("\r")
}

const (
	newDirect   = `button[aria-label="New message"]`
	directField = "#direct-search"
)

// chooses opens the dialog of direct messages and chooses people, by keyboard.
func (p *person) chooses(names ...string) {
	p.t.Helper()
	p.presses(newDirect)
	for _, name := range names {
		p.fill(directField, name)
		p.wait("only "+name, `(() => { const o = [...document.querySelectorAll("#direct-people [role=option]")];
			return o.length === 1 && o[0].innerText.includes(%s) && o[0].getAttribute("aria-selected") === "true"; })()`, name)
		p.key("\r")
		p.sees(".chips", name)
	}
}

func TestDirectMessages(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	eveToken, bobToken := h.join(token, "Eve"), h.join(token, "Bob")
	ada, eve := h.signedIn(t, "ada", token), h.signedIn(t, "eve", eveToken)
	eve.phone()
	for _, p := range []*person{ada, eve} {
		p.open("/r/" + string(lobby))
		p.ready()
	}

	t.Run("to one, with the keyboard alone", func(t *testing.T) {
		ada.chooses("Eve")
		ada.key("\r")
		ada.sees(".head h1", "Eve")
		ada.sees(".beginning", "Only you and Eve read this")
		if got := eval[string](ada, `document.querySelector("#composer").placeholder`); got != "Message Eve" {
			t.Errorf("the composer says %q", got)
		}
		if got := eval[int](eve, `document.querySelectorAll(".directs .row").length`); got != 0 {
			t.Error("Eve sees it before something is said")
		}
		ada.say("psst")
		ada.reads("psst")
		eve.openDrawer()
		eve.sees(".directs .row.unread .badge", "1")
		eve.save("direct-drawer-phone")
		eve.click(".directs .row")
		eve.sees(".head h1", "Ada Lovelace")
		eve.reads("psst")
		eve.wait("it to be read", `!document.querySelector(".directs .badge")`)
	})
	t.Run("from the members' list it is the same one", func(t *testing.T) {
		here := eval[string](ada, `location.pathname`)
		ada.open("/r/" + string(lobby))
		ada.ready()
		ada.click(".members-button")
		ada.presses(`button[aria-label="Message Eve"]`)
		ada.wait("the same conversation", `location.pathname === %s`, here)
		ada.reads("psst")
	})
	t.Run("in a group, which is another one", func(t *testing.T) {
		ada.chooses("Eve", "Bob")
		ada.axe("choosing people")
		ada.save("direct-dialog")
		ada.key("\r")
		ada.sees(".head h1", "Bob, Eve")
		ada.say("the three of us")
		eve.openDrawer()
		eve.sees(".directs .row", "Ada Lovelace, Bob")
		eve.click(".shade")
		if got := h.welcome(bobToken).Rooms; len(got) != 2 || !got[1].Direct || got[1].Unread != 1 {
			t.Errorf("Bob is in %+v", got)
		}
		ada.click(".members-button")
		ada.wait("the members, and nothing to remove them with", `document.querySelectorAll(".pane .person").length === 3
			&& ![...document.querySelectorAll(".pane button")].some(b => /Remove|Add/.test(b.innerText))`)
		ada.click(`.pane button[aria-label="Close"]`)
	})
	t.Run("to oneself", func(t *testing.T) {
		ada.presses(newDirect)
		ada.fill(directField, "lovelace")
		ada.sees("#direct-people [aria-selected=true]", "Notes to myself")
		ada.key("\r")
		ada.sees(".head h1", "Notes to myself")
		ada.say("buy tea")
		ada.reads("buy tea")
		ada.eachLook("direct-notes", func() { ada.open(eval[string](ada, `location.pathname`)); ada.ready() })
		ada.do(chromedp.EmulateViewport(1280, 800))
	})
	t.Run("hidden until somebody writes", func(t *testing.T) {
		pair := `.directs .row[href$="` + string(h.direct(token, h.welcome(eveToken).You.ID)) + `"]`
		ada.presses(pair)
		ada.sees(".head h1", "Eve")
		ada.click(`button[aria-label="Settings of this room"]`)
		ada.click(`#dialog .buttons .button`)
		ada.wait("it to be gone", `!document.querySelector(%s)`, pair)
		h.post(eveToken, h.direct(eveToken, h.welcome(token).You.ID), "still there?")
		ada.sees(pair+" .badge", "1")
	})
	t.Run("a chip is taken back with Backspace", func(t *testing.T) {
		ada.chooses("Bob")
		ada.fill(directField, "")
		ada.key(kb.Backspace)
		ada.wait("no chip", `document.querySelectorAll(".chip").length === 0`)
		ada.key(kb.Escape)
	})
}

func TestAnOpenRoomIsLookedAtBeforeItIsJoined(t *testing.T) {
	h := start(t)
	token, _ := h.furnish()
	var made shared.OK
	h.api(token, "create", shared.NewRoom{Name: "garden", Topic: "What grows"}, &made)
	garden := made.Room.ID
	h.post(token, garden, "the beans are up")
	h.api(token, "create", shared.NewRoom{Name: "attic"}, nil)
	bobToken := h.join(token, "Bob")
	h.api(bobToken, "password", shared.NewPassword{Handle: "bob", New: "correct horse"}, nil)
	bob := h.signedIn(t, "bob", bobToken)
	bob.open("/")
	bob.ready()
	rooms := `document.querySelectorAll(".room-list .row").length`
	before := eval[int](bob, rooms)

	bob.click(`button[aria-label="Create or find a room"]`)
	bob.sees(".directory", "What grows")
	bob.fill("#directory-filter", "GROWS")
	bob.wait("one room", `document.querySelectorAll(".directory .person").length === 1`)
	bob.axe("the directory")
	bob.save("directory")
	bob.presses(".directory .name")
	bob.sees(".head h1", "garden")
	bob.sees(".preview .text", "the beans are up")
	bob.wait("the dialog to close", `!document.querySelector("#dialog").open`)
	if got := eval[int](bob, rooms); got != before {
		t.Errorf("%d rooms, %d before the look", got, before)
	}
	bob.eachLook("preview", func() { bob.open("/r/" + string(garden)); bob.ready(); bob.sees(".preview .text", "beans") })
	bob.do(chromedp.EmulateViewport(1280, 800))
	bob.presses(".join .primary")
	bob.reads("the beans are up")
	bob.say("and the peas")
	bob.reads("and the peas")
	bob.wait("the room in the list", `!!document.querySelector(%s)`, fmt.Sprintf(`.row.on[href$="%s"]`, garden))
}

func TestUnreadIsTheSameOnAllDevices(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	design := h.room(token, "design")
	eve := h.join(token, "Eve")
	h.api(token, "add", shared.MemberRef{Room: design, User: h.welcome(eve).You.ID}, nil)
	desk, phone := h.signedIn(t, "desk", token), h.signedIn(t, "phone", token)
	phone.phone()
	for _, p := range []*person{desk, phone} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	row := `.row[href$="` + string(design) + `"]`
	dot := row + " .news"
	has := func(p *person, what, css string) {
		p.t.Helper()
		p.wait(what, `!!document.querySelector(%s)?.checkVisibility()`, css)
	}
	not := func(p *person, what, css string) { p.t.Helper(); p.wait(what, `!document.querySelector(%s)`, css) }

	h.postMany(eve, design, "news", 60)
	for _, p := range []*person{desk, phone} {
		has(p, "a dot, and no number", dot)
		not(p, "no number", row+" .badge")
	}
	t.Run("who is called sees a number", func(t *testing.T) {
		var said shared.OK
		h.api(eve, "post", shared.Post{Room: design, Key: "call", Text: "@ada, look"}, &said)
		for _, p := range []*person{desk, phone} {
			p.wait("a number", `(document.querySelector(%s) || {}).textContent === "1"`, row+" .badge")
		}
		h.api(eve, "edit", shared.Edit{Room: design, Seq: said.Event.Seq, Text: "look"}, nil)
		for _, p := range []*person{desk, phone} {
			has(p, "a dot again", dot)
		}
		h.api(eve, "delete", shared.MessageRef{Room: design, Seq: said.Event.Seq}, nil)
	})
	t.Run("a button leads to the first unread message", func(t *testing.T) {
		desk.click(row)
		desk.sees(".jump.up", "Jump to first unread")
		desk.save("unread-line")
		desk.presses(".jump.up button")
		desk.wait("the line in view", `(() => { const n = document.querySelector("#new"); if (!n) return false;
			const r = n.getBoundingClientRect(); return r.top > 0 && r.bottom < innerHeight && n.nextElementSibling.innerText.includes("news 1"); })()`)
		not(desk, "the button to go", ".jump.up button")
		for _, p := range []*person{desk, phone} {
			not(p, "it to be read", dot)
		}
	})
	t.Run("marked unread, it is unread on the other device, and stays so", func(t *testing.T) {
		desk.click(".jump:not(.up) button")
		desk.reads("news 60")
		last := eval[string](desk, `[...document.querySelectorAll(".msg")].pop().id`)
		desk.wait("the message to have the focus", `(() => { const m = document.getElementById(%s); m.focus(); return document.activeElement === m; })()`, last)
		desk.key("u")
		desk.wait("the line before it", `(document.querySelector("#new") || {}).nextElementSibling?.id === %s`, last)
		for _, p := range []*person{desk, phone} {
			has(p, "it to be unread", dot)
		}
		h.post(eve, design, "later")
		desk.reads("later")
		has(desk, "it to stay unread while it is shown", dot)
		phone.openDrawer()
		phone.save("unread-phone")
		phone.click(".shade")
	})
	t.Run("Escape marks the room read", func(t *testing.T) {
		desk.key(kb.Escape)
		for _, p := range []*person{desk, phone} {
			not(p, "it to be read", dot)
		}
	})
	t.Run("Shift+Escape marks everything read", func(t *testing.T) {
		desk.open("/r/" + string(lobby))
		desk.ready()
		h.post(eve, design, "more")
		has(desk, "a dot", dot)
		desk.axe("something unread")
		desk.key(kb.Escape, chromedp.ModifierShift)
		for _, p := range []*person{desk, phone} {
			not(p, "it to be read", dot)
		}
	})
}

// direct is the conversation of a token's user with somebody.
func (h *hubbub) direct(token string, with shared.UserID) shared.RoomID {
	h.t.Helper()
	var ok shared.OK
	h.api(token, "direct", shared.Circle{Users: []shared.UserID{with}}, &ok)
	return ok.Room.ID
}
