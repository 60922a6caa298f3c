package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// task is what the composer is for besides saying something new.
type task struct {
	room  shared.RoomID
	reply *shared.Quote // the message that is answered
	edits *rewording    // the message that is edited
}

// rewording is a message of the reader's that is edited. One that waits may get
// to the log meanwhile; its key is the same there.
type rewording struct {
	key  string
	seq  shared.Seq // 0: it was not in the log
	text string     // as it was
}

// rewords is the task of editing a message of the reader's.
func (m *model) rewords(room shared.RoomID, e *shared.Event) {
	m.reword(room, rewording{e.Message.Key, e.Seq, e.Message.Text})
}

// rewordsUnsent is the task of editing a message that is not in the log.
func (m *model) rewordsUnsent(p *client.Pending) {
	m.reword(p.Room, rewording{key: p.Key, text: p.Text})
}

func (m *model) reword(room shared.RoomID, w rewording) {
	if m.rewording(room, w.key) {
		focusOn(composerID) // with what was typed so far
		return
	}
	m.begin(task{room: room, edits: &w})
}

// rewording reports whether a message of the reader's is edited.
func (m *model) rewording(room shared.RoomID, key string) bool {
	return m.task.room == room && m.task.edits != nil && m.task.edits.key == key
}

// begin gives the composer a task, or with none ends it.
func (m *model) begin(k task) {
	m.task = k
	m.tell(topicTask, topicLog)
}

// taskLine says what the composer is for.
func (c *composer) taskLine() app.UI {
	t, k := c.M.text, c.M.task
	if k.room != c.Room || k == (task{}) {
		return app.Div().Class("task")
	}
	label, excerpt := t.Editing, ""
	if k.reply != nil {
		label, excerpt = i18n.Fill(t.ReplyingTo, c.M.client.Name(k.reply.By)), k.reply.Text
	}
	return app.Div().Class("task", "on").Body(
		app.Span().Class("name").Attr("dir", "auto").Text(label),
		app.Span().Class("excerpt").Attr("dir", "auto").Text(excerpt),
		app.Button().Type("button").Class("icon").Aria("label", t.Cancel).Title(t.Cancel).Body(iconClose()).
			OnClick(func(app.Context, app.Event) { c.endTask() }),
	)
}

// endTask gives the composer back to what was being written.
func (c *composer) endTask() {
	c.M.begin(task{})
	c.follow()
	c.focus()
}

// follow puts the text of the task into the text area when it begins, and the
// draft when it ends.
func (c *composer) follow() {
	edits := c.M.task.edits
	if c.M.task.room != c.Room {
		edits = nil
	}
	switch {
	case edits == c.edits:
		if c.M.task != c.begun && c.M.task.room == c.Room {
			c.focus()
		}
	case edits != nil:
		if c.edits == nil {
			c.save()
		}
		c.edits, c.why = edits, ""
		c.put(edits.text)
		c.focus()
	default:
		c.edits, c.why = nil, ""
		c.put(draft(c.Room))
	}
	c.begun = c.M.task
}

// saveEdit sends what a message is to say.
func (c *composer) saveEdit(ctx app.Context, text string) {
	edits := c.edits
	if text == edits.text {
		c.M.client.Retry(edits.key)
		c.endTask()
		return
	}
	seq := edits.seq
	if seq == 0 {
		err := c.M.client.Edit(edits.key, text)
		if err == nil {
			c.M.client.Retry(edits.key) // one that was refused is to be sent
			c.endTask()
			return
		}
		if seq = c.logged(edits.key); seq == 0 {
			c.why = c.M.text.Error(c.M.unsentError(err))
			return
		}
	}
	frame := shared.Frame{Edit: &shared.Edit{Room: c.Room, Seq: seq, Text: text}}
	c.M.do(ctx, frame, func(_ app.Context, _ shared.OK, err *shared.Error) {
		switch {
		case c.edits != edits: // something else is being written by now
		case err != nil:
			c.why = c.M.text.Error(err)
		default:
			c.endTask()
		}
	})
}

// logged is where a message of the reader's is in the log, 0 if it is not there.
func (c *composer) logged(key string) shared.Seq {
	events, me := c.M.client.Timeline(c.Room).Events, c.M.client.You().ID
	for i := len(events) - 1; i >= 0; i-- {
		if e := &events[i]; e.Message != nil && e.Message.Key == key && e.By.ID == me {
			return e.Seq
		}
	}
	return 0
}

// editLast edits the newest message of mine: one that waits, or one that was
// said. It reports whether there is one.
func (c *composer) editLast() bool {
	tl := c.M.client.Timeline(c.Room)
	if n := len(tl.Pending); n > 0 {
		c.M.rewordsUnsent(&tl.Pending[n-1])
		return true
	}
	me := c.M.client.You().ID
	for i := len(tl.Events) - 1; i >= 0; i-- {
		e := &tl.Events[i]
		if e.Message != nil && !e.Message.Deleted && e.By.ID == me {
			c.M.rewords(c.Room, e)
			return true
		}
	}
	return false
}
