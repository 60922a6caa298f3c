//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// watchMarks has a page note what it puts on the app's icon, before it loads.
func (p *person) watchMarks() {
	p.t.Helper()
	p.before(`{
		navigator.setAppBadge = async (n) => { window.marked = n ?? "dot"; };
		navigator.clearAppBadge = async () => { window.marked = ""; };
	}`)
}

// chooseByKeys picks an option of a selection.
func (p *person) chooseByKeys(css, keys, value string) {
	p.t.Helper()
	p.wait("the selection "+css, `(() => { const s = document.querySelector(%s); s?.focus(); return document.activeElement === s; })()`, css)
	p.key(keys)
	p.wait("it to be "+value, `document.querySelector(%s).value === %s`, css, value)
}

// inRoomMenu opens the settings of the shown room by keyboard, and closes them.
func (p *person) inRoomMenu(do func()) {
	p.t.Helper()
	p.wait("the menu", `(() => { const b = document.querySelector('.head button[aria-label="Settings of this room"]'); b?.focus(); return document.activeElement === b; })()`)
	p.key("\r")
	p.sees("#dialog h2", "Room")
	do()
	p.key(kb.Escape)
	p.wait("the dialog to close", `!document.querySelector("#dialog").open`)
}

// news is a notice of a room as ada's device decrypts it.
type news struct {
	ID, Title, From, Message, Room string
	Seq                            shared.Seq
	Count, Badge                   int
}

func (n *notified) nextNews() (payload string, told news) {
	n.t.Helper()
	payload = n.next()
	if err := json.Unmarshal([]byte(payload), &told); err != nil {
		n.t.Fatal(err)
	}
	return payload, told
}

// shows waits until exactly these notifications are shown, as "title: body".
func (p *person) shows(want ...string) {
	p.t.Helper()
	list := append([]string{}, want...)
	p.wait(fmt.Sprintf("the notifications %q", list), shownNotifications+`.then(a => JSON.stringify(a.map(n => n.title + ": " + n.body).sort()) === JSON.stringify(%s))`, list)
}

func TestATabNotifiesWhereThereIsNoWebPush(t *testing.T) {
	n := startNotified(t)
	ada := n.visitor(t, "ada")
	ada.permit(browser.PermissionSettingGranted)
	n.settle(ada)
	token := n.token(ada)
	path := eval[string](ada, `location.pathname`)
	lobby := shared.RoomID(path[len("/r/"):])
	bob := n.join(token, "Bob")
	n.api(token, "involve", shared.Involve{Room: lobby, Involvement: shared.InEverything}, nil)
	say := func(text string) {
		n.api(bob, "post", shared.Post{Room: lobby, Key: shared.NewID(), Text: text}, nil)
	}
	say("while she looks")
	ada.reads("while she looks")
	eval[bool](ada, `(document.hasFocus = () => false, window.dispatchEvent(new Event("blur")), true)`)
	say("while she does not")
	ada.shows("#lobby: Bob: while she does not")
	eval[bool](ada, `(delete document.hasFocus, window.dispatchEvent(new Event("focus")), true)`)
	ada.reads("while she does not")
	ada.shows()
}

func TestMessagesNotifyAsFarAsOneWants(t *testing.T) {
	n := startNotified(t)
	ada := n.visitor(t, "ada")
	ada.subscribes(n.device.Device())
	ada.watchMarks()
	ada.permit(browser.PermissionSettingGranted)
	n.settle(ada)
	n.turnOn(ada)
	ada.key(kb.Escape)
	token := n.token(ada)
	path := eval[string](ada, `location.pathname`)
	lobby := shared.RoomID(path[len("/r/"):])
	bob := n.join(token, "Bob")
	say := func(room shared.RoomID, text string) shared.Seq {
		var ok shared.OK
		n.api(bob, "post", shared.Post{Room: room, Key: shared.NewID(), Text: text}, &ok)
		return ok.Event.Seq
	}
	var garden shared.OK
	n.api(token, "create", shared.NewRoom{Name: "garden"}, &garden)
	n.api(bob, "profile", shared.Profile{Name: "Bob"}, nil)
	n.api(token, "add", shared.MemberRef{Room: garden.Room.ID, User: n.welcome(bob).You.ID}, nil)

	t.Run("a room's level is chosen by keyboard, and other devices know", func(t *testing.T) {
		other := n.signedIn(t, "ada elsewhere", token)
		other.phone()
		other.open(path)
		other.ready()
		ada.inRoomMenu(func() {
			ada.chooseByKeys("#room-level", "E", "everything")
			ada.axe("a room's level")
			ada.save("level-desktop")
		})
		other.click(`.head button[aria-label="Settings of this room"]`)
		other.wait("the level", `document.querySelector("#room-level")?.value === "everything"`)
		other.axe("a room's level on a phone")
		other.save("level-phone")
	})
	t.Run("not while somebody looks at the room, nor once it was read", func(t *testing.T) {
		say(lobby, "seen at once")
		ada.reads("seen at once")
	})
	ada.worker() // the browser is to speak of it
	worker := ada.inWorker()
	worker(`(() => { self.navigator.setAppBadge = async (n) => { self.marked = n; }; self.navigator.clearAppBadge = async () => { self.marked = 0; }; })()`)
	ada.open("/healthz") // away from the app
	t.Run("a message shows who, where and how many, and replaces the one before", func(t *testing.T) {
		first := say(lobby, "Lunch at noon?")
		payload, told := n.nextNews()
		if told.Seq != first || told.Count != 1 || told.Badge != 1 {
			t.Fatalf("the device is told %+v: what was read rang too?", told)
		}
		ada.deliver(payload)
		ada.shows("#lobby: Bob: Lunch at noon?")
		if got := worker("self.marked"); got != "1" {
			t.Errorf("the icon says %s", got)
		}
		second := say(lobby, "Or at one?")
		if payload, told = n.nextNews(); told.Seq != second || told.Count != 2 {
			t.Fatalf("the device is told %+v", told)
		}
		ada.deliver(payload)
		ada.shows("#lobby: Bob: Or at one?\n2 new messages")
	})
	press := func() {
		worker(`(async () => {
			const [notification] = await self.registration.getNotifications();
			const event = new NotificationEvent("notificationclick", { notification });
			let work;
			Object.defineProperty(event, "waitUntil", { value: (w) => { work = w; } });
			self.dispatchEvent(event);
			await work;
		})()`)
	}
	t.Run("a press opens the message in the window that is there, and reading it closes what is shown", func(t *testing.T) {
		ada.open("/r/" + string(garden.Room.ID))
		ada.ready()
		eval[bool](ada, `(window.same = true)`)
		ada.wait("the title", `document.title.startsWith("(2) #garden")`)
		ada.wait("the mark", `window.marked === 2 && document.querySelector("link[rel=icon]").href.includes("icon-dot")`)
		press()
		ada.wait("the message", `location.pathname.startsWith("`+path+`/") && window.same`)
		ada.reads("Or at one?")
		ada.shows()
		ada.click(`.row[href="` + path + `"]`)
		ada.wait("nothing to be unread", `document.title.startsWith("#lobby") && window.marked === "" && !document.querySelector("link[rel=icon]").href.includes("icon-dot")`)
	})
	t.Run("what was read on another device is shown no more", func(t *testing.T) {
		ada.click(`.row[href="/r/` + string(garden.Room.ID) + `"]`)
		ada.wait("the garden", `document.title.includes("garden") && document.activeElement.id === "composer"`)
		seq := say(lobby, "read elsewhere")
		payload, _ := n.nextNews()
		ada.deliver(payload)
		ada.shows("#lobby: Bob: read elsewhere")
		n.api(token, "read", shared.ReadMark{Room: lobby, Seq: seq}, nil)
		ada.shows()
	})
	t.Run("a message that is deleted goes from what is shown", func(t *testing.T) {
		seq := say(lobby, "oops")
		payload, _ := n.nextNews()
		ada.deliver(payload)
		ada.shows("#lobby: Bob: oops")
		n.api(bob, "delete", shared.MessageRef{Room: lobby, Seq: seq}, nil)
		ada.deliver(n.next())
		ada.shows()
	})
	t.Run("it says no more than was chosen", func(t *testing.T) {
		for _, choice := range []struct{ keys, reveal, want string }{
			{kb.ArrowDown, "place", "#lobby: A message from Bob"},
			{kb.ArrowDown, "nothing", "New message: "},
			{kb.ArrowUp + kb.ArrowUp, "text", "#lobby: Bob: the surprise"},
		} {
			ada.click(".me")
			ada.press("#dialog", "Profile", "Notifications")
			ada.chooseByKeys("#prefer-reveal", choice.keys, choice.reveal)
			ada.axe("preferences")
			ada.save("preferences")
			ada.key(kb.Escape)
			ada.wait("the dialog to close", `!document.querySelector("#dialog").open`)
			seq := say(lobby, "the surprise")
			payload, _ := n.nextNews()
			ada.deliver(payload)
			ada.shows(choice.want)
			n.api(token, "read", shared.ReadMark{Room: lobby, Seq: seq}, nil)
			ada.shows()
		}
	})
	t.Run("a muted room is silent and looks it", func(t *testing.T) {
		ada.click(`.row[href="` + path + `"]`)
		ada.wait("the lobby", `document.title.includes("lobby") && document.activeElement.id === "composer"`)
		ada.inRoomMenu(func() { ada.chooseByKeys("#room-level", "N", "nothing") })
		ada.click(`.row[href="/r/` + string(garden.Room.ID) + `"]`)
		ada.wait("the garden", `document.title.includes("garden") && document.activeElement.id === "composer"`)
		ada.inRoomMenu(func() { ada.chooseByKeys("#room-level", "E", "everything") })
		say(lobby, "into the void")
		ada.open("/healthz")
		say(garden.Room.ID, "the roses bloom")
		if _, told := n.nextNews(); told.Message != "the roses bloom" || told.Badge != 1 {
			t.Errorf("the device is told %+v", told)
		}
		ada.open(path[:len("/r/")] + string(garden.Room.ID))
		ada.ready()
		ada.wait("no mark", `document.querySelector('.row[href="`+path+`"] .badge') === null && document.title.startsWith("#garden")`)
		ada.sees(`.row[href="`+path+`"]`, "muted")
		ada.eachLook("muted", func() { ada.openDrawer() })
		ada.do(chromedp.EmulateViewport(1280, 800))
	})
	t.Run("a subscription that its push service ended is made anew", func(t *testing.T) {
		worker(`(() => {
			self.subscribed = [];
			PushManager.prototype.subscribe = async (options) => {
				self.subscribed.push(options.applicationServerKey);
				return { toJSON: () => (` + jsonOf(t, n.service.Subscribe(n.key).Device()) + `) };
			};
			const event = new ExtendableEvent("pushsubscriptionchange");
			let work;
			Object.defineProperty(event, "waitUntil", { value: (w) => { work = w; } });
			self.dispatchEvent(event);
			return work;
		})()`)
		if got := worker("self.subscribed"); got != `["`+n.key+`"]` {
			t.Errorf("it subscribed with %s", got)
		}
	})
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
