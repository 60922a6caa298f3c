package app

import (
	"syscall/js"
	"testing"

	"hubbub/shared"
)

// TestADayIsAskedForOnceAndIsTheBrowsers goes through the hours of years, in
// some time zone, in which clocks may change.
func TestADayIsAskedForOnceAndIsTheBrowsers(t *testing.T) {
	d := newDates("en", "").(*intlDates)
	date := js.Global().Get("Date")
	const hour = 60 * 60 * 1000
	for _, step := range []shared.Millis{hour - 1, -7 * hour} {
		at := shared.Millis(1_770_000_000_000)
		for range 12_000 {
			day := date.New(float64(at))
			want := (day.Call("getFullYear").Int()*100+day.Call("getMonth").Int())*100 + day.Call("getDate").Int()
			if got := d.date(at); got != want {
				t.Fatalf("%d is on day %d, want %d", at, got, want)
			}
			at += step
		}
	}
	for i, day := range d.days {
		if day.end <= day.begin || i > 0 && (day.begin < d.days[i-1].end || day.number <= d.days[i-1].number) {
			t.Errorf("%+v after %+v", day, d.days[max(0, i-1)])
		}
	}
}
