package app

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// programs is what the dialogs about bots, tokens and webhooks know.
type programs struct {
	loaded bool
	tokens []shared.Token
	bots   []shared.User
	made   *shared.Token // just now: its secret is told once
	doomed string        // the token or bot whose end was pressed once
	forBot bool          // the form asks for a new bot's name
	taken  string        // what was put on the clipboard last
}

const (
	newBotValue = "new" // no user's id
	botField    = "token-bot"
)

// mayHavePrograms reports whether somebody can answer for programs.
func mayHavePrograms(r shared.Role) bool { return r != shared.RoleGuest && r != shared.RoleBot }

func (d *dialogs) loadPrograms() {
	d.ask(shared.Frame{Tokens: &shared.Nothing{}}, func(ok shared.OK) {
		d.tokens = ok.Tokens
		d.ask(shared.Frame{Bots: &shared.Nothing{}}, func(ok shared.OK) { d.bots, d.loaded = ok.Users, true })
	})
}

func (d *dialogs) tokensBody() []app.UI {
	t := d.M.text
	return []app.UI{
		app.P().Class("hint").Text(t.ProgramsLead),
		d.secret(),
		d.tokenList(d.tokens, t.Tokens, t.NoTokens),
		app.If(len(d.bots) > 0, func() app.UI {
			return app.Div().Body(
				app.H3().Text(t.Bots),
				app.Ul().Class("people").Body(app.Range(d.bots).Slice(func(i int) app.UI { return d.botRow(d.bots[i]) })),
			)
		}).Else(func() app.UI { return app.Div() }),
		app.H3().Text(t.MakeToken),
		d.tokenForm(),
	}
}

func (d *dialogs) hooksBody() []app.UI {
	t := d.M.text
	r, _ := d.M.summary(d.M.room)
	hooks := slices.DeleteFunc(slices.Clone(d.tokens), func(k shared.Token) bool { return k.Room != r.ID })
	return []app.UI{
		app.P().Class("hint").Text(fillName(t.WebhooksLead, r)),
		d.secret(),
		d.tokenList(hooks, t.Webhooks, t.NoWebhooks),
		app.H3().Text(t.MakeWebhook),
		form(d.makeHook,
			input("hook-name", t.WebhookName, "", "text", "off", true),
			app.Button().Type("submit").Class("primary").Text(t.MakeWebhook),
		),
	}
}

// tokenList is the tokens that there are, or that there is none.
func (d *dialogs) tokenList(tokens []shared.Token, title, none string) app.UI {
	if len(tokens) == 0 {
		return app.Div().Body(app.If(d.loaded && d.made == nil, func() app.UI { return app.P().Text(none) }))
	}
	return app.Div().Body(
		app.H3().Text(title),
		app.Ul().Class("people").Body(app.Range(tokens).Slice(func(i int) app.UI { return d.tokenRow(tokens[i]) })),
	)
}

func (d *dialogs) tokenRow(k shared.Token) app.UI {
	t, you := d.M.text, d.M.client.You().ID
	var about []string
	if d.shown == dialogTokens && k.Room != "" {
		r, _ := d.M.summary(k.Room)
		about = append(about, fillName(t.WebhookIn, r))
	} else if k.Room == "" {
		about = append(about, i18n.Fill(t.For, k.User.Name), d.scopes(k.Scopes))
	}
	if k.By.ID != you {
		about = append(about, i18n.Fill(t.MadeBy, k.By.Name))
	}
	used, until := t.NeverUsed, t.UntilRevoked
	if k.Seen > 0 {
		used = i18n.Fill(t.LastUsed, d.M.dates.full(k.Seen))
	}
	if k.Expires > 0 {
		until = i18n.Fill(t.Until, d.M.dates.full(k.Expires))
	}
	end := func() { d.ask(shared.Frame{Withdraw: &shared.TokenRef{ID: k.ID}}, func(shared.OK) { d.ended(k.ID) }) }
	return d.program(k.ID, k.Name, append(about, used, until), t.Revoke, t.RevokeSure, end)
}

func (d *dialogs) botRow(bot shared.User) app.UI {
	t, you := d.M.text, d.M.client.You()
	owner := d.M.client.Name(shared.Author{ID: bot.Owner})
	if bot.Owner == you.ID {
		owner = you.Name
	}
	about := t.Bot
	if owner != "" {
		about = i18n.Fill(t.BotOf, owner)
	}
	end := func() {
		d.ask(shared.Frame{Dismiss: &shared.UserRef{User: bot.ID}}, func(shared.OK) { d.ended(string(bot.ID)) })
	}
	return d.program(string(bot.ID), bot.Name, []string{about}, t.EndBot, t.EndBotSure, end)
}

// program is a row with what ends it, which asks once more.
func (d *dialogs) program(id, name string, about []string, label, sure string, end func()) app.UI {
	button := app.Button().Type("button").Class("quiet", "small")
	if d.doomed == id {
		label = sure
		button = app.Button().Type("button").Class("button", "danger", "small")
	}
	return app.Li().Class("person").Body(
		app.Span().Class("who", "whole").Body(
			app.Span().Class("name").Attr("dir", "auto").Text(name),
			app.Span().Class("detail").Text(strings.Join(about, " · ")),
		),
		button.Text(label).Aria("label", attr(label+": "+name)).OnClick(func(app.Context, app.Event) {
			if d.doomed != id {
				d.doomed = id
				return
			}
			end()
		}, app.EventScope(id)),
	)
}

// ended forgets what was ended, and its secret.
func (d *dialogs) ended(id string) {
	d.doomed = ""
	if d.made != nil && (d.made.ID == id || string(d.made.User.ID) == id) {
		d.made = nil
	}
	d.loadPrograms()
}

// scopes says what a token may do, in words.
func (d *dialogs) scopes(scopes []shared.Scope) string {
	t := d.M.text
	words := map[shared.Scope]string{
		shared.ScopePush: t.MayPush, shared.ScopePost: t.MayPost, shared.ScopeRead: t.MayRead, shared.ScopeAdmin: t.MayAdmin,
	}
	said := make([]string, len(scopes))
	for i, s := range scopes {
		said[i] = words[s]
	}
	return strings.Join(said, ", ")
}

func (d *dialogs) tokenForm() app.UI {
	t, you := d.M.text, d.M.client.You()
	who := [][2]string{{"", i18n.Fill(t.Myself, you.Name)}, {newBotValue, t.NewBot}}
	for _, bot := range d.bots {
		who = append(who, [2]string{string(bot.ID), bot.Name})
	}
	scopes := []app.UI{app.Elem("legend").Text(t.Scopes)}
	for _, s := range shared.Scopes() {
		if (s == shared.ScopePush || s == shared.ScopeAdmin) && !you.Role.Staff() {
			continue
		}
		hint := map[shared.Scope]string{
			shared.ScopePush: t.PushHint, shared.ScopePost: t.PostHint, shared.ScopeRead: t.ReadHint, shared.ScopeAdmin: t.AdminHint,
		}[s]
		scopes = append(scopes, check(scopeField(s), hint, false, nil))
	}
	return form(d.makeToken,
		hinted(input("token-name", t.TokenName, "", "text", "off", true), t.TokenNameHint),
		pick("token-user", t.ForWhom, "", who, func(user string) { d.forBot = user == newBotValue }),
		app.If(d.forBot, func() app.UI { return input(botField, t.BotName, "", "text", "off", true) }).
			Else(func() app.UI { return app.Div() }),
		app.FieldSet().Class("scopes").Body(scopes...),
		choose("token-ttl", t.ExpiresIn, [][2]string{
			{"0", t.Forever}, {strconv.Itoa(30 * day), t.OneMonth}, {strconv.Itoa(365 * day), t.OneYear}, {strconv.Itoa(day), t.OneDay},
		}),
		app.Button().Type("submit").Class("primary").Text(t.MakeToken),
	)
}

func scopeField(s shared.Scope) string { return "scope-" + string(s) }

func hinted(field app.UI, hint string) app.UI {
	return app.Div().Class("field").Body(field, app.P().Class("hint").Text(hint))
}

// makeToken makes the token that the form asks for, and its bot before it.
func (d *dialogs) makeToken(app.Context) {
	n := shared.TokenRequest{Name: value("token-name"), User: shared.UserID(value("token-user"))}
	n.TTL, _ = strconv.ParseInt(value("token-ttl"), 10, 64) // ours: a number
	for _, s := range shared.Scopes() {
		if checked(scopeField(s)) {
			n.Scopes = append(n.Scopes, s)
		}
	}
	d.made = nil
	if len(n.Scopes) == 0 {
		d.err = shared.Errorf(shared.CodeUnavailable+"/here", "%s", d.M.text.PickScope)
		d.toTop()
		return
	}
	if n.User != newBotValue {
		d.askToken(shared.Frame{Token: &n})
		return
	}
	d.ask(shared.Frame{Bot: &shared.NewBot{Name: value(botField)}}, func(ok shared.OK) {
		n.User = ok.Bot.ID
		d.askToken(shared.Frame{Token: &n})
	})
}

func (d *dialogs) makeHook(app.Context) {
	d.made = nil
	d.askToken(shared.Frame{Hook: &shared.NewHook{Room: d.M.room, Name: value("hook-name")}})
}

// askToken asks for a token or a webhook, and shows its secret.
func (d *dialogs) askToken(f shared.Frame) {
	d.ask(f, func(ok shared.OK) {
		d.made, d.taken, d.forBot = ok.Token, "", false
		for _, first := range []string{"token-name", "hook-name"} {
			if field := byID(first); field.Truthy() {
				field.Get("form").Call("reset")
			}
		}
		d.toTop() // the secret is there
		d.loadPrograms()
	})
}
