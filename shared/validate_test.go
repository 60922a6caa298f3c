package shared

import (
	"errors"
	"strings"
	"testing"
)

func TestCleanName(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"as typed", "Ada Lovelace", "Ada Lovelace"},
		{"space around and within is folded", "  Ada \t Lovelace\n", "Ada Lovelace"},
		{"Chinese", "李文", "李文"},
		{"an emoji family keeps its joiners", "👩\u200d👧 Kim", "👩\u200d👧 Kim"},
		{"combining marks", "Zoe\u0308", "Zoe\u0308"},
		{"nothing", "   ", ""},
		{"joiners alone are nothing", "\u200d\u200c", ""},
		{"a bidi override hides what it is", "Ada\u202eecila", ""},
		{"a zero-width space looks like another's name", "Ada\u200b", ""},
		{"a control character", "Ada\x07", ""},
		{"not UTF-8", "Ada\xff", ""},
		{"too long", strings.Repeat("界", MaxName+1), ""},
		{"just fits", strings.Repeat("界", MaxName), strings.Repeat("界", MaxName)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := CleanName(c.in)
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("CleanName(%q) = %q, %v; want %q", c.in, got, err, c.want)
			}
			if again, err := CleanName(got); c.want != "" && (again != got || err != nil) {
				t.Errorf("cleaning twice changes it: %q, %v", again, err)
			}
		})
	}
}

func TestCleanRoomNameDropsTheHash(t *testing.T) {
	if got, err := CleanRoomName(" #general "); got != "general" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := CleanRoomName("#"); !errors.Is(err, &Error{Code: CodeInvalid}) {
		t.Errorf("got %v, want invalid", err)
	}
}

func TestATopicMayBeEmpty(t *testing.T) {
	if got, err := CleanTopic("  "); got != "" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCleanHandle(t *testing.T) {
	cases := []struct{ in, want string }{
		{"ada", "ada"},
		{" @Ada_L.1-x ", "ada_l.1-x"},
		{"a", ""},
		{"_ada", ""},
		{"ada lovelace", ""},
		{"李文", ""},
		{strings.Repeat("a", MaxHandle), strings.Repeat("a", MaxHandle)},
		{strings.Repeat("a", MaxHandle+1), ""},
		{"", ""},
	}
	for _, c := range cases {
		if got, err := CleanHandle(c.in); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("CleanHandle(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
}

func TestPostValidate(t *testing.T) {
	cases := []struct {
		name string
		post Post
		want Code
	}{
		{"fine", Post{Key: "k", Text: "hi"}, ""},
		{"the longest text", Post{Key: "k", Text: strings.Repeat("界", MaxText)}, ""},
		{"too long", Post{Key: "k", Text: strings.Repeat("界", MaxText+1)}, CodeTooLarge},
		{"only space", Post{Key: "k", Text: " \n"}, CodeInvalid},
		{"a NUL", Post{Key: "k", Text: "a\x00b"}, CodeInvalid},
		{"not UTF-8", Post{Key: "k", Text: "a\xff"}, CodeInvalid},
		{"no key", Post{Text: "hi"}, CodeInvalid},
		{"a key with a space", Post{Key: "a b", Text: "hi"}, CodeInvalid},
		{"a key too long", Post{Key: strings.Repeat("k", MaxKey+1), Text: "hi"}, CodeInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.post.Validate()
			if c.want == "" && err != nil {
				t.Errorf("got %v, want nil", err)
			}
			if c.want != "" && !errors.Is(err, &Error{Code: c.want}) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestHistoryQueryWantsExactlyOnePosition(t *testing.T) {
	zero, negative := Seq(0), Seq(-1)
	cases := []struct {
		name string
		q    HistoryQuery
		ok   bool
	}{
		{"before", HistoryQuery{Before: MaxSeq}, true},
		{"after the beginning", HistoryQuery{After: &zero}, true},
		{"around", HistoryQuery{Around: 7, Limit: MaxPage}, true},
		{"none", HistoryQuery{}, false},
		{"two", HistoryQuery{Before: 1, Around: 1}, false},
		{"negative", HistoryQuery{After: &negative}, false},
		{"too many", HistoryQuery{Before: 1, Limit: MaxPage + 1}, false},
	}
	for _, c := range cases {
		if err := c.q.Validate(); (err == nil) != c.ok {
			t.Errorf("%s: got %v, want ok=%v", c.name, err, c.ok)
		}
	}
}

func TestAsErrorTellsNothingOfWhatIsOurs(t *testing.T) {
	if got := AsError(errors.New("open /secret/path: no such file")); got.Code != CodeInternal || strings.Contains(got.Message, "secret") {
		t.Errorf("got %+v", got)
	}
	inner := Errorf(CodeForbidden, "no")
	if got := AsError(errors.Join(errors.New("while posting"), inner)); got != inner {
		t.Errorf("got %+v, want the one inside", got)
	}
}

func TestIDsAreShortLowerCaseAndDifferent(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		id := NewID()
		if len(id) != 16 || strings.ToLower(id) != id || seen[id] {
			t.Fatalf("NewID() = %q", id)
		}
		seen[id] = true
	}
	if tok := NewSecret(); len(tok) != 52 {
		t.Errorf("NewSecret() has %d characters, want 52", len(tok))
	}
}
