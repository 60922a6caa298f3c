//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// tool presses one of the tools of the message that says text.
func (p *person) tool(text, label string) {
	p.t.Helper()
	p.wait("the tool "+label, `(() => {
		const row = [...document.querySelectorAll(".msg")].find(m => m.querySelector(".text")?.innerText.includes(%s));
		if (!row) return false;
		row.focus();
		const b = [...row.querySelectorAll(".tools button")].find(b => b.getAttribute("aria-label") === %s || b.textContent === %s);
		if (b) b.click();
		return !!b;
	})()`, text, label, label)
}

// TestWhatWasSaidCanChange is two people who answer, edit and delete.
func TestWhatWasSaidCanChange(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	eve := h.signedIn(t, "eve", h.join(token, "Eve"))
	eve.phone()
	for _, p := range []*person{ada, eve} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	ada.fill(composer, "The meeting is at tree")
	ada.key("\r")
	eve.reads("The meeting is at tree")

	t.Run("an answer shows what it answers, and leads there", func(t *testing.T) {
		eve.tool("at tree", "Reply")
		eve.sees(".task", "Reply to Ada")
		eve.insert("At three?")
		eve.click(".send")
		ada.sees(".quote", "The meeting is at tree")
		if left := eve.text(".task"); left != "" {
			t.Errorf("after sending, the composer still says %q", left)
		}
		ada.click(".quote")
		ada.wait("the message it leads to", `document.querySelector(".msg.target .text")?.innerText === "The meeting is at tree"`)
		ada.sees(".jump", "Jump to newest")
		ada.click(".jump button")
		ada.wait("the end", `!document.querySelector(".msg.target")`)
	})
	t.Run("a message has its tools while the pointer is over it", func(t *testing.T) {
		first, tools := `#timeline .msg .text`, `[...document.querySelectorAll("#timeline .msg")].map(m => m.querySelectorAll(".tools button").length > 0)`
		ada.point(first)
		ada.wait("the tools of the first", `(t => t[0] && !t[1])(`+tools+`)`)
		ada.point(`#timeline .msg:not(:has(~ .msg)) .text`)
		ada.wait("those of the last", `(t => !t[0] && t[1])(`+tools+`)`)
	})
	t.Run("↑ edits my last message, and Escape brings the draft back", func(t *testing.T) {
		ada.fill(composer, "")
		ada.key(kb.ArrowUp)
		ada.wait("its text", `document.querySelector("#composer").value === "The meeting is at tree"`)
		ada.key(kb.Escape)
		ada.wait("an empty composer", `document.querySelector("#composer").value === ""`)
		ada.key(kb.ArrowUp)
		ada.wait("its text", `document.querySelector("#composer").value === "The meeting is at tree"`)
		ada.fill(composer, "The meeting is at three")
		ada.key("\r")
		eve.reads("The meeting is at three")
		eve.sees(".edited", "(edited)")
		eve.sees(".quote", "The meeting is at three")
		ada.wait("an empty composer", `document.querySelector("#composer").value === "" && !document.querySelector(".task.on")`)
		ada.tool("at three", "Edit")
		ada.wait("the text as it is now", `document.querySelector("#composer").value === "The meeting is at three"`)
		ada.key(kb.Escape)
		ada.wait("an empty composer", `document.querySelector("#composer").value === "" && !document.querySelector(".task.on")`)
	})
	t.Run("what it said before can be seen", func(t *testing.T) {
		eve.click(".edited")
		eve.sees(".versions", "at tree")
		eve.axe("versions")
		eve.key(kb.Escape)
		eve.wait("no dialog", `!document.querySelector("#dialog").open`)
	})
	t.Run("by keyboard alone", func(t *testing.T) {
		ada.fill(composer, "")
		eval[bool](ada, `(document.querySelector("#timeline").focus(), true)`)
		ada.key(kb.ArrowUp)
		ada.wait("the newest message has the focus", `document.activeElement.querySelector(".text")?.innerText === "At three?"`)
		ada.key(kb.ArrowUp)
		ada.wait("the one before it", `document.activeElement.querySelector(".text")?.innerText === "The meeting is at three"`)
		ada.key("e")
		ada.wait("it is edited", `document.activeElement.id === "composer" && document.activeElement.value === "The meeting is at three"`)
		ada.key(kb.Escape)
		eval[bool](ada, `(document.querySelector("#timeline").focus(), true)`)
		ada.key(kb.ArrowUp)
		ada.key("r")
		ada.sees(".task.on", "Reply to Eve")
		ada.key(kb.Escape)
		ada.wait("no task", `!document.querySelector(".task.on")`)
	})
	t.Run("deleting asks, and leaves a trace only where something hangs on it", func(t *testing.T) {
		ada.tool("at three", "More")
		ada.axe("the menu of a message")
		ada.tool("at three", "Delete")
		ada.sees(".menu .hint", "Delete it for everybody?")
		ada.tool("at three", "Delete")
		eve.sees(".erased", "This message was deleted")
		eve.sees(".quote", "This message was deleted")
		eve.tool("At three?", "More")
		eve.tool("At three?", "Delete")
		eve.tool("At three?", "Delete")
		ada.wait("nothing is left", `!document.querySelector(".quote") && !document.querySelector(".erased")`)
		ada.open("/r/" + string(lobby))
		ada.ready()
		if eval[bool](ada, `document.body.innerText.includes("deleted")`) {
			t.Error("a fresh page still speaks of them")
		}
	})
	t.Run("an edit that is refused keeps its text", func(*testing.T) {
		ada.fill(composer, "draft of a plan")
		ada.key("\r")
		ada.reads("draft of a plan")
		ada.wait("it is sent", `!document.querySelector(".msg.pending")`)
		ada.key(kb.ArrowUp)
		ada.wait("its text", `document.querySelector("#composer").value === "draft of a plan"`)
		ada.fill(composer, strings.Repeat("x", shared.MaxText+1))
		ada.key("\r", chromedp.ModifierCtrl)
		ada.sees(".compose .error", "too long")
		ada.fill(composer, "draft of a better plan")
		ada.key("\r", chromedp.ModifierCtrl)
		eve.reads("draft of a better plan")
	})
}

// TestToolsComeAndGoWithoutMovingTheList: they are drawn when a message is
// pointed at or has the focus, near the list's end too.
func TestToolsComeAndGoWithoutMovingTheList(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	var refs []shared.MessageRef
	for i := range 60 {
		seq := h.say(token, shared.Post{Room: lobby, Text: fmt.Sprintf("message %d", i)})
		refs = append(refs, shared.MessageRef{Room: lobby, Seq: seq})
	}
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	tooled := func(css string) string { return `document.querySelector("` + css + ` .tools button")` }
	nth := func(i int) string { return fmt.Sprintf("#e%d", refs[i].Seq) }

	ada.wait("the end", `document.querySelector("#timeline").scrollTop === 0`)
	eval[bool](ada, `(document.querySelector("#timeline").scrollTop = -60, true)`)
	for _, i := range []int{50, 52, 51} {
		ada.point(nth(i) + " .text")
		ada.wait("its tools", tooled(nth(i)))
	}
	if top := eval[float64](ada, `document.querySelector("#timeline").scrollTop`); top != -60 {
		t.Errorf("the list is scrolled to %v", top)
	}
	ada.wait("the list", `(document.querySelector("#timeline").focus(), document.activeElement.id === "timeline")`)
	for i := len(refs) - 1; i >= 20; i-- {
		ada.key(kb.ArrowUp)
		ada.wait("the focus", `document.activeElement.id === %s`, nth(i)[1:])
		ada.wait("it in view", `(() => { const r = document.activeElement.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`)
	}
	ada.wait("its tools", tooled(nth(20)))
	h.api(token, "delete", refs[20], nil)
	ada.wait("the focus to stay in the list", `document.activeElement.matches("#timeline, #timeline .msg")`)
	ada.key(kb.ArrowUp)
	ada.wait("a message with the focus and tools", `document.activeElement.matches(".msg") && document.activeElement.querySelector(".tools button")`)
}
