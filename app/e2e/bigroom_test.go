//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

const (
	bigRoom   = 100_000
	inTheBig  = bigRoom / 2
	bigScroll = 1500 // messages read in each direction
)

// fillBig says a hundred thousand things in a room, on the server's disk while
// it is down.
func (h *hubbub) fillBig(room shared.RoomID, by shared.User) {
	h.t.Helper()
	h.stop(syscall.SIGTERM)
	store, err := sqlstore.Open(h.t.Context(), filepath.Join(h.data, "hubbub.db"), sqlstore.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	began := time.Now().Add(-bigRoom * time.Minute)
	var group sync.WaitGroup
	const senders = 200
	for n := range senders {
		group.Go(func() {
			for i := range bigRoom / senders {
				p := server.Said{Post: shared.Post{Room: room, Key: fmt.Sprint(n, "-", i), Text: bigText(n*senders + i)}}
				at := began.Add(time.Duration(i*senders+n) * time.Minute)
				if _, _, err := store.Post(context.Background(), by.Author(), p, at); err != nil {
					h.t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if err := store.Close(); err != nil {
		h.t.Fatal(err)
	}
	h.start()
}

// bigText is long, or short, or of several lines: heights differ.
func bigText(i int) string {
	switch i % 7 {
	case 0:
		return fmt.Sprintf("line %d\nand another one\nand a third", i)
	case 3:
		return fmt.Sprintf("第%d条：%s", i, "会议室里大家都在等，记得带上测试结果和昨天的记录。")
	}
	return fmt.Sprintf("message %d, as long as people write them on an ordinary day", i)
}

// watchMemory notes the memory of the wasm and the tasks that are long.
const watchMemory = `{
	window.tasks = [];
	new PerformanceObserver(l => l.getEntries().forEach(e => tasks.push(e.duration))).observe({type: "longtask"});
	for (const name of ["instantiate", "instantiateStreaming"]) {
		const real = WebAssembly[name];
		WebAssembly[name] = async (...args) => {
			const got = await real.apply(WebAssembly, args);
			window.wasmMemory = (got.instance || got).exports.mem;
			return got;
		};
	}
}`

// TestABigRoomIsReadFromItsMiddle measures it too: figures for
// docs/performance.md, which decide nothing here.
func TestABigRoomIsReadFromItsMiddle(t *testing.T) {
	h := start(t)
	token := h.own()
	lobby := h.room(token, "lobby")
	h.fillBig(lobby, h.welcome(token).You)
	p := h.signedIn(t, "ada", token)
	p.before(watchMemory)
	p.openEarly(fmt.Sprintf("/r/%s/%d", lobby, inTheBig))
	p.ready()
	p.wait("the message in the middle", `!!document.getElementById("e%s")?.classList.contains("target")`, inTheBig)
	opened := eval[float64](p, `performance.now()`)
	p.wait("it in view", `(() => { const r = document.getElementById("e%s").getBoundingClientRect(); return r.top > 0 && r.bottom < innerHeight; })()`, inTheBig)
	p.point("#timeline") // as who turns the wheel does
	eval[bool](p, `(tasks.length = 0, true)`)
	p.scrollUntil("up", inTheBig-bigScroll)
	p.scrollUntil("down", inTheBig+bigScroll)
	t.Logf("a room of %d messages: its middle stands after %.0f ms; %d messages up and %d down: %d tasks over 50 ms, the longest %.0f ms; %.1f MB of wasm memory",
		bigRoom, opened, bigScroll, 2*bigScroll, eval[int](p, `tasks.length`), eval[float64](p, `Math.max(0, ...tasks)`),
		eval[float64](p, `wasmMemory.buffer.byteLength`)/1e6)
	if rows := eval[int](p, `document.querySelectorAll("#timeline .msg").length`); rows > 200 {
		t.Errorf("%d messages are drawn", rows)
	}
}

// scrollUntil turns the wheel until the message at seq was in view. The messages
// on the way must all be there, in order.
func (p *person) scrollUntil(way string, seq int) {
	p.t.Helper()
	step := map[string]int{"up": -600, "down": 600}[way]
	const drawn = `[...document.querySelectorAll("#timeline .msg")].map((r) => +r.id.slice(1))`
	p.wait(fmt.Sprintf("to come to message %d by scrolling %s", seq, way), `new Promise((done) => {
		let turns = 50;
		const turn = () => {
			const rows = `+drawn+`;
			if (rows.some((seq, i) => i > 0 && seq !== rows[i - 1] + 1)) throw new Error("a gap");
			if (rows.includes(%s)) return done(true);
			if (turns-- === 0) return done(false);
			document.querySelector("#timeline").scrollBy(0, %s);
			requestAnimationFrame(turn);
		};
		turn();
	})`, seq, step)
}
