package app

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// switcher is the dialog that leads anywhere by a few letters: to a room, to a
// person, to the search.
type switcher struct {
	typed  string
	chosen int
}

// stop is a place that the switcher leads to.
type stop struct {
	room   client.RoomSummary
	user   shared.User
	search bool
	name   string
	detail string
	rank   int
}

const (
	switchID   = "switch"
	switchList = "switch-list"
	mostStops  = 30
)

// loadStops asks who is here. Whom one may not list, or not now, one goes
// without.
func (d *dialogs) loadStops() {
	asked := d.opening
	if table := app.Window().Get("hubbubSpells"); !table.Get("ready").Truthy() {
		table.Set("ready", app.FuncOf(func(app.Value, []app.Value) any {
			d.ctx.Update()
			return nil
		}))
	}
	d.M.do(d.ctx, shared.Frame{People: &shared.Nothing{}}, func(_ app.Context, ok shared.OK, _ *shared.Error) {
		if asked == d.opening {
			d.people = ok.Users
		}
	})
}

// stops are where the typed letters lead, the best first.
func (d *dialogs) stops() []stop {
	query := plain(strings.TrimSpace(d.typed))
	sign := ""
	if strings.HasPrefix(query, "#") || strings.HasPrefix(query, "@") {
		sign, query = query[:1], strings.TrimSpace(query[1:])
	}
	all, met := d.M.roomStops(query, sign)
	if sign == "@" || sign == "" && query != "" {
		all = append(all, d.peopleStops(query, met)...)
	}
	slices.SortStableFunc(all, func(a, b stop) int { return b.rank - a.rank })
	all = all[:min(len(all), mostStops)]
	if sign == "" && query != "" {
		all = append(all, stop{search: true, name: i18n.Fill(d.M.text.SwitchSearch, strings.TrimSpace(d.typed))})
	}
	return all
}

// roomStops are the rooms that fit: without a query all others, the most recent
// first. With whom there is a conversation of two among the reader's rooms, fit
// or not, is met.
func (m *model) roomStops(query, sign string) (all []stop, met map[shared.UserID]bool) {
	recent := recentRooms()
	met = make(map[shared.UserID]bool)
	for _, r := range m.client.State().Rooms {
		name := m.roomName(r)
		rank := fitness(query, name) * 100
		if r.Direct && len(r.People) == 1 {
			met[r.People[0].ID] = true
			rank = max(rank, fitness(query, r.People[0].Handle)*100)
		}
		if sign == "#" && r.Direct || sign == "@" && !r.Direct {
			continue
		}
		if query == "" && r.ID != m.room {
			rank = 1
		}
		if rank == 0 {
			continue
		}
		if i := slices.Index(recent, string(r.ID)); i >= 0 {
			rank += len(recent) - i
		}
		s := stop{room: r, name: name, detail: r.Topic, rank: rank}
		if r.Unread > 0 {
			s.detail = m.text.UnreadCount(r.Unread)
		}
		all = append(all, s)
	}
	return all, met
}

// peopleStops are the people that fit whom no room leads to.
func (d *dialogs) peopleStops(query string, met map[shared.UserID]bool) []stop {
	var all []stop
	for _, u := range d.people {
		rank := max(fitness(query, u.Name), fitness(query, u.Handle))*100 - 10 // of a room and a person, the room
		if query == "" {
			rank = 1
		}
		if rank <= 0 || met[u.ID] {
			continue
		}
		detail := d.M.text.Role(u.Role)
		if u.Handle != "" {
			detail = "@" + u.Handle
		}
		all = append(all, stop{user: u, name: u.Name, detail: detail, rank: rank})
	}
	return all
}

// fitness says how well letters fit a name, 0: not at all. Both the beginnings of
// words and letters in their order do, and of Chinese names how they are said.
func fitness(query, name string) int {
	if query == "" || name == "" {
		return 0
	}
	lower := plain(name)
	i := strings.Index(lower, query)
	switch {
	case i == 0:
		return 6
	case i > 0 && strings.ContainsAny(lower[i-1:i], " -_.·/"):
		return 5
	case strings.HasPrefix(wordInitials(lower), query):
		return 4
	case i > 0:
		return 3
	}
	if n := spells(name, query); n > 0 {
		return 3 + n
	}
	for _, r := range query { // anywhere, in their order
		at := strings.IndexRune(lower, r)
		if at < 0 {
			return 0
		}
		lower = lower[at+1:]
	}
	return 1
}

// wordInitials are the first characters of a name's words.
func wordInitials(name string) string {
	var b strings.Builder
	for _, word := range strings.Fields(name) {
		for _, r := range word {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}

// spells reports whether a name with Chinese characters is said like letters: 2
// from its beginning, 1 from within. The table for that is fetched when the
// first such name is asked for.
func spells(name, query string) int {
	if app.IsServer || len(name) == len([]rune(name)) {
		return 0
	}
	return app.Window().Call("hubbubSpells", name, query).Int()
}

func (d *dialogs) switchBody() []app.UI {
	t := d.M.text
	stops := d.stops()
	d.chosen = max(0, min(d.chosen, len(stops)-1))
	return []app.UI{
		app.Input().ID(switchID).Type("text").Class("input").Attr("dir", "auto").Attr("autocomplete", "off").Attr("autofocus", true).
			Attr("enterkeyhint", "go").Role("combobox").Aria("expanded", attr("true")).Aria("autocomplete", "list").Aria("controls", switchList).
			Aria("activedescendant", stopID(d.chosen, len(stops))).Aria("label", t.SwitchFor).Placeholder(t.SwitchFor).
			OnInput(d.switchTyped).OnKeyDown(d.switchKeyed),
		app.Ul().ID(switchList).Class("stops").Role("listbox").Aria("label", t.Switch).Body(app.Range(stops).Slice(func(i int) app.UI {
			return d.stop(i, &stops[i])
		})),
		app.P().Class("hint").Role("status").Text(when(len(stops) == 0, t.SwitchNone)),
	}
}

func stopID(i, of int) string {
	if i >= of {
		return ""
	}
	return "stop-" + itoa(i)
}

func (d *dialogs) stop(i int, s *stop) app.UI {
	mark := app.UI(app.Span().Class("kind").Aria("hidden", attr("true")).Text("#"))
	switch {
	case s.search:
		mark = app.Span().Class("kind").Body(iconSearch())
	case s.user.ID != "":
		mark = d.M.face(s.user.Author(), "small")
	case s.room.Direct:
		mark = d.M.directFace(s.room)
	}
	return app.Li().ID(stopID(i, i+1)).Class("row").Role("option").Aria("selected", attr(yesNo(i == d.chosen))).Body(
		mark,
		app.Span().Class("name").Attr("dir", "auto").Text(s.name),
		app.Span().Class("detail").Attr("dir", "auto").Text(s.detail),
	).OnClick(func(ctx app.Context, _ app.Event) { d.take(ctx, i) }, app.EventScope(i))
}

func (d *dialogs) switchTyped(app.Context, app.Event) {
	d.typed, d.chosen = value(switchID), 0
}

func (d *dialogs) switchKeyed(ctx app.Context, e app.Event) {
	p, n := pressOf(e), len(d.stops())
	switch {
	case p.composing || p.processed || n == 0:
		ctx.PreventUpdate()
		return
	case p.key == "ArrowDown":
		d.chosen = (d.chosen + 1) % n
	case p.key == "ArrowUp":
		d.chosen = (d.chosen + n - 1) % n
	case p.key == "Enter":
		d.take(ctx, d.chosen)
	default:
		ctx.PreventUpdate()
		return
	}
	e.PreventDefault()
	ctx.Defer(func(app.Context) {
		if chosen := byID(stopID(d.chosen, n)); chosen.Truthy() {
			chosen.Call("scrollIntoView", map[string]any{"block": "nearest"})
		}
	})
}

// take goes to a stop.
func (d *dialogs) take(ctx app.Context, i int) {
	stops := d.stops()
	if i >= len(stops) {
		return
	}
	query := strings.TrimSpace(d.typed)
	d.M.dismiss()
	switch s := stops[i]; {
	case s.search:
		d.M.searchFor(query)
	case s.user.ID != "":
		d.M.direct(d.ctx, s.user.ID) // the field is gone when the answer comes
	default:
		ctx.Navigate(d.M.roomPath(s.room.ID))
	}
}

// searchFor looks for something everywhere.
func (m *model) searchFor(query string) {
	m.find = searching{query: query, wide: true, here: m.room}
	m.openSearch(true)
	if input := byID(searchID); input.Truthy() { // it was open
		input.Set("value", query)
		input.Call("dispatchEvent", app.Window().Get("Event").New("input"))
	}
	m.tell(topicShell)
}

const settingRooms = "hubbub.rooms" // rooms, the last shown first

func recentRooms() []string { return strings.Fields(setting(settingRooms)) }

// noteRecent makes the shown room the most recent one.
func (m *model) noteRecent() {
	if m.room == "" {
		return
	}
	const most = 20
	recent := []string{string(m.room)}
	for _, room := range recentRooms() {
		if room != recent[0] && len(recent) < most {
			recent = append(recent, room)
		}
	}
	keep(settingRooms, strings.Join(recent, " "))
}
