//go:build e2e

package e2e

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// offered waits until the list offers want first, and returns all it offers.
func (p *person) offered(want string) []string {
	p.t.Helper()
	p.wait("to be offered "+want, `document.querySelector("#completion [role=option] .name")?.innerText === %s`, want)
	return eval[[]string](p, `[...document.querySelectorAll("#completion .name")].map(e => e.innerText)`)
}

func (p *person) offeredNothing() {
	p.t.Helper()
	p.wait("no list", `!document.querySelector("#completion") && !document.querySelector("#composer").hasAttribute("aria-activedescendant")`)
}

// afresh empties the composer and puts the caret there.
func (p *person) afresh() {
	p.t.Helper()
	eval[bool](p, `(() => { const c = document.querySelector("#composer"); c.focus(); c.select(); document.execCommand("delete"); return true; })()`)
	p.holds("")
}

func TestCompletingWhatIsTyped(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	h.join(token, "李文")
	h.join(token, "Tomás")
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()

	t.Run("an emoji: arrows choose, Enter accepts and does not send", func(t *testing.T) {
		p.afresh()
		p.typed("well :ta")
		p.offered(":taco:")
		p.axe("the list of emoji")
		p.save("complete-emoji")
		p.key(kb.ArrowDown)
		p.wait("the second to be marked", `document.querySelector("#composer").getAttribute("aria-activedescendant") === "completion-1"`)
		p.key(kb.ArrowUp)
		p.typed("d")
		p.offered(":tada:")
		p.key("\r")
		p.holds("well 🎉 ")
		p.offeredNothing()
		p.key("z", chromedp.ModifierCtrl)
		p.holds("well :tad")
	})
	t.Run("its name in full, at the closing colon; undo brings the letters back", func(t *testing.T) {
		p.afresh()
		p.typed("好:tada:")
		p.holds("好🎉")
		p.key("z", chromedp.ModifierCtrl)
		p.holds("好:tada:")
		p.typed(" ok")
		p.holds("好:tada: ok")
	})
	t.Run("one letter, a time, an address, code and Escape offer nothing", func(t *testing.T) {
		for _, text := range []string{":t", "10:30", "see https://ta", "ada@tomas", "`:tada", "re:tada", "注意:会议", "## "} {
			p.afresh()
			p.typed(text)
			p.holds(text)
			p.offeredNothing()
		}
		p.afresh()
		p.typed(":tad")
		p.offered(":tada:")
		p.key(kb.Escape)
		p.offeredNothing()
		p.typed("a")
		p.offeredNothing()
		p.typed(" :tad")
		p.offered(":tada:")
	})
	t.Run("people of the room, guests too, in their own characters", func(t *testing.T) {
		p.afresh()
		p.typed("@")
		p.wait("all of them", `document.querySelectorAll("#completion [role=option]").length === 3`)
		p.axe("the list of people")
		p.save("complete-people")
		p.typed("tom")
		p.offered("Tomás")
		p.key(kb.Tab)
		p.holds("@Tomás ")
		p.typed("@roo")
		p.offered("room")
		p.key("\r")
		p.holds("@Tomás @room ")
	})
	t.Run("an input method keeps its keys", func(t *testing.T) {
		p.afresh()
		p.typed("你好@")
		p.offered("Tomás")
		compose := input.ImeSetCompositionParams{Text: "wen", SelectionStart: 3, SelectionEnd: 3}
		if _, err := chromedp.Call(p.ctx, input.ImeSetComposition, compose); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"Enter", "Tab", "ArrowDown", "Escape"} {
			kept := eval[bool](p, `document.querySelector("#composer").dispatchEvent(new KeyboardEvent("keydown", {key: %s, keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))`, key)
			if !kept {
				t.Errorf("%s was taken from the input method", key)
			}
		}
		p.insert("文")
		p.offered("李文")
		p.key("\r")
		p.holds("你好@李文 ")
	})
	t.Run("rooms", func(t *testing.T) {
		p.afresh()
		p.typed("in #")
		if got := p.offered("design"); !slices.Contains(got, "发布计划") {
			t.Errorf("offered %q", got)
		}
		p.insert("计划")
		p.offered("发布计划")
		p.click("#completion [role=option]")
		p.holds("in #发布计划 ")
		p.wait("the focus in the composer", `document.activeElement.id === "composer"`)
	})
	t.Run("on a phone, by touch", func(t *testing.T) {
		p.phone()
		p.afresh()
		p.typed(":heart_ey")
		p.offered(":heart_eyes:")
		p.axe("the list on a phone")
		p.save("complete-phone")
		if got := eval[float64](p, `document.querySelector("#completion [role=option]").getBoundingClientRect().height`); got < 44 {
			t.Errorf("a target is %v px high", got)
		}
		p.click("#completion [role=option]")
		p.holds("😍 ")
	})
}
