package app

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/shared"
)

// go-app matches children by their index: in a plain list, each row that comes
// or goes above makes all others other rows. So rows hang on a tree by the
// numbers of their events, where each has its place for good, and the places of
// what is not drawn are empty.
const (
	chunkBits = 4 // events in a chunk, the tree's leaves
	fanBits   = 5 // places in a branch
	branches  = 3 // between the root, which has any number of places, and the leaves
)

// chunk is the rows of some events. It is drawn again when one of its fields
// changes, and not with every change of the log.
type chunk struct {
	app.Compo

	T    *timeline
	Rows []row
	Show looks
}

// looks is what rows show beside their events.
type looks struct {
	Said     int    // how often names, moods or the composer's task changed
	Today    [2]int // the date, and yesterday's
	Guest    bool   // the reader is not in the room, and looks
	Archived bool   // the room is
	Pass     int    // of drawing, where rows are on their way: much is said of those
	In       inRow  // the rest is of single rows
}

// inRow names the rows that are unlike others; 0 is none of the chunk's.
type inRow struct {
	Target   shared.Seq     // a link led to it
	Hovered  shared.Seq     // it has the pointer
	Held     shared.Seq     // it, or something in it, has the focus
	Menu     shared.Seq     // its menu is open
	Reacting []shared.React // on their way
}

func (c *chunk) Render() app.UI {
	items := make([]app.UI, len(c.Rows))
	for i, r := range c.Rows {
		items[i] = c.T.row(r)
	}
	return app.Div().Class("chunk").Body(items...)
}

// chunk is the number of the chunk that r belongs to.
func (r row) chunk() shared.Seq { return r.seq >> chunkBits }

// tree is rows, which are in order, in their places.
func (t *timeline) tree(rows []row) app.UI {
	return app.Div().Class("rows").Body(t.branch(rows, t.looks(), branches)...)
}

// branch is what hangs on a branch so far above the leaves.
func (t *timeline) branch(rows []row, l looks, height int) []app.UI {
	shift := chunkBits + fanBits*height
	var places []app.UI
	for len(rows) > 0 {
		number := rows[0].seq >> shift
		at := int(number)
		if height < branches {
			at &= 1<<fanBits - 1
		}
		for len(places) < at {
			places = append(places, app.Text(""))
		}
		n := 1
		for n < len(rows) && rows[n].seq>>shift == number {
			n++
		}
		if height == 0 {
			places = append(places, t.chunk(rows[:n], l))
		} else {
			places = append(places, app.Div().Class("rows").Body(t.branch(rows[:n], l, height-1)...))
		}
		rows = rows[n:]
	}
	return places
}

func (t *timeline) chunk(rows []row, l looks) app.UI {
	number := rows[0].chunk()
	here := func(seq shared.Seq) shared.Seq {
		if seq>>chunkBits != number {
			return 0
		}
		return seq
	}
	if rows[len(rows)-1].kind != rowPending {
		l.Pass = 0
	}
	l.In = inRow{Target: here(t.At), Hovered: here(t.hovered), Held: here(t.held), Menu: here(t.menu)}
	for _, r := range t.reacting {
		if here(r.Seq) != 0 {
			l.In.Reacting = append(l.In.Reacting, r)
		}
	}
	return &chunk{T: t, Rows: rows, Show: l}
}

// looks are those of all rows.
func (t *timeline) looks() looks {
	t.pass++
	now := t.M.now()
	r, in := t.M.summary(t.Room)
	return looks{
		Said: t.M.told(topicUsers, topicMoods, topicTask), Today: [2]int{t.M.dates.date(now), t.M.dates.date(now - oneDay)},
		Guest: !in, Archived: r.Archived, Pass: t.pass,
	}
}
