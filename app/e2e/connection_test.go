//go:build e2e

package e2e

import (
	"slices"
	"syscall"
	"testing"

	"hubbub/shared"
)

func TestWithoutWasmOneReadsAndWritesByForm(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	p := h.signedIn(t, "ada", token)
	p.block("*://*:*/web/*.wasm")
	p.open("/r/" + string(lobby))
	p.sees(".msg .text", "太好了")
	p.wait("the newest to be in view", `(() => { const m = [...document.querySelectorAll(".msg")].pop().getBoundingClientRect(); return m.bottom <= innerHeight && m.top > 0; })()`)
	p.fill(composer, "by hand, line one\nline two")
	p.click(".send")
	p.reads("by hand, line one")
	p.click(`.row[href$="` + string(h.room(token, "design")) + `"]`)
	p.sees(".head h1", "design")
}

func TestALostConnectionIsSeenAndNothingTypedIsLost(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	eve := h.signedIn(t, "eve", h.join(token, "Eve"))
	ada := h.signedIn(t, "ada", token)
	for _, p := range []*person{ada, eve} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	ada.say("before")
	eve.reads("before")

	h.stop(syscall.SIGKILL)
	ada.sees(".status", "No connection")
	ada.say("written while the server was away")
	ada.say("and a second")
	ada.sees(".msg.pending .text", "written while the server was away")
	ada.sees(".status", "2 messages wait")
	ada.fill(composer, "half a sent")
	ada.save("lost-connection")
	h.start()

	ada.wait("the line to go", `document.querySelector(".status").innerText === ""`)
	eve.reads("and a second")
	ada.reads("and a second")
	want := []string{"before", "written while the server was away", "and a second"}
	for _, p := range []*person{ada, eve} {
		p.wait("nothing to be pending", `!document.querySelector(".msg.pending")`)
		if got := p.texts(); !slices.Equal(got, want) {
			t.Errorf("%s sees %q, want %q", p.name, got, want)
		}
	}
	if got := eval[string](ada, `document.querySelector("#composer").value`); got != "half a sent" {
		t.Errorf("the composer holds %q", got)
	}
}

func TestARefusedMessageStaysWithItsReasonUntilOneDecides(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	p.offline(true)
	p.say("into an archive")
	p.say("and after it")
	p.sees(".msg.pending .text", "and after it")
	yes := true
	h.api(token, "update", shared.RoomUpdate{Room: lobby, RoomChange: shared.RoomChange{Archived: &yes}}, nil)
	p.offline(false)
	p.sees(".msg.failed", "archived")
	p.sees(".archived-line", "can be read, not written")
	p.click(".status .link")
	p.sees("#dialog", "into an archive")
	p.axe("what is not sent")
	p.save("unsent")
	p.key("\u001b")
	no := false
	h.api(token, "update", shared.RoomUpdate{Room: lobby, RoomChange: shared.RoomChange{Archived: &no}}, nil)
	p.wait("the composer to be back", `!!document.querySelector("#composer")`)
	p.press(".msg.failed", "into an archive", "Retry")
	p.reads("into an archive")
	p.press(".msg.failed", "and after it", "Delete")
	p.wait("nothing to be left", `!document.querySelector(".msg.failed, .msg.pending")`)
}

func TestTypedTextSurvivesTheAppTakingOver(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	p := h.signedIn(t, "ada", token)
	release := p.hold("*/web/*.wasm")
	p.openEarly("/r/" + string(lobby))
	p.wait("the server's page", `!!document.querySelector("#composer") && document.styleSheets.length > 0`)
	p.fill(composer, "typed before the app")
	eval[bool](p, `(document.querySelector("#composer").setSelectionRange(5, 5), true)`)
	if eval[bool](p, `document.documentElement.dataset.phase !== undefined`) {
		t.Fatal("the app was there before anything was typed: the test shows nothing")
	}
	where := eval[float64](p, `[...document.querySelectorAll(".msg")].pop().getBoundingClientRect().top`)
	release()
	p.ready()
	if got := eval[string](p, `document.querySelector("#composer").value`); got != "typed before the app" {
		t.Errorf("the composer holds %q", got)
	}
	if !eval[bool](p, `document.activeElement.id === "composer" && document.activeElement.selectionStart === 5`) {
		t.Error("focus or caret moved")
	}
	if now := eval[float64](p, `[...document.querySelectorAll(".msg")].pop().getBoundingClientRect().top`); now < where-2 || now > where+2 {
		t.Errorf("the last message jumped from %v to %v", where, now)
	}
}
