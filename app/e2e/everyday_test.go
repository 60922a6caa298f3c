//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

func TestTheComposerAndItsKeys(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()

	t.Run("Shift+Enter breaks the line, Enter sends", func(t *testing.T) {
		p.fill(composer, "one")
		p.key("\r", chromedp.ModifierShift)
		p.insert("two")
		p.key("\r")
		p.reads("one\ntwo")
		if got := eval[string](p, `document.querySelector("#composer").value`); got != "" {
			t.Errorf("the composer holds %q after sending", got)
		}
	})
	t.Run("while an input method composes, Enter is not ours", func(t *testing.T) {
		p.fill(composer, "")
		compose := input.ImeSetCompositionParams{Text: "huiyi", SelectionStart: 5, SelectionEnd: 5}
		if _, err := chromedp.Call(p.ctx, input.ImeSetComposition, compose); err != nil {
			t.Fatal(err)
		}
		eval[bool](p, `(document.querySelector("#composer").dispatchEvent(new KeyboardEvent("keydown",
			{key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true})), true)`)
		if got := eval[string](p, `document.querySelector("#composer").value`); got != "huiyi" {
			t.Fatalf("the composition became %q", got)
		}
		p.insert("会议")
		p.key("\r")
		p.reads("会议")
	})
	t.Run("a draft belongs to its room and survives a reload", func(t *testing.T) {
		p.fill(composer, "for the lobby")
		p.click(`.row[href$="` + string(h.room(token, "design")) + `"]`)
		p.sees(".head h1", "design")
		p.wait("an empty composer", `document.querySelector("#composer").value === ""`)
		p.fill(composer, "for design")
		p.open("/r/" + string(lobby))
		p.ready()
		p.wait("the lobby's draft", `document.querySelector("#composer").value === "for the lobby"`)
		p.click(`.row[href$="` + string(h.room(token, "design")) + `"]`)
		p.wait("the other draft", `document.querySelector("#composer").value === "for design"`)
	})
	t.Run("too long is refused before it is sent", func(t *testing.T) {
		long := strings.Repeat("x", shared.MaxText+1)
		eval[bool](p, `(() => { const c = document.querySelector("#composer"); c.value = %s; c.dispatchEvent(new Event("input", {bubbles: true})); return true; })()`, long)
		p.sees(".compose .left", "Too long by 1")
		p.key("\r")
		p.sees(".compose .error", "too long")
		if got := eval[int](p, `document.querySelector("#composer").value.length`); got != shared.MaxText+1 {
			t.Errorf("%d characters are left in the composer", got)
		}
	})
}

func TestTheTimelineStandsStillWhileOneReads(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	eve := h.join(token, "Eve")
	h.postMany(eve, lobby, "line", 260)
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	p.reads("line 260")
	p.wait("to be at the end", `document.querySelector("#timeline").scrollTop > -5`)

	t.Run("older pages come as one scrolls, and the eye keeps its place", func(t *testing.T) {
		for range 30 {
			if eval[bool](p, `!!document.querySelector(".beginning")`) {
				break
			}
			eval[bool](p, `(document.querySelector("#timeline").scrollBy(0, -1200), true)`)
			p.wait("the page to settle", `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
		}
		p.wait("the beginning", `(() => { const l = document.querySelector("#timeline"); l.scrollBy(0, -1200); return !!document.querySelector(".beginning"); })()`)
		p.reads("line 1")
		if n := eval[int](p, `document.querySelectorAll(".msg").length`); n > 160 {
			t.Errorf("%d messages are drawn: the list is not windowed", n)
		}
	})
	t.Run("what is new does not move the view, and the button leads to it", func(t *testing.T) {
		eval[bool](p, `(document.querySelector("#timeline").scrollBy(0, 600), true)`)
		p.wait("a row", `document.elementFromPoint(700, 400).closest(".msg")`)
		before := eval[string](p, `document.elementFromPoint(700, 400).closest(".msg").id`)
		h.postMany(eve, lobby, "later", 3)
		p.sees(".jump", "Jump to newest (3)")
		if now := eval[string](p, `document.elementFromPoint(700, 400).closest(".msg").id`); now != before {
			t.Errorf("the view moved from %s to %s", before, now)
		}
		p.click(".jump button")
		p.reads("later 3")
		p.wait("to be at the end", `document.querySelector("#timeline").scrollTop > -5`)
	})
	t.Run("a link to a message opens around it", func(t *testing.T) {
		p.open("/r/" + string(lobby) + "/50")
		p.ready()
		p.wait("the message in view", `(() => { const m = document.querySelector(".msg.target"); if (!m) return false;
			const r = m.getBoundingClientRect(); return m.id === "e50" && r.top > 0 && r.bottom < innerHeight; })()`)
		p.click(".jump button")
		p.reads("later 3")
	})
}

func TestUnreadIsMarkedAndReadOnlyWhenSeen(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	design := h.room(token, "design")
	eve := h.join(token, "Eve")
	h.api(token, "add", shared.MemberRef{Room: design, User: h.welcome(eve).You.ID}, nil)
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	h.postMany(eve, design, "news", 2)
	badge := `.row[href$="` + string(design) + `"] .news`
	p.wait("a dot", `!!document.querySelector(%s)`, badge)
	p.wait("the title", `document.title.startsWith("• ")`)
	p.key(kb.ArrowDown, chromedp.ModifierAlt, chromedp.ModifierShift) // Alt+Shift+↓
	p.sees(".head h1", "design")
	p.wait("the line before what is new", `(() => { const n = document.querySelector(".new"); return n && n.nextElementSibling.innerText.includes("news 1"); })()`)
	p.wait("the badge to go", `!document.querySelector(%s)`, badge)
	h.post(eve, design, "news 3")
	p.reads("news 3")
	p.wait("the line where it was", `document.querySelector(".new").nextElementSibling.innerText.includes("news 1")`)
}

func TestRoomsAreMadeFoundLeftAndNamed(t *testing.T) {
	h := start(t)
	ada := h.setUp(t)
	link := ada.invite()
	bob := h.visitor(t, "bob")
	bob.open(link)
	bob.fill("#field-name", "Bob")
	bob.click("summary")
	bob.fill("#field-handle", "bob")
	bob.fill("#field-password", "battery staple")
	bob.click("button[type=submit]")
	bob.ready()

	ada.click(`button[aria-label="Create or find a room"]`)
	ada.fill("#new-room-name", "garden")
	ada.fill("#new-room-topic", "What grows")
	ada.key("\r")
	ada.sees(".head h1", "garden")

	bob.click(`button[aria-label="Create or find a room"]`)
	bob.click(`button[aria-label="Join garden"]`)
	bob.sees(".head h1", "garden")
	bob.sees(".topic", "What grows")
	ada.sees(".system", "Bob joined")
	bob.say("roses")
	ada.reads("roses")

	ada.click(`.head button[aria-label="Settings of this room"]`)
	ada.fill("#room-name", "orchard")
	ada.key("\r")
	ada.sees("#dialog", "Saved")
	ada.key("\u001b")
	bob.sees(".head h1", "orchard")
	bob.sees(".system", "renamed the room to #orchard")

	ada.click(".members-button")
	ada.sees(".pane", "@bob")
	ada.click(`.pane button[aria-label="Remove Bob"]`)
	bob.wait("to be out", `!document.querySelector(".rooms").innerText.includes("orchard")`)
	ada.sees(".system", "removed Bob")
	ada.wait("the pane to know", `!document.querySelector(".pane").innerText.includes("Bob")`)
}

func TestProfileThemeLanguageAndSigningOut(t *testing.T) {
	h := start(t)
	ada := h.setUp(t)
	eve := h.guest(t, "Eve", ada.invite())
	eve.say("hello")
	ada.reads("hello")

	eve.click(".me")
	eve.fill("#my-name", "Eve Adams")
	eve.key("\r")
	ada.sees(".by .name", "Eve Adams")
	eve.click("#dialog summary")
	eve.fill("#my-handle", "eve")
	eve.fill("#my-new", "long enough")
	eve.key("\r")
	eve.sees(".me .detail", "@eve")

	eve.choose("#my-theme", "dark")
	eve.wait("dark", `getComputedStyle(document.body).backgroundColor === "rgb(27, 26, 24)"`)
	eve.choose("#my-language", "zh")
	eve.wait("Chinese", `document.documentElement.lang === "zh"`)
	eve.ready()
	eve.wait("dark still", `getComputedStyle(document.body).backgroundColor === "rgb(27, 26, 24)"`)
	eve.sees(".send", "发送")
	eve.axe("the room in Chinese")
	eve.save("chinese")

	other := h.visitor(t, "eve-elsewhere")
	other.open("/signin")
	other.fill("#field-handle", "eve")
	other.fill("#field-password", "wrong password")
	other.key("\r")
	other.sees(".error", "wrong")
	other.fill("#field-password", "long enough")
	other.key("\r")
	other.ready()
	eve.click(".me")
	eve.press("#dialog", "退出登录", "在所有设备上退出")
	other.wait("to be signed out here as well", `location.pathname === "/signin"`)
	eve.wait("the sign-in page", `location.pathname === "/signin"`)
}

func TestOnAPhoneOnePaneAtATimeAndBackClosesIt(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	p := h.signedIn(t, "ada", token)
	p.phone()
	p.open("/r/" + string(lobby))
	p.ready()
	inView := `(() => { const r = document.querySelector(".rooms").getBoundingClientRect(); return r.right > 10; })()`
	p.wait("no sidebar", `!(`+inView+`)`)
	p.openDrawer()
	p.back()
	p.wait("the drawer to close", `!(`+inView+`)`)
	p.click(".members-button")
	p.sees(".pane", "Maya Okafor")
	p.back()
	p.wait("the pane to close", `!document.querySelector(".pane")`)
	p.openDrawer()
	p.click(`.row[href$="` + string(h.room(token, "design")) + `"]`)
	p.sees(".head h1", "design")
	p.wait("the drawer to close", `!(`+inView+`)`)
	p.wait("the composer in view", `document.querySelector("#composer").getBoundingClientRect().bottom <= innerHeight`)
	p.wait("nothing wider than the screen", `document.documentElement.scrollWidth <= innerWidth`)
	p.say("Enter breaks the line here")
	p.insert("second line")
	p.click(".send")
	p.reads("Enter breaks the line here\nsecond line")
}

func TestABotTakesPartOverAPlainWebSocket(t *testing.T) {
	h := start(t)
	ada := h.setUp(t)
	ada.say("is there a bot?")
	ada.wait("it to be sent", `!document.querySelector(".msg.pending")`)
	bot := h.join(h.session("ada", "correct horse"), "echo-bot")
	replies := h.echoBot(t, bot)
	ada.say("!echo hello machine")
	ada.reads("hello machine")
	ada.wait("both in order", `(() => { const t = [...document.querySelectorAll(".msg .text")].map(e => e.innerText);
		return t.indexOf("!echo hello machine") === t.indexOf("hello machine") - 1; })()`)
	if got := <-replies; !slices.Contains(got, "ok") {
		t.Errorf("the bot was answered %v", got)
	}
}
