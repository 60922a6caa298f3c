package app

import (
	"testing"

	"hubbub/shared"
)

func TestATimeToComeIsSaidWithItsDayWhereItCouldBeAnother(t *testing.T) {
	for _, c := range []struct {
		now, ahead shared.Millis
		want       string
	}{
		{noon, hour, "13:00"},
		{noon, 12*hour - minute, "23:59"},
		{noon - 12*hour, 24*hour - minute, "23:59"},
		{noon + 12*hour - 20*minute, hour, "00:40"},
		{noon + 11*hour, 12*hour - minute, "10:59"},
		{noon + 11*hour, 12 * hour, "22 November 2026, 11:00"},
		{noon, 24 * hour, "22 November 2026, 12:00"},
	} {
		if got := until(utc, c.now, c.now+c.ahead); got != c.want {
			t.Errorf("at %s, in %d minutes: %q, want %q", utc.full(c.now), c.ahead/minute, got, c.want)
		}
	}
}
