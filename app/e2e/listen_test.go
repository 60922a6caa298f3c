//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"

	"hubbub/app/faultproxy"
	"hubbub/shared"
)

// shop is another site, whose page listens with hubbub.js and writes down what
// it is told.
type shop struct {
	*hubbub
	url   string
	ada   string // the owner's login
	ci    string // pushes
	token string // of the page
}

var shopPage = template.Must(template.New("").Parse(`<!doctype html>
<meta charset="utf-8">
<title>shop</title>
<script>
	const heard = [], states = [], errors = [], warnings = [], names = {}, given = {};
	let asked = 0;
	console.warn = (text) => warnings.push(text);
	{{.Before}}
	const note = (what) => (push) => heard.push((push.opened ? "opened" : what) + " " + (names[push.id] ||= push.message));
</script>
<script src="{{.Server}}/hubbub.js"></script>
<script>
	const hub = Hubbub.connect({{.Server}}, {
		token: () => { asked++; return {{.Token}}; },
		events: {{.Events}},
		onpush: (push) => { given[push.message] = push; note("push")(push); },
		onchange: note("change"), onclear: note("clear"),
		onstate: (state) => states.push(state),
		onerror: (error) => errors.push(error.code),
		storage: {{if .Keep}}sessionStorage{{else}}undefined{{end}},
	});
</script>`))

// visit is how the page is opened.
type visit struct {
	Server, Token string
	Events        []string
	Keep          bool        // in the session's storage
	Before        template.JS // runs first
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := new(shop)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v visit
		if err := json.Unmarshal([]byte(r.URL.Query().Get("visit")), &v); err != nil {
			http.NotFound(w, r) // favicon.ico
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_ = shopPage.Execute(w, v)
	}))
	t.Cleanup(site.Close)
	s.url = strings.Replace(site.URL, "127.0.0.1", "localhost", 1) // another site than the server's
	addr := freeAddr(t)
	s.hubbub = startAt(t, addr, "http://"+addr, "--origins", s.url)
	s.ada = s.own()
	s.ci, s.token = s.makeToken("push"), s.makeToken("read")
	return s
}

func (s *shop) makeToken(scope shared.Scope) string {
	s.t.Helper()
	var ok shared.OK
	s.api(s.ada, "token", shared.TokenRequest{Name: string(scope), Scopes: []shared.Scope{scope}}, &ok)
	return ok.Token.Secret
}

// enter opens the page in a browser of its own.
func (s *shop) enter(name string, v visit) *person {
	s.t.Helper()
	p := s.visitor(s.t, name)
	p.shop(s, v)
	return p
}

func (p *person) shop(s *shop, v visit) {
	p.t.Helper()
	if v.Server == "" {
		v.Server = "http://" + s.addr
	}
	if v.Token == "" {
		v.Token = s.token
	}
	b, err := json.Marshal(v)
	if err != nil {
		p.t.Fatal(err)
	}
	p.open(s.url + "/?visit=" + template.URLQueryEscaper(string(b)))
}

func (p *person) live() {
	p.t.Helper()
	p.wait("the page to be live", `states.at(-1) === "live"`)
}

// hears waits until the page was told all of that, and nothing else.
func (p *person) hears(want ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("to hear %d things, the last being %q", len(want), want[len(want)-1]),
		`heard.length >= %s && heard.includes(%s)`, len(want), want[len(want)-1])
	got := eval[[]string](p, `heard`)
	for i := range got {
		if i >= len(want) || got[i] != want[i] {
			p.t.Fatalf("%s hears %q after %q; want %q", p.name, got[i], got[max(0, i-3):i], want[min(i, len(want)-1)])
		}
	}
}

func (s *shop) push(event, message string, more ...func(*shared.NewPush)) {
	s.t.Helper()
	n := shared.NewPush{UserID: "@ada", Event: event, Message: message, ID: message}
	for _, change := range more {
		change(&n)
	}
	s.api(s.ci, "push", n, nil)
}

func collapse(n *shared.NewPush) { n.Collapse = "c" }

// delivered waits until a page has said that it has a push.
func (s *shop) delivered(id string) shared.PushStatus {
	s.t.Helper()
	var ok shared.OK
	wait(s.t, "the receipt of "+id, func() bool {
		s.api(s.ci, "receipts", shared.PushRef{ID: id}, &ok)
		return slices.ContainsFunc(ok.Status.Receipts, func(r shared.Receipt) bool { return r.Delivered > 0 })
	})
	return *ok.Status
}

func TestAPageOfAnotherSiteIsToldWhatBecomesOfAPush(t *testing.T) {
	s := newShop(t)
	page := s.enter("page", visit{Events: []string{"deploy", "order"}})
	other := s.enter("other", visit{})
	page.live()
	other.live()
	s.push("deploy", "one")
	s.push("lunch", "soup")
	s.push("order", "two", collapse)
	page.hears("push one", "push two")
	word := "one, again"
	s.api(s.ci, "amend", shared.PushChange{ID: "one", Message: &word}, nil)
	s.push("order", "three", collapse)
	s.api(s.ci, "clear", shared.PushRef{ID: "one"}, nil)
	all := []string{"push one", "push two", "change one", "clear two", "push three", "clear one"}
	page.hears(all...)
	all = slices.Insert(all, 1, "push soup")
	other.hears(all...)

	eval[bool](page, `hub.opened(given.three), true`)
	other.hears(append(all, "opened three")...)
	status := s.delivered("three")
	if !slices.ContainsFunc(status.Receipts, func(r shared.Receipt) bool { return r.Opened > 0 }) {
		t.Errorf("the receipts are %+v", status.Receipts)
	}
	if got := eval[[]string](page, `heard`); slices.Contains(got, "opened three") {
		t.Error("who opened it is told that somebody else did")
	}
	eval[bool](page, `hub.close(), true`)
	s.push("order", "four")
	other.hears(append(all, "opened three", "push four")...)
	if got := eval[string](page, `states.at(-1) + heard.at(-1)`); got != "closedclear one" {
		t.Errorf("after close it is %s", got)
	}
}

func TestAPageOfAnotherSiteMissesNothingThroughBadTimes(t *testing.T) {
	s := newShop(t)
	network, err := faultproxy.Listen(s.addr, 7)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = network.Close() })
	network.Trouble(true)
	page := s.enter("page", visit{Events: []string{"", "x"}, Before: template.JS(fmt.Sprintf(`
		const real = setTimeout; // its pauses are long: here they pass quickly
		setTimeout = (f, ms, ...more) => real(f, ms / 20, ...more);
		const Real = WebSocket, fetched = fetch; // by the bad network; the script itself came by the good one
		const worse = (url) => String(url).replace(%q, %q);
		WebSocket = class extends Real { constructor(url, ...more) { super(worse(url), ...more); } };
		fetch = (url, ...more) => fetched(worse(url), ...more);`, s.addr, network.Addr()))})
	defer page.forgive("net::ERR_")
	defer page.forgive("No 'Access-Control-Allow-Origin' header") // an answer that was cut amid its headers
	var want []string
	for round := range 12 {
		for i := range 25 {
			s.push("", fmt.Sprint(round, "-", i))
			want = append(want, fmt.Sprint("push ", round, "-", i))
			switch {
			case i%8 == 4:
				network.CutAll()
			case i == 17 && round%4 == 3:
				s.stop(syscall.SIGKILL)
				s.start()
			}
		}
		page.hears(want...)
	}
	network.Trouble(false)
	for _, push := range want {
		s.delivered(strings.TrimPrefix(push, "push "))
	}
	if got := eval[int](page, `asked`); got < 12 {
		t.Errorf("it connected %d times only: the test proves little", got)
	}
}

func TestAPageHearsWhereNoWebSocketPasses(t *testing.T) {
	s := newShop(t)
	front := httptest.NewServer(faultproxy.Front{NoUpgrade: true}.Handler("http://" + s.addr))
	t.Cleanup(front.Close)
	t.Cleanup(front.CloseClientConnections)
	s.push("a", "one")
	page := s.enter("page", visit{Server: front.URL, Events: []string{"a", "b"}})
	defer page.forgive("ERR_INCOMPLETE_CHUNKED_ENCODING")
	page.live()
	s.push("b", "two")
	s.push("c", "three")
	page.hears("push one", "push two")
	if r := s.delivered("two").Receipts; len(r) != 1 || r[0].Accepted == 0 {
		t.Errorf("the receipts are %+v", r) // of one connection, not of two
	}
	front.CloseClientConnections()
	s.push("a", "four")
	page.hears("push one", "push two", "push four")
	s.delivered("four")
}

func TestATokenThatIsRefusedEndsThePagesTrying(t *testing.T) {
	s := newShop(t)
	front := httptest.NewServer(faultproxy.Front{NoUpgrade: true}.Handler("http://" + s.addr))
	t.Cleanup(front.Close)
	t.Cleanup(front.CloseClientConnections)
	wantEnd := func(p *person, asked int) {
		t.Helper()
		p.wait("the end", `states.at(-1) === "closed"`)
		if got := eval[string](p, `errors + " " + asked`); got != fmt.Sprint("unauthorized ", asked) {
			t.Errorf("%s: errors and tokens asked for: %s, want %d", p.name, got, asked)
		}
	}
	wantEnd(s.enter("WebSocket", visit{Token: "nonsense"}), 1)
	wantEnd(s.enter("stream", visit{Server: front.URL, Token: "nonsense"}), 3)

	page := s.enter("revoked", visit{})
	page.live()
	var tokens shared.OK
	s.api(s.ada, "tokens", shared.Nothing{}, &tokens)
	for _, k := range tokens.Tokens {
		if k.Name == "read" {
			s.api(s.ada, "withdraw", shared.TokenRef{ID: k.ID}, nil)
		}
	}
	wantEnd(page, 2)
}

func TestAPageOfASiteThatIsNotListedIsToldWhy(t *testing.T) {
	s := newShop(t)
	s.stop(syscall.SIGTERM)
	s.settings = []string{"--origins", "http://localhost:1"}
	s.start()
	page := s.enter("page", visit{})
	defer page.forgive("CORS", "ERR_FAILED")
	page.wait("the reason", `warnings.some(w => w.includes("--origins") && w.includes(location.origin))`)
	s.push("", "secret")
	if got := eval[int](page, `heard.length`); got != 0 || slices.Contains(eval[[]string](page, `states`), "live") {
		t.Errorf("it heard %d", got)
	}
	eval[bool](page, `hub.close(), true`)
}

// forgive takes back what the page complained of, where that was the test's
// doing.
func (p *person) forgive(parts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors = slices.DeleteFunc(p.errors, func(e string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(e, part) })
	})
}

func TestAPageThatIsLoadedAgainGoesOn(t *testing.T) {
	s := newShop(t)
	page := s.enter("page", visit{Keep: true})
	page.live()
	s.push("", "one")
	page.hears("push one")
	page.open("about:blank")
	other := s.enter("other", visit{})
	other.live()
	s.push("", "two")
	other.hears("push two")
	s.delivered("two") // so that nobody gets it as not acknowledged
	page.shop(s, visit{Keep: true})
	page.hears("push two")

	t.Run("but not in somebody else's log", func(t *testing.T) {
		var ok shared.OK
		s.api(s.ada, "bot", shared.NewBot{Name: "Eve"}, &ok)
		eve := ok.Bot.ID
		s.api(s.ada, "token", shared.TokenRequest{Name: "Eve", User: eve, Scopes: []shared.Scope{"read"}}, &ok)
		for _, message := range []string{"e1", "e2", "e3"} {
			s.push("", message, func(n *shared.NewPush) { n.UserID = eve })
		}
		page.shop(s, visit{Keep: true, Token: ok.Token.Secret})
		page.hears("push e1", "push e2", "push e3")
	})
}

func TestASilentConnectionIsFoundDead(t *testing.T) {
	s := newShop(t)
	page := s.enter("page", visit{Before: `const real = setTimeout; setTimeout = (f, ms, ...more) => real(f, ms / 100, ...more);`})
	page.live()
	page.wait("it to connect again, for want of a sign of life in 45 s, which pass quickly here", `asked > 3`)
	s.push("", "one")
	page.hears("push one")
}
