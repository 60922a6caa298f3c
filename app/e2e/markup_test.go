//go:build e2e

package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

const specimen = "## Resuming, at last\n\nThe new path **is in**. A client that was away says where it *stopped*, and gets the ~~whole~~ rest:\n\n" +
	"```go\n// resume continues where the client stopped.\nfunc (c *Client) resume(epoch string, at map[RoomID]Seq) error {\n\tif epoch != c.epoch {\n\t\treturn fmt.Errorf(\"epoch %q: %w\", epoch, ErrReset) // 1 of 2\n\t}\n\treturn nil\n}\n```\n\n" +
	"> It was never silent.\n> Not once.\n\n1. `resume` first\n2. then *live*\n   - and `reset`, see https://example.org/spec?x=1#resume。\n\n" +
	"| case | clients | p99 |\n|:--|:-:|--:|\n| idle | 10,000 | 4 ms |\n| busy, with a description that is quite long | 1,000 | 13 ms |\n\n" +
	"**重要。**请看 <script>alert(1)</script>"

// TestMarkup is two people who write more than plain words.
func TestMarkup(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	eve := h.signedIn(t, "eve", h.join(token, "Eve Ørsted"))
	for _, p := range []*person{ada, eve} {
		p.open("/r/" + string(lobby))
		p.ready()
	}

	t.Run("what is typed in Markdown is shown as it is meant, with the page of a reader without the app too", func(t *testing.T) {
		ada.fill(composer, specimen)
		ada.key("\r")
		for _, css := range []string{"h4", "strong", "del", "pre code .hl-k", "blockquote", "ol ul code", "td.end", "a[rel='noopener noreferrer nofollow'][target=_blank]"} {
			eve.wait("the element "+css, `!!document.querySelector(".msg .rich " + %s)`, css)
		}
		eve.sees(".rich p", "重要。请看 <script>alert(1)</script>")
		if got := eval[string](eve, `document.querySelector(".rich li a").href`); got != "https://example.org/spec?x=1#resume" {
			t.Errorf("the link leads to %q", got)
		}
		rendered := `[...document.querySelectorAll(".rich")].map(e => e.innerHTML).join()`
		drawn := eval[string](eve, rendered)
		eve.block("*://*:*/*.wasm")
		eve.open("/r/" + string(lobby))
		if first := eval[string](eve, rendered); first != drawn {
			t.Errorf("the server's first paint differs from the app's:\n%s\n%s", first, drawn)
		}
		eve.block()
		eve.open("/r/" + string(lobby))
		eve.ready()
	})
	t.Run("a mention calls, and is marked for whom it means", func(t *testing.T) {
		ada.fill(composer, "@eve ørsted, and @ada too")
		ada.key("\r")
		eve.wait("a message that calls me", `!!document.querySelector(".msg.calls-me .mention.mine")`)
		eve.sees(".mention.mine", "@eve ørsted")
		ada.sees(".mention.mine", "@ada")
		eve.click(".mention:not(.mine)")
		eve.wait("the profile of who is mentioned", `document.querySelector("#dialog").open && document.querySelector("#dialog").innerText.includes("Ada")`)
		eve.key(kb.Escape)
		eve.wait("the conversation", `!document.querySelector("#dialog").open`)
		if eval[bool](ada, `!!document.querySelector(".calls-me")`) {
			t.Error("Ada's own message calls her")
		}
	})
	t.Run("a room's name leads there, and so does its address, in the same window", func(t *testing.T) {
		var made shared.OK
		h.api(token, "create", shared.NewRoom{Name: "Release plan"}, &made)
		ada.fill(composer, "see #release plan and "+h.url("/r/"+string(made.Room.ID)))
		ada.key("\r")
		for _, css := range []string{"a.room", `.rich p > a[target]`} {
			ada.wait("a link", `(() => { const l = [...document.querySelectorAll(".msg " + %s)].pop(); if (!l) return false; l.click(); return true; })()`, css)
			ada.wait("the room", `location.pathname === %s && document.querySelector("h1").innerText.includes("Release plan")`, "/r/"+string(made.Room.ID))
			ada.back()
			ada.wait("the lobby", `location.pathname === %s`, "/r/"+string(lobby))
		}
	})
	t.Run("code can be copied, and all of it can be reached by keyboard", func(t *testing.T) {
		eval[bool](ada, `(navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }, true)`)
		ada.wait("the button", `(() => { const b = document.querySelector(".listing > button"); if (!b) return false; b.focus(); return document.activeElement === b; })()`)
		ada.key("\r")
		ada.wait("the code", `(window.copied || "").startsWith("// resume continues")`)
	})
	t.Run("@room asks before it calls many", func(t *testing.T) {
		for _, name := range []string{"Bea", "Cho", "Dan", "Eli"} {
			h.join(token, name)
		}
		ada.wait("six members", `document.querySelector(".head").innerText.includes("6")`)
		ada.fill(composer, "@room tea?")
		ada.key("\r")
		ada.sees(".task.on", "all 6 people")
		ada.key(kb.Escape)
		ada.wait("the text, kept", `document.querySelector("#composer").value === "@room tea?" && document.activeElement.id === "composer" && !document.querySelector(".task.on")`)
		ada.key("\r")
		ada.wait("the question", `document.activeElement.id === "call-all"`)
		ada.axe("the question before @room")
		ada.save("markup-call-all")
		ada.phone()
		ada.axe("the question before @room on a phone")
		ada.save("markup-call-all-phone")
		ada.do(chromedp.EmulateViewport(1280, 800))
		ada.key("\r")
		eve.wait("the call", `[...document.querySelectorAll(".msg.calls-me .mention.all")].some(e => e.innerText === "@room")`)
		ada.wait("an empty composer", `document.querySelector("#composer").value === ""`)
	})
	eve.eachLook("markup", func() {
		eve.open("/r/" + string(lobby))
		eve.ready()
	})
	eve.eachLook("markup-end", func() {
		eval[bool](eve, `(document.querySelector(".list").scrollTop = -1e6, true)`)
	})
}
