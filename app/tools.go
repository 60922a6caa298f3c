package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// tools is what can be done with a message. It is there while the message has
// the pointer, or the focus: most of the elements of a page would be tools.
func (t *timeline) tools(e *shared.Event) app.UI {
	text := t.M.text
	r, in := t.M.summary(t.Room)
	if !in || e.Seq != t.hovered && e.Seq != t.held {
		return nil
	}
	mine := e.By.ID == t.M.client.You().ID
	buttons := []app.UI{}
	if canReact(e, r) {
		buttons = append(buttons, t.quick(e)...)
	}
	if !r.Archived {
		buttons = append(buttons, t.tool(e, text.Reply, iconReply(), t.replier(e)))
		if mine {
			buttons = append(buttons, t.tool(e, text.Edit, iconEdit(), t.editor(e)))
		}
	}
	open := t.menu == e.Seq
	more := app.Button().Type("button").Class("icon", "more").Aria("label", text.MoreActions).Title(text.MoreActions).
		Aria("expanded", attr(yesNo(open))).Body(iconMore()).OnClick(t.menuOpener(e.Seq), app.EventScope(e.Seq))
	buttons = append(buttons, more)
	if open {
		buttons = append(buttons, t.menuOf(e, mine, r.Archived))
	}
	return app.Div().Class("tools").OnKeyDown(t.toolKeyed, app.EventScope(e.Seq)).Body(buttons...)
}

// tool is a button that does something with e as it is now: a new handler for
// each of its versions, where go-app would keep the first.
func (t *timeline) tool(e *shared.Event, label string, i app.UI, do app.EventHandler) app.UI {
	return app.Button().Type("button").Class("icon").Aria("label", label).Title(label).Body(i).OnClick(do, app.EventScope(e.Seq, e.Message.Rev))
}

// menuOf is what is done with a message less often.
func (t *timeline) menuOf(e *shared.Event, mine, archived bool) app.UI {
	text := t.M.text
	item := func(label string, do app.EventHandler) app.UI {
		return app.Button().Type("button").Text(label).OnClick(func(ctx app.Context, ev app.Event) {
			t.menu = 0
			do(ctx, ev)
			ctx.Update() // whatever do has to say of that
		}, app.EventScope(e.Seq, e.Message.Rev, label))
	}
	items := []app.UI{
		item(text.CopyText, copier(e.Message.Text)),
		item(text.CopyLink, linkCopier(t.M.eventPath(t.Room, e.Seq))),
		item(text.MarkUnread, t.unreader(e.Seq)),
	}
	r, _ := t.M.summary(t.Room)
	if you := t.M.client.You(); !archived && (mine || you.Role.Staff() && !r.Direct) {
		if t.sure {
			items = append(items, app.P().Class("hint").Text(text.DeleteSure))
		}
		items = append(items, app.Button().Type("button").Class("danger").Text(text.Delete).OnClick(t.deleter(e), app.EventScope(e.Seq)))
	}
	return app.Div().ID("message-menu").Class("menu").Body(items...)
}

func (t *timeline) menuOpener(seq shared.Seq) app.EventHandler {
	return func(app.Context, app.Event) {
		t.sure = false
		if t.menu == seq {
			t.menu = 0
			return
		}
		t.menu = seq
	}
}

// toolKeyed closes the menu with Escape, which then means nothing else.
func (t *timeline) toolKeyed(ctx app.Context, e app.Event) {
	if p := pressOf(e); p.composing || p.key != "Escape" || t.menu == 0 {
		ctx.PreventUpdate()
		return
	}
	e.Call("stopPropagation")
	t.menu = 0
}

// deleter asks once, then deletes.
func (t *timeline) deleter(e *shared.Event) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		if !t.sure {
			t.sure = true
			return
		}
		t.menu = 0
		t.M.do(t.live(ctx), shared.Frame{Delete: &shared.MessageRef{Room: t.Room, Seq: e.Seq}}, t.M.complain)
	}
}

// complain says why a command failed, if it did.
func (m *model) complain(_ app.Context, _ shared.OK, err *shared.Error) {
	if err != nil {
		m.notice = m.text.Error(err)
		m.tell(topicStatus)
	}
}

func (t *timeline) replier(e *shared.Event) app.EventHandler {
	return func(app.Context, app.Event) {
		quote := e.Quote()
		t.M.begin(task{room: t.Room, reply: &quote})
	}
}

func (t *timeline) editor(e *shared.Event) app.EventHandler {
	return func(app.Context, app.Event) { t.M.rewords(t.Room, e) }
}

func yesNo(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
