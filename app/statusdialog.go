package app

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// The fields of the status dialog.
const (
	statusEmoji = "status-emoji"
	statusText  = "status-text"
	statusEnds  = "status-ends"
	dndEnds     = "dnd-ends"
)

// statusButton leads from the profile to the status, and shows it.
func (d *dialogs) statusButton() app.UI {
	said := d.M.saidOf(d.M.presence(d.M.client.You().ID))
	if said == "" {
		said = d.M.text.StatusSet
	}
	return app.Button().Type("button").Class("button", "status-button").Attr("dir", "auto").Text(said).
		OnClick(d.M.opener(dialogStatus), app.EventScope(dialogStatus))
}

func (d *dialogs) statusBody() []app.UI {
	t := d.M.text
	p := d.M.presence(d.M.client.You().ID)
	on, onLabel, button := "", t.DNDHint, t.DNDTurnOn
	if p.DND > 0 {
		on, onLabel, button = "on", t.DNDOn, t.NotifyTurnOff
	}
	if p.DND > 0 && p.DND < shared.Forever {
		onLabel += " " + i18n.Fill(t.StatusUntil, d.M.until(p.DND))
	}
	return []app.UI{
		form(d.saveStatus,
			input(statusEmoji, t.StatusEmoji, p.Emoji, "text", "off", false),
			input(statusText, t.StatusText, p.Text, "text", "off", false),
			d.ends(statusEnds, t.StatusEnds, t.StatusStays),
			element(`<div class="buttons"><button class="primary">`+t.Save+`</button></div>`),
		),
		app.Div().Class("moods").OnClick(d.quick).Body(element(`<p>` +
			mood("60", "📅", t.QuickMeeting) + mood("60", "🍜", t.QuickLunch) + mood("30", "🚆", t.QuickTravel) +
			mood("today", "🤒", t.QuickSick) + mood("week", "🌴", t.QuickHoliday) + mood("", "", t.StatusClear) + `</p>`)),
		form(d.saveDND,
			app.H3().Text(t.DND),
			app.P().Class("hint").Role("status").Text(onLabel),
			app.Div().Class("dnd-ends", on).Body(d.ends(dndEnds, t.DNDEnds, t.DNDStays)),
			app.Div().Class("buttons").Body(app.Button().Class("button").Text(button)),
		),
		check("tell-typing", t.TellTyping, setting(settingDiscreet) == "", func(_ app.Context, e app.Event) {
			keep(settingDiscreet, map[bool]string{true: "", false: "1"}[e.Get("target").Get("checked").Bool()])
		}),
	}
}

// ends is the choice of when something ends. The field for a time of one's own
// shows when that is chosen: the stylesheet sees to it.
func (d *dialogs) ends(id, label, stays string) app.UI {
	t := d.M.text
	span := func(n int, unit string) string {
		return app.Window().Call("hubbubSpan", t.Code, n, unit).String()
	}
	options := ""
	for _, o := range [][2]string{
		{"30", span(30, "minute")}, {"60", span(1, "hour")}, {"today", t.Today}, {"week", t.ThisWeek}, {"custom", t.PickTime}, {"", stays},
	} {
		options += `<option value="` + o[0] + `">` + o[1] + `</option>`
	}
	return element(`<div class="ends field"><label for="` + id + `">` + label + `</label><select id="` + id + `" class="input">` + options +
		`</select><input id="` + id + `-at" type="datetime-local" class="input" aria-label="` + t.PickTime + `"></div>`)
}

// mood is a status that is set by one press: what it says, and how long.
func mood(ends, emoji, text string) string {
	return `<button type="button" class="button" data-ends="` + ends + `" data-emoji="` + emoji + `">` + strings.TrimSpace(emoji+" "+text) + `</button> `
}

// quick sets the status that was pressed.
func (d *dialogs) quick(_ app.Context, e app.Event) {
	pressed := e.Get("target").Get("dataset")
	ends := pressed.Get("ends")
	if ends.IsUndefined() {
		return // beside the buttons
	}
	s := shared.Status{Emoji: pressed.Get("emoji").String()}
	if s.Emoji != "" {
		s.Text = strings.TrimPrefix(e.Get("target").Get("textContent").String(), s.Emoji+" ")
		s.Until, _ = d.untilOf(ends.String(), "")
	}
	d.setStatus(s)
}

// timeChosen is the time that a choice means, 0 for none. It says so when that is
// no time to come.
func (d *dialogs) timeChosen(id string) (until shared.Millis, ok bool) {
	until, ok = d.untilOf(value(id), value(id+"-at"))
	if !ok {
		d.err = shared.Invalidf("until", "choose a time to come")
		d.toTop()
	}
	return until, ok
}

// untilOf is the end of a choice by the server's clock, which decides.
func (d *dialogs) untilOf(choice, at string) (until shared.Millis, ok bool) {
	end := app.Window().Call("hubbubUntil", choice, at).Float()
	if end > 0 {
		end += float64(d.M.client.Skew().Milliseconds())
	}
	return shared.Millis(end), end > 0 || choice != "custom"
}

func (d *dialogs) saveStatus(app.Context) {
	if until, ok := d.timeChosen(statusEnds); ok {
		d.setStatus(shared.Status{Emoji: value(statusEmoji), Text: value(statusText), Until: until})
	}
}

func (d *dialogs) setStatus(s shared.Status) {
	d.ask(shared.Frame{Status: &s}, func(shared.OK) { d.M.shut() })
}

// saveDND turns do not disturb on, or off.
func (d *dialogs) saveDND(app.Context) {
	var q shared.Quiet
	if d.M.presence(d.M.client.You().ID).DND == 0 {
		until, ok := d.timeChosen(dndEnds)
		if !ok {
			return
		}
		if q.Until = until; until == 0 {
			q.Until = shared.Forever
		}
	}
	d.ask(shared.Frame{DND: &q}, func(shared.OK) {})
}
