//go:build !js

package app

import (
	"time"

	"hubbub/shared"
)

func newDates(lang, zone string) dates {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC // no such zone: the browser will say it right
	}
	return goDates{zone: loc, lang: lang}
}

func localZone() string { return "" }

func clockIn(lang, zone string, at shared.Millis) string { return newDates(lang, zone).clock(at) }
