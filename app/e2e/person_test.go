//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long anything may take before a test gives up. It decides
// nothing: a machine ten times slower passes the same tests. Chromium looks once
// a minute whether a service worker that was busy may go.
const patience = 150 * time.Second

// person is somebody at a browser: one profile, one tab.
type person struct {
	t    *testing.T
	h    *hubbub
	name string
	ctx  context.Context // of the tab

	mu     sync.Mutex
	errors []string // guarded by mu: what the page complained of
}

// visitor opens a fresh profile. The test fails when the page logs an error,
// throws, or violates its Content-Security-Policy.
func (h *hubbub) visitor(t *testing.T, name string) *person {
	t.Helper()
	ctx, cancel := chromedp.NewContext(suite.browser, chromedp.WithNewBrowserContext())
	return h.sit(t, name, ctx, cancel)
}

// tab opens another tab of the same profile.
func (p *person) tab(name string) *person {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	return p.h.sit(p.t, name, ctx, cancel)
}

// sit watches a tab until the end of the test.
func (h *hubbub) sit(t *testing.T, name string, ctx context.Context, cancel context.CancelFunc) *person {
	t.Helper()
	p := &person{t: t, h: h, name: name, ctx: ctx}
	messages := chromedp.Console(ctx)
	p.do(chromedp.EmulateViewport(1280, 800))
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		dying := false
		for m, err := range messages {
			if err != nil {
				return
			}
			dying = dying || strings.HasPrefix(m.Text, "panic: ") || strings.HasPrefix(m.Text, "fatal error: ")
			if dying || m.IsException() || m.Type == "error" { // what the program says as it ends, line by line
				p.mu.Lock()
				p.errors = append(p.errors, m.Text+" "+m.URL)
				p.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() {
		if t.Failed() {
			p.save("failed-" + strings.ReplaceAll(t.Name(), "/", "-") + "-" + name)
		}
		cancel()
		<-listening
		for _, e := range p.errors {
			if !expected(e) {
				t.Errorf("%s's page complained: %s", name, e)
			}
		}
	})
	return p
}

// expected reports whether a complaint is only Chromium's own note that a
// server which a test took away could not be reached, or refused a form.
func expected(complaint string) bool {
	for _, ok := range []string{"ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_INTERNET_DISCONNECTED", "ERR_BLOCKED_BY_CLIENT", "status of 4", "status of 503", "bad HTTP response code (403)", "Cross-Origin-Opener-Policy header has been ignored", "Error during WebSocket handshake", "WebSocket connection to"} {
		if strings.Contains(complaint, ok) {
			return true
		}
	}
	return false
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// open goes to a path and waits until the page has loaded.
func (p *person) open(path string) {
	p.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = p.h.url(path)
	}
	p.do(chromedp.Navigate(path))
}

// eval returns the value of a JavaScript expression.
func eval[T any](p *person, js string, args ...any) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expr(js, args), chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, expr(js, args), err)
	}
	return v
}

// wait polls until a JavaScript condition holds.
func (p *person) wait(what, js string, args ...any) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("Promise.resolve("+expr(js, args)+").then(v => !!v)", chromedp.EvalAwaitPromise))
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s waited in vain: %s\n%s\nthe page shows:\n%s", p.name, what, expr(js, args), p.text("body"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// expr puts args as JavaScript literals into the %s of js.
func expr(js string, args []any) string {
	if len(args) == 0 {
		return js
	}
	literals := make([]any, len(args))
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			panic(err)
		}
		literals[i] = b
	}
	return fmt.Sprintf(js, literals...)
}

func (p *person) text(css string) string {
	p.t.Helper()
	return eval[string](p, `(document.querySelector(%s) || {innerText: ""}).innerText`, css)
}

// sees waits until text is shown within the elements that css names.
func (p *person) sees(css, text string) {
	p.t.Helper()
	p.wait("to see "+text, `[...document.querySelectorAll(%s)].some(e => e.innerText.includes(%s))`, css, text)
}

// click presses the visible element that css names with the mouse.
func (p *person) click(css string) {
	p.t.Helper()
	at := p.find(css)
	p.do(chromedp.MouseClickXY(at[0], at[1]))
}

// point moves the mouse over it.
func (p *person) point(css string) {
	p.t.Helper()
	at := p.find(css)
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
}

// find is the middle of the visible element that css names.
func (p *person) find(css string) []float64 {
	p.t.Helper()
	p.wait("something to press at "+css, `(() => {
		const e = document.querySelector(%s);
		if (!e || !e.getClientRects().length) return false;
		e.scrollIntoView({block: "nearest"});
		return true;
	})()`, css)
	return eval[[]float64](p, `(() => { const r = document.querySelector(%s).getClientRects()[0];
		return [r.x + r.width / 2, r.y + r.height / 2]; })()`, css)
}

// fill types into the field that css names.
func (p *person) fill(css, text string) {
	p.t.Helper()
	p.wait("the field "+css, `(() => { const e = document.querySelector(%s); if (!e) return false; e.focus(); e.select && e.select(); return document.activeElement === e; })()`, css)
	p.insert(text)
}

// insert types text where the focus is.
func (p *person) insert(text string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text}); err != nil {
		p.t.Fatalf("%s: insert: %v", p.name, err)
	}
}

func (p *person) key(keys string, m ...chromedp.Modifier) {
	p.t.Helper()
	if keys == "\r" {
		p.enter(m...)
		return
	}
	p.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(m...)))
}

// enter presses Enter as a keyboard does: the text belongs to the key press,
// so that a page which prevents the one prevents the other.
func (p *person) enter(m ...chromedp.Modifier) {
	p.t.Helper()
	press := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", UnmodifiedText: "\r",
		WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
	}
	for _, modifier := range m {
		press.Modifiers |= int64(modifier)
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		press.Type = kind
		if kind == input.DispatchKeyEventTypeKeyUp {
			press.Text, press.UnmodifiedText = "", ""
		}
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, press); err != nil {
			p.t.Fatal(err)
		}
	}
}

// phone makes the screen a phone's.
func (p *person) phone() {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// scheme makes the system's colours light or dark.
func (p *person) scheme(value string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
	if err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
}

// block makes every request fail whose address matches an absolute URLPattern
// such as "*://*:*/*.wasm".
func (p *person) block(patterns ...string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	var rules network.SetBlockedURLsParams
	for _, u := range patterns {
		rules.URLPatterns = append(rules.URLPatterns, &network.BlockPattern{URLPattern: u, Block: true})
	}
	if _, err := chromedp.Call(p.ctx, network.SetBlockedURLs, rules); err != nil {
		p.t.Fatal(err)
	}
}

// save takes a screenshot where screenshots are wanted.
func (p *person) save(name string) {
	if saveDir() == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(saveDir(), name+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Logf("no screenshot %s: %v", name, err)
	}
}

// axe fails the test for every accessibility rule that the page breaks.
func (p *person) axe(where string) {
	p.t.Helper()
	eval[bool](p, suite.axe+";true")
	found := eval[[]string](p, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.flatMap(v =>
		v.nodes.map(n => v.id + ": " + v.help + ": " + n.html.slice(0, 200) + " " + (n.any.concat(n.all)[0] || {message: ""}).message)))`)
	for _, f := range found {
		p.t.Errorf("axe on %s: %s", where, f)
	}
}

// cookie sets a cookie of the server's.
func (p *person) cookie(name, value string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: p.h.url("/")})
	if err != nil {
		p.t.Fatal(err)
	}
}

// eachLook brings a page up at both sizes and in both themes, has axe look at
// it, and takes a picture.
func (p *person) eachLook(name string, bring func()) {
	p.t.Helper()
	for _, size := range []string{"desktop", "phone"} {
		if size == "phone" {
			p.phone()
		} else {
			p.do(chromedp.EmulateViewport(1280, 800))
		}
		for _, scheme := range []string{"light", "dark"} {
			p.scheme(scheme)
			bring()
			p.axe(name + " " + size + " " + scheme)
			p.save(name + "-" + size + "-" + scheme)
		}
	}
}

// openDrawer shows the sidebar on a phone.
func (p *person) openDrawer() {
	p.t.Helper()
	if eval[bool](p, `getComputedStyle(document.querySelector(".drawer-open-button")).display !== "none"`) {
		p.click(".drawer-open-button")
		p.wait("the sidebar to stand still", `document.querySelector(".rooms").getBoundingClientRect().x === 0`)
	}
}

// clickHidden presses a button, also one that something else covers.
func (p *person) clickHidden(css string) {
	p.t.Helper()
	p.wait("the button "+css, `!!document.querySelector(%s)`, css)
	eval[bool](p, `(document.querySelector(%s).click(), true)`, css)
}

// openEarly goes to a path and does not wait for the page to load.
func (p *person) openEarly(path string) {
	p.t.Helper()
	eval[bool](p, `(window.leaving = true)`) // the address may be the same
	if _, err := chromedp.Call(p.ctx, page.Navigate, page.NavigateParams{URL: p.h.url(path)}); err != nil {
		p.t.Fatal(err)
	}
	p.wait("the page", `!window.leaving && document.readyState !== "loading"`)
}

// hold keeps requests that match an absolute URLPattern waiting until release
// is called.
func (p *person) hold(pattern string) (release func()) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: pattern}}})
	if err != nil {
		p.t.Fatal(err)
	}
	return func() {
		p.t.Helper()
		if _, err := chromedp.Call(p.ctx, fetch.Disable, cdp.Empty{}); err != nil { // lets what is paused go on
			p.t.Fatal(err)
		}
	}
}

// offline cuts the page, its sockets included, from the network.
func (p *person) offline(cut bool) {
	p.t.Helper()
	rules := network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}},
	}
	if _, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
		p.t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: cut, DownloadThroughput: -1, UploadThroughput: -1,
	}); err != nil {
		p.t.Fatal(err)
	}
}

// press presses the button with a label in the element that css names and that
// holds text.
func (p *person) press(css, text, label string) {
	p.t.Helper()
	p.wait("the button "+label, `(() => {
		const e = [...document.querySelectorAll(%s)].find(e => e.innerText.includes(%s));
		const b = e && [...e.querySelectorAll("button")].find(b => b.innerText === %s && !b.disabled);
		if (b) b.click();
		return !!b;
	})()`, css, text, label)
}

// choose picks an option of a selection.
func (p *person) choose(css, value string) {
	p.t.Helper()
	p.wait("the selection "+css, `!!document.querySelector(%s)`, css)
	eval[bool](p, `(() => { const s = document.querySelector(%s); s.value = %s; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`, css, value)
}

// back presses the browser's back button.
func (p *person) back() {
	p.t.Helper()
	eval[bool](p, `(history.back(), true)`)
}
