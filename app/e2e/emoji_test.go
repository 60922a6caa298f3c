//go:build e2e

package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// typed presses a key for each letter, as a keyboard does.
func (p *person) typed(text string) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(text))
}

// holds waits until the composer's text is text.
func (p *person) holds(text string) {
	p.t.Helper()
	p.wait("the composer to hold "+text, `document.querySelector("#composer").value === %s`, text)
}

const (
	pickerButton = `.compose button[aria-haspopup="dialog"]`
	markedEmoji  = `document.querySelector('.picker-cell[aria-selected="true"]')`
)

func TestPickingAnEmoji(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	p.worked()

	t.Run("by keyboard alone, found in English, put where the caret is", func(t *testing.T) {
		p.fill(composer, "ab")
		p.key(kb.ArrowLeft)
		p.tabTo(pickerButton)
		p.key("\r")
		p.wait("the search to have the focus", `document.activeElement.matches(".picker .input")`)
		p.typed("party pop")
		p.wait("it to be found", markedEmoji+`?.innerText === "🎉"`)
		p.save("picker-search-desktop")
		p.key("\r")
		p.holds("a🎉b")
		p.wait("the focus in the composer", `document.activeElement.id === "composer" && document.activeElement.selectionStart === 3`)
	})
	t.Run("the browser's undo takes it back", func(t *testing.T) {
		p.key("z", chromedp.ModifierCtrl)
		p.holds("ab")
	})
	t.Run("in Chinese, through an input method", func(t *testing.T) {
		p.click(pickerButton)
		p.wait("the grid", `document.querySelectorAll(".picker-cell").length > 50`)
		compose := input.ImeSetCompositionParams{Text: "qingzhu", SelectionStart: 7, SelectionEnd: 7}
		if _, err := chromedp.Call(p.ctx, input.ImeSetComposition, compose); err != nil {
			t.Fatal(err)
		}
		eval[bool](p, `(document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true})), true)`)
		if !eval[bool](p, `document.querySelector(".picker").open`) {
			t.Fatal("the Enter of an input method chose an emoji")
		}
		p.insert("庆祝")
		p.wait("something to be found", `[...document.querySelectorAll(".picker-cell")].some(c => c.innerText === "🎊")`)
		p.key(kb.Escape)
		p.wait("the picker to be gone", `!document.querySelector(".picker")`)
		p.holds("ab")
	})
	t.Run("a skin tone is chosen once, for all", func(t *testing.T) {
		p.click(pickerButton)
		p.wait("the grid", `document.querySelectorAll(".picker-cell").length > 50`)
		p.click(`.picker-head button[aria-expanded]`)
		p.axe("the skin tones")
		p.save("picker-tones")
		p.click(`.picker-tones [aria-label="medium"]`)
		p.click(`.picker .input`)
		p.typed("wave")
		p.wait("it in that tone", markedEmoji+`?.innerText === "👋🏽"`)
		p.key("\r")
		p.holds("a👋🏽b")
		if got := eval[string](p, `hubbubEmoji.inTone(hubbubEmoji.named("handshake"))`); got != "🤝🏽" {
			t.Errorf("another one is %s", got)
		}
	})
	t.Run("the rule for tones makes what Unicode has", func(t *testing.T) {
		all, err := os.ReadFile("../../web/testdata/emoji.txt")
		if err != nil {
			t.Fatal(err)
		}
		known := strings.Fields(string(all))
		made := eval[[]string](p, `hubbubEmoji.list().filter(e => e.toned).flatMap(e => [1, 2, 3, 4, 5].map(n => hubbubEmoji.inTone(e, n)))`)
		if len(made) < 1500 {
			t.Errorf("%d emoji in tones", len(made))
		}
		for _, emoji := range made {
			if !slices.Contains(known, emoji) {
				t.Errorf("%s %+q is none", emoji, emoji)
			}
		}
	})
	t.Run("search: both languages, shortcodes and keywords at once", func(t *testing.T) {
		for query, want := range map[string]string{
			"tada": "🎉", "+1": "👍", "thumbs up": "👍", "派对": "🎉", "红心": "❤️", "heart red": "❤️", "火箭": "🚀",
			"flag china": "🇨🇳", "中国": "🇨🇳", "laugh 哈哈": "🤣", "PIZZA": "🍕",
		} {
			found := eval[[]string](p, `hubbubEmoji.search(%s, 8).map(e => e.emoji)`, query)
			if !slices.Contains(found, want) {
				t.Errorf("%s finds %s, want %s", query, found, want)
			}
		}
		if found := eval[int](p, `hubbubEmoji.search("nosuchemoji", 8).length`); found != 0 {
			t.Errorf("found %d", found)
		}
	})
	t.Run("a group is drawn when it comes into view", func(t *testing.T) {
		p.click(pickerButton)
		p.wait("the grid", `document.querySelectorAll(".picker-cell").length > 50`)
		if n := eval[int](p, `document.querySelectorAll(".picker-cell").length`); n > 1000 {
			t.Errorf("%d cells were drawn at once", n)
		}
		height := eval[float64](p, `document.querySelector(".picker-list").scrollHeight`)
		p.click(`.picker-groups [aria-label="Flags"]`)
		p.wait("the flags in view", `(() => {
			const list = document.querySelector(".picker-list").getBoundingClientRect();
			const flag = document.querySelector('.picker-cell[aria-label="flag: China"]');
			const top = document.querySelector('.picker-group[aria-label="Flags"]').getBoundingClientRect().top;
			return flag && Math.abs(top - list.top) < 60;
		})()`)
		if now := eval[float64](p, `document.querySelector(".picker-list").scrollHeight`); now != height {
			t.Errorf("the list was %v px high and became %v", height, now)
		}
		p.key(kb.Escape)
		p.wait("the picker to be gone", `!document.querySelector(".picker")`)
	})
	t.Run("how it looks", func(t *testing.T) {
		for _, lang := range []string{"en", "zh"} {
			p.cookie("hubbub_lang", lang)
			p.eachLook("picker-"+lang, func() {
				p.open("/r/" + string(lobby))
				p.ready()
				p.click(pickerButton)
				p.wait("the grid", `document.querySelectorAll(".picker-cell").length > 50`)
				p.key(kb.ArrowDown)
				p.wait("a mark", markedEmoji)
			})
		}
	})
}

// tabTo presses Tab until what css names has the focus.
func (p *person) tabTo(css string) {
	p.t.Helper()
	for range 10 {
		p.key(kb.Tab)
		if eval[bool](p, `document.activeElement.matches(%s)`, css) {
			return
		}
	}
	p.t.Fatalf("%s: Tab does not lead to %s", p.name, css)
}
