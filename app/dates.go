package app

import (
	"time"

	"hubbub/shared"
)

// dates writes times for one reader: their language, their time zone. In the
// browser Intl does; the server comes close enough that nothing jumps.
type dates interface {
	clock(shared.Millis) string // "16:02"
	day(shared.Millis) string   // "Thursday 19 November"
	full(shared.Millis) string  // both, with the year
	date(shared.Millis) int     // a number for each day, greater for later ones
}

// goDates is dates by Go's own means.
type goDates struct {
	zone *time.Location
	lang string
}

func (d goDates) in(at shared.Millis) time.Time { return time.UnixMilli(int64(at)).In(d.zone) }

func (d goDates) clock(at shared.Millis) string { return d.in(at).Format("15:04") }

func (d goDates) day(at shared.Millis) string {
	t := d.in(at)
	if d.lang == "zh" {
		return t.Format("1月2日") + [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}[t.Weekday()]
	}
	return t.Format("Monday 2 January")
}

func (d goDates) full(at shared.Millis) string {
	if d.lang == "zh" {
		return d.in(at).Format("2006年1月2日 15:04")
	}
	return d.in(at).Format("2 January 2006, 15:04")
}

func (d goDates) date(at shared.Millis) int {
	t := d.in(at)
	return t.Year()*1000 + t.YearDay()
}
