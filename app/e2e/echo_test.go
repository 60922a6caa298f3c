//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

func TestAPageTriesItsConnection(t *testing.T) {
	h := start(t)
	program := h.snippet(t, "js", "/echo")
	p := h.visitor(t, "page")
	p.open("/healthz")
	if got, want := p.runAndListen(program), "hello?\nclosed 4000 that was all\n"; got != want {
		t.Errorf("the page is told %q, want %q", got, want)
	}
}

// Each of these sends text, bytes and both in fragments to /echo, and a ping,
// and ends with a code and a reason.
const (
	echoNode = `
const WebSocket = require("ws");
const ws = new WebSocket("ws://ADDR/echo");
ws.on("open", () => {
  ws.send("text 太好了");
  ws.send(Buffer.from([0, 255, 1]));
  for (const part of ["in ", "", "parts"]) ws.send(part, { fin: part === "parts" });
  ws.send(Buffer.from([0, 255]), { fin: false });
  ws.send(Buffer.from([2]), { fin: true });
  ws.ping("there?");
});
ws.on("message", (data, binary) => console.log(binary ? "bytes " + data.toString("hex") : data.toString()));
ws.on("pong", (data) => { console.log("pong " + data); ws.close(4321, "since 因为"); });
ws.on("close", (code, reason) => console.log("closed", code, reason.toString()));
`
	echoPython = `
import asyncio, websockets

async def main():
    async with websockets.connect("ws://ADDR/echo") as ws:
        for message in ("text 太好了", b"\x00\xff\x01", ["in ", "", "parts"], [b"\x00\xff", b"\x02"]):
            await ws.send(message)
            back = await ws.recv()
            print("bytes " + back.hex() if isinstance(back, bytes) else back)
        await (await ws.ping("there?"))
        print("pong there?")
        await ws.close(4321, "since 因为")
    print("closed", ws.close_code, ws.close_reason)

asyncio.run(main())
`
)

func TestForeignClientsAreEchoed(t *testing.T) {
	h := start(t)
	const want = "text 太好了\nbytes 00ff01\nin parts\nbytes 00ff02\npong there?\nclosed 4321 since 因为\n"
	for _, c := range []struct {
		name, program string
		run           func(t *testing.T, program, way, token string) string
	}{
		{"ws", echoNode, runNode},
		{"python3-websockets", echoPython, runPython},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.run(t, strings.ReplaceAll(c.program, "ADDR", h.addr), "", ""); got != want {
				t.Errorf("it was told\n%s\nwant\n%s", got, want)
			}
		})
	}
}
