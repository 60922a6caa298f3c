package shared

import (
	"strings"
	"testing"
)

func TestAStatusIsOneLineAndOneEmoji(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    Status
		want  Status
		field string // that is wrong; "" when nothing is
	}{
		{"nothing", Status{}, Status{}, ""},
		{"nothing, until a time", Status{Until: 5}, Status{}, ""},
		{"text", Status{Text: "  In a \n meeting ", Until: 7}, Status{Text: "In a meeting", Until: 7}, ""},
		{"Chinese", Status{Emoji: "🍵", Text: "喝茶"}, Status{Emoji: "🍵", Text: "喝茶"}, ""},
		{"emoji alone", Status{Emoji: " 🏖️ "}, Status{Emoji: "🏖️"}, ""},
		{"a family", Status{Emoji: "👩‍👩‍👧‍👦"}, Status{Emoji: "👩‍👩‍👧‍👦"}, ""},
		{"a flag", Status{Emoji: "🇨🇳"}, Status{Emoji: "🇨🇳"}, ""},
		{"the flag of England", Status{Emoji: "🏴󠁧󠁢󠁥󠁮󠁧󠁿"}, Status{Emoji: "🏴󠁧󠁢󠁥󠁮󠁧󠁿"}, ""},
		{"a keycap", Status{Emoji: "1️⃣"}, Status{Emoji: "1️⃣"}, ""},
		{"as long as may be", Status{Text: strings.Repeat("字", MaxStatus)}, Status{Text: strings.Repeat("字", MaxStatus)}, ""},
		{"too long", Status{Text: strings.Repeat("字", MaxStatus+1)}, Status{}, "text"},
		{"reordered", Status{Text: "a\u202eb"}, Status{}, "text"},
		{"a word for an emoji", Status{Emoji: "tea"}, Status{}, "emoji"},
		{"a digit", Status{Emoji: "1"}, Status{}, "emoji"},
		{"a joiner alone", Status{Emoji: "\u200d"}, Status{}, "emoji"},
		{"two lines", Status{Emoji: "🍵\n🍵"}, Status{}, "emoji"},
		{"broken", Status{Emoji: "🍵\xff"}, Status{}, "emoji"},
		{"a row of emoji", Status{Emoji: strings.Repeat("🍵", 17)}, Status{}, "emoji"},
		{"before 1970", Status{Text: "x", Until: -1}, Status{}, "until"},
	} {
		got, err := CleanStatus(c.in)
		field := ""
		if err != nil {
			field = AsError(err).Field
		}
		if got != c.want || field != c.field {
			t.Errorf("%s: got %+v, %v; want %+v, wrong %q", c.name, got, err, c.want, c.field)
		}
	}
}

func TestAPresenceLeavesOutWhatHasEnded(t *testing.T) {
	tea := Status{Emoji: "🍵", Until: 10}
	for _, c := range []struct {
		now      Millis
		in, want Presence
	}{
		{9, Presence{DND: 10, Status: tea}, Presence{DND: 10, Status: tea}},
		{10, Presence{State: Away, DND: 10, Status: tea}, Presence{State: Away}},
		{10, Presence{DND: Forever, Status: Status{Text: "x"}}, Presence{DND: Forever, Status: Status{Text: "x"}}},
		{1, Presence{Status: Status{Until: 9}}, Presence{}},
	} {
		if got := c.in.At(c.now); got != c.want {
			t.Errorf("%+v at %d is %+v, want %+v", c.in, c.now, got, c.want)
		}
	}
}

func FuzzCleanStatusIsDoneAtOnce(f *testing.F) {
	f.Add("🍵", "Tea", int64(5))
	f.Fuzz(func(t *testing.T, emoji, text string, until int64) {
		s, err := CleanStatus(Status{Emoji: emoji, Text: text, Until: Millis(until)})
		if err != nil {
			return
		}
		if again, err := CleanStatus(s); err != nil || again != s {
			t.Errorf("%+v becomes %+v, %v", s, again, err)
		}
	})
}

// drinking is somebody who is there, and says so.
func drinking(u User) Presence {
	return Presence{User: u.ID, State: Online, Status: Status{Emoji: "🍵", Text: "Tea", Until: 1_795_001_800_000}}
}
