//go:build e2e

package e2e

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"hubbub/server/markup/hostile"
	"hubbub/shared"
)

// traps note in a page, before anything of it runs, what nothing that people
// type may bring about.
const traps = `
window.sprung = [];
for (const name of ["alert", "confirm", "prompt", "print", "open", "eval"]) {
	window[name] = (...args) => { sprung.push(name + " " + args.join()); };
}
document.addEventListener("securitypolicyviolation", e => sprung.push("policy " + e.violatedDirective + " " + e.blockedURI + " " + e.sample));
`

// findings is what the traps caught, and what of the page should not be there:
// handlers, elements that run or load something, and addresses that are none.
const findings = `(() => {
	const found = [...sprung];
	for (const r of performance.getEntriesByType("resource")) if (!r.name.startsWith(location.origin + "/")) found.push("asked " + r.name);
	for (const e of document.querySelectorAll("body *")) for (const a of e.attributes) {
		if (a.name.startsWith("on") || a.name === "style" && e.closest(".text")) found.push(e.tagName + " has " + a.name + "=" + a.value);
	}
	for (const e of document.querySelectorAll(".text, .topic, .name, h1, .excerpt, .system")) for (const inner of e.querySelectorAll("*")) {
		if (/^(script|style|iframe|object|embed|form|input|meta|base|link|img|video|audio|math|template|dialog|textarea)$/i.test(inner.tagName)) found.push("there is a " + inner.outerHTML);
	}
	for (const a of document.querySelectorAll("a[href], area[href]")) {
		if (!/^(https?|mailto):/.test(a.href)) found.push("a link to " + a.href);
		if (a.closest(".text") && a.target && a.rel !== "noopener noreferrer nofollow") found.push("a link with rel " + a.rel);
	}
	if (document.querySelectorAll("h1").length > 1) found.push("two h1");
	return found;
})()`

// trapped is signedIn with the traps set.
func (h *hubbub) trapped(t *testing.T, name, token string) *person {
	t.Helper()
	p := h.signedIn(t, name, token)
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: traps}); err != nil {
		t.Fatal(err)
	}
	return p
}

// follow goes to a path within the app.
func (p *person) follow(path string) {
	p.t.Helper()
	eval[bool](p, `(() => { const a = document.createElement("a"); a.href = %s; document.body.append(a); a.click(); a.remove(); return true; })()`, path)
}

// lastSeq is the end of a room's log.
func (h *hubbub) lastSeq(token string, room shared.RoomID) shared.Seq {
	h.t.Helper()
	for _, r := range h.welcome(token).Rooms {
		if r.ID == room {
			return r.Last
		}
	}
	h.t.Fatal("there is no such room")
	return 0
}

func itoa(n shared.Seq) string { return strconv.FormatInt(int64(n), 10) }

func (p *person) unharmed(where string) {
	p.t.Helper()
	for _, f := range eval[[]string](p, findings) {
		p.t.Errorf("%s, %s: %s", p.name, where, f)
	}
}

// TestHostileInputsDoNothing posts all of them, by people and in rooms with
// such names, and looks at them as the server draws them and as the app does.
func TestHostileInputsDoNothing(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	var posters []string
	for _, name := range hostile.Names() {
		if clean, err := shared.CleanName(name); err == nil {
			poster := h.join(token, url.QueryEscape(clean))
			h.post(poster, lobby, "@"+name+" and #"+name)
			posters = append(posters, poster)
		}
	}
	said := 0
	for i, text := range hostile.Messages() {
		if shared.ValidateText(text) == nil {
			said++
			h.post(posters[i%len(posters)], lobby, text)
		}
	}
	if said < 300 {
		t.Fatalf("only %d messages", said)
	}
	var rooms []shared.RoomID
	for _, name := range hostile.Names() {
		room, err := shared.CleanRoomName(name)
		topic, err2 := shared.CleanTopic(name)
		if err == nil && err2 == nil {
			var ok shared.OK
			h.api(token, "create", shared.NewRoom{Name: room, Topic: topic}, &ok)
			rooms = append(rooms, ok.Room.ID)
		}
	}

	last := h.lastSeq(token, lobby)
	reader := h.trapped(t, "reader", token)
	t.Run("as the server draws it", func(t *testing.T) {
		reader.block("*://*:*/*.wasm")
		for at := shared.Seq(20); at < last; at += 40 {
			reader.open("/r/" + string(lobby) + "/" + itoa(at))
			reader.wait("messages", `document.querySelectorAll(".msg .text").length > 10`)
			reader.unharmed("first paint at " + itoa(at))
		}
		for _, room := range rooms {
			reader.open("/r/" + string(room))
			reader.unharmed("first paint of " + string(room))
		}
		reader.block()
	})
	t.Run("as the app draws it", func(t *testing.T) {
		reader.open("/r/" + string(lobby))
		reader.ready()
		for at := shared.Seq(20); at < last; at += 40 {
			reader.follow("/r/" + string(lobby) + "/" + itoa(at))
			reader.wait("the messages there", `[...document.querySelectorAll(".msg .time")].some(a => Math.abs(a.href.split("/").pop() - %s) < 10)`, at)
			reader.unharmed("the app at " + itoa(at))
		}
		reader.click(".members-button")
		reader.sees(".pane .name", "<script>")
		reader.unharmed("the members")
		for _, room := range rooms {
			reader.follow("/r/" + string(room))
			reader.wait("the room", `location.pathname.endsWith(%s) && !!document.querySelector(".head h1")`, string(room))
			reader.unharmed("the app in " + string(room))
		}
		reader.save("hostile")
	})
	t.Run("typed by hand", func(t *testing.T) {
		reader.open("/r/" + string(lobby))
		reader.ready()
		for _, text := range []string{"<img src=x onerror=alert(1)>", "[press](javascript:alert(1)) **now**", "\u202ereversed **bold**"} {
			reader.fill(composer, text)
			reader.key("\r")
			reader.reads(strings.Trim(text[:5], "*"))
			reader.unharmed("after typing")
		}
	})
	t.Run("text that turns around stays where it is", func(t *testing.T) {
		boxes := eval[[]string](reader, `[...document.querySelectorAll(".msg .text")].filter(e => getComputedStyle(e).display !== "block").map(e => e.outerHTML)`)
		if len(boxes) > 0 {
			t.Errorf("these are in a line with others: %q", boxes)
		}
	})
}

// TestTheTrapsSpring is the test of the test above.
func TestTheTrapsSpring(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.trapped(t, "ada", token)
	p.block("*://*:*/*.wasm")
	for _, bad := range []string{
		`<img src=x onerror=alert(1)>`, `<p style="color:red">x</p>`, `<a href="javascript:alert(1)">x</a>`, `<iframe></iframe>`, `<script>x</script>`,
	} {
		p.open("/r/" + string(lobby))
		eval[bool](p, `(() => { const d = document.createElement("div"); d.className = "text"; d.innerHTML = %s; document.body.append(d); return true; })()`, bad)
		if len(eval[[]string](p, findings)) == 0 {
			t.Errorf("nothing is found of %s", bad)
		}
	}
	p.wait("a violation of the policy", `(document.querySelector("p.x") || document.body.insertAdjacentHTML("beforeend", "<p class=x onclick='1' style='color:red'>x</p><img src=https://elsewhere.example/x.png>"), sprung.some(s => s.startsWith("policy")))`)
	p.mu.Lock()
	p.errors = nil // what the page complained of is what was to be seen
	p.mu.Unlock()
}
