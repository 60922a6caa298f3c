//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"hubbub/app"
	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/server/webpush"
	"hubbub/server/webpush/pushtest"
	"hubbub/shared"
	"hubbub/web"
)

// notified is a server in this process whose push service is the test's: the
// real one of Chromium's maker is out of reach. Everything else is real: what
// reaches the push service is decrypted and handed to the real service worker.
type notified struct {
	*hubbub
	service *pushtest.Service
	key     string            // that browsers subscribe with
	device  *pushtest.Browser // ada's
}

func startNotified(t *testing.T) *notified {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.Open()
	if err != nil {
		t.Fatal(err)
	}
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	n := &notified{service: pushtest.New(t)}
	notifier, err := webpush.New(key, webpush.Options{Loopback: true, Roots: n.service.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	n.key = notifier.Key()
	n.device = n.service.Subscribe(n.key)
	s, err := server.New(t.Context(), server.Options{
		Store: store, Notifier: notifier, Pages: app.NewPages(assets), Assets: assets, Version: assets.Version(),
		SetupToken: "the-setup-token", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(s)
	n.hubbub = &hubbub{t: t, addr: strings.TrimPrefix(listener.URL, "http://"), site: listener.URL, link: listener.URL + "/setup?token=the-setup-token"}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		listener.Close()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// permit answers for the reader whether this site may notify them.
func (p *person) permit(setting browser.PermissionSetting) {
	p.t.Helper()
	_, err := chromedp.CallBrowser(p.ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting, Origin: p.h.url(""),
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// subscribes has the browser, which reaches no push service, subscribe to the
// test's.
func (p *person) subscribes(d shared.NewDevice) {
	p.t.Helper()
	subscription, err := json.Marshal(d)
	if err != nil {
		p.t.Fatal(err)
	}
	_, err = chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `{
		const json = ` + string(subscription) + `;
		const bytes = (key) => Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
		const kept = () => JSON.parse(localStorage.getItem("subscribed")).applicationServerKey;
		const made = { get options() { return { applicationServerKey: bytes(kept()).buffer }; }, toJSON: () => json, unsubscribe: async () => { localStorage.removeItem("subscribed"); return true; } };
		PushManager.prototype.getSubscription = async () => localStorage.getItem("subscribed") ? made : null;
		PushManager.prototype.subscribe = async (options) => {
			if (localStorage.getItem("refuse")) throw new DOMException("Registration failed - push service not available", "AbortError");
			localStorage.setItem("subscribed", JSON.stringify(options));
			return made;
		};
	}`})
	if err != nil {
		p.t.Fatal(err)
	}
}

// worker is the page's service worker, for the browser's own commands.
func (p *person) worker() serviceworker.RegistrationID {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	enable := func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, serviceworker.Disable, cdp.Empty{})
		if err == nil {
			_, err = chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{})
		}
		return chromedp.Void{}, err
	}
	mine := func(r *serviceworker.Registration) bool { return r.ScopeURL == p.h.url("/") && !r.IsDeleted }
	event, err := chromedp.Run(ctx, chromedp.WaitEvent(serviceworker.WorkerRegistrationUpdated, func(e serviceworker.EventWorkerRegistrationUpdated) bool {
		for _, r := range e.Registrations {
			if mine(r) {
				return true
			}
		}
		return false
	}, chromedp.Action[chromedp.Void](enable)))
	if err != nil {
		p.t.Fatalf("%s: no service worker: %v", p.name, err)
	}
	for _, r := range event.Registrations {
		if mine(r) {
			return r.RegistrationID
		}
	}
	return ""
}

// deliver hands a decrypted push to the real service worker.
func (p *person) deliver(data string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{
		Origin: p.h.url(""), RegistrationID: p.worker(), Data: data,
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// inWorker returns what evaluates JavaScript in the service worker, to what it
// promises, as JSON.
func (p *person) inWorker() func(js string) string {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, serviceworker.StartWorker, serviceworker.StartWorkerParams{ScopeURL: p.h.url("/")})
	if err != nil {
		p.t.Fatal(err)
	}
	var id target.ID
	for deadline := time.Now().Add(patience); id == ""; time.Sleep(20 * time.Millisecond) {
		all, err := chromedp.Targets(p.ctx)
		if err != nil || time.Now().After(deadline) {
			p.t.Fatalf("%s has no running service worker: %v", p.name, err)
		}
		for _, info := range all {
			if info.Type == "service_worker" && info.URL == p.h.url("/sw.js") {
				id = info.TargetID
			}
		}
	}
	ctx, leave := chromedp.NewContext(p.ctx, chromedp.WithTargetID(id))
	p.t.Cleanup(leave) // not before: the worker would end
	return func(js string) string {
		p.t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => JSON.stringify((await ("+js+")) ?? null))()", chromedp.EvalAwaitPromise))
		if err != nil {
			p.t.Fatalf("%s's worker: %s: %v", p.name, js, err)
		}
		return got
	}
}

// next is what reaches ada's push service next, decrypted.
func (n *notified) next() string {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	d, err := n.device.Next(ctx)
	if err != nil {
		n.t.Fatal(err)
	}
	return string(d.Payload)
}

// receipt waits until what is known of a push's way to a device is as wanted.
func (n *notified) receipt(token, push, what string, as func(shared.Receipt) bool) {
	n.t.Helper()
	var ok shared.OK
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		n.api(token, "receipts", shared.PushRef{ID: push}, &ok)
		for _, r := range ok.Status.Receipts {
			if r.Kind == shared.ToDevice && as(r) {
				return
			}
		}
	}
	n.t.Fatalf("waited in vain for %s: %+v", what, ok.Status.Receipts)
}

const shownNotifications = `navigator.serviceWorker.getRegistration().then(r => r.getNotifications())`

// turnOn is what somebody does who wants to be notified.
func (n *notified) turnOn(p *person) {
	p.t.Helper()
	p.click(".me")
	p.press("#dialog", "Profile", "Notifications")
	p.sees("#notify-state", "Off in this browser.")
	p.press("#dialog", "Notifications", "Turn on notifications")
	p.sees("#notify-state", "On in this browser.")
	p.sees("#dialog .person", "this browser")
}

func TestAPushIsShownWhileNoPageIsLookedAtAndItsSenderSeesIt(t *testing.T) {
	n := startNotified(t)
	ada := n.visitor(t, "ada")
	ada.subscribes(n.device.Device())
	ada.permit(browser.PermissionSettingGranted)
	n.settle(ada)
	n.turnOn(ada)
	token := n.token(ada)

	var ok shared.OK
	var me struct{ You shared.User }
	me.You = n.welcome(token).You
	n.api(token, "push", shared.NewPush{UserID: me.You.ID, ID: "one", Title: "Deployed", Message: "v1.4 ist da 🚀", URL: "/r/lobby", Event: "deploy"}, &ok)
	if ok.Push.Devices != 1 {
		t.Fatalf("the answer is %+v", ok.Push)
	}
	payload := n.next()
	room := eval[string](ada, `location.pathname`)
	ada.open("/healthz") // a page that shows nothing by itself
	n.receipt(token, "one", "its push service to take it", func(r shared.Receipt) bool { return r.Accepted > 0 })
	ada.deliver(payload)
	ada.wait("the notification", shownNotifications+`.then(a => a.some(n => n.title === "Deployed" && n.body === "v1.4 ist da 🚀"))`)
	n.receipt(token, "one", "the worker to say that it came", func(r shared.Receipt) bool { return r.Delivered > 0 && r.Opened == 0 })

	t.Run("twice is once", func(t *testing.T) {
		ada.deliver(payload)
		n.receipt(token, "one", "the worker", func(r shared.Receipt) bool { return r.Delivered > 0 })
		ada.wait("one notification", shownNotifications+`.then(a => a.length === 1)`)
	})
	t.Run("an empty or strange push shows something, too", func(t *testing.T) {
		for i, data := range []string{"", "scrambled", "[]", "null", `{"title":7}`} {
			ada.wait("no notification", shownNotifications+`.then(a => { a.forEach(n => n.close()); return a.length === 0; })`)
			ada.deliver(data)
			ada.wait(fmt.Sprint("notification ", i), shownNotifications+`.then(a => a.length === 1 && a[0].title === "There is something new for you")`)
		}
	})
	t.Run("what collapses replaces", func(t *testing.T) {
		ada.wait("no notification", shownNotifications+`.then(a => { a.forEach(n => n.close()); return a.length === 0; })`)
		for _, text := range []string{"50 %", "100 %"} {
			n.api(token, "push", shared.NewPush{UserID: me.You.ID, Message: text, Collapse: "build"}, &ok)
			ada.deliver(n.next())
			ada.wait(text, shownNotifications+`.then(a => a.length === 1 && a[0].title === "Ada Lovelace" && a[0].body === "`+text+`")`)
		}
	})
	ada.open(room)
	ada.ready()
	worker := ada.inWorker()
	t.Run("opening it leads there, in the page that is open, and is told", func(t *testing.T) {
		var room shared.OK
		n.api(token, "create", shared.NewRoom{Name: "garden"}, &room)
		eval[bool](ada, `(window.same = true)`)
		var told struct{ ID, To string }
		if err := json.Unmarshal([]byte(payload), &told); err != nil {
			t.Fatal(err)
		}
		worker(fmt.Sprintf(`Promise.all([open("/r/%s").then(() => true), acknowledge({id: %q, to: %q}, true)])`, room.Room.ID, told.ID, told.To))
		ada.wait("the room", `location.pathname === "/r/`+string(room.Room.ID)+`" && window.same`)
		n.receipt(token, "one", "that it was opened", func(r shared.Receipt) bool { return r.Opened > 0 })
	})
	t.Run("a page that is looked at and shows it needs no second one", func(t *testing.T) {
		ada.wait("no notification", shownNotifications+`.then(a => { a.forEach(n => n.close()); return a.length === 0; })`)
		ada.wait("the focus", `document.hasFocus() && document.visibilityState === "visible"`)
		n.api(token, "push", shared.NewPush{UserID: me.You.ID, ID: "two", Message: "here"}, &ok)
		payload := n.next()
		var told struct{ ID string }
		if err := json.Unmarshal([]byte(payload), &told); err != nil {
			t.Fatal(err)
		}
		ada.sees(".toast", "here")
		// Chromium takes a notification away by itself after a while: what the
		// worker did is what counts.
		worker(`(() => {
			const close = Notification.prototype.close;
			self.closed = [];
			Notification.prototype.close = function () { self.closed.push(this.data.id); close.call(this); };
		})()`)
		ada.deliver(payload)
		n.receipt(token, "two", "the worker", func(r shared.Receipt) bool { return r.Delivered > 0 })
		for deadline := time.Now().Add(patience); worker("self.closed") != `["`+told.ID+`"]`; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the notification stays")
			}
		}
	})
}

func TestWhoTriesNotificationsSeesWhatCameOfIt(t *testing.T) {
	n := startNotified(t)
	ada := n.visitor(t, "ada")
	ada.subscribes(n.device.Device())
	ada.permit(browser.PermissionSettingGranted)
	n.settle(ada)
	n.turnOn(ada)
	ada.eachLook("notifications", func() {})
	ada.do(chromedp.EmulateViewport(1280, 800))

	ada.press("#dialog", "Notifications", "Send a test")
	ada.deliver(n.next())
	ada.sees("#notify-trial", "Arrived after")
	ada.wait("the notification", shownNotifications+`.then(a => a.some(n => n.body === "Notifications arrive here."))`)

	n.device.Answer(pushtest.Status(403, "another key"))
	ada.press("#dialog", "Notifications", "Send a test")
	ada.sees("#notify-trial", "Not reached: the push service")
	ada.sees("#notify-trial", "403 Forbidden: another key")
	n.device.Answer(pushtest.Status(410, ""))
	ada.press("#dialog", "Notifications", "Send a test")
	ada.sees("#notify-trial", "its browser withdrew them")
	ada.sees("#notify-state", "Off in this browser.")

	ada.press("#dialog", "Notifications", "Turn on notifications")
	ada.sees("#notify-state", "On in this browser.")
	eval[bool](ada, `(localStorage.setItem("subscribed", JSON.stringify({applicationServerKey: "`+strings.Repeat("B", 87)+`"})), true)`)
	ada.key("\u001b")
	ada.wait("the dialog to close", `!document.querySelector("#dialog").open`)
	ada.click(".me")
	ada.press("#dialog", "Profile", "Notifications")
	ada.sees("#notify-state", "Off in this browser.") // subscribed with a key that is lost
	ada.press("#dialog", "Notifications", "Turn on notifications")
	ada.sees("#notify-state", "On in this browser.")
	ada.press("#dialog", "Notifications", "Turn off")
	ada.sees("#notify-state", "Off in this browser.")
	ada.wait("no subscription", `!localStorage.getItem("subscribed")`)
	eval[bool](ada, `(localStorage.setItem("refuse", "1"), true)`)
	ada.press("#dialog", "Notifications", "Turn on notifications")
	ada.sees("#dialog .error", "push service not available")
}

func TestNotificationsThatAreBlockedAreSaidToBe(t *testing.T) {
	n := startNotified(t)
	ada := n.visitor(t, "ada")
	ada.subscribes(n.device.Device())
	ada.permit(browser.PermissionSettingDenied)
	n.settle(ada)
	ada.press(".welcome", "", "Turn on notifications")
	ada.sees("#notify-state", "Blocked by this browser.")
	if eval[bool](ada, `[...document.querySelectorAll("#dialog button")].some(b => b.innerText === "Turn on notifications")`) {
		t.Error("there is a button that can do nothing")
	}
}

// settle makes ada the owner, by hand, with a worker that runs.
func (n *notified) settle(ada *person) {
	ada.t.Helper()
	ada.open(n.link)
	ada.fill("#field-server", "Riverside Studio")
	ada.fill("#field-name", "Ada Lovelace")
	ada.fill("#field-handle", "ada")
	ada.fill("#field-password", "correct horse")
	ada.click("button[type=submit]")
	ada.ready()
	const runs = `navigator.serviceWorker.controller?.state === "activated"`
	got := eval[string](ada, `new Promise((done) => { // a reload is what a reader would do where it does not come
		const late = setTimeout(async () => {
			const r = await navigator.serviceWorker.getRegistration();
			done(JSON.stringify([!!r, r?.installing?.state, r?.waiting?.state, r?.active?.state, navigator.serviceWorker.controller?.state]));
		}, 20000);
		const look = () => { if (`+runs+`) { clearTimeout(late); done(""); } else { setTimeout(look, 20); } };
		look();
	})`)
	if got != "" {
		ada.t.Logf("the worker does not come: registered, installing, waiting, active, controller: %s", got)
		ada.do(chromedp.Reload())
		ada.ready()
	}
	ada.wait("the worker", runs)
}

// token signs ada in once more, as a program.
func (n *notified) token(_ *person) string {
	n.t.Helper()
	return n.form("/signin", "handle=ada&password=correct+horse")
}
