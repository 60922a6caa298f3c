//go:build e2e

package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hubbub/shared"
)

const troubleRounds = 50

// started waits until the app has taken the page over, connected or not.
func (p *person) started() {
	p.t.Helper()
	p.wait("the app to run", `document.documentElement.dataset.phase !== undefined && !!document.querySelector("#composer")`)
}

// freeze has the browser stop everything in a tab, as it does with one that is
// long out of sight, or go on.
func (p *person) freeze(frozen bool) {
	p.t.Helper()
	state := page.SetWebLifecycleStateStateActive
	if frozen {
		state = page.SetWebLifecycleStateStateFrozen
	}
	if _, err := chromedp.Call(p.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: state}); err != nil {
		p.t.Fatal(err)
	}
}

// household is who writes: two tabs of ada's, and eve.
type household struct {
	h                  *hubbub
	first, second, eve *person
	path               string
	said               map[string][]string // by person, in order
}

func (o *household) say(p *person, round int) {
	p.t.Helper()
	text := fmt.Sprintf("%s %d", p.name, len(o.said[p.name]))
	p.started()
	p.say(text)
	p.wait("the text to be taken", `document.querySelector("#composer").value === ""`)
	o.said[p.name] = append(o.said[p.name], text)
}

func (o *household) sayAll(round int) {
	for _, p := range []*person{o.first, o.second, o.eve} {
		o.say(p, round)
	}
}

// troubles are what a round does while everybody writes.
var troubles = []struct {
	name string
	do   func(o *household, round int)
}{
	{"a tab is offline", func(o *household, round int) {
		o.first.offline(true)
		o.sayAll(round)
		o.first.offline(false)
	}},
	{"the server is killed", func(o *household, round int) {
		o.h.stop(syscall.SIGKILL)
		o.sayAll(round)
		o.h.start()
	}},
	{"the server is restarted", func(o *household, round int) {
		o.sayAll(round)
		o.h.stop(syscall.SIGTERM)
		o.h.start()
	}},
	{"the server hangs", func(o *household, round int) {
		_ = o.h.cmd.Process.Signal(syscall.SIGSTOP)
		o.sayAll(round)
		if round == troubleRounds/2 {
			<-time.After(30 * time.Second) // that is the trouble
		}
		_ = o.h.cmd.Process.Signal(syscall.SIGCONT)
	}},
	{"a page is loaded again while it sends", func(o *household, round int) {
		o.sayAll(round)
		o.first.openEarly(o.path)
	}},
	{"the other page is loaded again while it sends", func(o *household, round int) {
		o.sayAll(round)
		o.second.openEarly(o.path)
	}},
	{"a tab is frozen", func(o *household, round int) {
		o.say(o.first, round)
		o.first.freeze(true)
		o.say(o.eve, round)
		o.say(o.second, round)
		o.first.freeze(false)
	}},
}

func TestFiftyRoundsOfTroubleLoseAndDoubleNothing(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	h := start(t)
	token, lobby := h.furnish()
	o := &household{h: h, path: "/r/" + string(lobby), said: make(map[string][]string)}
	o.eve = h.signedIn(t, "eve", h.join(token, "Eve"))
	o.first = h.signedIn(t, "first", token)
	o.second = o.first.tab("second")
	for _, p := range []*person{o.eve, o.first, o.second} {
		p.open(o.path)
		p.ready()
	}
	o.first.worked()
	o.eve.worked()
	for round := range troubleRounds {
		trouble := troubles[r.IntN(len(troubles))]
		if round == troubleRounds/2 {
			trouble = troubles[3]
		}
		trouble.do(o, round)
		if t.Failed() {
			t.Fatalf("in round %d: %s", round, trouble.name)
		}
	}
	o.check(token, lobby)
}

// check waits until everything is sent, and compares what was said with the
// log and with what each page shows at its end.
func (o *household) check(token string, lobby shared.RoomID) {
	t := o.first.t
	for _, p := range []*person{o.first, o.second, o.eve} {
		p.ready()
		p.wait("nothing to be pending", `!document.querySelector(".msg.pending, .msg.failed")`)
	}
	var log []string
	for after, newer := shared.Seq(0), true; newer; {
		var ok shared.OK
		o.h.api(token, "history", shared.HistoryQuery{Room: lobby, After: &after, Limit: shared.MaxPage}, &ok)
		for _, ev := range ok.Page.Events {
			if after = ev.Seq; ev.Message != nil {
				log = append(log, ev.Message.Text)
			}
		}
		newer = ok.Page.Newer
	}
	total := 0
	for name, want := range o.said {
		total += len(want)
		got := slices.DeleteFunc(slices.Clone(log), func(text string) bool { return !strings.HasPrefix(text, name+" ") })
		if !slices.Equal(got, want) {
			t.Errorf("of %s the log has %q,\nwant %q", name, got, want)
		}
	}
	for _, p := range []*person{o.first, o.second, o.eve} {
		p.reads(log[len(log)-1])
		shown := p.texts()
		if n := len(shown); n == 0 || n > len(log) || !slices.Equal(shown, log[len(log)-n:]) {
			t.Errorf("%s sees %q,\nthe log ends with %q", p.name, shown, log[max(len(log)-n, 0):])
		}
	}
	t.Logf("%d messages in %d rounds", total, troubleRounds)
}
