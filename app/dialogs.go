package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// dialogName says which dialog is open.
type dialogName string

const (
	dialogRooms    dialogName = "rooms"    // create one, or join another
	dialogRoom     dialogName = "room"     // the shown room's settings
	dialogAdd      dialogName = "add"      // people to the shown room
	dialogInvite   dialogName = "invite"   // links for new people
	dialogMe       dialogName = "me"       // profile, look, signing out
	dialogStatus   dialogName = "status"   // what I am at, and not being disturbed
	dialogNotify   dialogName = "notify"   // being notified while no page is open
	dialogTokens   dialogName = "tokens"   // bots and tokens of mine
	dialogHooks    dialogName = "hooks"    // webhooks of the shown room
	dialogKeys     dialogName = "keys"     // what the keyboard can do
	dialogDirect   dialogName = "direct"   // who to talk to
	dialogUnsent   dialogName = "unsent"   // all that is not sent yet
	dialogVersions dialogName = "versions" // what a message said before
	dialogPerson   dialogName = "person"   // somebody's profile, and for staff their account
	dialogAccounts dialogName = "accounts" // everybody's, for staff
	dialogSessions dialogName = "sessions" // where the reader is signed in
	dialogSwitch   dialogName = "switch"   // to a room, a person, a search
	dialogElement             = "dialog"   // its id
	dialogTitle               = "dialog-title"
)

// dialogs shows one dialog at a time. What it asks the server for belongs to
// the dialog that was opened last.
type dialogs struct {
	app.Compo

	M *model

	ctx       app.Context
	shown     dialogName
	presented dialogName // by the browser, last
	opening   int        // counts, so that late answers are ignored
	rooms     []shared.RoomState
	people    []shared.User
	invites   []shared.Invite
	fresh     *shared.Invite // made just now
	copied    bool
	saved     bool
	sure      bool // leaving was pressed once
	notify    notifying
	versions  []shared.Version
	err       *shared.Error
	programs
	profiles
	switcher
	circle
}

func (m *model) opener(name dialogName) app.EventHandler {
	return func(app.Context, app.Event) { m.open(name) }
}

// open shows a dialog.
func (m *model) open(name dialogName) {
	m.dialog, m.drawer = name, false
	m.lay()
	m.tell(topicShell)
}

func (d *dialogs) OnMount(ctx app.Context) {
	d.ctx = ctx
	d.M.watch(ctx, d, topicShell, topicStatus, topicRooms, topicPresence)
}
func (d *dialogs) OnDismount() { d.M.unwatch(d) }

func (d *dialogs) Render() app.UI {
	if d.M.dialog != d.shown {
		d.begin()
	}
	dialog := app.Elem(dialogElement).ID(dialogElement)
	if d.shown == "" {
		return dialog.Aria("label", d.M.text.Close)
	}
	title, body := d.content()
	parts := []app.UI{
		app.Div().Class("dialog-head").Body(
			app.H2().ID(dialogTitle).Text(title),
			app.Button().Type("button").Class("icon").Aria("label", d.M.text.Close).OnClick(d.close).Body(iconClose()),
		),
		alert(d.M.text.Error(d.err)),
	}
	return dialog.Aria("labelledby", dialogTitle).On("close", d.closed).Body(append(parts, body...)...)
}

// begin starts over for the dialog that is to be shown.
func (d *dialogs) begin() {
	d.shown = d.M.dialog
	d.opening++
	d.rooms, d.people, d.invites, d.fresh, d.err = nil, nil, nil, nil, nil
	d.copied, d.saved, d.sure, d.notify = false, false, false, notifying{}
	d.programs, d.versions, d.switcher, d.circle = programs{}, nil, switcher{}, circle{}
	if d.ctx.Src() == nil {
		return
	}
	switch d.shown {
	case dialogRooms:
		d.ask(shared.Frame{Directory: &shared.Nothing{}}, func(ok shared.OK) { d.rooms = ok.Rooms })
	case dialogDirect:
		d.loadStops()
	case dialogAdd:
		d.loadStrangers()
	case dialogInvite:
		d.findInvite()
	case dialogVersions:
		d.loadVersions()
	case dialogNotify:
		d.lookNotifying()
	case dialogTokens, dialogHooks:
		d.loadPrograms()
	case dialogPerson:
		d.loadPerson(d.M.who)
	case dialogMe:
		d.loadPerson(d.M.client.You().ID)
	case dialogAccounts:
		d.loadAccounts()
	case dialogSessions:
		d.loadSessions()
	case dialogSwitch:
		d.loadStops()
	}
	d.ctx.Defer(func(app.Context) { d.present() })
}

// present makes the browser show or hide the dialog as it was drawn.
func (d *dialogs) present() {
	element := byID(dialogElement)
	if !element.Truthy() {
		return
	}
	open := element.Get("open").Bool()
	d.presented = d.shown
	switch {
	case d.shown != "" && !open:
		element.Call("showModal")
		app.Window().Call("hubbubZones", zoneList)
	case d.shown == "" && open:
		element.Call("close")
	case open && !element.Call("matches", ":focus-within").Bool():
		element.Call("querySelector", "button").Call("focus") // what led here is gone, and the focus with it
	}
}

// dismiss closes the dialog at once, for what takes the focus: it gives that back
// to whoever had it.
func (m *model) dismiss() {
	m.dialog = ""
	if element := byID(dialogElement); element.Truthy() {
		element.Call("close")
	}
	m.tell(topicShell)
}

func (d *dialogs) close(app.Context, app.Event) { d.M.shut() }

// closed hears the browser close it: Escape, or ours. It hears late: another
// dialog may have been asked for since.
func (d *dialogs) closed(app.Context, app.Event) {
	element := byID(dialogElement)
	if d.M.dialog == "" || d.M.dialog != d.presented || element.Truthy() && element.Get("open").Bool() {
		return
	}
	d.M.shut()
}

// ask sends a command for the dialog that is open now.
func (d *dialogs) ask(f shared.Frame, then func(shared.OK)) {
	asked := d.opening
	d.M.do(d.ctx, f, func(_ app.Context, ok shared.OK, err *shared.Error) {
		if asked != d.opening {
			return
		}
		if d.err = err; err != nil {
			d.toTop() // it is said there
			return
		}
		then(ok)
	})
}

// toTop scrolls to the dialog's beginning.
func (d *dialogs) toTop() {
	if dialog := byID(dialogElement); dialog.Truthy() {
		dialog.Set("scrollTop", 0)
	}
}

func (d *dialogs) content() (title string, body []app.UI) {
	t := d.M.text
	switch d.shown {
	case dialogRooms:
		return t.Rooms, d.roomsBody()
	case dialogDirect:
		return t.NewDirect, d.directBody()
	case dialogRoom:
		return t.RoomSettings, d.roomBody()
	case dialogAdd:
		return t.AddPeople, d.addBody()
	case dialogInvite:
		return t.InvitePeople, d.inviteBody()
	case dialogMe:
		return t.Profile, d.meBody()
	case dialogStatus:
		return t.Status, d.statusBody()
	case dialogNotify:
		return t.Notify, d.notifyBody()
	case dialogKeys:
		return t.Keys, d.keysBody()
	case dialogPerson:
		return d.personTitle(), d.personBody()
	case dialogAccounts:
		return t.Accounts, d.accountsBody()
	case dialogSessions:
		return t.Sessions, d.sessionsBody()
	case dialogTokens:
		return t.Programs, d.tokensBody()
	case dialogVersions:
		return t.Versions, d.versionsBody()
	case dialogHooks:
		return t.Webhooks, d.hooksBody()
	case dialogSwitch:
		return t.Switch, d.switchBody()
	}
	return t.Unsent, d.unsentBody()
}

func (d *dialogs) keysBody() []app.UI {
	t := d.M.text
	line := func(keys, what string) app.UI {
		return app.Div().Class("key").Body(app.Dt().Body(element("<kbd>"+escape(keys)+"</kbd>")), app.Dd().Text(what))
	}
	swapped := setting(settingSwap) == "1"
	send, newline := "Enter", "Shift+Enter"
	if swapped {
		send, newline = newline, send
	}
	return []app.UI{
		app.Dl().Class("keys").Body(
			line(send, t.KeySend), line(newline, t.KeyBreak), line("Ctrl+Enter", t.KeyEdit),
			line("Alt+↑ Alt+↓", t.KeyRooms), line("Alt+Shift+↑ ↓", t.KeyUnread),
			line("↑", t.KeyLast), line("Ctrl+K", t.Switch), line("Ctrl+F", t.KeySearch),
			line(": @ #", t.KeyComplete), line("Esc", t.KeyRead), line("Shift+Esc", t.MarkAllRead), line("U", t.MarkUnread), line("Ctrl+/", t.KeyHelp),
		),
		check("enter-sends", t.EnterSends, !swapped, func(_ app.Context, e app.Event) {
			keep(settingSwap, map[bool]string{true: "", false: "1"}[e.Get("target").Get("checked").Bool()])
		}),
	}
}

// alert says what went wrong, or nothing. It is drawn in either case: go-app
// matches children by their place, and a field that changes its place loses
// what was typed into it.
func alert(text string) app.UI { return app.P().Class("error").Role("alert").Text(text) }

// check is a labelled check box.
func check(id, label string, on bool, do app.EventHandler) app.UI {
	box := app.Input().ID(id).Name(id).Type("checkbox")
	if on {
		box = box.Checked(true)
	}
	if do != nil {
		box = box.OnChange(do)
	}
	return app.Label().Class("check").For(id).Body(box, app.Span().Text(label))
}

func (d *dialogs) unsentBody() []app.UI {
	t := d.M.text
	unsent := d.M.client.State().Unsent
	if len(unsent) == 0 {
		return []app.UI{app.P().Text(t.UnsentNone)}
	}
	failed := false
	items := app.Range(unsent).Slice(func(i int) app.UI {
		p := &unsent[i]
		r, _ := d.M.summary(p.Room)
		failed = failed || p.State == client.Failed
		return app.Li().Body(
			app.P().Class("detail").Text(d.M.roomLabel(r)),
			app.Div().Body(d.M.unsentText(p)...),
		)
	})
	return []app.UI{
		app.Ul().Class("unsent").Body(items),
		app.If(failed, func() app.UI {
			return app.Button().Type("button").Class("primary").Text(t.RetryAll).OnClick(d.retryAll)
		}),
	}
}

func (d *dialogs) retryAll(app.Context, app.Event) {
	for _, p := range d.M.client.State().Unsent {
		if p.State == client.Failed {
			d.M.client.Retry(p.Key)
		}
	}
}

// input is a labelled text field of a dialog.
func input(id, label, value, kind, auto string, required bool) app.UI {
	in := app.Input().ID(id).Name(id).Type(kind).Class("input").Attr("dir", "auto").Attr("autocomplete", auto)
	if value != "" {
		in = in.Value(attr(value))
	}
	if required {
		in = in.Required(true)
	}
	return app.Div().Class("field").Body(app.Label().For(id).Text(label), in)
}

// value is what stands in a field now.
func value(id string) string {
	if in := byID(id); in.Truthy() {
		return in.Get("value").String()
	}
	return ""
}

func checked(id string) bool {
	in := byID(id)
	return in.Truthy() && in.Get("checked").Bool()
}

// form is a form of a dialog: Enter submits it.
func form(do func(app.Context), body ...app.UI) app.UI {
	return app.Form().Class("stack").OnSubmit(func(ctx app.Context, e app.Event) {
		e.PreventDefault()
		do(ctx)
	}).Body(body...)
}

func fillName(sentence string, r client.RoomSummary) string { return i18n.Fill(sentence, r.Name) }
