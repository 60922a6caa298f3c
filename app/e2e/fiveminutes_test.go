//go:build e2e

package e2e

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	composer = "#composer"
)

// setUp is what an owner does first, by hand.
func (h *hubbub) setUp(t *testing.T) *person {
	t.Helper()
	ada := h.visitor(t, "ada")
	ada.claim()
	ada.ready()
	return ada
}

// claim becomes the owner.
func (p *person) claim() {
	p.t.Helper()
	p.open(p.h.link)
	p.fill("#field-server", "Riverside Studio")
	p.fill("#field-name", "Ada Lovelace")
	p.fill("#field-handle", "ada")
	p.fill("#field-password", "correct horse")
	p.click("button[type=submit]")
}

// ready waits until the app has taken the page over and is connected.
func (p *person) ready() {
	p.t.Helper()
	p.wait("the app to be live", `document.documentElement.dataset.phase === "live"`)
}

// invite makes a link through the dialog and returns it.
func (p *person) invite() string {
	p.t.Helper()
	p.click(`.head button[aria-label="Invite people"]`)
	p.wait("an invite link", `(document.querySelector("#invite-url") || {value: ""}).value.includes("/join/")`)
	link := eval[string](p, `document.querySelector("#invite-url").value`)
	p.key("\u001b")
	p.wait("the dialog to close", `!document.querySelector("#dialog").open`)
	return link
}

// guest joins through a link with a name alone.
func (h *hubbub) guest(t *testing.T, name, link string) *person {
	t.Helper()
	p := h.visitor(t, name)
	p.open(link)
	p.fill("#field-name", name)
	p.click("button[type=submit]")
	p.ready()
	return p
}

// say writes into the composer and presses Enter.
func (p *person) say(text string) {
	p.t.Helper()
	p.fill(composer, text)
	p.key("\r")
}

// texts is what stands in the timeline, from top to bottom.
func (p *person) texts() []string {
	return eval[[]string](p, `[...document.querySelectorAll(".msg .text")].map(e => e.innerText)`)
}

func (p *person) reads(text string) {
	p.t.Helper()
	p.sees(".msg:not(.pending) .text", text)
}

func TestTwoPeopleChatAfterOneCommand(t *testing.T) {
	h := start(t)
	ada := h.setUp(t)
	ada.sees(".beginning", "This is the beginning of #lobby")
	ada.sees(".welcome", "Who comes along?")
	ada.axe("the first room")
	eve := h.guest(t, "Eve", ada.invite())

	ada.say("hello Eve")
	eve.reads("hello Eve")
	eve.say("你好 Ada, 会议室见")
	ada.reads("会议室见")
	for _, line := range []string{"one", "two", "three"} {
		ada.say("ada " + line)
		eve.say("eve " + line)
	}
	for _, p := range []*person{ada, eve} {
		p.reads("ada three")
		p.reads("eve three")
		p.wait("nothing to be pending", `!document.querySelector(".msg.pending")`)
	}
	if a, e := ada.texts(), eve.texts(); !slices.Equal(a, e) || len(a) != 8 {
		t.Errorf("they see different conversations:\nada %q\neve %q", a, e)
	}

	t.Run("the server's own HTML holds the history, for this reader alone", func(t *testing.T) {
		page := ada.fetch("/r/" + eval[string](ada, `location.pathname.split("/")[2]`))
		if !strings.Contains(page, "hello Eve") || !strings.Contains(page, "会议室见") {
			t.Errorf("no history in the page:\n%s", page)
		}
		resp, err := http.Get(h.url("/"))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		stranger, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(stranger), "hello Eve") {
			t.Error("a stranger can read it")
		}
	})
	t.Run("nothing is inline", func(t *testing.T) {
		page := ada.fetch(eval[string](ada, `location.pathname`))
		if m := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>`).FindString(page); m != "" {
			t.Errorf("the page has %q", m)
		}
	})
}

// fetch returns a page's HTML as the person's browser gets it.
func (p *person) fetch(path string) string {
	p.t.Helper()
	return eval[string](p, `fetch(%s).then(r => r.text())`, path)
}
