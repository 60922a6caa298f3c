package app

import (
	"encoding/json"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

const (
	pictureField  = "my-picture"
	gravatarField = "my-email"
	zoneList      = "zones"
)

// portrait is one's picture, and what changes it.
func (d *dialogs) portrait(you shared.User) app.UI {
	t := d.M.text
	upload := t.PictureUpload
	if d.sending {
		upload = t.PictureSending
	}
	return app.Div().Class("profile").Body(
		d.M.face(you.Author(), "huge"),
		app.Div().Class("buttons").Body(
			app.Input().ID(pictureField).Type("file").Class("visually-hidden").Attr("accept", "image/jpeg,image/png,image/gif,image/webp").
				OnChange(func(_ app.Context, e app.Event) {
					if file := e.Get("target").Get("files").Index(0); file.Truthy() {
						d.sendPortrait(file)
					}
				}),
			app.Label().For(pictureField).Class("button").Text(upload),
			app.If(you.Picture != "", func() app.UI {
				return app.Button().Type("button").Class("quiet", "small").Text(t.PictureRemove).
					OnClick(func(app.Context, app.Event) { d.sendPortrait(nil) })
			}),
		),
	)
}

// sendPortrait uploads a file, or takes the picture away. Everybody, this page
// too, hears of it as of any change of a profile.
func (d *dialogs) sendPortrait(file any) {
	if d.sending {
		return
	}
	d.sending, d.err = true, nil
	asked := d.opening
	app.Window().Call("hubbubPortrait", d.M.path("/pictures"), file).Then(func(said app.Value) {
		d.ctx.Dispatch(func(app.Context) {
			if asked != d.opening {
				return
			}
			d.sending = false
			d.err = d.M.uploadError(said.String())
		})
	})
}

// uploadError is what the server said against an upload; "" is that it said
// nothing.
func (m *model) uploadError(said string) *shared.Error {
	if said == "" {
		return shared.Errorf(shared.CodeUnavailable+"/here", "%s", m.text.WhenConnected)
	}
	if !strings.HasPrefix(said, `{"code"`) {
		return nil
	}
	err := new(shared.Error)
	if json.Unmarshal([]byte(said), err) != nil {
		return shared.AsError(nil)
	}
	return err
}

// gravatar is offered where the server may ask it.
func (d *dialogs) gravatar() app.UI {
	if d.person == nil || !d.person.Gravatar {
		return app.Div()
	}
	t := d.M.text
	return app.Details().Body(
		app.Summary().Text(t.Gravatar),
		app.P().Class("hint").Text(t.GravatarLead),
		form(func(app.Context) {
			d.ask(shared.Frame{Gravatar: &shared.GravatarQuery{Email: value(gravatarField)}}, func(shared.OK) {})
		},
			input(gravatarField, t.GravatarEmail, "", "email", "email", true),
			app.Button().Type("submit").Class("button").Text(t.Gravatar),
		),
	)
}

// profileForm is what others see of oneself.
func (d *dialogs) profileForm(you shared.User) app.UI {
	t := d.M.text
	p := d.person
	if p == nil {
		p = &shared.Person{}
	}
	return form(d.saveProfile,
		input("my-name", t.ProfileName, you.Name, "text", "name", true),
		app.If(you.Handle != "", func() app.UI { return input("my-new-handle", t.Handle, you.Handle, "text", "username", true) }).
			Else(func() app.UI { return app.Div() }),
		app.Div().Class("field").Body(
			app.Label().For("my-about").Text(t.About),
			app.Textarea().ID("my-about").Class("input").Rows(2).MaxLength(shared.MaxAbout).Attr("dir", "auto").Text(p.About),
		),
		app.Div().Class("field").Body(
			app.Label().For("my-zone").Text(t.TimeZone),
			app.Input().ID("my-zone").Type("text").Class("input").Attr("autocomplete", "off").Attr("list", zoneList).
				Placeholder(attr(localZone())).Value(attr(p.Zone)).Aria("describedby", "my-zone-hint"),
			app.Elem("datalist").ID(zoneList),
			app.P().ID("my-zone-hint").Class("hint").Text(t.TimeZoneHint),
		),
		app.Div().Class("buttons").Body(
			app.Button().Type("submit").Class("primary").Text(t.Save),
			app.If(d.saved, func() app.UI { return app.Span().Class("ok").Role("status").Text(t.Saved) }),
		),
	)
}

// saveProfile says what differs.
func (d *dialogs) saveProfile(app.Context) {
	d.saved = false
	you := d.M.client.You()
	about, zone := value("my-about"), value("my-zone")
	p := shared.Profile{Name: value("my-name"), About: &about, Zone: &zone}
	if handle := value("my-new-handle"); handle != you.Handle {
		p.Handle = handle
	}
	d.ask(shared.Frame{Profile: &p}, func(shared.OK) { d.saved = true })
}
