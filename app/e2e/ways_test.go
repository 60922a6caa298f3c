//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// foreign is a WebSocket client that is not ours, running the program of
// docs/protocol.md that says who it is.
type foreign struct {
	name string
	ways []string // that it is capable of
	// run runs a program for one of the ways and returns what it printed.
	run func(t *testing.T, program, way, token string) string
	// program as the document has it, with the server's address.
	program string
	// offer is how the program offers its subprotocol, up to the next argument.
	offer string
	// hangsUp is the code it is told after it hung up itself.
	hangsUp int
	// seesAnswer says that it shows why a handshake was refused.
	seesAnswer bool
}

func (h *hubbub) foreigners(t *testing.T) []foreign {
	all := []string{"cookie", "bearer", "url", "hello"}
	return []foreign{{
		name: "ws", ways: all, run: runNode, hangsUp: 1005, seesAnswer: true,
		program: h.snippet(t, "js", `require("ws")`), offer: `["hubbub.v1"], `,
	}, {
		name: "python3-websockets", ways: all, run: runPython, hangsUp: 1000,
		program: h.snippet(t, "python", "sys.argv"), offer: `subprotocols=["hubbub.v1"], `,
	}, {
		name: "Chromium", ways: []string{"cookie", "hello"}, run: h.runPage, hangsUp: 1005,
		program: h.snippet(t, "js", "function who"), offer: `, ["hubbub.v1"]`,
	}}
}

// snippet is a program of docs/protocol.md as printed, but for the server's
// address. It is the only one in its language that has mark.
func (h *hubbub) snippet(t *testing.T, language, mark string) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, block := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(doc), -1) {
		if strings.Contains(block[1], mark) {
			found = append(found, block[1])
		}
	}
	if len(found) != 1 || !strings.Contains(found[0], "localhost:8080") {
		t.Fatalf("docs/protocol.md has %d programs in %s with %q", len(found), language, mark)
	}
	return strings.ReplaceAll(found[0], "localhost:8080", h.addr)
}

func runNode(t *testing.T, program, way, token string) string {
	return runProgram(t, "node", "program.js", program, way, token)
}

func runPython(t *testing.T, program, way, token string) string {
	return runProgram(t, "/usr/bin/python3", "program.py", program, way, token)
}

// runProgram runs a program to its end and returns all it printed, however it
// ended: refused clients fail.
func runProgram(t *testing.T, interpreter, file, program, way, token string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, interpreter, path, way)
	cmd.Env = append(os.Environ(), "TOKEN="+token, "NODE_PATH="+suite.packages)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil || cmd.ProcessState == nil {
		t.Fatalf("%s did not end: %v\n%s", file, err, out)
	}
	return string(out)
}

// runPage runs a program in a page of the server, whose cookie holds the token
// if that is the way, and else a bad one.
func (h *hubbub) runPage(t *testing.T, program, way, token string) string {
	t.Helper()
	cookie := "of-long-ago"
	if way == "cookie" {
		cookie = token
	}
	p := h.signedIn(t, "page", cookie)
	p.open("/healthz")
	return p.runAndListen(program + fmt.Sprintf("who(%q, %q);", way, token))
}

// runAndListen runs a program in the page and returns what it logged once that
// begins with "closed".
func (p *person) runAndListen(program string) string {
	p.t.Helper()
	return eval[string](p, `new Promise(done => {
		let said = "";
		const console = { log(...words) { said += words.join(" ") + "\n"; if (words[0] === "closed") done(said); } };
		`+program+`
	})`)
}

func TestForeignClientsSayWhoTheyAre(t *testing.T) {
	h := start(t)
	token := h.own()
	for _, c := range h.foreigners(t) {
		for _, way := range c.ways {
			t.Run(c.name+" by "+way, func(t *testing.T) {
				wantSaid(t, c.run(t, c.program, way, token), `"welcome"`, `"handle":"ada"`, fmt.Sprintf("closed %d", c.hangsUp))
			})
			t.Run(c.name+" by "+way+" with a bad token", func(t *testing.T) {
				wantSaid(t, c.run(t, c.program, way, "guessed"), `"code":"unauthorized"`, "closed 1008")
			})
		}
	}
}

func TestForeignClientsOfferSubprotocols(t *testing.T) {
	h := start(t)
	token := h.own()
	for _, c := range h.foreigners(t) {
		if strings.Count(c.program, c.offer) != 1 {
			t.Fatalf("%s: where is the subprotocol offered?\n%s", c.name, c.program)
		}
		t.Run(c.name+" offers none", func(t *testing.T) {
			wantSaid(t, c.run(t, strings.Replace(c.program, c.offer, "", 1), "hello", token), `"welcome"`)
		})
		t.Run(c.name+" offers the known one among others", func(t *testing.T) {
			among := strings.Replace(c.program, `"hubbub.v1"`, `"mqtt", "hubbub.v1"`, 1)
			wantSaid(t, c.run(t, among, "hello", token), `"welcome"`)
		})
		t.Run(c.name+" offers only unknown ones", func(t *testing.T) {
			said := c.run(t, strings.Replace(c.program, `"hubbub.v1"`, `"mqtt", "hubbub.v9"`, 1), "hello", token)
			switch {
			case c.seesAnswer:
				wantSaid(t, said, `none of the subprotocols offered is spoken here; these are: hubbub.v1"`)
			case c.name == "Chromium":
				wantSaid(t, said, "closed 1006") // all that a page is told
			default:
				wantSaid(t, said, "HTTP 400")
			}
		})
	}
}

// TestChromiumDropsURLCredentials is what docs/protocol.md says of it.
func TestChromiumDropsURLCredentials(t *testing.T) {
	h := start(t)
	token := h.own()
	program := h.snippet(t, "js", "function who")
	t.Run("it connects as nobody", func(t *testing.T) {
		url := strings.NewReplacer(`hello: ["ws://`, `url: ["ws://ada:`+token+`@`, "{ token }", "{}").Replace(program)
		wantSaid(t, h.runPage(t, url, "url", ""), `"code":"unauthorized"`, "closed 1008")
	})
	t.Run("or as whose cookie it has", func(t *testing.T) {
		url := strings.Replace(program, `cookie: ["ws://`, `cookie: ["ws://ada:guessed@`, 1)
		wantSaid(t, h.runPage(t, url, "cookie", token), `"welcome"`)
	})
}

func wantSaid(t *testing.T, said string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(said, w) {
			t.Errorf("%s is missing in\n%s", w, said)
		}
	}
}
