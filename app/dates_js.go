package app

import (
	"syscall/js"

	"hubbub/shared"
)

// intlDates is dates by the browser's Intl.
type intlDates struct {
	formats js.Value
	offset  js.Value // Date
}

func newDates(lang, _ string) dates {
	return intlDates{formats: js.Global().Call("hubbubFormats", lang), offset: js.Global().Get("Date")}
}

func (d intlDates) format(name string, at shared.Millis) string {
	return d.formats.Get(name).Call("format", float64(at)).String()
}

func (d intlDates) clock(at shared.Millis) string { return d.format("clock", at) }
func (d intlDates) day(at shared.Millis) string   { return d.format("day", at) }
func (d intlDates) full(at shared.Millis) string  { return d.format("full", at) }

func (d intlDates) date(at shared.Millis) int {
	t := d.offset.New(float64(at))
	return (t.Call("getFullYear").Int()*100+t.Call("getMonth").Int())*100 + t.Call("getDate").Int()
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
