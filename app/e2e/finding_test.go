//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// compose begins to write with an input method, and does not finish.
func (p *person) compose(letters string) {
	p.t.Helper()
	n := int64(len(letters))
	_, err := chromedp.Call(p.ctx, input.ImeSetComposition, input.ImeSetCompositionParams{Text: letters, SelectionStart: n, SelectionEnd: n})
	if err != nil {
		p.t.Fatal(err)
	}
}

// hits waits until these many results are shown, the first with some text.
func (p *person) hits(n int, first string) {
	p.t.Helper()
	p.wait("the results", `(() => { const h = document.querySelectorAll(".hit");
		return h.length === %s && (h.length === 0 || h[0].innerText.includes(%s)); })()`, n, first)
}

// inView waits until a message is marked and in view.
func (p *person) inView(text string) {
	p.t.Helper()
	p.wait("to see the message in its place", `(() => { const m = document.querySelector(".msg.target");
		if (!m || !m.innerText.includes(%s)) return false;
		const r = m.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`, text)
}

const focusedHit = `document.activeElement.matches(".hit") && [...document.querySelectorAll(".hit")].indexOf(document.activeElement)`

func TestFinding(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	design := h.room(token, "design")
	eve := h.join(token, "李文")
	h.post(eve, lobby, "我们明天在会议室见，deploying the release")
	h.postMany(eve, lobby, "the weather is number", 120)
	h.post(token, design, "Deploys are on Thursday: https://example.org/plan")
	h.post(token, lobby, "a zeppelin"+strings.Repeat(" and more", 40))
	h.post(token, lobby, "最后一个会议")
	ada, li := h.signedIn(t, "ada", token), h.signedIn(t, "li", eve)
	for _, p := range []*person{ada, li} {
		p.open("/r/" + string(lobby))
		p.ready()
		p.reads("最后一个会议")
	}

	t.Run("in this room, by keyboard alone, while one types", func(t *testing.T) {
		ada.key("f", chromedp.ModifierCtrl)
		ada.wait("the field", `document.activeElement.id === "search"`)
		ada.insert("会")
		ada.hits(2, "最后一个会议")
		if marked := eval[[]string](ada, `[...document.querySelectorAll(".hit mark")].map(m => m.innerText)`); len(marked) != 2 || marked[0] != "会" {
			t.Errorf("marked: %q", marked)
		}
		ada.key(kb.ArrowDown)
		ada.wait("the first result", focusedHit+` === 0`)
		ada.key(kb.ArrowUp)
		ada.wait("the field again", `document.activeElement.id === "search"`)
		ada.key(kb.ArrowDown)
		ada.key(kb.ArrowDown)
		ada.wait("the second result", focusedHit+` === 1`)
		ada.key("\r")
		ada.inView("我们明天在会议室见")
		ada.hits(2, "最后一个会议") // they stay
		ada.axe("search")
		ada.save("search-desktop-light")
		ada.key(kb.Escape)
		ada.wait("the pane to go, and the composer", `!document.querySelector(".finding") && document.activeElement.id === "composer"`)
	})
	t.Run("what was looked for is still there", func(t *testing.T) {
		ada.key("f", chromedp.ModifierCtrl)
		ada.wait("the query, to be replaced", `document.activeElement.id === "search" && document.activeElement.value === "会" && document.activeElement.selectionEnd === 1`)
		ada.hits(2, "最后一个会议")
		ada.key(kb.Escape)
		ada.wait("the pane to go", `!document.querySelector(".finding")`)
		ada.key("f", chromedp.ModifierCtrl)
		ada.hits(2, "最后一个会议")
	})
	t.Run("everywhere, with filters, and errors in words", func(t *testing.T) {
		ada.insert("deploy has:link")
		ada.hits(0, "")
		ada.sees(".finding [role=status]", "Nothing found")
		ada.press(".where", "", "Everywhere")
		ada.hits(1, "#design · Ada Lovelace")
		ada.wait("the field", `document.activeElement.id === "search"`)
		ada.fill("#search", "from:nobody")
		ada.sees(".finding .error", "Nobody here is called \"nobody\".")
		ada.fill("#search", "deploy before:2001-01-01")
		ada.hits(0, "")
	})
	t.Run("pages come as one scrolls", func(t *testing.T) {
		ada.fill("#search", "weather")
		ada.hits(20, "number 120")
		ada.sees(".finding [role=status]", "The newest 20")
		for _, more := range []int{40, 60} {
			eval[bool](ada, `(document.querySelector(".finding").scrollTo(0, 1e6), true)`)
			ada.wait("more", `document.querySelectorAll(".hit").length >= %s`, more)
		}
	})
	t.Run("of a long message, four lines", func(t *testing.T) {
		ada.fill("#search", "zeppelin")
		ada.hits(1, "a zeppelin")
		ada.wait("four lines", `(e => Math.round(e.clientHeight / parseFloat(getComputedStyle(e).lineHeight)) === 4)(document.querySelector(".hit .excerpt"))`)
	})
	t.Run("an input method's letters are not looked for", func(t *testing.T) {
		ada.fill("#search", "x")
		ada.hits(0, "")
		eval[bool](ada, `(document.querySelector("#search").select(), true)`)
		ada.compose("huiyi")
		eval[bool](ada, `(document.querySelector("#search").dispatchEvent(new KeyboardEvent("keydown",
			{key: "ArrowDown", keyCode: 229, isComposing: true, bubbles: true, cancelable: true})), true)`)
		if where := eval[string](ada, `document.activeElement.id`); where != "search" {
			t.Fatalf("the focus went to %q", where)
		}
		ada.insert("会议")
		ada.hits(2, "最后一个会议")
	})
	t.Run("only who is in a room finds what was said there", func(t *testing.T) {
		li.click(`.head button[aria-label="Search"]`)
		li.press(".where", "", "Everywhere")
		li.fill("#search", "deploys")
		li.hits(1, "会议室见")
		ada.post(design, "加入了吗")
		h.api(token, "add", shared.MemberRef{Room: design, User: h.welcome(eve).You.ID}, nil)
		li.fill("#search", "Deploys ")
		li.hits(2, "#design")
	})
	t.Run("without a network", func(t *testing.T) {
		li.offline(true)
		li.wait("to be offline", `document.documentElement.dataset.phase !== "live"`)
		li.fill("#search", "最后")
		li.hits(1, "最后一个会议")
		li.sees(".finding [role=status]", "no connection")
		li.offline(false)
		li.ready()
	})
	t.Run("on a phone", func(t *testing.T) {
		li.phone()
		li.open("/r/" + string(lobby))
		li.ready()
		li.click(`.head button[aria-label="Search"]`)
		li.fill("#search", "会议室")
		li.hits(1, "会议室见")
		li.axe("search on a phone")
		li.save("search-phone-light")
		li.click(".hit")
		li.inView("会议室见")
		li.wait("the pane to be out of the way", `!document.querySelector(".finding")`)
		li.click(`.head button[aria-label="Search"]`)
		li.hits(1, "会议室见")
		li.scheme("dark")
		li.axe("search on a phone, dark")
		li.save("search-phone-dark")
		li.back()
		li.wait("the pane to close", `!document.querySelector(".finding")`)
	})
}

// post says something over HTTP as the person whose token the page has not.
func (p *person) post(room shared.RoomID, text string) {
	p.t.Helper()
	p.open("/r/" + string(room))
	p.ready()
	p.say(text)
	p.reads(text)
}

func TestTheSwitcher(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	li := h.join(token, "李文")
	h.post(li, lobby, "the tea is ready")
	h.join(token, "José")
	h.join(token, "吕明")
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	open := func() {
		t.Helper()
		ada.key("k", chromedp.ModifierCtrl)
		ada.wait("the field", `document.querySelector("#dialog").open && document.activeElement.id === "switch"`)
	}
	shut := func() { // as far as the app knows: it hears of it a moment later
		t.Helper()
		ada.key(kb.Escape)
		ada.wait("it to close", `!document.querySelector("#dialog").open && !document.querySelector("#dialog").innerText`)
	}
	chosen := func(text string) {
		t.Helper()
		ada.wait("to have "+text+" chosen", `(() => { const o = document.querySelector("[role=option][aria-selected=true]");
			return o && o.innerText.includes(%s) && document.querySelector("#switch").getAttribute("aria-activedescendant") === o.id; })()`, text)
	}

	t.Run("a few letters and Enter lead to a room", func(t *testing.T) {
		open()
		ada.insert("dsg")
		chosen("design")
		ada.key("\r")
		ada.sees(".head h1", "design")
		ada.wait("the composer", `document.activeElement.id === "composer"`)
	})
	t.Run("the most recent rooms come first", func(t *testing.T) {
		open()
		chosen("lobby")
		ada.save("switcher-desktop-light")
		ada.axe("switcher")
		ada.key(kb.ArrowDown)
		ada.key(kb.ArrowDown)
		ada.key(kb.ArrowUp)
		ada.key(kb.ArrowUp)
		chosen("lobby")
		shut()
	})
	t.Run("Chinese names by how they are said", func(t *testing.T) {
		for _, typed := range []string{"lw", "liwen", "wen"} {
			open()
			ada.insert(typed)
			chosen("李文")
			shut()
		}
		open()
		ada.insert("fbjh")
		chosen("发布计划")
		ada.key("\r")
		ada.sees(".head h1", "发布计划")
	})
	t.Run("and names without the accents that were left out", func(t *testing.T) {
		for typed, name := range map[string]string{"jose": "José", "JOSÉ": "José", "lvming": "吕明", "lüm": "吕明", "lum": "吕明"} {
			open()
			ada.insert(typed)
			chosen(name)
			shut()
		}
	})
	t.Run("Enter on a person opens the conversation with them", func(t *testing.T) {
		open()
		ada.insert("@lw")
		chosen("李文")
		ada.key("\r")
		ada.sees(".head h1", "李文")
		ada.say("只有你看得到")
		ada.reads("只有你看得到")
		open()
		ada.insert("design")
		chosen("design")
		ada.key("\r")
		ada.sees(".head h1", "design")
		open()
		chosen("李文") // the most recent
		shut()
	})
	t.Run("# is for rooms, @ for people", func(t *testing.T) {
		open()
		ada.insert("@")
		ada.wait("people alone", `(() => { const o = [...document.querySelectorAll("[role=option]")];
			return o.length === 4 && o.every(e => e.querySelector(".avatar")); })()`)
		ada.fill("#switch", "#")
		ada.wait("rooms alone", `(() => { const o = [...document.querySelectorAll("[role=option]")];
			return o.length >= 3 && o.every(e => e.innerText.trim().startsWith("#")); })()`)
		ada.fill("#switch", "")
	})
	t.Run("an input method's Enter is not ours", func(t *testing.T) {
		ada.compose("lobby")
		eval[bool](ada, `(document.querySelector("#switch").dispatchEvent(new KeyboardEvent("keydown",
			{key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true})), true)`)
		if !eval[bool](ada, `document.querySelector("#dialog").open`) {
			t.Fatal("the dialog is gone")
		}
		ada.insert("tea")
	})
	t.Run("words are looked for everywhere", func(t *testing.T) {
		chosen("Search everywhere for “tea”")
		ada.key("\r")
		ada.hits(1, "the tea is ready")
		ada.wait("the field", `document.activeElement.id === "search"`)
	})
	t.Run("on a phone, from the drawer", func(t *testing.T) {
		ada.phone()
		ada.open("/r/" + string(lobby))
		ada.ready()
		ada.openDrawer()
		ada.click(".switch-button")
		ada.wait("the dialog", `document.querySelector("#dialog").open`)
		ada.fill("#switch", "des")
		chosen("design")
		ada.axe("switcher on a phone")
		ada.save("switcher-phone-light")
		ada.click("[role=option]")
		ada.sees(".head h1", "design")
		ada.scheme("dark")
		ada.openDrawer()
		ada.click(".switch-button")
		ada.wait("the dialog", `document.querySelector("#dialog").open`)
		ada.save("switcher-phone-dark")
	})
	t.Run("its keys are listed", func(t *testing.T) {
		ada.open("/r/" + string(lobby))
		ada.ready()
		ada.key("/", chromedp.ModifierCtrl)
		ada.sees("#dialog", "Ctrl+K")
		ada.sees("#dialog", "Ctrl+F")
	})
}
