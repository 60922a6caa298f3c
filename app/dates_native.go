//go:build !js

package app

import "time"

func newDates(lang, zone string) dates {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC // no such zone: the browser will say it right
	}
	return goDates{zone: loc, lang: lang}
}

func localZone() string { return "" }
