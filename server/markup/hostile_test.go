package markup_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"hubbub/server/markup"
	"hubbub/server/markup/hostile"
	"hubbub/shared"
)

// allowed is every element that a message may have, with what its attributes
// may say.
var allowed = map[string]map[string]string{
	"p": {}, "br": {}, "strong": {}, "em": {}, "del": {}, "blockquote": {}, "hr": {}, "ul": {}, "li": {}, "pre": {},
	"table": {}, "thead": {}, "tbody": {}, "tr": {},
	"h4": {"class": `h[1-6]`},
	"ol": {"start": `\d+`},
	"th": {"class": `center|end`}, "td": {"class": `center|end`},
	"code": {"class": `language-[a-z0-9+#-]{1,32}`},
	"span": {"class": `hl-[a-z]`},
	"bdi":  {"class": `mention( all)?`, "data-user": `u\d+`},
	"a": {
		"class": `room`, "data-room": `r\d+`, "href": `(https?|mailto):[^\s\p{Cc}\p{Cf}"<>\\]*`,
		"rel": `noopener noreferrer nofollow`, "target": `_blank`,
	},
}

// faults returns what the HTML of a message has that no message may have.
func faults(source string) (found []string) {
	fault := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	var open []string
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				fault("not closed: %v", open)
			}
			return found
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				fault("</%s> closes %v", name, open)
				return found
			}
			open = open[:len(open)-1]
		case html.StartTagToken:
			t := z.Token()
			if t.Data != "br" && t.Data != "hr" {
				open = append(open, t.Data)
			}
			attributes, ok := allowed[t.Data]
			if !ok {
				fault("the element <%s>", t.Data)
			}
			seen := map[string]string{}
			for _, a := range t.Attr {
				pattern, ok := attributes[a.Key]
				if !ok || !regexp.MustCompile(`^(`+pattern+`)$`).MatchString(a.Val) {
					fault("<%s %s=%q>", t.Data, a.Key, a.Val)
				}
				seen[a.Key] = a.Val
			}
			if t.Data == "a" && seen["data-room"] == "" && (seen["rel"] == "" || seen["target"] == "" || seen["href"] == "") {
				fault("a link without rel, target or href: %v", t)
			}
			if u, err := url.Parse(seen["href"]); err != nil || u.Scheme == "" && seen["href"] != "" {
				fault("a link to %q", seen["href"])
			}
		case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
			fault("%s", z.Token())
		}
	}
}

// place is where hostile people are, whose names are hostile too.
type place struct {
	people *markup.People
	rooms  *markup.Rooms
}

func newPlace() place {
	var users []shared.User
	var rooms []shared.Room
	for i, name := range append(hostile.Names(), "ada", "李文") {
		users = append(users, shared.User{ID: shared.UserID(fmt.Sprintf("u%d", i)), Name: name})
		rooms = append(rooms, shared.Room{ID: shared.RoomID(fmt.Sprintf("r%d", i)), Name: name})
	}
	return place{markup.NewPeople(users), markup.NewRooms(rooms)}
}

func (p place) People() *markup.People { return p.people }
func (p place) Rooms() *markup.Rooms   { return p.rooms }
func (place) Everybody() bool          { return true }

func TestHostileInputs(t *testing.T) {
	where := newPlace()
	inputs := hostile.Messages()
	for _, name := range hostile.Names() {
		inputs = append(inputs, "@"+name, "#"+name, "see **#"+name+"** and @"+name)
	}
	inputs = append(inputs, bombs()...)
	if len(inputs) < 300 {
		t.Fatalf("there are %d inputs", len(inputs))
	}
	for _, in := range inputs {
		for _, f := range faults(markup.Render(in, where).HTML) {
			t.Errorf("%.200q became HTML with %s", in, f)
		}
	}
}

// TestTheFaultsAreFound is the test of the test above.
func TestTheFaultsAreFound(t *testing.T) {
	for _, bad := range []string{
		`<script>x</script>`, `<p onclick="x">y</p>`, `<a href="javascript:x" rel="noopener noreferrer nofollow" target="_blank">y</a>`,
		`<a href="https://a.b">y</a>`, `<p>x`, `</p>`, `<p><em>x</p></em>`, `<!-- x -->`, `<img src="x">`, `<p class="x">y</p>`,
		`<a href="/x" rel="noopener noreferrer nofollow" target="_blank">y</a>`, `<bdi class="mention" data-user="u1 x">y</bdi>`,
	} {
		if len(faults(bad)) == 0 {
			t.Errorf("nothing is found in %s", bad)
		}
	}
}

func TestWhatIsNoMarkupIsShownAsTyped(t *testing.T) {
	for _, in := range hostile.Messages() {
		r := markup.Render(in, nil)
		if strings.HasPrefix(in, "<") && !strings.ContainsAny(in, "\n`*[@\\") && !strings.Contains(in, "://") && r.HTML != "" {
			t.Errorf("%q became %s", in, r.HTML)
		}
	}
}

// long is a text as long as a message may be.
func long(pattern string) string {
	runes := []rune(strings.Repeat(pattern, shared.MaxText/utf8.RuneCountInString(pattern)+1))
	return string(runes[:shared.MaxText])
}

// bombs returns what makes parsers slow, each as long as a message may be.
func bombs() []string {
	wide := strings.Repeat("|a", 900) + "\n" + strings.Repeat("|-", 900) + "\n"
	texts := []string{wide + strings.Repeat("|\n", (shared.MaxText-len(wide))/2)}
	for _, pattern := range hostile.Bombs() {
		texts = append(texts, long(pattern))
	}
	return texts
}

// ordinary is a text of that length as people write it.
var ordinary = long("Some **words** about `code`, with a [link](https://example.org/a?b=c), and:\n\n- one\n- two, see https://example.org\n\n> what @ada said\n\n")

// TestNothingTakesLong compares texts made to be slow with an ordinary one of
// the same length, on this machine, in this run. Without the caps some take a
// thousand times as long.
func TestNothingTakesLong(t *testing.T) {
	const factor = 25
	where := newPlace()
	usual := quickest(func() { markup.Render(ordinary, where) })
	for _, text := range bombs() {
		took := usual * (factor + 1)
		for range 5 { // the machine may have been busy
			if took = min(took, quickest(func() { markup.Render(text, where) })); took <= usual*factor {
				break
			}
		}
		if took > usual*factor {
			t.Errorf("%.60q… takes %v, an ordinary text of that length %v", text, took, usual)
		}
	}
}

func quickest(do func()) time.Duration {
	best := time.Hour
	for range 3 {
		begin := time.Now()
		do()
		best = min(best, time.Since(begin))
	}
	return best
}

func FuzzRender(f *testing.F) {
	for _, in := range slices.Concat(hostile.Messages(), hostile.Names(), hostile.Bombs()) {
		f.Add(in)
	}
	where := newPlace()
	f.Fuzz(func(t *testing.T, in string) {
		if shared.ValidateText(in) != nil {
			return
		}
		r := markup.Render(in, where)
		for _, fault := range faults(r.HTML) {
			t.Errorf("%q became HTML with %s: %s", in, fault, r.HTML)
		}
		if plain := shared.Plain(in, r.HTML); !utf8.ValidString(plain) || strings.TrimSpace(plain) == "" {
			t.Errorf("%q reads %q", in, plain)
		}
	})
}

// BenchmarkRender shows what messages cost: plain ones, usual ones, the worst.
func BenchmarkRender(b *testing.B) {
	where := newPlace()
	texts := map[string]string{
		"plain": strings.Repeat("Plain words, as in most messages. ", 5), "long": long("Plain words, as in most messages. "),
		"mention": "@李文 could you look at this?", "link": "see https://example.org/a", "ordinary": ordinary,
		"code": "```go\n" + strings.Repeat("\tif err := c.resume(epoch, at); err != nil { return nil } // 1\n", 30) + "```",
	}
	for name, text := range texts {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				markup.Render(text, where)
			}
		})
	}
	b.Run("worst", func(b *testing.B) {
		var worst time.Duration
		for b.Loop() {
			for _, text := range bombs() {
				worst = max(worst, quickest(func() { markup.Render(text, where) }))
			}
		}
		b.ReportMetric(float64(worst.Microseconds())/1000, "ms")
	})
}
