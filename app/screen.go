package app

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// screen is the root of every page: a form, a notice, or the conversation. One
// component serves all paths, so that the socket, the scroll position and what
// is being typed survive a change of room.
type screen struct {
	app.Compo

	m       *model
	visited bool // the first OnNav is the page that was loaded
	hooks   []app.Func
}

func (s *screen) Render() app.UI {
	switch s.m.view.Screen {
	case shared.ScreenSetup:
		return s.m.setupPage()
	case shared.ScreenInvite:
		return s.m.invitePage()
	case shared.ScreenSignIn:
		return s.m.signInPage()
	case shared.ScreenRecover:
		return s.m.recoverPage()
	case shared.ScreenChat:
		return s.chat()
	}
	return s.m.noticePage()
}

// chat is thin: its parts are drawn again each by itself.
func (s *screen) chat() app.UI {
	m := s.m
	return app.Div().Class("app").Class(when(m.drawer, "drawer-open")).Class(when(m.pane != "", "pane-open")).Body(
		&sidebar{M: m, Room: m.room},
		app.Div().Class("shade").OnClick(s.closeDrawer),
		app.Main().Class("talk").Aria("label", m.text.Conversation).Body(
			&header{M: m, Room: m.room},
			&statusLine{M: m},
			app.If(m.room != "", func() app.UI { return &timeline{M: m, Room: m.room, At: m.at} }).
				ElseIf(m.preview != nil, m.previewPage).
				Else(func() app.UI { return m.noRoom() }),
			app.If(m.room != "", func() app.UI { return &typingLine{M: m, Room: m.room} }),
			app.If(m.room != "", func() app.UI { return &composer{M: m, Room: m.room} }),
		),
		&dialogs{M: m},
		&liveRegion{M: m},
		&toasts{M: m},
		app.If(m.pane == panePushes, func() app.UI { return &pushesPane{M: m} }).
			ElseIf(m.pane == paneSearch, func() app.UI { return &searchPane{M: m} }).
			ElseIf(m.pane == paneMembers && m.room != "", func() app.UI { return &membersPane{M: m, Room: m.room} }), // last: others keep their place
	)
}

func (m *model) noRoom() app.UI {
	return app.Div().Class("empty").Body(
		app.H2().Text(m.text.NoRoom),
		app.P().Text(m.text.NoRoomLead),
		app.Button().Type("button").Class("primary").Text(m.text.AddRoom).OnClick(m.opener(dialogRooms)),
	)
}

func when(condition bool, class string) string {
	if condition {
		return class
	}
	return ""
}

// title is the page's: how many messages wait for the reader comes first, as
// tabs are narrow, or a dot for others that are unread.
func (m *model) title() string {
	name := m.view.Server
	_, calls, dot := m.waiting()
	if r, in := m.summary(m.room); in {
		name = m.roomLabel(r) + " · " + m.view.Server
	}
	if m.preview != nil {
		name = "#" + m.preview.Room.Name + " · " + m.view.Server
	}
	switch {
	case calls > 0:
		return "(" + strconv.Itoa(calls) + ") " + name
	case dot:
		return "• " + name
	}
	return name
}

func (s *screen) closeDrawer(ctx app.Context, _ app.Event) {
	s.m.shut()
}

// OnMount starts what lives as long as the page.
func (s *screen) OnMount(ctx app.Context) {
	if s.m.view.Screen != shared.ScreenChat {
		return
	}
	s.m.watch(ctx, s, topicShell)
	s.run(ctx)
	s.listen(ctx)
	s.m.offer(ctx)
	s.feel()
}

// OnNav follows the address: links, and the browser's back and forward.
func (s *screen) OnNav(ctx app.Context) {
	if s.m.view.Screen != shared.ScreenChat {
		return
	}
	path := ctx.Page().URL().Path
	first := !s.visited
	s.visited = true
	switch {
	case first && s.m.room != "":
		s.m.client.Open(s.m.room)
	case s.m.show(path):
		s.m.rememberRoom()
		s.m.tell(topicRooms, topicLog)
	case !first:
		s.m.lookInto(ctx, path)
	}
	setTitle(s.m.title())
	s.m.attend()
}

// OnAppUpdate hears that a newer build waits.
func (s *screen) OnAppUpdate(ctx app.Context) {
	s.m.update = true
	s.m.tell(topicStatus)
}

// OnAppInstallChange hears that the app can be installed, or was.
func (s *screen) OnAppInstallChange(ctx app.Context) { s.m.tell(topicShell) }
