//go:build e2e

package e2e

import (
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hubbub/shared"
)

// portraitFile is a photograph, on the person's disk.
func portraitFile(t *testing.T, hue color.RGBA) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			c := hue
			if (x-320)*(x-320)+(y-220)*(y-220) < 150*150 {
				c = color.RGBA{250, 220, 190, 255}
			}
			img.Set(x, y, c)
		}
	}
	path := filepath.Join(t.TempDir(), "me.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, img, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// profile opens one's own profile.
func (p *person) profile() {
	p.t.Helper()
	p.openDrawer()
	p.click(".me")
	p.sees("#dialog h2", "Profile")
	p.wait("what is known of oneself", `!!document.querySelector("#my-zone").placeholder`)
}

// picks has a file field take a file.
func (p *person) picks(css, path string) {
	p.t.Helper()
	p.do(chromedp.SetUploadFiles(css, []string{path}))
}

// drawn waits for a picture that has come.
func (p *person) drawn(css string) {
	p.t.Helper()
	p.wait("the picture in "+css, `[...document.querySelectorAll(%s)].some(i => i.complete && i.naturalWidth > 100 && i.naturalWidth === i.naturalHeight)`, css+" img")
}

// account finds somebody among everybody's accounts, and opens theirs.
func (p *person) account(name string) {
	p.t.Helper()
	p.openDrawer()
	p.click(".me")
	p.press("#dialog", "", "People")
	p.sees("#dialog h2", "People")
	p.wait("the accounts", `document.querySelectorAll("#dialog .account").length > 1`)
	p.fill("#account-filter", name)
	p.wait("one account", `document.querySelectorAll("#dialog .account").length === 1`)
	p.click("#dialog .account")
	p.sees("#dialog h2", name)
	p.sees("#dialog .staff", "here since")
}

func TestAProfileIsSeenByTheOthers(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	h.post(token, lobby, "Who is this?")
	eveToken := h.join(token, "Eve")
	h.post(eveToken, lobby, "Me!")
	ada, eve := h.signedIn(t, "ada", token), h.signedIn(t, "eve", eveToken)
	ada.open("/r/" + string(lobby))
	ada.ready()
	eve.phone()
	eve.open("/r/" + string(lobby))
	eve.ready()
	eve.wait("initials", `document.querySelector(".msg .avatar").innerText.trim() === "AL"`)

	ada.profile()
	ada.picks("#my-picture", portraitFile(t, color.RGBA{40, 110, 160, 255}))
	ada.drawn("#dialog .avatar")
	ada.fill("#my-name", "Ada King")
	ada.fill("#my-about", "Draws maps of things that do not exist yet.")
	ada.fill("#my-zone", "Asia/Tokyo")
	ada.fill("#my-new-handle", "king")
	ada.key("\r")
	ada.sees("#dialog .ok", "Saved")
	ada.axe("one's own profile")
	ada.save("profile-own")
	ada.escape()
	ada.drawn(".me .avatar")

	eve.drawn(".msg .avatar")
	eve.sees(".msg .by", "Ada King")
	eve.click(".msg .by .person-link")
	eve.sees("#dialog h2", "Ada King")
	eve.drawn("#dialog .avatar")
	eve.sees("#dialog", "@king · owner")
	eve.sees("#dialog", "there (Asia/Tokyo)")
	eve.sees("#dialog .about", "Draws maps")
	eve.axe("a profile on a phone")
	eve.save("profile-phone")
	if said := eve.text("#dialog"); strings.Contains(said, "Ban") || strings.Contains(said, "here since") {
		t.Errorf("a guest sees what is for staff: %s", said)
	}
	eve.back()
	eve.wait("the dialog to close", `!document.querySelector("#dialog").open`)

	// The first paint has the picture, and a file that is none is refused.
	eve.open("/r/" + string(lobby))
	eve.drawn(".msg .avatar")
	eve.ready()
	eve.profile()
	no := filepath.Join(t.TempDir(), "no.png")
	if err := os.WriteFile(no, []byte("not a picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	eve.picks("#my-picture", no)
	eve.sees("#dialog .error", "no picture that can be shown")
	eve.picks("#my-picture", portraitFile(t, color.RGBA{150, 60, 90, 255}))
	eve.drawn("#dialog .avatar")
	eve.axe("one's own profile on a phone")
	eve.save("profile-own-phone")
	ada.wait("eve's picture", `[...document.querySelectorAll(".msg .avatar img")].length === 2`)
	eve.press("#dialog", "", "Remove the picture")
	ada.wait("no picture of eve's", `[...document.querySelectorAll(".msg .avatar img")].length === 1`)

	// By the keyboard alone.
	eval[bool](ada, `(document.querySelectorAll(".msg .by .person-link")[1].focus(), true)`)
	ada.key("\r")
	ada.sees("#dialog h2", "Eve")
	ada.escape()
	ada.wait("the focus to be where it was", `document.activeElement.matches(".person-link")`)

	// Whoever is to own the server is asked for once more.
	ada.eachLook("profile-staff", func() {
		ada.open("/r/" + string(lobby))
		ada.ready()
		ada.wait("the names", `document.querySelectorAll(".msg .by .person-link").length === 2`)
		eval[bool](ada, `(document.querySelectorAll(".msg .by .person-link")[1].click(), true)`)
		ada.sees("#dialog .staff", "here since")
		ada.choose("#person-role", "owner")
		ada.sees("#dialog", "Make Eve an owner?")
	})
	ada.press("#dialog", "", "Make owner")
	ada.sees("#dialog .profile", "owner")
	ada.escape()
	eve.escape()
	eve.click(".msg .by .person-link")
	eve.press("#dialog", "", "Message")
	eve.sees(".head h1", "Ada King")
	eve.wait("that she owns it", `document.querySelector(".me .detail").textContent.trim() === "owner"`)
}

func TestALoginIsEndedFromAnotherDevice(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	there := h.session("ada", "correct horse")
	ada, other := h.signedIn(t, "ada", token), h.signedIn(t, "ada's other", there)
	for _, p := range []*person{ada, other} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	ada.profile()
	ada.press("#dialog", "", "Where you are signed in")
	ada.sees("#dialog h2", "Where you are signed in")
	ada.sees("#dialog .person", "this device")
	ada.axe("logins")
	ada.save("logins")
	ada.press("#dialog .person", "Go-http-client", "Sign out")
	ada.press("#dialog .person", "Go-http-client", "Sign it out")
	other.wait("the way in", `location.pathname === "/signin"`)
	ada.wait("one login", `document.querySelectorAll("#dialog .person").length === 1`)
}

func TestStaffGivesRolesBansAndHelpsWhoForgotTheirPassword(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	maya := h.join(token, "Maya&handle=maya&password=good+enough")
	mia := h.signedIn(t, "maya", maya)
	mia.open("/r/" + string(lobby))
	mia.ready()
	mallory := h.join(token, "Mallory")
	mal := h.signedIn(t, "mallory", mallory)
	mal.phone()
	mal.open("/r/" + string(lobby))
	mal.ready()
	h.post(mallory, lobby, "Buy my coins")
	ada.reads("Buy my coins")

	// Maya becomes an admin, and bans Mallory: at once.
	ada.account("Maya")
	ada.axe("an account")
	ada.save("account")
	ada.choose("#person-role", "admin")
	ada.sees("#dialog .profile", "admin")
	ada.escape()
	mia.account("Mallory")
	mia.press("#dialog", "", "Ban")
	mia.press("#dialog", "", "Ban Mallory now")
	mia.sees("#dialog .profile", "banned")
	mal.wait("the way in", `location.pathname === "/signin"`)
	ada.sees(".system", "removed Mallory")
	ada.reads("Buy my coins")
	mia.press("#dialog", "", "People")
	mia.fill("#account-filter", "banned")
	mia.wait("who is banned", `[...document.querySelectorAll("#dialog .account .name")].map(e => e.innerText).join() === "Mallory"`)
	mia.axe("everybody's accounts")
	mia.save("accounts")
	mia.phone()
	mia.save("accounts-phone")
	mia.axe("everybody's accounts on a phone")
	mia.click("#dialog .account")
	mia.press("#dialog", "", "Delete what they said")
	mia.press("#dialog", "", "Delete all of it, everywhere")
	ada.wait("nothing of Mallory's", `![...document.querySelectorAll(".msg .text")].some(e => e.innerText.includes("Buy my coins"))`)
	mia.press("#dialog", "", "Let in again")
	mia.press("#dialog", "", "Ban")

	// Maya forgot her password: the owner makes her a link.
	ada.account("Maya")
	ada.press("#dialog", "", "Link for a new password")
	ada.wait("the link", `!!document.querySelector("#recovery-link")`)
	ada.axe("a link for a new password")
	ada.save("recovery-link")
	link := eval[string](ada, `document.querySelector("#recovery-link").value`)
	again := h.visitor(t, "maya again")
	again.open(link)
	again.sees("h1", "A new password for Maya")
	again.axe("a new password")
	again.save("recovery")
	again.fill("#field-password", "even better")
	again.key("\r")
	again.ready()
	again.sees(".me", "@maya")
	mia.wait("the way in", `location.pathname === "/signin"`)
	again.open(link)
	again.sees("h1", "Nothing here")

	// By the keyboard alone: the owner asks for the list, finds and opens an
	// account.
	ada.escape()
	ada.click(".me")
	ada.press("#dialog", "", "People")
	ada.wait("the accounts", `document.querySelectorAll("#dialog .account").length > 1`)
	eval[bool](ada, `(document.querySelector("#account-filter").focus(), true)`)
	ada.insert("maya")
	ada.wait("one account", `document.querySelectorAll("#dialog .account").length === 1`)
	ada.key("\t")
	ada.key("\r")
	ada.sees("#dialog h2", "Maya")
	var everybody shared.OK
	h.api(token, "accounts", shared.Nothing{}, &everybody)
	if len(everybody.Accounts) != 3 {
		t.Errorf("the accounts are %+v", everybody.Accounts)
	}
}
