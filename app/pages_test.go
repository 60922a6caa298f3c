//go:build !js

package app

import (
	"encoding/json"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"hubbub/shared"
)

// files stands in for what was built.
type files struct{}

func (files) URL(name string) string { return "/web/" + name }
func (files) Size(string) int        { return 7_000_000 }

// hostile is what somebody may call themselves.
const hostile = "</script><script>alert(1)</script>\"'&\\ 👩\u200d👧 \u202eevil true"

func views() map[string]shared.View {
	you := shared.User{ID: "u1", Name: hostile, Handle: "ada", Role: shared.RoleOwner}
	room := shared.RoomState{Room: shared.Room{ID: "r1", Name: hostile, Topic: hostile}, Last: 3, Read: 1, Unread: 1, Members: 2}
	welcome := &shared.Welcome{Server: hostile, You: you, Rooms: []shared.RoomState{room}, Limits: shared.DefaultLimits()}
	page := &shared.Page{Room: "r1", Events: []shared.Event{
		{Room: "r1", Seq: 1, By: you.Author(), Created: &room.Room},
		{Room: "r1", Seq: 2, By: you.Author(), Changed: &shared.RoomChange{Topic: &room.Topic}},
		{Room: "r1", Seq: 3, By: shared.Author{ID: "u2", Name: hostile}, Message: &shared.Message{Key: "k", Text: hostile + " https://a.b/?x=\"onload=1"}},
	}}
	form := map[string]string{"token": hostile, "name": hostile, "server": hostile, "handle": hostile, "next": hostile, "text": hostile}
	invalid := shared.Invalidf("name", "%s", hostile)
	return map[string]shared.View{
		"setup":         {Screen: shared.ScreenSetup, Server: hostile, Form: form},
		"setup failed":  {Screen: shared.ScreenSetup, Server: hostile, Form: form, Error: invalid},
		"invite":        {Screen: shared.ScreenInvite, Server: hostile, InviteRoom: hostile, Invite: &shared.Invite{Code: "c1"}},
		"invite for me": {Screen: shared.ScreenInvite, Server: hostile, Welcome: welcome, Invite: &shared.Invite{Code: "c1"}},
		"sign in":       {Screen: shared.ScreenSignIn, Server: hostile, Form: form},
		"notice":        {Screen: shared.ScreenNotice, Server: hostile, Error: shared.Errorf(shared.CodeNotFound, "%s", hostile)},
		"no room":       {Screen: shared.ScreenChat, Server: hostile, Welcome: &shared.Welcome{Server: hostile, You: you}},
		"room":          {Screen: shared.ScreenChat, Server: hostile, Welcome: welcome, Room: "r1", Page: page, Key: "k1"},
		"room refused":  {Screen: shared.ScreenChat, Server: hostile, Welcome: welcome, Room: "r1", Page: page, Form: form, Error: invalid},
	}
}

func TestHostileNamesAreOnlyText(t *testing.T) {
	for name, v := range views() {
		for _, lang := range []string{"en", "zh"} {
			t.Run(name+" "+lang, func(t *testing.T) {
				v.Lang = lang
				var b strings.Builder
				if err := NewPages(files{}).Render(&b, v); err != nil {
					t.Fatal(err)
				}
				doc, err := html.Parse(strings.NewReader(b.String()))
				if err != nil {
					t.Fatal(err)
				}
				mains := 0
				labels, inputs := map[string]bool{}, []string{}
				for n := range doc.Descendants() {
					if n.Type != html.ElementNode {
						continue
					}
					checkElement(t, n)
					switch n.Data {
					case "main":
						mains++
					case "label":
						labels[attribute(n, "for")] = true
					case "input":
						if attribute(n, "type") != "hidden" {
							inputs = append(inputs, attribute(n, "id"))
						}
					case "html":
						if got := attribute(n, "lang"); got != lang {
							t.Errorf("the page's language is %q", got)
						}
					}
				}
				if mains != 1 {
					t.Errorf("%d main landmarks", mains)
				}
				for _, id := range inputs {
					if !labels[id] {
						t.Errorf("the field %q has no label", id)
					}
				}
				if !strings.Contains(textOf(doc), hostile) {
					t.Error("the name does not come out as it went in")
				}
				var back shared.View
				if err := json.Unmarshal([]byte(dataOf(doc)), &back); err != nil || !reflect.DeepEqual(back, v) {
					t.Errorf("the view in the page is another: %v\n%+v\n%+v", err, back, v)
				}
			})
		}
	}
}

// checkElement refuses what the Content-Security-Policy would, and attributes
// that a name broke out of.
func checkElement(t *testing.T, n *html.Node) {
	t.Helper()
	if n.Data == "style" || n.Data == "script" && attribute(n, "src") == "" && attribute(n, "type") != "application/json" {
		t.Errorf("an inline <%s>", n.Data)
	}
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.ContainsAny(a.Key, `"'<`) || strings.HasPrefix(a.Key, "alert"):
			t.Errorf("<%s> has an attribute %q", n.Data, a.Key)
		case strings.Contains(a.Val, "evil") && a.Key != "href" && !strings.Contains(a.Val, strings.TrimSpace(hostile)):
			t.Errorf("<%s %s> became %q", n.Data, a.Key, a.Val)
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// textOf is what a reader sees.
func textOf(doc *html.Node) string {
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

func dataOf(doc *html.Node) string {
	for n := range doc.Descendants() {
		if n.Data == "script" && attribute(n, "id") == "view" {
			return n.FirstChild.Data
		}
	}
	return ""
}

func TestTheArrows(t *testing.T) {
	deps := func(target, pkg string) []string {
		cmd := exec.Command("go", "list", "-deps", pkg)
		cmd.Env = append(cmd.Environ(), "GOFLAGS=-buildvcs=false")
		if target == "js" {
			cmd.Env = append(cmd.Env, "GOOS=js", "GOARCH=wasm")
		}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list %s: %v", pkg, err)
		}
		return strings.Fields(string(out))
	}
	refuse := func(what string, list []string, not ...string) {
		for _, p := range list {
			for _, prefix := range not {
				if p == prefix || strings.HasPrefix(p, prefix+"/") {
					t.Errorf("%s reaches %s", what, p)
				}
			}
		}
	}
	refuse("the browser build", deps("js", "hubbub/app/browser"),
		"hubbub/server", "hubbub/web", "modernc.org", "github.com/pressly", "html/template", "text/template", "golang.org/x/text")
	refuse("the sync engine", deps("js", "hubbub/app/client"), "github.com/maxence-charriere")
	refuse("the server", deps("", "hubbub/server"), "hubbub/app", "hubbub/web", "modernc.org", "github.com/pressly")
	for _, p := range deps("", "hubbub/shared") {
		if strings.Contains(strings.Split(p, "/")[0], ".") {
			t.Errorf("shared imports %s", p)
		}
	}
}
