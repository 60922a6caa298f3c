package app

// What is drawn of the rows: enough for a few screens, whatever the log holds.
const (
	around  = 40  // rows drawn at first, to either side
	step    = 8   // rows drawn more when an edge comes near, with the rest of their chunk
	most    = 120 // rows drawn at most
	edge    = 900 // pixels to an edge that are near
	nearEnd = 100 // pixels within which the view stays at the end
)

// span is the range of rows that is drawn. The keys at its ends find it again
// after rows came before it.
type span struct {
	from, to    int
	first, last string
	up, down    int // rows to draw more at either end
}

// fit finds s in rows that have changed. When the reader follows the end, the
// end is drawn; else the same rows as before and those asked for, but at most
// so many, around seen, the row that the reader looks at.
func (s span) fit(rows []row, follow bool, seen string) span {
	if len(rows) == 0 {
		return span{}
	}
	from, last := indexOf(rows, s.first), indexOf(rows, s.last)
	eye := indexOf(rows, seen)
	if follow || s.first == "" && eye < 0 {
		return between(rows, len(rows)-2*around, len(rows))
	}
	lost := from < 0 || last < from // the rows at the ends are no more
	if lost || eye >= 0 && (eye < from || eye > last) {
		if eye < 0 {
			return between(rows, s.from, s.to)
		}
		return between(rows, eye-around, eye+around)
	}
	from, to := from-s.up, last+1+s.down
	if to-from <= most {
		return between(rows, from, to)
	}
	if eye < 0 { // the reader is at the edge that grew
		eye = max(0, from)
		if s.down > 0 {
			eye = to - 1
		}
	}
	if s.up > 0 || s.down == 0 && eye-from < to-eye {
		from = max(0, from, eye+1-most)
		return between(rows, from, from+most)
	}
	to = min(to, len(rows), eye+most)
	return between(rows, to-most, to)
}

func between(rows []row, from, to int) span {
	to = max(1, min(to, len(rows)))
	from = min(max(0, from), to-1)
	return span{from: from, to: to, first: rows[from].key, last: rows[to-1].key}
}

// whole is s with the rest of the chunks at its ends.
func (s span) whole(rows []row) span {
	if len(rows) == 0 {
		return s
	}
	from, to := s.from, s.to
	for from > 0 && rows[from-1].chunk() == rows[from].chunk() {
		from--
	}
	for to < len(rows) && rows[to].chunk() == rows[to-1].chunk() {
		to++
	}
	return between(rows, from, to)
}

func indexOf(rows []row, key string) int {
	if key == "" {
		return -1
	}
	for i := range rows {
		if rows[i].key == key {
			return i
		}
	}
	return -1
}
