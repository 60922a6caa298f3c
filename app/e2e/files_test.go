//go:build e2e

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"hubbub/shared"
)

// files makes JavaScript File objects in the page: a drawing of a size and a
// colour, and whatever else has a name.
const makeFiles = `window.drawing = (name, w, h, colour) => new Promise(done => {
	const c = document.createElement("canvas");
	[c.width, c.height] = [w, h];
	const g = c.getContext("2d");
	g.fillStyle = colour; g.fillRect(0, 0, w, h);
	g.fillStyle = "white"; g.font = h / 3 + "px sans-serif"; g.fillText(name, w / 10, h / 1.7);
	c.toBlob(b => done(new File([b], name, {type: "image/png"})), "image/png");
});
window.tone = (name, seconds) => { // a WAV file: 8 bits, 8 kHz
	const n = 8000 * seconds, b = new Uint8Array(44 + n), v = new DataView(b.buffer);
	"RIFF____WAVEfmt ____".split("").forEach((c, i) => b[i] = c.charCodeAt(0));
	v.setUint32(4, 36 + n, true); v.setUint32(16, 16, true); v.setUint16(20, 1, true); v.setUint16(22, 1, true);
	v.setUint32(24, 8000, true); v.setUint32(28, 8000, true); v.setUint16(32, 1, true); v.setUint16(34, 8, true);
	"data".split("").forEach((c, i) => b[36 + i] = c.charCodeAt(0)); v.setUint32(40, n, true);
	for (let i = 0; i < n; i++) b[44 + i] = 128 + 60 * Math.sin(i / 4);
	return new File([b], name, {type: "audio/wav"});
};
window.film = async (name, seconds) => { // a WebM file: a VP8 frame each second, which is what a WebP picture is
	const ascii = (s) => [...s].map(c => c.charCodeAt(0));
	const number = (n) => [56, 48, 40, 32, 24, 16, 8, 0].map(b => Math.floor(n / 2 ** b) % 256);
	const join = (parts) => { const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0)); let at = 0; for (const p of parts) { all.set(p, at); at += p.length; } return all; };
	const element = (id, ...body) => { const b = join(body); return join([id, [1, ...number(b.length).slice(1)], b]); };
	const float = (x) => { const b = new Uint8Array(8); new DataView(b.buffer).setFloat64(0, x); return b; };
	const c = document.createElement("canvas"), g = c.getContext("2d", {alpha: false});
	[c.width, c.height] = [640, 360];
	const clusters = [];
	for (let i = 0; i < seconds; i++) {
		g.fillStyle = i < seconds / 2 ? "red" : "blue"; g.fillRect(0, 0, 640, 360);
		for (let n = 0; n < 2000; n++) { g.fillStyle = "rgba(255,255,255," + Math.random() / 3 + ")"; g.fillRect(Math.random() * 200, Math.random() * 360, 3, 3); }
		g.fillStyle = "white"; g.font = "120px sans-serif"; g.fillText(i, 400, 220);
		const webp = new Uint8Array(await (await new Promise(done => c.toBlob(done, "image/webp", .9))).arrayBuffer());
		const at = webp.findIndex((_, k) => k >= 12 && webp[k] === 86 && webp[k + 1] === 80 && webp[k + 2] === 56 && webp[k + 3] === 32);
		const frame = webp.slice(at + 8, at + 8 + new DataView(webp.buffer).getUint32(at + 4, true));
		clusters.push(element([0x1F, 0x43, 0xB6, 0x75], element([0xE7], number(i * 1000)), element([0xA3], [0x81, 0, 0, 0x80], frame)));
	}
	const info = element([0x15, 0x49, 0xA9, 0x66], element([0x2A, 0xD7, 0xB1], number(1e6)), element([0x44, 0x89], float(seconds * 1000)));
	const tracks = element([0x16, 0x54, 0xAE, 0x6B], element([0xAE], element([0xD7], [1]), element([0x73, 0xC5], [1]), element([0x83], [1]),
		element([0x86], ascii("V_VP8")), element([0xE0], element([0xB0], number(640)), element([0xBA], number(360)))));
	const cues = (from) => element([0x1C, 0x53, 0xBB, 0x6B], ...clusters.map((cluster, i) => {
		const at = from; from += cluster.length;
		return element([0xBB], element([0xB3], number(i * 1000)), element([0xB7], element([0xF7], [1]), element([0xF1], number(at))));
	}));
	const before = info.length + tracks.length, index = cues(before + cues(0).length);
	const head = element([0x1A, 0x45, 0xDF, 0xA3], element([0x42, 0x82], ascii("webm")), element([0x42, 0x87], [2]), element([0x42, 0x85], [2]));
	return new File([head, element([0x18, 0x53, 0x80, 0x67], info, tracks, index, ...clusters)], name, {type: "video/webm"});
};
window.words = (name, text) => new File([text], name, {type: "text/plain"});
window.bring = (how, files) => { // as a person does: pasted, dropped or chosen
	const data = new DataTransfer();
	files.forEach(f => data.items.add(f));
	const composer = document.querySelector("#composer");
	if (how === "paste") composer.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
	if (how === "drop") for (const type of ["dragover", "drop"]) {
		document.querySelector(".head").dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
	}
	if (how === "choose") {
		const input = document.querySelector(".attach:not(.camera) input");
		input.files = data.files;
		input.dispatchEvent(new Event("change", {bubbles: true}));
	}
	return true;
}; true`

// brings has the page add files; they are JavaScript expressions.
func (p *person) brings(how string, files ...string) {
	p.t.Helper()
	eval[bool](p, makeFiles)
	eval[bool](p, `Promise.all([`+strings.Join(files, ",")+`]).then(files => bring("`+how+`", files))`)
}

// chips waits for so many files above the composer.
func (p *person) chips(n int) {
	p.t.Helper()
	p.wait("files above the composer", `document.querySelectorAll("hubbub-tray .attached").length === %s`, n)
}

// uploaded waits until those above the composer have arrived.
func (p *person) uploaded() {
	p.t.Helper()
	p.wait("files to be uploaded", `[...document.querySelectorAll("hubbub-tray hubbub-file")].every(f => f.classList.contains("there"))`)
}

// settledFiles waits until nothing of this person's is on its way.
func (p *person) settledFiles() {
	p.t.Helper()
	p.wait("nothing to be pending", `!document.querySelector(".msg.pending, .msg.failed")`)
}

// keepsFiles waits until the browser's database has so many files.
func (p *person) keepsFiles(n int) {
	p.t.Helper()
	p.wait("files in the browser", `new Promise(done => { indexedDB.open("hubbub-files").onsuccess = e => {
		const db = e.target.result;
		db.transaction("files").objectStore("files").count().onsuccess = c => { db.close(); done(c.target.result === %s); };
	}; })`, n)
}

// sendNow presses the button.
func (p *person) sendNow() {
	p.t.Helper()
	p.clickHidden(".send")
}

// picturesSeen waits until so many pictures of messages are loaded.
func (p *person) picturesSeen(n int) {
	p.t.Helper()
	p.wait("pictures", `(a => a.length === %s && a.every(i => i.complete && i.naturalWidth > 0))([...document.querySelectorAll(".msg:not(.pending) .picture img")])`, n)
}

// bytesKept counts the files in the data folder.
func (h *hubbub) bytesKept() (n int) {
	h.t.Helper()
	err := filepath.WalkDir(filepath.Join(h.data, "files"), func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *hubbub) eventuallyKept(want int) {
	h.t.Helper()
	for end := time.Now().Add(patience); h.bytesKept() != want; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("%d files are kept, want %d", h.bytesKept(), want)
		}
	}
}

func TestTwoPeopleShowEachOtherFiles(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	maya := h.join(token, "Maya+Okafor")
	ada, bob := h.signedIn(t, "ada", token), h.signedIn(t, "maya", maya)
	for _, p := range []*person{ada, bob} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	t.Run("a picture is pasted and sent with words", func(t *testing.T) {
		ada.brings("paste", `drawing("harbour.png", 1600, 1000, "teal")`)
		ada.chips(1)
		ada.uploaded()
		ada.axe("a file above the composer")
		ada.save("files-tray")
		ada.say("this morning")
		bob.sees(".msg", "this morning")
		for _, p := range []*person{ada, bob} {
			p.picturesSeen(1)
			p.chips(0)
		}
		ada.settledFiles()
		size := eval[[]float64](bob, `(() => { const i = document.querySelector(".picture img"), r = i.getBoundingClientRect(); return [r.width, r.height, i.naturalWidth]; })()`)
		if size[0] != 420 || size[1] < 262 || size[1] > 263 || size[2] != 720 {
			t.Errorf("the picture is %v", size)
		}
	})
	t.Run("several are dropped, without a word", func(t *testing.T) {
		bob.brings("drop", `drawing("one.png", 300, 200, "crimson")`, `words("notes.txt", "some notes")`, `drawing("two.png", 200, 300, "purple")`)
		bob.chips(3)
		bob.sendNow()
		ada.picturesSeen(3)
		ada.sees(".file-card", "notes.txt")
		ada.sees(".file-card", "10 B")
		bob.settledFiles()
	})
	t.Run("a sound is chosen, and heard from any place", func(t *testing.T) {
		bob.brings("choose", `tone("bell.wav", 90)`)
		bob.chips(1)
		bob.say("listen")
		ada.wait("a player", `!!document.querySelector(".msg audio")`)
		ada.worked()
		got := eval[[]float64](ada, `(async () => {
			const a = document.querySelector(".msg audio");
			if (!a.duration) await new Promise((done, fail) => { a.onloadedmetadata = done; a.onerror = () => fail(a.error.message); a.load(); });
			await new Promise(done => { a.onseeked = done; a.currentTime = 80; });
			return [a.duration, a.currentTime];
		})()`)
		if got[0] != 90 || got[1] != 80 {
			t.Errorf("it lasts %v and stands at %v", got[0], got[1])
		}
	})
	t.Run("a film is seen from any place", func(t *testing.T) {
		bob.brings("choose", `film("holiday.webm", 60)`)
		bob.chips(1)
		bob.say("look")
		ada.wait("a player", `!!document.querySelector(".msg video")`)
		got := eval[[]float64](ada, `(async () => {
			const v = document.querySelector(".msg video");
			if (!v.duration) await new Promise((done, fail) => { v.onloadedmetadata = done; v.onerror = () => fail(v.error.message); v.load(); });
			await new Promise(done => { v.onseeked = done; v.currentTime = 50; });
			const c = document.createElement("canvas"), g = c.getContext("2d");
			[c.width, c.height] = [640, 360];
			g.drawImage(v, 0, 0);
			return [v.duration, v.currentTime, ...g.getImageData(300, 20, 1, 1).data];
		})()`)
		if got[0] != 60 || got[1] != 50 || got[2] > 60 || got[4] < 200 {
			t.Errorf("it lasts %v, stands at %v and shows %v, want blue", got[0], got[1], got[2:])
		}
	})
	t.Run("at both sizes, in both themes", func(t *testing.T) {
		ada.eachLook("files", func() {
			ada.open("/r/" + string(lobby))
			ada.ready()
			ada.picturesSeen(3)
			ada.wait("no sideways scrolling", `document.documentElement.scrollWidth <= innerWidth`)
		})
	})
}

func TestPicturesAreLookedAtByKeyboardAndByFinger(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	ada.brings("paste", `drawing("one.png", 1600, 900, "teal")`, `drawing("two.png", 900, 1600, "crimson")`, `drawing("three.png", 60, 40, "purple")`)
	ada.chips(3)
	ada.say("three of them")
	ada.picturesSeen(3)
	ada.settledFiles()
	shows := func(name string) {
		t.Helper()
		ada.wait("the picture "+name, `(i => i && i.alt === %s && i.complete && i.naturalWidth > 0 && !i.src.includes("?thumb"))(document.querySelector(".lightbox img"))`, name)
	}
	eval[bool](ada, `(document.querySelectorAll(".picture")[1].focus(), true)`)
	ada.key("\r")
	shows("two.png")
	ada.axe("the lightbox")
	ada.save("lightbox")
	fits := eval[bool](ada, `(r => r.top >= 0 && r.bottom <= innerHeight && r.width > 100)(document.querySelector(".lightbox img").getBoundingClientRect())`)
	if !fits {
		t.Error("the picture does not fit the screen")
	}
	ada.key("\r")
	ada.wait("its own size", `document.querySelector(".lightbox img").getBoundingClientRect().height === 1600`)
	ada.key(kb.ArrowRight)
	shows("three.png")
	ada.key(kb.ArrowRight) // there is no more
	ada.key(kb.ArrowLeft)
	ada.key(kb.ArrowLeft)
	shows("one.png")
	ada.sees(".lightbox header", "1 / 3")
	ada.key(kb.Escape)
	ada.wait("the conversation, with the focus on the picture", `!document.querySelector(".lightbox") && document.activeElement.matches(".picture") && document.activeElement.href.includes("one.png")`)
	if u := eval[string](ada, `location.pathname`); u != "/r/"+string(lobby) {
		t.Errorf("the page is %s", u)
	}
	ada.phone()
	eval[bool](ada, `(document.querySelectorAll(".picture")[0].click(), true)`)
	shows("one.png")
	ada.save("lightbox-phone")
	ada.swipe(300, 80)
	shows("two.png")
	ada.swipe(80, 300)
	shows("one.png")
	ada.swipe(200, 170) // a tap that shook
	shows("one.png")
	ada.sees(".lightbox header", "1 / 3")
	away := func(how, script string) {
		t.Helper()
		eval[bool](ada, "("+script+", true)")
		ada.wait("the conversation, "+how, `!document.querySelector(".lightbox") && !history.state?.layer`)
		if u := eval[string](ada, `location.pathname`); u != "/r/"+string(lobby) {
			t.Errorf("%s: the page is %s", how, u)
		}
	}
	away("by the way back", `history.back()`)
	eval[bool](ada, `(document.querySelectorAll(".picture")[2].click(), true)`)
	shows("three.png")
	away("by the button", `document.querySelector(".lightbox .close").click()`)
}

// swipe moves a finger across the middle of the screen.
func (p *person) swipe(from, to float64) {
	p.t.Helper()
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)}); err != nil {
			p.t.Fatalf("%s: touch: %v", p.name, err)
		}
	}
	touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: from, Y: 400})
	touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: (from + to) / 2, Y: 402})
	touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: to, Y: 404})
	touch(input.DispatchTouchEventTypeTouchEnd)
}

func TestAFileThatIsTooLargeIsRefusedBeforeAndAnotherRemoved(t *testing.T) {
	addr := freeAddr(t)
	h := startAt(t, addr, "http://"+addr, "--file-limit", "20KB")
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	ada.brings("paste", `words("long.txt", "x".repeat(30000))`, `words("a.txt", "a")`, `words("b.txt", "b")`)
	ada.chips(2)
	ada.sees("hubbub-tray [role=alert]", "“long.txt” is too large")
	ada.axe("a file that is too large")
	ada.save("files-too-large")
	ada.uploaded()
	h.eventuallyKept(2)
	eval[bool](ada, `(document.querySelector(".attached .remove").focus(), true)`)
	ada.key("\r")
	ada.chips(1)
	h.eventuallyKept(1)
	ada.wait("the focus on the next", `document.activeElement.matches(".attached .remove")`)
	ada.say("only b")
	ada.sees(".file-card", "b.txt")
	ada.settledFiles()
	if n := eval[int](ada, `document.querySelectorAll(".file-card").length`); n != 1 {
		t.Errorf("%d files were sent", n)
	}
}

func TestFilesWaitForTheNetworkThroughAReload(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	maya := h.signedIn(t, "maya", h.join(token, "Maya+Okafor"))
	ada := h.signedIn(t, "ada", token)
	for _, p := range []*person{ada, maya} {
		p.open("/r/" + string(lobby))
		p.ready()
	}
	ada.worked()
	ada.say("before")
	ada.reads("before")
	ada.remembered(1)
	h.stop(syscall.SIGKILL)
	ada.sees(".status", "No connection")
	ada.brings("paste", `drawing("harbour.png", 1200, 800, "teal")`, `words("notes.txt", "some notes")`)
	ada.chips(2)
	ada.say("with files")
	ada.sees(".msg.pending", "harbour.png")
	ada.say("and then")
	ada.axe("files that wait")
	ada.save("files-wait")
	ada.brings("paste", `words("draft.txt", "not sent yet")`)
	ada.chips(1)
	ada.keepsFiles(3)
	ada.openEarly("/r/" + string(lobby))
	ada.sees(".msg.pending", "harbour.png")
	ada.wait("the picture, from this browser", `(i => i && i.naturalWidth === 1200)(document.querySelector(".msg.pending hubbub-file img"))`)
	ada.chips(1)
	h.start()
	ada.ready()
	maya.picturesSeen(1)
	maya.reads("and then")
	for _, p := range []*person{ada, maya} {
		p.settledFiles()
		got := p.texts()
		if n := len(got); n < 3 || got[n-2] != "with files" || got[n-1] != "and then" {
			t.Errorf("%s reads %q", p.name, got)
		}
	}
	ada.keepsFiles(1) // the draft's
	ada.uploaded()
}

func TestAMessageWhoseFilesAreOnTheirWayCanBeGivenUp(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	release := ada.hold("*://*/files?*")
	ada.brings("paste", `words("notes.txt", "some notes")`)
	ada.chips(1)
	ada.say("never mind")
	ada.sees(".msg.pending", "Uploading")
	ada.axe("a file on its way")
	ada.press(".msg.pending", "never mind", "Delete")
	ada.wait("nothing", `!document.querySelector(".msg.pending")`)
	release()
	ada.say("something else")
	ada.reads("something else")
	ada.settledFiles()
	h.eventuallyKept(0)
}

// get asks for a path of the server's.
func (h *hubbub) get(token, path string) int {
	h.t.Helper()
	r, err := http.NewRequest("GET", h.url(path), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestFilesGoWithTheirMessageAndWithMembership(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	maya := h.join(token, "Maya+Okafor")
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	ada.brings("paste", `drawing("harbour.png", 1200, 800, "teal")`)
	ada.chips(1)
	ada.say("gone soon")
	ada.picturesSeen(1)
	ada.settledFiles()
	path := eval[string](ada, `new URL(document.querySelector(".picture").href).pathname`)
	if got := h.get(maya, path); got != 200 {
		t.Errorf("a member gets %d", got)
	}
	h.api(token, "remove", shared.MemberRef{Room: lobby, User: h.welcome(maya).You.ID}, nil)
	if got := h.get(maya, path); got != 404 {
		t.Errorf("who was removed gets %d", got)
	}
	if n := h.bytesKept(); n != 2 {
		t.Errorf("%d files are kept, want the picture and its thumbnail", n)
	}
	var ok shared.OK
	h.api(token, "history", shared.HistoryQuery{Room: lobby, Before: shared.MaxSeq}, &ok)
	for _, ev := range ok.Page.Events {
		if ev.Message != nil {
			h.api(token, "delete", shared.MessageRef{Room: lobby, Seq: ev.Seq}, nil)
		}
	}
	ada.wait("the picture to be gone", `!document.querySelector(".picture")`)
	if got := h.get(token, path); got != 404 {
		t.Errorf("after it was deleted: %d", got)
	}
	h.eventuallyKept(0)
}

func TestAServerThatIsKilledDuringAnUploadKeepsNothingHalf(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	ada := h.signedIn(t, "ada", token)
	ada.open("/r/" + string(lobby))
	ada.ready()
	ada.brings("paste", `words("long.txt", "x".repeat(50e6))`)
	h.eventuallyKept(1) // half, or whole
	h.stop(syscall.SIGKILL)
	ada.say("with a long one")
	h.start()
	if n := h.bytesKept(); n > 1 {
		t.Errorf("%d files are kept", n)
	}
	ada.ready()
	ada.sees(".msg:not(.pending) .file-card", "long.txt")
	ada.settledFiles()
	files := eval[int](ada, `fetch(document.querySelector(".file-card").href).then(r => r.text()).then(t => t.length)`)
	if files != 50e6 {
		t.Errorf("it has %d bytes", files)
	}
}
