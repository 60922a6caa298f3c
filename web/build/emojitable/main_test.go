package main

import "testing"

func TestASkinToneFollowsEveryBodyButNotTheHandsThatPeopleHold(t *testing.T) {
	bases := map[rune]bool{'👍': true, '☝': true, '🧑': true, '👩': true, '👨': true, '🤝': true, '🕵': true}
	const medium = '🏽'
	for plain, want := range map[string]string{
		"👍":                "👍🏽",
		"☝️":               "☝🏽", // the mark for colour gives way
		"🕵️\u200d♀️":       "🕵🏽\u200d♀️",
		"🤝":                "🤝🏽",
		"👩\u200d❤️\u200d👨": "👩🏽\u200d❤️\u200d👨🏽",
		"🧑\u200d🤝\u200d🧑":  "🧑🏽\u200d🤝\u200d🧑🏽",
		"🎉":                "🎉",
		"👨\u200d👩\u200d👧":  "👨🏽\u200d👩🏽\u200d👧",
	} {
		if got := withTone(plain, medium, bases); got != want {
			t.Errorf("%s became %q, want %q", plain, got, want)
		}
	}
}

func TestAnEmojiThatTheRuleDoesNotMakeIsNoticed(t *testing.T) {
	group := 0
	e := emoji{Emoji: "👍", Group: &group, Skins: []emoji{{Emoji: "👎🏻", Tone: codes{"1"}}}}
	if err := checkTones(e, map[rune]bool{'👍': true}); err == nil {
		t.Error("another emoji passed for one in another tone")
	}
}
