package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

const (
	settingRecent = "hubbub.emoji.recent" // used lately in this browser, newest first, as web/script/emoji.js has it
	usualEmoji    = "👍 🎉 ❤️"
	quickEmoji    = 3 // in a message's tools
	mostNamed     = 20
)

// recentEmoji are those used lately, then what most people use.
func recentEmoji() []string {
	quick := strings.Fields(setting(settingRecent))
	for _, usual := range strings.Fields(usualEmoji) {
		if !slices.Contains(quick, usual) {
			quick = append(quick, usual)
		}
	}
	return quick[:quickEmoji]
}

// reactions are the emoji under a message. Each is a button that adds the
// reader's, or takes it away.
func (t *timeline) reactions(e *shared.Event) app.UI {
	r, _ := t.M.summary(t.Room)
	archived, list := !canReact(e, r), e.Message.Reactions
	chips := make([]app.UI, 0, len(list)+1)
	for _, one := range list {
		chips = append(chips, t.chip(e, one, archived))
	}
	if !archived {
		chips = append(chips, app.Button().Type("button").Class("chip", "add").Aria("label", t.M.text.React).Title(t.M.text.React).
			Body(iconReact()).OnClick(t.picker(e.Seq), app.EventScope(e.Seq)))
	}
	return app.Div().Class("reactions").Role("group").Aria("label", t.M.text.Reactions).Body(chips...)
}

func (t *timeline) chip(e *shared.Event, r shared.Reaction, archived bool) app.UI {
	me := t.M.client.You().ID
	count, who := strconv.Itoa(len(r.Users)), t.reactors(r, me)
	chip := app.Button().Type("button").Class("chip").Class(when(t.onItsWay(e.Seq, r.Emoji), "pending")).
		Aria("pressed", attr(yesNo(slices.Contains(r.Users, me)))).Aria("label", attr(r.Emoji+" "+count+": "+who)).
		OnClick(t.reacter(e.Seq, r.Emoji), app.EventScope(e.Seq, r.Emoji)).Disabled(archived)
	return chip.Body(
		app.Span().Class("face").Text(r.Emoji),
		app.Span().Class("count").Text(count),
		app.Span().Class("names").Attr("dir", "auto").Aria("hidden", "true").Text(who),
	)
}

// reactors names who reacted so. Those who said nothing lately are asked for.
func (t *timeline) reactors(r shared.Reaction, me shared.UserID) string {
	m := t.M
	var names []string
	for _, id := range r.Users {
		name := m.client.Name(shared.Author{ID: id})
		if id == me {
			name = m.text.You
		}
		switch {
		case len(names) == mostNamed:
		case name != "":
			names = append(names, name)
		case app.IsClient && !slices.Contains(t.unnamed, id):
			t.unnamed = append(t.unnamed, id)
		}
	}
	if more := len(r.Users) - len(names); more > 0 {
		names = append(names, m.text.AndMore(more))
	}
	return strings.Join(names, ", ")
}

func (t *timeline) onItsWay(seq shared.Seq, emoji string) bool {
	return slices.ContainsFunc(t.reacting, func(r shared.React) bool { return r.Seq == seq && r.Emoji == emoji })
}

// quick are the tools that react to a message: with what was used lately, or
// with any emoji.
func (t *timeline) quick(e *shared.Event) []app.UI {
	var buttons []app.UI
	for _, emoji := range recentEmoji() {
		label := i18n.Fill(t.M.text.ReactWith, emoji)
		buttons = append(buttons, app.Button().Type("button").Class("icon", "quick").Aria("label", attr(label)).Title(attr(label)).
			Body(app.Span().Class("face").Text(emoji)).OnClick(t.reacter(e.Seq, emoji), app.EventScope(e.Seq, emoji)))
	}
	return append(buttons, t.tool(e, t.M.text.React, iconReact(), t.picker(e.Seq)))
}

// picker lets the reader choose what to react with.
func (t *timeline) picker(seq shared.Seq) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		ctx.PreventUpdate()
		t.pick(ctx, seq, ctx.JSSrc())
	}
}

// pick opens the picker at an element of the message.
func (t *timeline) pick(ctx app.Context, seq shared.Seq, at app.Value) {
	ctx = t.live(ctx)
	app.Window().Call("hubbubPick", at, t.M.pickerWords()).Then(func(emoji app.Value) {
		ctx.Dispatch(func(ctx app.Context) {
			if row, body := byID(eventKey(seq)), app.Window().Get("document").Get("body"); row.Truthy() &&
				app.Window().Get("document").Get("activeElement").Equal(body) {
				row.Call("focus", map[string]any{"preventScroll": true}) // its tools are away by now
			}
			if emoji.String() != "" {
				t.react(ctx, seq, emoji.String())
			}
		})
	})
}

func (t *timeline) reacter(seq shared.Seq, emoji string) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		ctx.PreventUpdate()
		t.react(ctx, seq, emoji)
	}
}

// react puts the reader's emoji under a message, or takes it away. It shows at
// once; what was refused goes again, and why is said.
func (t *timeline) react(ctx app.Context, seq shared.Seq, emoji string) {
	m, e := t.M, t.saidAt(eventKey(seq)) // as it is now: a handler is as old as its element
	if e == nil {
		return
	}
	on := !e.Message.HasReaction(m.client.You().ID, emoji)
	if on && !e.Message.CanTake(emoji) {
		m.notice = m.text.ReactionsFull
		m.tell(topicStatus)
		return
	}
	ctx = t.live(ctx)
	r := shared.React{Room: e.Room, Seq: seq, Emoji: emoji, On: on}
	ctx.Async(func() {
		if err := m.client.React(context.Background(), r); err != nil {
			ctx.Dispatch(func(ctx app.Context) { m.complain(ctx, shared.OK{}, m.failure(err)) })
		}
	})
}

// canReact reports whether there is a message to react to.
func canReact(e *shared.Event, r client.RoomSummary) bool { return !e.Message.Deleted && !r.Archived }
