package shared

import (
	"os"
	"strings"
	"testing"
)

func TestValidateEmoji(t *testing.T) {
	for _, good := range []string{"👍", "👍🏽", "❤️", "❤", "☺️", "🇩🇪", "1️⃣", "#⃣", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👁️‍🗨️", "🫱🏻‍🫲🏿", "™️", "㊙️", "⏰", "🀄"} {
		if err := ValidateEmoji(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a", "1", "👍👍", "👍a", " 👍", "👍\u200d", "🇩", "\u200d", "\ufe0f", "文", "<b>", "👍\u202e", "→", "♔", "∞", "①", "👍\u200d👍\u200d", "\U0001f000", "\U0001f3fb\ufe0fa", strings.Repeat("👨\u200d", 20) + "👨"} {
		if err := ValidateEmoji(bad); err == nil {
			t.Errorf("%q passes for an emoji", bad)
		}
	}
}

// everyEmoji is all that Unicode has, in every skin tone.
func everyEmoji(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../web/testdata/emoji.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Fields(string(text))
	if len(all) < 3900 {
		t.Fatalf("there are %d emoji", len(all))
	}
	return all
}

func TestEveryEmojiIsOne(t *testing.T) {
	for _, emoji := range everyEmoji(t) {
		if err := ValidateEmoji(emoji); err != nil {
			t.Errorf("%s %+q: %v", emoji, emoji, err)
		}
		if n := EmojiAt(emoji + emoji); n != len(emoji) {
			t.Errorf("of two %s the first has %d bytes, want %d", emoji, n, len(emoji))
		}
	}
}
