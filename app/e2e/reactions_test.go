//go:build e2e

package e2e

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// chip waits until a reaction under the message that says text is as wanted.
func (p *person) chip(text, emoji, count string, mine bool) {
	p.t.Helper()
	p.wait(emoji+" "+count+" under "+text, `[...document.querySelectorAll(".msg")].filter(m => m.querySelector(".text")?.innerText === %s).some(m =>
		[...m.querySelectorAll(".chip:not(.pending)")].some(c => c.querySelector(".face")?.innerText === %s && c.querySelector(".count").innerText === %s && c.getAttribute("aria-pressed") === String(%s)))`,
		text, emoji, count, mine)
}

func TestReactingToAMessage(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	li := h.join(token, "李文")
	h.post(li, lobby, "测试结果出来了")
	h.post(token, lobby, "🎉👩‍👧")
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	eve := h.signedIn(t, "li", li)
	eve.phone()
	eve.open("/r/" + string(lobby))
	eve.ready()
	const said = "测试结果出来了"

	t.Run("by keyboard: from the message to its tools", func(t *testing.T) {
		ada.wait("the list", `(document.querySelector("#timeline").focus(), document.activeElement.id === "timeline")`)
		ada.key(kb.ArrowUp)
		ada.key(kb.ArrowUp)
		ada.wait("the message to have the focus", `document.activeElement.innerText.includes(%s)`, said)
		for !eval[bool](ada, `document.activeElement.matches(".quick")`) {
			ada.key(kb.Tab)
		}
		ada.axe("a message with its tools")
		ada.key("\r")
		ada.chip(said, "👍", "1", true)
		eve.chip(said, "👍", "1", false)
	})
	t.Run("any emoji, found by its Chinese name", func(t *testing.T) {
		for !eval[bool](ada, `document.activeElement.getAttribute("aria-label") === "React"`) {
			ada.key(kb.Tab)
		}
		ada.key("\r")
		ada.wait("the search", `document.activeElement.matches(".picker .input")`)
		ada.insert("火箭")
		ada.wait("it to be found", markedEmoji+`?.innerText === "🚀"`)
		ada.key("\r")
		ada.chip(said, "🚀", "1", true)
		ada.wait("the focus not to be lost", `document.activeElement !== document.body`)
		eve.chip(said, "🚀", "1", false)
	})
	t.Run("on a phone, by touch: pressing adds mine and takes it away", func(t *testing.T) {
		eve.click(".chip")
		eve.chip(said, "👍", "2", true)
		ada.chip(said, "👍", "2", true)
		eve.axe("reactions on a phone")
		eve.save("reactions-phone")
		if got := eval[float64](eve, `Math.min(...[...document.querySelectorAll(".chip")].map(c => Math.min(c.offsetHeight, c.offsetWidth)))`); got < 44 {
			t.Errorf("a target is %v px", got)
		}
		eve.click(".chip")
		eve.chip(said, "👍", "1", false)
	})
	t.Run("names: who it was, as they are called now", func(t *testing.T) {
		h.api(token, "profile", shared.Profile{Name: "Ada King"}, nil)
		eve.wait("the new name", `document.querySelector(".chip").getAttribute("aria-label") === "👍 1: Ada King"`)
		ada.wait("you", `document.querySelector(".chip").getAttribute("aria-label") === "👍 1: you"`)
		eval[bool](ada, `(document.querySelector(".chip").focus(), true)`)
		ada.key(kb.Tab)
		ada.wait("the names to be shown with the focus", `getComputedStyle(document.querySelectorAll(".chip .names")[1]).display === "block"`)
		ada.save("reactions-desktop")
	})
	t.Run("the server draws them too", func(t *testing.T) {
		eve.block("*://*:*/*.wasm")
		eve.openEarly("/r/" + string(lobby))
		eve.chip(said, "🚀", "1", false)
		eve.save("reactions-first-paint")
	})
	t.Run("emoji alone are large, joined ones too", func(t *testing.T) {
		ada.wait("large emoji", `[...document.querySelectorAll(".text.emoji")].some(e => e.innerText === "🎉👩‍👧")`)
	})
	t.Run("without a connection a press is undone, and why is said; the picker works all the same", func(t *testing.T) {
		ada.worked()
		ada.wait("the table to be kept", `caches.keys().then(async names => (await (await caches.open(names[0])).keys()).some(r => r.url.includes("/web/emoji.")))`)
		h.stop(syscall.SIGKILL)
		ada.sees(".status", "No connection")
		ada.click(".chip")
		ada.sees(".status", "needs a connection")
		ada.chip(said, "👍", "1", true)
		ada.openEarly("/r/" + string(lobby))
		ada.sees(".msg .text", said)
		ada.clickHidden(pickerButton)
		ada.wait("the grid", `document.querySelectorAll(".picker-cell").length > 50`)
		ada.save("picker-offline")
		ada.typed("tada")
		ada.wait("it to be found", markedEmoji+`?.innerText === "🎉"`)
		ada.key("\r")
		ada.holds("🎉")
		h.start()
		ada.ready()
	})
	t.Run("how it looks", func(t *testing.T) {
		ada.eachLook("reactions", func() {
			ada.open("/r/" + string(lobby))
			ada.ready()
			ada.chip(said, "🚀", "1", true)
		})
	})
}

// TestWhoReactedAndLeftIsNamed has nothing of theirs near the message: neither
// the room's people nor the events around it tell their name.
func TestWhoReactedAndLeftIsNamed(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	bob := h.join(token, "Bob")
	h.postMany(token, lobby, "before", 150)
	seq := h.say(token, shared.Post{Room: lobby, Text: "the answer"})
	h.postMany(token, lobby, "after", 150)
	h.api(bob, "react", shared.React{Room: lobby, Seq: seq, Emoji: "🎉", On: true}, nil)
	h.postMany(token, lobby, "and later", 150)
	h.api(bob, "leave", shared.RoomRef{Room: lobby}, nil)
	ada := h.signedIn(t, "ada", token)
	ada.open(fmt.Sprintf("/r/%s/%d", lobby, seq))
	ada.ready()
	ada.wait("his name", `document.querySelector(".chip")?.getAttribute("aria-label") === "🎉 1: Bob"`)
}
