//go:build e2e

package e2e

import (
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// freeAddr is one of this machine's that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestUnderAPathTheAppIsWhole(t *testing.T) {
	addr := freeAddr(t)
	h := startAt(t, addr, "http://"+addr+"/chat")
	ada, eve := h.couple(t)
	h.staysUnder(ada)

	t.Run("rooms and links lead to where they should", func(t *testing.T) {
		ada.click(`.rooms .group button`)
		ada.fill("#new-room-name", "design")
		ada.press("#dialog", "", "Create a room")
		ada.sees(".head h1", "design")
		h.staysUnder(ada)
		ada.click(`.row[href^="/chat/r/"]:not(.on)`)
		ada.sees(".head h1", "lobby")
		ada.back()
		ada.sees(".head h1", "design")
		ada.back()
		ada.sees(".head h1", "lobby")
	})
	t.Run("what the browser keeps is named with the path", func(t *testing.T) {
		for _, p := range []*person{ada, eve} {
			p.worked()
			p.remembered(1)
		}
		names := eval[[]string](ada, `(async () => [
			...(await indexedDB.databases()).map(d => d.name), ...await caches.keys(), ...Object.keys(localStorage),
			...(await navigator.locks.query()).held.map(l => l.name),
			...(await navigator.serviceWorker.getRegistrations()).map(r => new URL(r.scope).pathname)])()`)
		for _, name := range names {
			if !strings.HasPrefix(name, "/chat hubbub") && name != "/chat/" {
				t.Errorf("something is kept as %q", name)
			}
		}
		if len(names) < 4 {
			t.Errorf("only %q are kept", names)
		}
		p := ada.cookies()
		if !slices.Equal(p, []string{"hubbub_room /chat", "hubbub_session /chat", "hubbub_tz /chat"}) {
			t.Errorf("the cookies are %q", p)
		}
	})
	t.Run("the app opens without the server", func(t *testing.T) {
		h.stop(syscall.SIGKILL)
		h.livesOn(eve, ada)
	})
	t.Run("language and theme are kept", func(t *testing.T) {
		ada.click(".me")
		ada.choose("#my-theme", "dark")
		ada.choose("#my-language", "zh")
		ada.wait("the page in Chinese", `document.documentElement.lang === "zh" && document.documentElement.dataset.theme === "dark"`)
		ada.ready()
	})
	t.Run("who signs out, signs in again", func(t *testing.T) {
		ada.click(".me")
		ada.press("#dialog", "", "退出登录")
		ada.wait("the sign-in page", `location.pathname === "/chat/signin" && document.readyState === "complete"`)
		ada.fill("#field-handle", "ada")
		ada.fill("#field-password", "correct horse")
		ada.click("button[type=submit]")
		ada.ready()
		h.staysUnder(ada)
	})
}

// cookies are those that the page's server gets, by name and path.
func (p *person) cookies() (list []string) {
	p.t.Helper()
	got, err := chromedp.Call(p.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, c := range got.Cookies {
		list = append(list, c.Name+" "+c.Path)
	}
	slices.Sort(list)
	return list
}

// couple is ada, who sets a server up, and eve, who comes by her link. They
// talk.
func (h *hubbub) couple(t *testing.T) (ada, eve *person) {
	t.Helper()
	ada = h.setUp(t)
	link := ada.invite()
	if !strings.HasPrefix(link, h.site+"/join/") {
		t.Errorf("the invite is %s", link)
	}
	eve = h.guest(t, "Eve", link)
	ada.say("hello Eve")
	eve.reads("hello Eve")
	eve.say("你好 Ada")
	ada.reads("你好 Ada")
	return ada, eve
}

// staysUnder checks every address that a page has.
func (h *hubbub) staysUnder(p *person) {
	p.t.Helper()
	links := eval[[]string](p, `[location.href, ...[...document.querySelectorAll("[href], [src], [action]")].map(e => e.href || e.src || e.action),
		...performance.getEntriesByType("resource").map(e => e.name)]`)
	for _, link := range links {
		if !strings.HasPrefix(link, h.site+"/") {
			p.t.Errorf("the page has %s, which is not under %s", link, h.site)
		}
	}
}

// livesOn has two people open the app while the server is away, and talk when
// it is back.
func (h *hubbub) livesOn(people ...*person) {
	for _, p := range people {
		p.keeps("hello Eve")
		p.openEarly("/")
		p.sees(".msg .text", "hello Eve")
		p.sees(".status", "No connection")
		p.say(p.name + " was offline")
		p.sees(".msg.pending .text", p.name+" was offline")
		h.staysUnder(p)
	}
	h.start()
	for _, p := range people {
		for _, author := range people {
			p.reads(author.name + " was offline")
		}
		p.wait("nothing to be pending", `!document.querySelector(".msg.pending")`)
	}
}
