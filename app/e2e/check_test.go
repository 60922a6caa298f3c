//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hubbub/app/faultproxy"
)

// quickly is the check with silences that a test has time for.
const quickly = "/check?idle=0.2,0.5"

// checks opens the check, at a path or another address, and waits for its end.
func (p *person) checks(path string) {
	p.t.Helper()
	p.open(path)
	p.wait("the check to end", `document.documentElement.dataset.check === "done"`)
}

// line is how a check went: its state and what its line says.
func (p *person) line(name string) (state, says string) {
	p.t.Helper()
	return eval[string](p, `document.getElementById("line-" + %s).dataset.state`, name), p.text("#line-" + name)
}

// finds fails unless a line is in a state and says all of parts.
func (p *person) finds(name, state string, parts ...string) {
	p.t.Helper()
	got, says := p.line(name)
	if got != state {
		p.t.Errorf("%s is %s, want %s: %s", name, got, state, says)
	}
	for _, part := range parts {
		if !strings.Contains(says, part) {
			p.t.Errorf("%s does not say %q: %s", name, part, says)
		}
	}
}

// others fails unless all lines but some are well, or nobody's fault.
func (p *person) others(but ...string) {
	p.t.Helper()
	for _, name := range eval[[]string](p, `[...document.querySelectorAll('.line[data-state="warn"], .line[data-state="fail"]')].map(e => e.id.slice(5))`) {
		if !strings.Contains(" "+strings.Join(but, " ")+" ", " "+name+" ") {
			_, says := p.line(name)
			p.t.Errorf("%s is not well either: %s", name, says)
		}
	}
}

// behind puts a proxy in front of the server.
func (h *hubbub) behind(f faultproxy.Front) (url string) {
	h.t.Helper()
	web := httptest.NewServer(f.Handler("http://" + h.addr))
	h.t.Cleanup(web.Close)
	return web.URL
}

func TestAllIsWellOnAServerOfOnesOwn(t *testing.T) {
	h := start(t)
	for name, url := range map[string]string{"straight": h.url(quickly), "through a proxy that is set up right": h.behind(faultproxy.Front{}) + quickly} {
		p := h.visitor(t, name)
		p.checks(url)
		for _, line := range []string{"address", "server", "clock", "upgrade", "subprotocol", "roundtrip", "frames", "worker", "idle"} {
			p.finds(line, "ok")
		}
		p.others()
		p.sees("#verdict", "All is well.")
	}
}

func TestTheReportHasEveryLineToCopy(t *testing.T) {
	h := start(t)
	p := h.visitor(t, "ada")
	p.checks(h.behind(faultproxy.Front{NoUpgrade: true}) + quickly)
	report := eval[string](p, `document.getElementById("report").value`)
	for _, want := range []string{"ok    Address: http://127.0.0.1", "FAIL  WebSocket: ", "A proxy takes the Upgrade header away", "HTTP/1.1", "note  Silence: not tried", `"forwarded":["X-Forwarded-For"`} {
		if !strings.Contains(report, want) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
	p.click("#copy")
	p.sees("#copy", "Copied")
}

func TestWhatProxiesDoWrongIsFoundAndExplained(t *testing.T) {
	h := start(t)
	refuse := func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not here", http.StatusForbidden) }
	answer := func(path string) faultproxy.Front {
		return faultproxy.Front{Answers: map[string]http.HandlerFunc{path: refuse}}
	}
	for _, test := range []struct {
		name  string
		front faultproxy.Front
		idle  string
		line  string
		says  []string
		also  string
	}{
		{"strips Upgrade", faultproxy.Front{NoUpgrade: true}, "0.2", "upgrade", []string{"takes the Upgrade header away", "Settings for nginx"}, ""},
		{"stops WebSockets", answer("/echo"), "0.2", "upgrade", []string{"never reached Hubbub", "firewall"}, ""},
		{"drops the subprotocol", faultproxy.Front{NoProtocol: true}, "0.2", "subprotocol", []string{"Sec-WebSocket-Protocol"}, ""},
		{"knows only some paths", answer("/ws"), "0.2", "subprotocol", []string{"at /echo but not at /ws"}, ""},
		{"limits messages", faultproxy.Front{MaxMessage: 5000}, "0.2", "frames", []string{"up to 4096 bytes", "Messages of 16384 bytes"}, ""},
		{"cuts quiet connections", faultproxy.Front{Idle: time.Second}, "0.2,8", "idle", []string{"alive after 0.20 s · cut after 1.", "idle timeout"}, ""},
		{"changes the host", faultproxy.Front{Host: "inside.example"}, "0.2", "address", []string{"believes its address is http://inside.example", "--url http://127.0.0.1"}, "upgrade"},
		{"keeps the facts", answer("/check/facts"), "0.2", "address", []string{"not Hubbub: 403", "every path"}, ""},
		{"keeps the worker", answer("/sw.js"), "0.2", "worker", []string{"The service worker does not start", "/sw.js"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := h.visitor(t, "ada")
			p.checks(h.behind(test.front) + "/check?idle=" + test.idle)
			p.finds(test.line, "fail", test.says...)
			p.others(test.line, test.also)
			p.sees("#verdict", "Something is broken")
			p.axe(test.name)
			p.save("check-" + strings.ReplaceAll(test.name, " ", "-"))
		})
	}
}

func TestALineLeadsToTheSettingsOfOnesProxy(t *testing.T) {
	h := start(t)
	p := h.visitor(t, "ada")
	p.checks(h.behind(faultproxy.Front{NoUpgrade: true}) + quickly)
	p.click(`#line-upgrade a[href="#proxy-caddy"]`)
	p.wait("the settings in view", `(() => { const r = document.querySelector("#proxy-caddy pre").getBoundingClientRect(); return r.height > 0 && r.top < innerHeight && r.bottom > 0; })()`)
}

func TestAWrongClockHereIsFound(t *testing.T) {
	h := start(t)
	for name, c := range map[string][2]string{
		"a minute": {"60000", "warn"}, "an hour": {"-3600000", "fail"},
	} {
		p := h.visitor(t, name)
		script := `{ const now = Date.now; Date.now = () => now() + ` + c[0] + `; }`
		if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
			t.Fatal(err)
		}
		p.checks(quickly)
		p.finds("clock", c[1], "disagree about the time", "automatic time")
		p.others("clock")
	}
}

func TestAServerThatCannotStoreIsFound(t *testing.T) {
	h := start(t)
	unready := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	p := h.visitor(t, "ada")
	p.checks(h.behind(faultproxy.Front{Answers: map[string]http.HandlerFunc{"/readyz": unready}}) + quickly)
	p.finds("server", "fail", "cannot store", "full, read-only or locked")
	p.others("server")
}

func TestWithoutItsScriptTheCheckSaysWhatToDo(t *testing.T) {
	h := start(t)
	p := h.visitor(t, "ada")
	p.block("*://*:*/web/check.*")
	p.open("/check")
	p.sees("#unscripted", "needs its script")
	p.sees("#command", "hubbub check https://")
	if eval[int](p, `document.querySelectorAll("#checks, #copy, #report-box").values().map(e => e.getClientRects().length).reduce((a, b) => a + b)`) > 0 {
		t.Error("it shows lines that nothing fills")
	}
	p.axe("the check without script")
}

// ownBrowser opens a Chromium of one's own with certain preferences.
func (h *hubbub) ownBrowser(t *testing.T, preferences string, flags ...chromedp.ExecAllocatorOption) *person {
	t.Helper()
	profile := t.TempDir()
	if err := os.MkdirAll(filepath.Join(profile, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profile, "Default", "Preferences"), []byte(preferences), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := append(append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile)), flags...)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, quit := chromedp.NewContext(alloc)
	return h.sit(t, "own", ctx, func() {
		if err := chromedp.Cancel(ctx); err != nil { // waits until its processes are gone
			t.Logf("closing Chromium: %v", err)
		}
		quit()
		stop()
	})
}

func TestABrowserThatMayKeepNothingIsFound(t *testing.T) {
	h := start(t)
	p := h.ownBrowser(t, `{"profile":{"default_content_setting_values":{"cookies":2}}}`)
	p.checks(quickly)
	p.finds("storage", "fail", "keeps nothing for this site", "Allow this site to store data")
	if state, says := p.line("worker"); state == "ok" || !strings.Contains(says, "service worker") {
		t.Errorf("the worker is %s: %s", state, says)
	}
	p.others("storage", "worker")
	p.axe("a browser that keeps nothing")
	p.save("check-keeps-nothing")
}

func TestAnAddressWithoutHTTPSIsAWarning(t *testing.T) {
	h := start(t)
	p := h.ownBrowser(t, `{}`, chromedp.Flag("host-resolver-rules", "MAP chat.test 127.0.0.1"))
	_, port, _ := strings.Cut(h.addr, ":")
	p.checks("http://chat.test:" + port + quickly)
	p.finds("address", "warn", "read along", "https")
	p.finds("worker", "warn", "need https")
	p.finds("notifications", "note")
	p.finds("idle", "ok")
	p.sees("#verdict", "It works.")
	p.click("#copy") // there is no clipboard without https
	p.wait("the report to be marked, at least", `document.getElementById("copy").textContent === "Copied" || document.activeElement.id === "report"`)
}

func TestTheCheckIsFoundWhereOneWondersAboutTheConnection(t *testing.T) {
	h := start(t)
	ada := h.setUp(t)
	ada.sees(`.welcome a[href="/check"]`, "Check the connection")
	ada.openDrawer()
	ada.clickHidden("button.me")
	ada.sees(`#dialog a[href="/check"]`, "Check the connection")
	ada.key("\u001b")
	h.stop(syscall.SIGKILL)
	ada.sees(".status", "No connection")
	ada.sees(`.status a[href="/check"]`, "Check the connection")
	h.start()
	ada.wait("the line to go", `document.querySelector(".status").innerText === ""`)
}

func TestTheCheckLooksAsItShould(t *testing.T) {
	h := start(t)
	broken := h.behind(faultproxy.Front{NoUpgrade: true})
	p := h.visitor(t, "anybody")
	for _, language := range []string{"en", "zh"} {
		p.cookie("hubbub_lang", language)
		p.eachLook("check-"+language, func() { p.checks(quickly) })
		p.eachLook("check-broken-"+language, func() {
			p.checks(broken + quickly)
			eval[bool](p, `(document.getElementById("proxies").open = true, document.getElementById("report-box").open = true, document.querySelector("#line-idle").scrollIntoView(), true)`)
		})
	}
}

func TestAPushToOneselfComesBackWithItsTime(t *testing.T) {
	h := start(t)
	token := h.own()
	guest := h.signedIn(t, "guest", h.join(token, "Eve")) // everybody may, not only who pushes to others
	guest.checks(quickly)
	guest.finds("push", "ok", "came back after", "no device of yours")
	guest.others()

	stranger := h.visitor(t, "stranger")
	stranger.checks(quickly)
	stranger.finds("push", "note", "sign in to try it")
}

func TestAPushThatDoesNotComeBackIsFound(t *testing.T) {
	h := start(t)
	token := h.own()
	for name, answer := range map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not here", http.StatusForbidden) },
		"swallowed": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"id":"x","connections":1,"devices":0}`)) // the browser may be gone
		},
	} {
		url := h.behind(faultproxy.Front{Answers: map[string]http.HandlerFunc{"/check/push": answer}})
		p := h.signedIn(t, name, token)
		p.checks(url + quickly)
		p.finds("push", "fail", "did not arrive", map[string]string{"refused": "403", "swallowed": "push: 10 s"}[name])
		p.others("push")
	}
}

func TestUnderAPathTheCheckIsWhole(t *testing.T) {
	addr := freeAddr(t)
	h := startAt(t, addr, "http://"+addr+"/chat")
	p := h.signedIn(t, "eve", h.join(h.own(), "Eve"))
	p.checks(quickly)
	p.others()
	for _, line := range []string{"upgrade", "worker", "push", "idle"} {
		p.finds(line, "ok")
	}
	if got := eval[string](p, `navigator.serviceWorker.getRegistration().then(r => new URL(r.scope).pathname)`); got != "/chat/" {
		t.Errorf("the worker is for %s", got)
	}
	p.wait("the links to be under it, too", `[...document.querySelectorAll(".buttons a")].every(a => a.pathname.startsWith("/chat/"))`)
}

func TestTheCheckThroughNginx(t *testing.T) {
	for _, test := range []struct {
		name, line, says string // "" for all is well
		change           func(string) string
	}{
		{"as documented", "", "", func(snippet string) string { return snippet }},
		{"without Upgrade", "upgrade", "takes the Upgrade header away", func(snippet string) string {
			return without(t, snippet, "proxy_set_header Upgrade", "proxy_set_header Connection")
		}},
		{"with another Host, which --url makes up for", "", "", func(snippet string) string { return without(t, snippet, "proxy_set_header Host") }},
		{"in a hurry", "idle", "A quiet connection is cut", func(snippet string) string {
			return swap(t, snippet, "proxy_read_timeout 6m", "proxy_read_timeout 1s")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := behindNginx(t, "/chat", test.change)
			p := h.visitor(t, "ada")
			p.checks("/check?idle=0.2,4")
			p.others(test.line)
			if test.line != "" {
				p.finds(test.line, "fail", test.says)
			}
			out, err := exec.Command(suite.binary, "check", "--idle", "4s", h.site).Output()
			if (err == nil) != (test.line == "") || !strings.Contains(strings.Join(strings.Fields(string(out)), " "), test.says) {
				t.Errorf("%v, %s", err, out)
			}
		})
	}
}
