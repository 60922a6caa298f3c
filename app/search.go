package app

import (
	"slices"
	"strings"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// searching is what is looked for and what was found. It outlives its pane: who
// opened one result comes back to the others.
type searching struct {
	query string
	here  shared.RoomID // the room that "here" means
	wide  bool          // everywhere, not only there
	hits  []shared.Hit
	more  int64
	err   *shared.Error
	done  bool // hits are the answer to query
	held  bool // they are no more than what this page has at hand
	asked int  // counts, so that late answers are ignored
}

// searchPause is how long somebody has to stop typing before it is looked for.
const searchPause = 180 * time.Millisecond

const searchID = "search"

// searchPane is for finding messages, at the right.
type searchPane struct {
	app.Compo

	M *model

	ctx   app.Context
	timer *time.Timer
}

// openSearch shows the pane, for the room that is shown or for all of them.
func (m *model) openSearch(wide bool) {
	f := &m.find
	if f.wide != wide || f.here != m.room && !wide {
		f.hits, f.more, f.err, f.done = nil, 0, nil, false
	}
	f.wide, f.here = wide || m.room == "", m.room
	if m.pane == paneSearch {
		m.tell(topicSearch)
		focusSearch()
		return
	}
	m.pane, m.drawer = paneSearch, false
	m.lay()
	m.tell(topicShell)
}

// toggleSearch is the header's button.
func (m *model) toggleSearch() {
	if m.pane == paneSearch {
		m.shut()
		return
	}
	m.openSearch(m.find.wide)
}

func focusSearch() {
	focusOn(searchID)
	if input := byID(searchID); input.Truthy() {
		input.Call("select")
	}
}

func focusOn(id string) {
	if element := byID(id); element.Truthy() {
		element.Call("focus", map[string]any{"preventScroll": true})
	}
}

// inSearch reports whether one is typing what to look for.
func inSearch() bool {
	return app.Window().Get("document").Get("activeElement").Equal(byID(searchID))
}

func (p *searchPane) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.M.watch(ctx, p, topicSearch, topicUsers, topicRooms)
	if input := byID(searchID); input.Truthy() {
		input.Set("value", p.M.find.query)
	}
	focusSearch()
	if f := &p.M.find; !f.done {
		p.run()
	}
}

func (p *searchPane) OnDismount() {
	p.M.unwatch(p)
	if p.timer != nil {
		p.timer.Stop() // Escape empties the field too
	}
}

func (p *searchPane) Render() app.UI {
	t, f := p.M.text, &p.M.find
	where := func(wide bool, label string) app.UI {
		return app.Button().Type("button").Aria("pressed", attr(yesNo(f.wide == wide))).Attr("dir", "auto").Text(label).
			OnClick(func(app.Context, app.Event) { p.where(wide) }, app.EventScope(wide))
	}
	here, _ := p.M.summary(f.here)
	return app.Aside().Class("pane", "finding").Aria("label", t.Search).OnScroll(p.scrolled, app.PassiveEvent()).Body(
		p.M.paneHead(t.Search),
		app.Form().Role("search").OnSubmit(p.submitted).Body(
			app.Input().ID(searchID).Type("search").Class("input").Attr("dir", "auto").Attr("autocomplete", "off").Attr("enterkeyhint", "search").
				Aria("label", t.SearchFor).Placeholder(t.SearchFor).OnInput(p.typed).On("compositionend", p.typed).OnKeyDown(p.keyed),
		),
		app.Div().Class("where").Role("group").Aria("label", t.SearchWhere).Body(
			app.If(here.ID != "", func() app.UI { return where(false, p.M.roomLabel(here)) }),
			where(true, t.SearchWide),
		),
		alert(t.Error(f.err)),
		app.P().Class("hint").Role("status").Text(p.M.aboutFound()),
		app.Ul().Class("hits").OnKeyDown(p.walk).Body(app.Range(f.hits).Slice(func(i int) app.UI { return p.hit(&f.hits[i]) })),
		app.If(f.more > 0, func() app.UI {
			return app.Button().Type("button").Class("button").Text(t.SearchMore).OnClick(func(app.Context, app.Event) { p.next() })
		}),
	)
}

// aboutFound says how many there are, or how to ask.
func (m *model) aboutFound() string {
	t, f := m.text, &m.find
	switch {
	case f.query == "":
		return t.SearchHint
	case f.err != nil || !f.done:
		return ""
	case f.held:
		return t.SearchHeld
	case len(f.hits) == 0:
		return t.SearchNone
	case f.more > 0:
		return i18n.Fill(t.SearchNewest, itoa(len(f.hits)))
	}
	return t.FoundCount(len(f.hits))
}

// hit is a link to a message in its place.
func (p *searchPane) hit(h *shared.Hit) app.UI {
	m := p.M
	room, seq := h.Room, h.Seq
	about := m.client.Name(h.By) + " · " + m.moment(h.At)
	if r, ok := m.summary(room); ok && m.find.wide {
		about = m.roomLabel(r) + " · " + about
	}
	var text strings.Builder
	for i, piece := range h.Excerpt {
		if i%2 == 1 {
			text.WriteString("<mark>" + escape(piece) + "</mark>")
		} else {
			text.WriteString(escape(piece))
		}
	}
	return app.Li().Body(
		app.A().Class("hit").Href(attr(m.eventPath(room, seq))).OnClick(func(app.Context, app.Event) { m.toHit(room, seq) }, app.EventScope(room, seq)).Body(
			app.Span().Class("detail").Attr("dir", "auto").Title(attr(m.dates.full(h.At))).Text(about),
			element(`<span class="excerpt" dir="auto">`+text.String()+`</span>`),
		),
	)
}

// toHit is what a result does beside leading there.
func (m *model) toHit(room shared.RoomID, seq shared.Seq) {
	if narrow() {
		m.pane = "" // it lies over where this leads
		m.tell(topicShell)
	}
	if m.room == room && m.at == seq { // once more: the address stays the same
		showElement(listID, eventKey(seq))
	}
}

func (p *searchPane) where(wide bool) {
	p.M.find.wide = wide
	p.run()
	focusSearch()
}

// typed waits until somebody stops typing. What an input method composes is not
// typed yet.
func (p *searchPane) typed(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if e.Get("isComposing").Truthy() {
		return
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(searchPause, func() { p.ctx.Dispatch(func(app.Context) { p.run() }) })
}

func (p *searchPane) submitted(ctx app.Context, e app.Event) {
	e.PreventDefault()
	p.run()
}

// run looks for what is typed now, unless that was just done.
func (p *searchPane) run() {
	f := &p.M.find
	if p.timer != nil {
		p.timer.Stop()
	}
	f.query = strings.TrimSpace(value(searchID))
	f.asked++
	if f.query == "" {
		f.hits, f.more, f.err, f.done = nil, 0, nil, false
		p.M.tell(topicSearch)
		return
	}
	p.ask(0)
}

// next adds the next page.
func (p *searchPane) next() {
	if f := &p.M.find; f.more > 0 {
		before := f.more
		f.more = 0 // until it is answered
		p.ask(before)
	}
}

func (p *searchPane) scrolled(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	pane := ctx.JSSrc()
	if pane.Get("scrollHeight").Int()-pane.Get("scrollTop").Int()-pane.Get("clientHeight").Int() < 400 {
		p.next()
	}
}

func (p *searchPane) ask(before int64) {
	m, f := p.M, &p.M.find
	_, offset := time.Now().Zone()
	s := &shared.Search{Query: f.query, Before: before, Zone: offset / 60}
	if !f.wide {
		s.Room = f.here
	}
	asked := f.asked
	m.do(p.ctx, shared.Frame{Search: s}, func(_ app.Context, ok shared.OK, err *shared.Error) {
		if asked != f.asked {
			return // something else is looked for by now
		}
		f.err, f.done, f.held = err, true, false
		switch {
		case err != nil && err.Code == codeHere && before == 0:
			f.err, f.held, f.hits, f.more = nil, true, m.heldHits(s), 0
		case err != nil && before > 0:
			f.more = before
		case err != nil:
			f.hits, f.more = nil, 0
		case before > 0:
			f.hits, f.more = append(f.hits, ok.Found.Hits...), ok.Found.More
		default:
			f.hits, f.more = ok.Found.Hits, ok.Found.More
		}
		m.tell(topicSearch)
	})
}

// heldHits is what the messages that this page has at hand say, word for word.
func (m *model) heldHits(s *shared.Search) []shared.Hit {
	hits := []shared.Hit{}
	for _, r := range m.client.State().Rooms {
		if s.Room != "" && s.Room != r.ID {
			continue
		}
		for _, ev := range m.client.Timeline(r.ID).Events {
			if ev.Message == nil {
				continue
			}
			if excerpt := heldExcerpt(shared.Excerpt(ev.Message.Words()), s.Query); excerpt != nil {
				hits = append(hits, shared.Hit{Room: r.ID, Seq: ev.Seq, At: ev.At, By: ev.By, Excerpt: excerpt})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b shared.Hit) int { return int(b.At - a.At) })
	return hits
}

// heldExcerpt is a text with the query marked, or, where that stands in it with
// other accents, unmarked; nil when it does not.
func heldExcerpt(text, query string) []string {
	lower, query := strings.ToLower(text), strings.ToLower(query)
	if i := strings.Index(lower, query); i >= 0 && len(lower) == len(text) {
		end := i + len(query)
		return []string{text[:i], text[i:end], text[end:]}
	}
	if strings.Contains(plain(text), plain(query)) {
		return []string{text}
	}
	return nil
}

// keyed leads from the field to the results.
func (p *searchPane) keyed(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	k := pressOf(e)
	if k.composing || k.processed || k.key != "ArrowDown" {
		return
	}
	if first := app.Window().Get("document").Call("querySelector", ".hit"); first.Truthy() {
		e.PreventDefault()
		first.Call("focus")
	}
}

// walk moves the focus over the results, and from the first back to the field.
func (p *searchPane) walk(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	k := pressOf(e)
	step := map[string]string{"ArrowDown": "nextElementSibling", "ArrowUp": "previousElementSibling"}[k.key]
	if step == "" || k.composing || k.alt || k.ctrl {
		return
	}
	e.PreventDefault()
	next := e.Get("target").Call("closest", "li").Get(step)
	switch {
	case next.Truthy():
		next.Get("firstElementChild").Call("focus")
	case k.key == "ArrowUp":
		focusSearch()
	}
}
