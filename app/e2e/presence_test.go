//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// dotOf is the dot at a person's picture in the members pane.
const dotOf = `[...document.querySelectorAll(".pane .person")].find(e => e.innerText.includes(%s))?.querySelector(".availability")?.className`

// standing waits until the members pane shows somebody so.
func (p *person) standing(name, kind string) {
	p.t.Helper()
	p.wait(name+" to be "+kind, dotOf+` === %s`, name, "availability "+kind)
}

// says waits until the members pane shows that somebody says something, or
// nothing.
func (p *person) says(name, text string) {
	p.t.Helper()
	p.wait(name+" to say "+text, `(() => {
		const e = [...document.querySelectorAll(".pane .person")].find(e => e.innerText.includes(%s));
		const d = e && [...e.querySelectorAll(".detail")];
		return d && (%s ? d.some(d => d.innerText.includes(%s)) : d.length === 1);
	})()`, name, text, text)
}

func TestTwoPeopleSeeWhetherTheOtherIsThere(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	eve := h.join(token, "Eve")
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	ada.click(".members-button")
	ada.standing("Eve", "offline")
	p := h.signedIn(t, "eve", eve)
	p.open("/r/" + string(lobby))
	p.ready()
	ada.standing("Eve", "online")
	p.click(".members-button")

	t.Run("who is here comes first", func(t *testing.T) {
		h.join(token, "Aaron")
		ada.wait("Aaron below Eve", `(() => {
			const names = [...document.querySelectorAll(".pane .person .name")].map(e => e.innerText);
			return names.indexOf("Aaron") > names.indexOf("Eve") && names.length === 3;
		})()`)
	})
	t.Run("a status is set by keyboard alone", func(t *testing.T) {
		eval[bool](p, `(document.querySelector(".me").focus(), true)`)
		p.key("\r")
		p.sees(".dialog-head h2", "Profile")
		p.key(kb.Tab)
		p.wait("the status button to have the focus", `document.activeElement.classList.contains("status-button")`)
		p.key("\r")
		p.sees(".dialog-head h2", "Status")
		p.wait("focus in the dialog", `document.querySelector("#dialog").contains(document.activeElement)`)
		for range 10 {
			if eval[string](p, `document.activeElement.id`) == "status-emoji" {
				break
			}
			p.key(kb.Tab)
		}
		p.insert("🍵")
		p.key(kb.Tab)
		p.insert("Tea & <b>cake</b>")
		p.key("\r")
		p.wait("the dialog to close", `!document.querySelector("#dialog").open`)
		ada.says("Eve", "🍵 Tea & <b>cake</b>")
		p.sees(".me .detail", "Tea & <b>cake</b>")
	})
	t.Run("its emoji stands beside the name where one speaks", func(t *testing.T) {
		h.post(eve, lobby, "hello")
		ada.sees(".msg .by .mood", "🍵")
	})
	t.Run("it ends by the server's clock", func(t *testing.T) {
		until := shared.Millis(time.Now().Add(1500 * time.Millisecond).UnixMilli())
		h.api(eve, "status", shared.Status{Text: "Back soon", Until: until}, nil)
		ada.says("Eve", "")
		ada.wait("the emoji to go", `!document.querySelector(".msg .by .mood")`)
	})
	t.Run("what is no emoji, and a time that has passed, are refused", func(t *testing.T) {
		p.openStatus()
		p.fill("#status-emoji", "tea")
		p.press("#dialog", "", "Save")
		p.sees("#dialog .error", "not one emoji")
		p.fill("#status-emoji", "🍵")
		p.choose("#status-ends", "custom")
		p.fill("#status-ends-at", "2001-01-01T10:00")
		p.press("#dialog", "", "Save")
		p.sees("#dialog .error", "time to come")
	})
	t.Run("one press says what is usual", func(t *testing.T) {
		p.press(".moods", "", "🍜 At lunch")
		ada.says("Eve", "🍜 At lunch, until ")
	})
	t.Run("do not disturb has a duration, and can be turned off", func(t *testing.T) {
		p.openStatus()
		p.choose("#dnd-ends", "60")
		p.press("#dialog", "", "Turn on")
		ada.standing("Eve", "dnd")
		p.wait("its end", `[...document.querySelectorAll("#dialog [role=status]")].some(e => /^On until \d/.test(e.innerText))`)
		p.press("#dialog", "", "Turn off")
		ada.standing("Eve", "online")
		p.press("#dialog", "", "Clear status")
		ada.says("Eve", "")
	})
	t.Run("in a direct conversation too", func(t *testing.T) {
		h.api(token, "direct", shared.Circle{Users: []shared.UserID{h.welcome(eve).You.ID}}, nil)
		ada.wait("Eve in the sidebar, online", `document.querySelector(".directs .availability")?.className === "availability online"`)
		h.api(eve, "dnd", shared.Quiet{Until: shared.Forever}, nil)
		ada.wait("Eve in the sidebar, busy", `document.querySelector(".directs .availability")?.className === "availability dnd"`)
		ada.save("presence-direct")
		h.api(eve, "dnd", shared.Quiet{}, nil)
	})
	t.Run("who closes the last page goes", func(t *testing.T) {
		h.api(eve, "status", shared.Status{Emoji: "🏖️", Text: "Holiday"}, nil)
		p.open("/check")
		ada.standing("Eve", "offline")
		ada.says("Eve", "Holiday")
	})
	t.Run("on both sizes and in both themes", func(t *testing.T) {
		p.open("/r/" + string(lobby))
		p.ready()
		h.api(token, "dnd", shared.Quiet{Until: shared.Forever}, nil)
		p.eachLook("presence-members", func() {
			if eval[bool](p, `!document.querySelector(".pane")`) {
				p.click(".members-button")
			}
			p.standing("Ada", "dnd")
		})
		p.do(chromedp.EmulateViewport(1280, 800))
		p.eachLook("presence-status", func() {
			if eval[bool](p, `!document.querySelector("#dialog").open`) {
				p.openStatus()
			}
		})
	})
}

// openStatus opens the dialog for one's own status.
func (p *person) openStatus() {
	p.t.Helper()
	p.clickHidden(".me")
	p.clickHidden(".status-button")
	p.sees(".dialog-head h2", "Status")
}

func TestWhoTouchesNothingIsAway(t *testing.T) {
	addr := freeAddr(t)
	h := startAt(t, addr, "http://"+addr, "--away-after", "1s")
	token, lobby := h.furnish()
	eve := h.join(token, "Eve")
	ada, p := h.signedIn(t, "ada", token), h.signedIn(t, "eve", eve)
	for _, p := range []*person{ada, p} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	ada.click(".members-button")
	ada.standing("Eve", "away")
	t.Run("a hidden page says nothing, whatever happens in it; one in view does, once a minute", func(t *testing.T) {
		got := eval[[]int](p, `(() => {
			let n = 0, hidden = true, now = 1e6, counts = [];
			const clock = Date.now;
			Date.now = () => now;
			Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
			hubbubActivity(() => n++);
			const touch = () => { dispatchEvent(new KeyboardEvent("keydown", {key: "Shift"})); counts.push(n); };
			touch();
			hidden = false; touch(); touch();
			now += 61e3; touch();
			hidden = true; now += 61e3; touch();
			delete document.hidden;
			Date.now = clock;
			return counts;
		})()`)
		if want := []int{0, 1, 1, 2, 2}; len(got) != len(want) || got[1] != 1 || got[0] != 0 || got[2] != 1 || got[3] != 2 || got[4] != 2 {
			t.Errorf("said %v, want %v", got, want)
		}
	})
	t.Run("what one says ends when one means", func(t *testing.T) {
		for choice, right := range map[string]string{
			"30":    `t === 30 * 60000 + now`,
			"today": `d.getHours() === 0 && d.getMinutes() === 0 && t > now && t <= now + 25 * 3600e3`,
			"week":  `d.getHours() === 0 && d.getDay() === 1 && t > now && t <= now + 7 * 25 * 3600e3`,
			"":      `t === 0`,
		} {
			for day := range 8 {
				if !eval[bool](p, `(() => {
					const now = new Date(2026, 10, 16 + %s, 23 - %s, 59).getTime(), Real = Date;
					globalThis.Date = class extends Real { constructor(...a) { a.length ? super(...a) : super(now); } static now() { return now; } };
					const t = hubbubUntil(%s, ""), d = new Real(t);
					globalThis.Date = Real;
					return `+right+`;
				})()`, day, day, choice) {
					t.Errorf("%q, chosen on day %d, does not end as it should", choice, day)
				}
			}
		}
	})
}

func TestTypingIsSeenByTheOthers(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	eve := h.join(token, "Eve")
	li, noa := h.join(token, "李文"), h.join(token, "נועה")
	ada, p := h.signedIn(t, "ada", token), h.signedIn(t, "eve", eve)
	for _, p := range []*person{ada, p} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	height := `document.querySelector("#timeline").getBoundingClientRect().height`
	before := eval[float64](ada, height)
	typing := func(p *person) { // goes on until the page is told to stop
		eval[bool](p, `(globalThis.typing = setInterval(() => document.querySelector("#composer").dispatchEvent(new Event("input", {bubbles: true})), 200), true)`)
	}
	stop := func(p *person) { eval[bool](p, `(clearInterval(globalThis.typing), true)`) }

	t.Run("one, in a line that is always there", func(t *testing.T) {
		p.fill(composer, "h")
		typing(p)
		ada.sees(".typing", "\u2068Eve\u2069 is typing…")
		if now := eval[float64](ada, height); now != before {
			t.Errorf("the list is %v high, and was %v", now, before)
		}
		if eval[bool](ada, `!!document.querySelector(".typing").closest("[aria-live], [role=status], [role=log], [role=alert]")`) {
			t.Error("screen readers say it")
		}
		if got := p.text(".typing"); got != "" {
			t.Errorf("Eve herself sees %q", got)
		}
	})
	t.Run("it ends with the message", func(t *testing.T) {
		stop(p)
		p.fill(composer, "hi there")
		p.key("\r")
		ada.reads("hi there")
		ada.wait("nobody to type", `document.querySelector(".typing").innerText === ""`)
	})
	t.Run("composing is typing", func(t *testing.T) {
		p.fill(composer, "")
		ada.wait("nobody to type", `document.querySelector(".typing").innerText === ""`)
		compose := input.ImeSetCompositionParams{Text: "huiyi", SelectionStart: 5, SelectionEnd: 5}
		if _, err := chromedp.Call(p.ctx, input.ImeSetComposition, compose); err != nil {
			t.Fatal(err)
		}
		typing(p)
		ada.sees(".typing", "Eve\u2069 is typing…")
	})
	t.Run("two, and several, in either direction of writing", func(t *testing.T) {
		until := func(want string, tokens ...string) {
			t.Helper()
			for end := time.Now().Add(patience); ; {
				for _, token := range tokens {
					h.api(token, "typing", shared.Typing{Room: lobby}, nil)
				}
				if got := ada.text(".typing"); got == want {
					return
				} else if time.Now().After(end) {
					t.Fatalf("Ada sees %q, want %q", got, want)
				}
			}
		}
		until("\u2068Eve\u2069 and \u2068נועה\u2069 are typing…", noa)
		ada.save("typing-desktop")
		until("Several people are typing…", noa, li)
		ada.axe("typing")
		ada.phone()
		ada.save("typing-phone")
	})
	t.Run("who does not want to tell does not", func(t *testing.T) {
		stop(p)
		p.insert("会议")
		p.openStatus()
		p.click("#tell-typing")
		p.key(kb.Escape)
		p.wait("the dialog to close", `!document.querySelector("#dialog").open`)
		eval[bool](p, `(() => {
			globalThis.told = 0;
			const send = WebSocket.prototype.send;
			WebSocket.prototype.send = function (m) { if (String(m).includes('"typing"')) told++; return send.call(this, m); };
			return true;
		})()`)
		p.fill(composer, "quiet")
		p.insert(" now")
		p.key("\r")
		ada.reads("quiet now")
		if n := eval[int](p, `told`); n != 0 {
			t.Errorf("told %d times", n)
		}
	})
}
