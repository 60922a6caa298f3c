package app

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

const (
	trialPoll     = 500 * time.Millisecond // between two looks at what became of a test
	trialPatience = 30 * time.Second       // until it is said that nothing arrived
	partPatience  = 5 * time.Second        // for a browser to end a subscription
)

// notifying is what the dialog knows of being notified while no page is open.
type notifying struct {
	state   string // of this browser, as web/script/notify.js says it; "" until it has
	key     string // the server's; "" when it notifies nobody
	devices []shared.Device
	asking  bool   // the browser, to turn it on
	failed  string // why the browser did not subscribe, in its own words
	trial   *shared.PushStatus
	trying  string // the test's id while it is followed
	waited  time.Duration
}

// lookNotifying asks the browser and the server how things stand.
func (d *dialogs) lookNotifying() {
	d.ask(shared.Frame{Devices: &shared.Nothing{}}, func(ok shared.OK) {
		n := &d.notify
		n.key, n.devices = ok.Devices.Key, ok.Devices.Devices
		d.browser("state", []any{n.key}, func(v app.Value) { n.state = v.String() })
	})
}

// browser calls web/script/notify.js. What it answers is for the dialog that is
// open now.
func (d *dialogs) browser(name string, args []any, then func(app.Value)) {
	if app.IsServer {
		return
	}
	asked := d.opening
	app.Window().Get("hubbubNotify").Call(name, args...).Then(func(v app.Value) {
		d.ctx.Dispatch(func(app.Context) {
			if asked == d.opening {
				then(v)
			}
		})
	})
}

// on reports whether this browser is notified: it takes both sides.
func (n *notifying) on() bool { return n.state == "on" && n.here() != nil }

func (n *notifying) here() *shared.Device {
	for i := range n.devices {
		if n.devices[i].Here {
			return &n.devices[i]
		}
	}
	return nil
}

// lead says in words how things stand.
func (n *notifying) lead(t *i18n.Text) string {
	switch {
	case n.state == "":
		return t.NotifyLooking
	case n.key == "":
		return t.NotifyNoServer
	case n.on():
		return t.NotifyOn
	}
	switch n.state {
	case "insecure":
		return t.NotifyInsecure
	case "install":
		return t.NotifyInstall
	case "blocked":
		return t.NotifyBlocked
	case "none":
		return t.NotifyNone
	}
	return t.NotifyOff
}

func (d *dialogs) notifyBody() []app.UI {
	t, n := d.M.text, &d.notify
	can := n.key != "" && (n.state == "on" || n.state == "off")
	button := func(class, label string, busy bool, do app.EventHandler) app.UI {
		return app.Button().Type("button").Class(class).Text(label).Disabled(busy).OnClick(do, app.EventScope(label))
	}
	failed := ""
	if n.failed != "" {
		failed = i18n.Fill(t.NotifyFailed, n.failed)
	}
	return []app.UI{
		app.P().Class("hint").Text(t.NotifyLead),
		app.P().ID("notify-state").Role("status").Text(n.lead(t)),
		alert(failed),
		app.Div().Class("buttons").Body(
			app.If(can && !n.on(), func() app.UI { return button("primary", t.NotifyTurnOn, n.asking, d.turnOn) }),
			app.If(len(n.devices) > 0, func() app.UI { return button("button", t.NotifyTest, n.trying != "", d.tryNotify) }),
			app.If(n.on(), func() app.UI { return button("button", t.NotifyTurnOff, false, d.turnOff) }),
		),
		app.P().ID("notify-trial").Class("hint").Role("status").Text(n.verdict(t)),
		d.preferences(), // before what comes later: it keeps its place, and the focus
		app.If(len(n.devices) > 0, func() app.UI { return app.H3().Text(t.NotifyDevices) }),
		app.Ul().Class("people").Body(app.Range(n.devices).Slice(func(i int) app.UI { return d.deviceRow(n.devices[i]) })),
	}
}

func (d *dialogs) deviceRow(v shared.Device) app.UI {
	t := d.M.text
	detail := d.notify.outcome(t, v.ID)
	if v.Here {
		detail = t.NotifyHere // what became of a test stands above
	}
	return app.Li().Class("person").Body(
		app.Span().Class("who").Body(
			app.Span().Class("name").Attr("dir", "auto").Text(v.Name),
			app.Span().Class("detail").Text(detail),
		),
		app.Button().Type("button").Class("quiet", "small").Text(t.Remove).Aria("label", attr(t.Remove+" "+v.Name)).
			OnClick(d.deviceRemover(v), app.EventScope(v.ID)),
	)
}

// turnOn asks the reader, then the browser's push service, then tells the
// server. A press leads here: browsers ask nobody before.
func (d *dialogs) turnOn(app.Context, app.Event) {
	n := &d.notify
	n.asking, n.failed, n.trial = true, "", nil
	d.browser("on", []any{n.key}, func(v app.Value) {
		n.asking = false
		var device shared.NewDevice
		made := v.Get("device")
		if !made.Truthy() || json.Unmarshal([]byte(made.String()), &device) != nil {
			n.failed = v.Get("error").String()
			d.lookNotifying() // perhaps it is blocked now
			return
		}
		d.ask(shared.Frame{Device: &device}, func(shared.OK) { d.lookNotifying() })
	})
}

func (d *dialogs) turnOff(app.Context, app.Event) {
	if here := d.notify.here(); here != nil {
		d.forgetDevice(*here)
	}
}

func (d *dialogs) deviceRemover(v shared.Device) app.EventHandler {
	return func(app.Context, app.Event) { d.forgetDevice(v) }
}

func (d *dialogs) forgetDevice(v shared.Device) {
	d.ask(shared.Frame{Forget: &shared.DeviceRef{ID: v.ID}}, func(shared.OK) {
		if !v.Here {
			d.lookNotifying()
			return
		}
		d.browser("off", nil, func(app.Value) { d.lookNotifying() })
	})
}

// tryNotify pushes to oneself and follows what becomes of it.
func (d *dialogs) tryNotify(app.Context, app.Event) {
	n := &d.notify
	n.failed, n.trial, n.waited = "", nil, 0
	d.ask(shared.Frame{Notify: &shared.SelfPush{Message: d.M.text.NotifyTrial}}, func(ok shared.OK) {
		n.trying = ok.Push.ID
		d.followTrial()
	})
}

// followTrial asks from time to time until every device has shown it, or has
// failed for good.
func (d *dialogs) followTrial() {
	n, asked := &d.notify, d.opening
	d.M.do(d.ctx, shared.Frame{Receipts: &shared.PushRef{ID: n.trying}}, func(ctx app.Context, ok shared.OK, err *shared.Error) {
		if asked != d.opening {
			return
		}
		if d.err = err; err != nil {
			n.trying = ""
			return
		}
		n.trial = ok.Status
		if n.settled() || n.waited >= trialPatience {
			n.trying = ""
			d.lookNotifying() // some may be gone now
			return
		}
		ctx.After(trialPoll, func(app.Context) {
			if asked == d.opening {
				n.waited += trialPoll
				d.followTrial()
			}
		})
	})
}

// receipt is what is known of the test on a device.
func (n *notifying) receipt(device string) shared.Receipt {
	if n.trial != nil {
		for _, r := range n.trial.Receipts {
			if r.To == device {
				return r
			}
		}
	}
	return shared.Receipt{}
}

// settled reports whether waiting longer tells no more.
func (n *notifying) settled() bool {
	for _, v := range n.devices {
		if r := n.receipt(v.ID); r.Delivered == 0 && r.Failed == "" {
			return false
		}
	}
	return true
}

// outcome says what became of the test on a device.
func (n *notifying) outcome(t *i18n.Text, device string) string {
	if n.trial == nil {
		return ""
	}
	switch r := n.receipt(device); {
	case r.Delivered > 0:
		return i18n.Fill(t.NotifyArrived, seconds(n.trial.At, r.Delivered))
	case r.Failed != "":
		return i18n.Fill(t.NotifyNotSent, r.Failed)
	case r.Accepted > 0 && n.trying == "":
		return t.NotifyNotShown
	}
	return t.NotifyOnItsWay
}

// verdict says what became of the test on the whole.
func (n *notifying) verdict(t *i18n.Text) string {
	if n.trial == nil {
		return ""
	}
	var gone []string // devices that were removed meanwhile
	for _, r := range n.trial.Receipts {
		if r.Kind == shared.ToDevice && r.Failed != "" && !n.lists(r.To) {
			gone = append(gone, r.Device+": "+r.Failed)
		}
	}
	if len(gone) > 0 {
		return i18n.Fill(t.NotifyNotSent, gone[0])
	}
	if here := n.here(); here != nil {
		return n.outcome(t, here.ID)
	}
	return ""
}

func (n *notifying) lists(device string) bool {
	for _, v := range n.devices {
		if v.ID == device {
			return true
		}
	}
	return false
}

// seconds is how long something took, to a tenth.
func seconds(from, to shared.Millis) string {
	return strconv.FormatFloat(float64(max(0, to-from))/1000, 'f', 1, 64)
}

// showsPush says that this page shows a push by itself: while somebody looks at
// it, the push's notification need not stay.
func showsPush(id string) {
	if app.IsClient {
		app.Window().Get("hubbubNotify").Call("shows", id)
	}
}

// stopNotifying unsubscribes this browser: whoever comes next is not whom it was
// for.
func stopNotifying() {
	if app.IsServer {
		return
	}
	done := make(chan struct{})
	app.Window().Get("hubbubNotify").Call("off").Then(func(app.Value) { close(done) })
	select {
	case <-done:
	case <-time.After(partPatience):
	}
}
