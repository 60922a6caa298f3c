//go:build e2e

package web

import "testing"

const (
	workerKeepsAll = `navigator.serviceWorker.controller && caches.keys().then(k => k.length === 1)`
	updateTold     = `goappUpdatedBeforeWasmLoaded`
)

func TestWithoutNetworkTheReaderIsToldAndThePageComesBackByItself(t *testing.T) {
	s, p := newSite(t, release(t)), newTab(t)
	p.open(s.URL + "/")
	p.wait("the worker", workerKeepsAll)
	s.setCut(true)
	p.open(s.URL + "/r/lobby")
	p.wait("the offline page", `document.querySelector("h1").innerText === "You are offline"`)
	p.wait("its style", `getComputedStyle(document.querySelector(".card")).borderTopStyle === "solid"`)
	s.setCut(false)
	p.wait("the room", `document.querySelector("h1").innerText === "here" && location.pathname === "/r/lobby"`)
}

func TestANewBuildWaitsUntilTheReaderAsksForIt(t *testing.T) {
	first := release(t)
	s, p := newSite(t, first), newTab(t)
	p.open(s.URL + "/")
	p.wait("the worker", workerKeepsAll)
	p.eval(`window.mark = "the same page"`)

	s.deploy(nextBuild(t, first))
	p.eval(`goappTryUpdate(), ""`)
	p.wait("the announcement", updateTold)
	p.wait("the waiting worker", `navigator.serviceWorker.getRegistration().then(r => r.waiting)`)
	if p.eval(`window.mark || ""`) == "" {
		t.Fatal("the page was loaded anew without being asked to")
	}

	p.eval(`hubbubUpdate(), ""`)
	p.wait("the new page", `!window.mark && document.querySelector('[href="/web/app.next.css"]')`)
	p.wait("the new build alone", `navigator.serviceWorker.getRegistration().then(r => !r.waiting && r.active) && caches.keys().then(k => k.join() === "hubbub-next")`)
	p.wait("no announcement", `!`+updateTold)
}

func TestAPageThatIsTheNewBuildTakesItsWorkerWithoutAsking(t *testing.T) {
	first := release(t)
	s, p := newSite(t, first), newTab(t)
	p.open(s.URL + "/")
	p.wait("the worker", workerKeepsAll)
	s.deploy(nextBuild(t, first))
	p.open(s.URL + "/r/lobby")
	p.wait("the new worker", `caches.keys().then(k => k.join() === "hubbub-next")`)
	if p.eval(`String(`+updateTold+`)`) != "false" {
		t.Error("the reader was told of the build that is running")
	}
}

func TestAfterAnUpdateTheAppStillOpensWithoutNetwork(t *testing.T) {
	first := release(t)
	s, p := newSite(t, first), newTab(t)
	p.open(s.URL + "/")
	p.wait("the worker", workerKeepsAll)
	s.deploy(nextBuild(t, first))
	p.eval(`goappTryUpdate(), ""`)
	p.wait("the waiting worker", `navigator.serviceWorker.getRegistration().then(r => r.waiting)`)
	const shell = `document.documentElement.dataset.shell !== undefined && typeof Go === "function"`
	s.setCut(true)
	p.open(s.URL + "/r/lobby") // the new one was fetched, and is not in use yet
	p.wait("the old app's shell", shell+` && !document.querySelector('[href="/web/app.next.css"]')`)
	s.setCut(false)
	p.open(s.URL + "/")
	p.wait("the new worker alone", `caches.keys().then(k => k.join() === "hubbub-next")`)
	s.setCut(true)
	p.open(s.URL + "/r/lobby")
	p.wait("the new app's shell", shell)
}

func TestTheFilesOfTheAppComeFromTheWorker(t *testing.T) {
	s, p := newSite(t, release(t)), newTab(t)
	p.open(s.URL + "/")
	p.wait("the worker", workerKeepsAll)
	s.setCut(true)
	got := p.eval(`fetch("` + s.assets.URL("app.wasm") + `").then(r => r.arrayBuffer()).then(b => WebAssembly.validate(b) + "")`)
	if got != "true" {
		t.Errorf("app.wasm without network: valid = %s", got)
	}
}

func TestTheProgressOfTheDownloadIsTrue(t *testing.T) {
	s, p := newSite(t, release(t)), newTab(t)
	p.open(s.URL + "/")
	got := p.eval(`(async () => {
		const seen = [], bar = { set value(v) { seen.push(v); } };
		const total = (await (await fetch("` + s.assets.URL("app.js") + `")).arrayBuffer()).byteLength;
		await counted(await fetch("` + s.assets.URL("app.js") + `"), total, bar).arrayBuffer();
		return JSON.stringify([seen.at(-1), seen.every((v, i) => v > (seen[i - 1] ?? 0))]);
	})()`)
	if got != "[1,true]" {
		t.Errorf("last value and rising: got %s", got)
	}
}

func TestGoLearnsTheServersCloseCodeAndNoErrorEvent(t *testing.T) {
	s, p := newSite(t, release(t)), newTab(t)
	p.open(s.URL + "/")
	closed := func(path string) string {
		return p.eval(`new Promise((done) => {
			const socket = new WebSocket(location.origin.replace("http", "ws") + "` + path + `");
			socket.addEventListener("error", () => done("an error event"));
			socket.addEventListener("close", (e) => done(e.code + " " + e.reason));
		})`)
	}
	if got := closed("/ws"); got != "4013 too slow" {
		t.Errorf("closed by the server: got %q, want code 1013 + 3000", got)
	}
	if got := closed("/nothing"); got != "4006 " {
		t.Errorf("never opened: got %q, want code 1006 + 3000", got)
	}
}

func TestTheEmojiOnceUsedAreKeptAlsoByTheNextBuild(t *testing.T) {
	first := release(t)
	s, p := newSite(t, first), newTab(t)
	p.open(s.URL + "/")
	p.wait("the worker", workerKeepsAll)
	table := first.URL("emoji.txt")
	kept := `caches.match("` + table + `").then(answer => !!answer)`
	if p.eval(`(async () => String(await (`+kept+`)))()`) != "false" {
		t.Error("the emoji were fetched before anybody asked for one")
	}
	p.eval(`fetch("` + table + `").then(answer => answer.text())`)
	p.wait("the emoji to be kept", kept)
	s.deploy(nextBuild(t, first))
	p.open(s.URL + "/r/lobby")
	p.wait("the new worker", `caches.keys().then(k => k.join() === "hubbub-next")`)
	p.wait("the emoji to be kept still", kept)
}
