//go:build e2e

package e2e

import (
	"syscall"
	"testing"

	"hubbub/shared"
)

// push tells somebody something over HTTP, as a program does.
func (h *hubbub) push(token string, n shared.NewPush) {
	h.t.Helper()
	if status, said := h.tryPush(token, n); status != 200 {
		h.t.Fatalf("POST /push answered %d: %s", status, said)
	}
}

// lists opens the list of pushes.
func (p *person) lists() {
	p.t.Helper()
	p.openDrawer()
	p.click(".bell")
	p.sees(".pane h2", "Notifications")
}

// bell is how many pushes the bell says are unopened.
func (p *person) bell(count string) {
	p.t.Helper()
	p.wait("the bell to say "+count, `(document.querySelector(".bell .badge") || {innerText: ""}).innerText === %s`, count)
}

func TestAPushIsAToastAndInTheListAndOpenedOnceForAllTabs(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.welcome(token).You.ID
	first := h.signedIn(t, "first", token)
	first.open("/r/" + string(lobby))
	first.ready()
	if first.text(".bell") != "" || eval[bool](first, `!!document.querySelector(".bell")`) {
		t.Error("there is a bell though nothing was ever pushed")
	}
	second := first.tab("second")
	second.open("/r/" + string(lobby))
	second.ready()

	design := "/r/" + string(h.room(token, "design"))
	h.push(token, shared.NewPush{UserID: ada, ID: "one", Title: "Deployed", Message: "v1.4 is live 🚀", URL: design})
	h.push(token, shared.NewPush{UserID: ada, ID: "two", Message: "A parcel is\nat the door <b>"})
	for _, p := range []*person{first, second} {
		p.sees(".toast", "v1.4 is live")
		p.sees(".toast", "at the door <b>")
		p.bell("2")
	}
	first.axe("toasts")

	second.click(`.toast .push-open[href]`)
	second.sees(".head h1", "design")
	for _, p := range []*person{first, second} {
		p.bell("1")
		p.wait("its toast to go", `![...document.querySelectorAll(".toast")].some(e => e.innerText.includes("v1.4"))`)
	}
	first.click(`.toast button[aria-label^="Dismiss"]`)
	first.wait("no toast", `!document.querySelector(".toast")`)
	first.bell("1")
	first.lists()
	first.wait("one opened and one not", `(() => { const all = [...document.querySelectorAll(".push")].map(e => e.className);
		return all.length === 2 && all[0] === "push unopened" && all[1] === "push"; })()`)

	h.api(token, "amend", map[string]string{"id": "two", "message": "The parcel is gone"}, nil)
	first.sees(".push", "The parcel is gone")
	h.api(token, "clear", shared.PushRef{ID: "two"}, nil)
	for _, p := range []*person{first, second} {
		p.bell("")
		p.wait("it to be gone", `!document.body.innerText.includes("The parcel is gone")`)
	}
	first.key("\u001b")
	first.wait("the pane to close", `!document.querySelector(".pane")`)
}

func TestPushesAreThereAfterAReloadWithoutAServer(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.welcome(token).You.ID
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	h.push(token, shared.NewPush{UserID: ada, Title: "Deployed", Message: "v1.4 is live"})
	h.push(token, shared.NewPush{UserID: ada, Title: "Soup", Message: "is ready"})
	p.bell("2")
	p.worked()
	p.remembered(1)
	p.wait("the pushes to be kept", `hubbubShelf.last().then(l => JSON.parse(l.json).pushes.held.length === 2)`)
	h.stop(syscall.SIGKILL)
	p.openEarly("/r/" + string(lobby))
	p.bell("2")
	p.wait("no toast", `!document.querySelector(".toast")`)
	p.lists()
	p.sees(".push", "v1.4 is live")
	p.press(".push", "is ready", "Soup")
	p.bell("1")
	p.wait("that to be kept", `hubbubShelf.last().then(l => JSON.parse(l.json).pushes.opened.length === 1)`)
	p.axe("the list without a server")
	p.openEarly("/r/" + string(lobby))
	p.bell("1")
	h.start()
	p.ready()
	other := h.signedIn(t, "elsewhere", token)
	other.open("/r/" + string(lobby))
	other.ready()
	other.bell("1")
}
