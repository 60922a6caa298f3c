package app

import (
	"cmp"
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// membersPane lists who is in the room, at the right.
type membersPane struct {
	app.Compo

	M    *model
	Room shared.RoomID

	of    shared.RoomID // what users is of
	users []shared.User
	err   *shared.Error
	count int // members the room had when users was loaded
	ctx   app.Context

	direct bool // a conversation of always the same people
}

func (p *membersPane) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.M.watch(ctx, p, topicRooms, topicUsers, topicPresence)
	p.load(ctx)
}
func (p *membersPane) OnDismount() { p.M.unwatch(p) }

// OnUpdate follows a change of room.
func (p *membersPane) OnUpdate(ctx app.Context) { p.load(ctx) }

func (p *membersPane) load(ctx app.Context) {
	room := p.Room
	r, _ := p.M.summary(room)
	p.count = r.Members
	p.M.do(ctx, shared.Frame{Members: &shared.RoomRef{Room: room}}, func(_ app.Context, ok shared.OK, err *shared.Error) {
		if room == p.Room {
			p.of, p.users, p.err = room, ok.Users, err
		}
	})
}

func (p *membersPane) Render() app.UI {
	t := p.M.text
	users := p.users
	if p.of != p.Room {
		users = nil
	}
	r, ok := p.M.summary(p.Room)
	p.direct = r.Direct
	if ok && r.Members != p.count && p.of == p.Room {
		p.load(p.ctx) // somebody came or went
	}
	p.sort(users)
	return app.Aside().Class("pane").Aria("label", t.Members).Body(
		p.M.paneHead(t.Members),
		alert(t.Error(p.err)),
		app.Ul().Class("people").OnClick(p.M.personPressed).Body(app.Range(users).Slice(func(i int) app.UI { return p.row(users[i], users) })),
		app.If(!p.direct, func() app.UI {
			return app.Button().Type("button").Class("button").Text(t.AddPeople).OnClick(p.M.opener(dialogAdd))
		}),
	)
}

// sort puts who is here first, but moves nobody while one is about to press
// something, and nobody in a room with more people than are followed.
func (p *membersPane) sort(users []shared.User) {
	follow := len(users) < shared.MaxWatch && app.IsClient
	if follow && app.Window().Get("document").Call("querySelector", ".people:hover, .people :focus-visible").Truthy() {
		return
	}
	slices.SortStableFunc(users, func(a, b shared.User) int {
		here := 0
		if follow {
			here = p.M.byHere(a.ID, b.ID)
		}
		return cmp.Or(here, cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	})
}

// face shows presence where everybody in the room can be followed.
func (p *membersPane) face(u shared.User, users []shared.User) app.UI {
	face := p.M.pressedFace(u.Author(), "medium")
	if len(users) < shared.MaxWatch {
		return p.M.present(face, u.ID)
	}
	return face
}

// says is what somebody says they are at.
func (p *membersPane) says(u shared.User, users []shared.User) app.UI {
	said := ""
	if len(users) < shared.MaxWatch {
		said = p.M.saidOf(p.M.presence(u.ID))
	}
	return app.If(said != "", func() app.UI { return app.Span().Class("detail").Attr("dir", "auto").Text(said) })
}

func (p *membersPane) row(u shared.User, users []shared.User) app.UI {
	t := p.M.text
	you := p.M.client.You()
	name := p.M.client.Name(u.Author())
	var detail []string
	if u.ID == you.ID {
		detail = append(detail, t.You)
	}
	if owner := p.ownerOf(u, users); owner != "" {
		detail = append(detail, i18n.Fill(t.BotOf, owner))
	} else if role := t.Role(u.Role); role != "" {
		detail = append(detail, role)
	}
	if u.Handle != "" {
		detail = append(detail, "@"+u.Handle)
	}
	return app.Li().Class("person").Body(
		p.face(u, users),
		app.Span().Class("who").Body(
			p.M.nameButton(u.Author()),
			p.says(u, users),
			app.Span().Class("detail").Text(strings.Join(detail, " · ")),
		),
		app.If(u.ID != you.ID, func() app.UI {
			return app.Button().Type("button").Class("icon").Title(t.MessagePerson).Body(iconTalk(), hidden(t.MessagePerson)).
				Aria("label", attr(i18n.Fill(t.MessagePeople, name))).OnClick(p.M.messenger(u.ID), app.EventScope(u.ID))
		}),
		app.If(you.Role.Staff() && u.ID != you.ID && !p.direct, func() app.UI {
			return app.Button().Type("button").Class("icon").Title(t.Remove).Body(iconClose(), hidden(t.Remove)).
				Aria("label", attr(t.Remove+" "+name)).OnClick(p.remover(u.ID), app.EventScope(u.ID))
		}),
	)
}

// ownerOf is who answers for a bot, as far as they are known here.
func (p *membersPane) ownerOf(bot shared.User, users []shared.User) string {
	for _, u := range users {
		if bot.Role == shared.RoleBot && u.ID == bot.Owner {
			return p.M.client.Name(u.Author())
		}
	}
	return ""
}

func (p *membersPane) remover(id shared.UserID) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		ref := &shared.MemberRef{Room: p.Room, User: id}
		p.M.do(ctx, shared.Frame{Remove: ref}, func(ctx app.Context, _ shared.OK, err *shared.Error) {
			p.err = err
			p.load(ctx)
		})
	}
}
