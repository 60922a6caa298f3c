package app

import (
	"slices"
	"syscall/js"

	"hubbub/shared"
)

// intlDates is dates by the browser's Intl.
type intlDates struct {
	formats js.Value
	days    []localDay // known so far, in order
}

// localDay is a day of the reader's: of so many hours, where clocks change.
type localDay struct {
	number     int
	begin, end shared.Millis
}

func newDates(lang, _ string) dates {
	return &intlDates{formats: js.Global().Call("hubbubFormats", lang)}
}

func (d *intlDates) format(name string, at shared.Millis) string {
	return d.formats.Get(name).Call("format", float64(at)).String()
}

func (d *intlDates) clock(at shared.Millis) string { return d.format("clock", at) }
func (d *intlDates) day(at shared.Millis) string   { return d.format("day", at) }
func (d *intlDates) full(at shared.Millis) string  { return d.format("full", at) }

// date asks the browser once for each day: a timeline asks for each event, each
// time it is drawn.
func (d *intlDates) date(at shared.Millis) int {
	i, known := slices.BinarySearchFunc(d.days, at, func(day localDay, at shared.Millis) int {
		switch {
		case at < day.begin:
			return 1
		case at >= day.end:
			return -1
		}
		return 0
	})
	if !known {
		day := js.Global().Call("hubbubDay", float64(at))
		d.days = slices.Insert(d.days, i, localDay{
			number: day.Index(0).Int(), begin: shared.Millis(day.Index(1).Float()), end: shared.Millis(day.Index(2).Float()),
		})
	}
	return d.days[i].number
}

// clockIn is the time of day in a time zone, "" in one that this browser does
// not know.
func clockIn(lang, zone string, at shared.Millis) (clock string) {
	defer func() {
		if recover() != nil { // a RangeError
			clock = ""
		}
	}()
	options := map[string]any{"hour": "numeric", "minute": "2-digit", "timeZone": zone}
	return js.Global().Get("Intl").Get("DateTimeFormat").New(lang, options).Call("format", float64(at)).String()
}

// localZone is the browser's time zone, for the cookie that the server reads.
func localZone() string {
	return js.Global().Get("Intl").Get("DateTimeFormat").New().Call("resolvedOptions").Get("timeZone").String()
}
