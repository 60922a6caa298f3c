package server_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

// A conversation is a text that people read and this test plays on real
// sockets. Its first paragraph says what it shows. Then:
//
//	bob moves in             makes a person, in the lobby; ada is there from the start
//	bob moves out            of the lobby
//	burst 3                  of commands, for each connection, and one more a second
//	bob connects             dials, says hello, and is live
//	bob dials                only dials, with his token; "bob dials without token" with none
//	bob/2 connects           a second connection of bob's
//	bob > {…}                bob sends this, as it stands
//	bob > binary …           the rest as a binary message; hex … the rest decoded, as text
//	bob < {…}                bob gets a frame with at least these fields
//	bob < nothing            nothing came that he did not ask for
//	bob < close 1008         the server closes, with this code
//	bob hangs up
//	# A remark.
//
// A reply is matched by its place among the replies, anything else by its place
// among what comes unasked; beats are passed over. "$name" stands for a value:
// what it was the first time, it must be afterwards, and it can be sent.
// "*" stands for any value.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			play(t, file, string(text))
		})
	}
}

type player struct {
	*testing.T
	town    *town
	options server.Options
	callers map[string]*caller
	values  map[string]any // by name, without "$"
}

func play(t *testing.T, file, text string) {
	clock := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	p := &player{
		T: t, callers: make(map[string]*caller), values: make(map[string]any),
		options: server.Options{Now: func() time.Time { return clock }},
	}
	started := false // the purpose ends with an empty line
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			started = true
		}
		if line == "" || line[0] == '#' || !started {
			continue
		}
		if err := p.line(line); err != nil {
			t.Fatalf("%s:%d: %s\n%v", file, i+1, line, err)
		}
	}
}

func (p *player) line(line string) error {
	if burst, ok := strings.CutPrefix(line, "burst "); ok {
		n, err := strconv.Atoi(burst)
		p.options.Live.Rate, p.options.Live.Burst = 1, n
		return err
	}
	if p.town == nil {
		p.town = newTown(p.T, p.options)
	}
	name, rest, _ := strings.Cut(line, " ")
	verb, what, _ := strings.Cut(rest, " ")
	user, _, _ := strings.Cut(name, "/")
	switch rest {
	case "moves in":
		p.town.moveIn(user)
		return nil
	case "moves out":
		p.town.moveOut(user)
		return nil
	case "connects":
		p.callers[name] = p.town.call(user)
		return p.untilLive(p.callers[name])
	case "dials":
		p.callers[name] = p.town.dial(name, p.town.token(user))
		return nil
	case "dials without token":
		p.callers[name] = p.town.dial(name, "")
		return nil
	}
	c := p.callers[name]
	if c == nil {
		return fmt.Errorf("%q is not connected, or this is not a line of a conversation", name)
	}
	switch {
	case rest == "hangs up":
		return c.ws.Close(websocket.StatusNormalClosure, "")
	case verb == ">":
		return p.send(c, what)
	case verb == "<":
		return p.expect(c, what)
	}
	return fmt.Errorf("%q is not something that %s can do", verb, name)
}

// untilLive passes over what a connection is told before it is live in the
// lobby, if it is in it.
func (p *player) untilLive(c *caller) error {
	c.do(shared.Frame{Ping: &shared.Nothing{}})
	c.unasked = nil
	return nil
}

func (p *player) send(c *caller, what string) error {
	kind, message := websocket.MessageText, []byte(p.fillIn(what))
	if rest, ok := strings.CutPrefix(what, "binary "); ok {
		kind, message = websocket.MessageBinary, []byte(rest)
	}
	if rest, ok := strings.CutPrefix(what, "hex "); ok {
		if _, err := fmt.Sscanf(rest, "%x", &message); err != nil {
			return err
		}
	}
	return c.ws.Write(c.Context(), kind, message)
}

// fillIn replaces "$name" by the values seen so far.
func (p *player) fillIn(s string) string {
	for name, v := range p.values {
		b, _ := json.Marshal(v) // it was decoded from JSON
		s = strings.ReplaceAll(s, `"$`+name+`"`, string(b))
	}
	return s
}

func (p *player) expect(c *caller, what string) error {
	if what == "nothing" {
		c.hearNothing()
		return nil
	}
	if code, ok := strings.CutPrefix(what, "close "); ok {
		n, err := strconv.Atoi(code)
		c.hearClose(websocket.StatusCode(n))
		return err
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(what), &want); err != nil {
		return err
	}
	stream := &c.unasked
	if want["ok"] != nil || want["error"] != nil {
		stream = &c.replies
	}
	f, err := c.take(stream)
	if err != nil {
		return err
	}
	var got any
	if err := json.Unmarshal(f.Encode(), &got); err != nil {
		return err
	}
	if err := p.match("", want, got); err != nil {
		return fmt.Errorf("got %s%w", f.Encode(), err)
	}
	return nil
}

// match reports where got lacks what want asks for.
func (p *player) match(at string, want, got any) error {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: got %v, want an object", at, got)
		}
		for field, w := range want {
			g, ok := object[field]
			if !ok {
				return fmt.Errorf("%s.%s is missing", at, field)
			}
			if err := p.match(at+"."+field, w, g); err != nil {
				return err
			}
		}
		return nil
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Errorf("%s: got %v, want %d elements", at, got, len(want))
		}
		for i := range want {
			if err := p.match(fmt.Sprintf("%s[%d]", at, i), want[i], list[i]); err != nil {
				return err
			}
		}
		return nil
	case string:
		if want == "*" {
			return nil
		}
		if name, ok := strings.CutPrefix(want, "$"); ok {
			return p.matchValue(at, name, got)
		}
	}
	if want != got {
		return fmt.Errorf("%s: got %v, want %v", at, got, want)
	}
	return nil
}

func (p *player) matchValue(at, name string, got any) error {
	want, known := p.values[name]
	if !known {
		p.values[name] = got
		return nil
	}
	if want != got {
		return fmt.Errorf("%s: got %v, but $%s was %v", at, got, name, want)
	}
	return nil
}
