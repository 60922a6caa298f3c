//go:build e2e

package e2e

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The figures of docs/performance.md that a browser gives. Nothing here passes
// or fails by time.

// slow makes the machine a cheap phone on an ordinary line: four times slower,
// 10 Mbit/s, 40 ms.
func (p *person) slow() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		p.t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	rules := network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: 40, DownloadThroughput: 1_250_000, UploadThroughput: 1_250_000}},
	}
	if _, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, rules); err != nil {
		p.t.Fatal(err)
	}
}

func TestMeasureTheStart(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	p := h.signedIn(t, "ada", token)
	p.slow()
	for _, visit := range []string{"first visit", "second visit"} {
		p.openEarly("/r/" + string(lobby))
		p.wait("the app", `!!document.documentElement.dataset.phase`)
		interactive := eval[float64](p, `performance.now()`)
		p.ready()
		t.Logf("%s: readable after %.0f ms, interactive after %.0f ms, live after %.0f ms, %.0f bytes for the shell", visit,
			eval[float64](p, `performance.getEntriesByName("first-contentful-paint")[0].startTime`),
			interactive, eval[float64](p, `performance.now()`),
			eval[float64](p, `performance.getEntriesByType("resource").filter(e => e.name.includes("/web/")).reduce((n, e) => n + e.transferSize, 0)`))
		p.wait("the service worker to hold the shell", `navigator.serviceWorker.ready.then(r => !!r.active && !!navigator.serviceWorker.controller)`)
	}
}

func TestMeasureAnOfflineLaunch(t *testing.T) {
	h := start(t)
	token, lobby := h.conversation()
	p := h.signedIn(t, "ada", token)
	p.slow()
	p.open("/r/" + string(lobby))
	p.ready()
	p.worked()
	p.remembered(1)
	h.stop(syscall.SIGKILL)
	p.openEarly("/r/" + string(lobby))
	p.sees(".msg .text", "太好了")
	t.Logf("without a server, 4× slower CPU: the conversation stands after %.0f ms", eval[float64](p, `performance.now()`))
	h.start()
}

func TestMeasureSending(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	eval[bool](p, `(window.shown = [], window.sent = [], addEventListener("keydown", (e) => {
		if (e.key !== "Enter") return;
		const began = performance.now(), text = document.querySelector("#composer").value;
		let seen = false;
		const watch = new MutationObserver(() => {
			const row = [...document.querySelectorAll(".msg")].find((m) => m.innerText.includes(text));
			if (!row) return;
			if (!seen) shown.push(performance.now() - began);
			seen = true;
			if (row.classList.contains("pending")) return;
			sent.push(performance.now() - began);
			watch.disconnect();
		});
		watch.observe(document.body, {subtree: true, childList: true, attributes: true});
	}, true), true)`)
	const n = 30
	for i := range n {
		p.say(fmt.Sprintf("measured message %d.", i))
		p.wait("it to be sent", `sent.length === %s`, i+1)
	}
	t.Logf("Enter to bubble (on disk): %.0f ms at the median; to sent (on the server's disk): %.0f ms",
		eval[float64](p, `shown.sort((a, b) => a - b)[15]`), eval[float64](p, `sent.sort((a, b) => a - b)[15]`))
}

func TestMeasureABusyRoom(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	guests := make([]string, 4)
	for i := range guests {
		guests[i] = h.join(token, fmt.Sprintf("Guest+%d", i))
	}
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	eval[bool](p, `(window.tasks = [], new PerformanceObserver(l => l.getEntries().forEach(e => tasks.push(e.duration))).observe({type: "longtask"}), true)`)
	const seconds, rate = 10, 100
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for i := range seconds * rate {
		<-tick.C
		h.post(guests[i%len(guests)], lobby, fmt.Sprintf("message %d, as long as people write them on an ordinary day", i))
	}
	h.post(guests[0], lobby, "the last")
	p.reads("the last")
	t.Logf("%d messages at %d/s: %d tasks over 50 ms, the longest %.0f ms", seconds*rate, rate,
		eval[int](p, `tasks.length`), eval[float64](p, `Math.max(0, ...tasks)`))
	p.fill(composer, "")
	eval[bool](p, `(window.typing = [], document.querySelector("#composer").addEventListener("input", () => { const t = performance.now();
		requestAnimationFrame(() => setTimeout(() => typing.push(performance.now() - t))); }), true)`)
	for range 20 {
		p.insert("x")
	}
	p.wait("what was typed", `typing.length === 20`)
	t.Logf("typing to paint: %.0f ms at the median", eval[float64](p, `typing.sort((a, b) => a - b)[10]`))
}
