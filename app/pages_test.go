//go:build !js

package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"hubbub/app/i18n"
	"hubbub/shared"
)

// hostile is what people may call themselves, their rooms and their server.
var hostile = []string{
	`Ada`, `true`, `false`, `"`, `'"><b title=`, `</script><script>alert(1)</script>`, `<!--`, `]]>`,
	`" onmouseover="alert(1)`, `</title></textarea></main>`, `a\b\"c\`, `&amp;&lt;&#34;`, `% %% %s`, "`${x}`", `{{.}}`,
	"👩\u200d👩\u200d👧 family", "\u202egnp.exe", "\u2066isolated\u2069", "李文 · 欧阳", "a\u00a0b\u2028c\ufeffd", "\ufffd", "e\u0301 \x07",
}

type built map[string]string

func (b built) URL(name string) string { return b[name] }
func (b built) Size(string) int        { return 7_000_000 }

var allBuilt = built{
	"app.css": "/web/app.1.css", "app.js": "/web/app.2.js", "check.js": "/web/check.6.js", "app.wasm": "/web/app.3.wasm", "icon.svg": "/web/icon.4.svg",
	"apple-touch-icon.png": "/web/apple-touch-icon.5.png", "manifest.webmanifest": "/manifest.webmanifest",
}

// page is a document as a browser reads it.
type page struct {
	*testing.T
	doc *html.Node
	raw string
}

func render(t *testing.T, assets Assets, v shared.View) page {
	t.Helper()
	var b strings.Builder
	if err := NewPages(assets).Render(&b, v); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return page{t, doc, b.String()}
}

// all returns the elements of a kind, of every kind for "*", with the
// attributes given as pairs.
func (p page) all(tag string, attrs ...string) []*html.Node {
	var found []*html.Node
	for n := range p.doc.Descendants() {
		ok := n.Type == html.ElementNode && (tag == "*" || n.Data == tag)
		for i := 0; ok && i < len(attrs); i += 2 {
			got, has := attrOf(n, attrs[i])
			ok = has && got == attrs[i+1]
		}
		if ok {
			found = append(found, n)
		}
	}
	return found
}

func (p page) one(tag string, attrs ...string) *html.Node {
	p.Helper()
	found := p.all(tag, attrs...)
	if len(found) != 1 {
		p.Fatalf("%d elements %s %q, want one, in\n%s", len(found), tag, attrs, p.raw)
	}
	return found[0]
}

func attrOf(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// says fails unless an element says want; go-app writes space around text.
func (p page) says(want, tag string, attrs ...string) {
	p.Helper()
	var got []string
	for _, n := range p.all(tag, attrs...) {
		text := strings.Trim(textOf(n), " \n")
		if text == want {
			return
		}
		got = append(got, text)
	}
	p.Errorf("%s %q says %q, want %q", tag, attrs, got, want)
}

// has fails unless an element has an attribute that is exactly want.
func (p page) has(want, tag, attr string, attrs ...string) {
	p.Helper()
	var got []string
	for _, n := range p.all(tag, attrs...) {
		value, ok := attrOf(n, attr)
		if ok && value == want {
			return
		}
		got = append(got, value)
	}
	p.Errorf("%s of %s is %q, want %q", attr, tag, got, want)
}

func chatView(name string) shared.View {
	you := shared.User{ID: "me", Name: name, Handle: "ada", Role: shared.RoleOwner}
	room := func(id shared.RoomID, unread int) shared.RoomState {
		return shared.RoomState{Room: shared.Room{ID: id, Name: name, Topic: name}, Last: 9, Read: 9 - shared.Seq(unread), Unread: unread, Members: 3}
	}
	archived, closed := room("old", 0), room("secret", 4)
	archived.Archived, closed.Closed = true, true
	yes := true
	events := []shared.Event{
		{Seq: 1, By: you.Author(), Created: &shared.Room{ID: "here", Name: name}},
		{Seq: 2, By: you.Author(), Joined: &shared.User{ID: "eve", Name: name}},
		{Seq: 3, By: you.Author(), Changed: &shared.RoomChange{Name: &name, Topic: &name, Closed: &yes, Archived: &yes}},
		{Seq: 4, By: you.Author(), Message: &shared.Message{Key: "1", Text: name}},
		{Seq: 5, By: shared.Author{ID: "eve", Name: name}, Message: &shared.Message{Key: "2", Text: "https://example.org/?" + name}},
		{Seq: 6, By: shared.Author{ID: "eve", Name: name}, Message: &shared.Message{Key: "3", Text: "again\n  " + name}},
		{Seq: 7, By: you.Author(), Left: &shared.Author{ID: "eve", Name: name}},
		{Seq: 8, By: shared.Author{ID: "bob", Name: name}, Joined: &shared.User{ID: "bob", Name: name}},
		{Seq: 9, By: shared.Author{ID: "bob", Name: name}, Left: &shared.Author{ID: "bob", Name: name}},
	}
	for i := range events {
		events[i].Room, events[i].At = "here", noon+shared.Millis(i)*minute
	}
	return shared.View{
		Screen: shared.ScreenChat, Room: "here", Key: "key-1", At: 6,
		Welcome: &shared.Welcome{
			Server: name, Version: "v1", Epoch: "e", You: you, Limits: shared.DefaultLimits(),
			Rooms: []shared.RoomState{room("here", 2), archived, closed},
		},
		Page: &shared.Page{Room: "here", Events: events},
	}
}

// views are all pages in which name stands wherever a name can, by what they
// are called.
func views(name string) map[string]shared.View {
	form := map[string]string{"token": name, "server": name, "name": name, "handle": name, "next": "/r/x?" + name, "key": name, "text": "\n" + name + "\nmore"}
	invite := &shared.Invite{Code: "code-1", By: shared.Author{ID: "a", Name: name}}
	refused := shared.Errorf("teapot", "%s", name) // no code that the app knows: the message is shown
	chat, archived, empty, failed, first := chatView(name), chatView(name), chatView(name), chatView(name), chatView(name)
	archived.Room, archived.Page, archived.At = "old", &shared.Page{Room: "old"}, 0
	empty.Room, empty.Page, empty.At, empty.Welcome.Rooms = "", nil, 0, nil
	failed.Error, failed.Form = refused, form
	first.FirstTime = true
	all := map[string]shared.View{
		"setup":             {Screen: shared.ScreenSetup, Form: form},
		"setup refused":     {Screen: shared.ScreenSetup, Form: form, Error: shared.Invalidf("handle", "%s", name)},
		"setup failed":      {Screen: shared.ScreenSetup, Form: form, Error: refused},
		"invite":            {Screen: shared.ScreenInvite, Form: form, Invite: invite, InviteRoom: name},
		"invite, signed in": {Screen: shared.ScreenInvite, Invite: invite, InviteRoom: name, Welcome: &shared.Welcome{You: shared.User{ID: "me", Name: name}}},
		"invite refused":    {Screen: shared.ScreenInvite, Form: form, Invite: invite, Error: shared.Invalidf("name", "%s", name)},
		"sign in":           {Screen: shared.ScreenSignIn, Form: form},
		"sign in refused":   {Screen: shared.ScreenSignIn, Form: form, Error: refused},
		"notice":            {Screen: shared.ScreenNotice, Error: refused},
		"check":             {Screen: shared.ScreenCheck},
		"chat":              chat,
		"chat, first time":  first,
		"archived room":     archived,
		"no room":           empty,
		"post refused":      failed,
	}
	for screen, v := range all {
		v.Server, v.Version, v.Theme, v.Zone, v.Now, v.Path = name, "v1", "dark", "Asia/Shanghai", noon+hour, "/?"+name
		all[screen] = v
	}
	return all
}

// everyPage calls check with every page in every language under every name.
func everyPage(t *testing.T, check func(page, string, shared.View)) {
	for _, lang := range []string{"en", "zh"} {
		for i, name := range hostile {
			for screen, v := range views(name) {
				v.Lang = lang
				t.Run(fmt.Sprintf("%s/%s/%d", screen, lang, i), func(t *testing.T) {
					check(render(t, allBuilt, v), name, v)
				})
			}
		}
	}
}

func TestAPageTellsTheAppAllThatItKnows(t *testing.T) {
	everyPage(t, func(p page, _ string, v shared.View) {
		var got shared.View
		if err := json.Unmarshal([]byte(textOf(p.one("script", "id", "view"))), &got); err != nil {
			p.Fatal(err)
		}
		if diff := cmp.Diff(v, got); diff != "" {
			p.Error(diff)
		}
	})
}

func TestAPageIsOneDocumentWithNothingInline(t *testing.T) {
	everyPage(t, func(p page, name string, v shared.View) {
		if lang, _ := attrOf(p.one("html"), "lang"); lang != v.Lang {
			p.Errorf("lang %q", lang)
		}
		p.one("main")
		p.one("body")
		if title := textOf(p.one("title")); !strings.HasSuffix(title, strings.Trim(name, " ")) {
			p.Errorf("title %q", title)
		}
		if n := len(p.all("style")); n > 0 {
			p.Errorf("%d style elements", n)
		}
		ids := map[string]bool{}
		for _, n := range p.all("*") {
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc" {
					p.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
				if (a.Key == "href" || a.Key == "src" || a.Key == "action") && !local(a.Val) && !strings.HasPrefix(a.Val, "https://example.org/") {
					p.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
				}
				if a.Key == "id" && ids[a.Val] {
					p.Errorf("two elements have the id %q", a.Val)
				}
				if a.Key == "id" {
					ids[a.Val] = true
				}
			}
		}
		checkScripts(p, v.Screen)
	})
}

func local(url string) bool { return strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") }

// checkScripts allows the boot script and data, which is no script.
func checkScripts(p page, screen shared.Screen) {
	p.Helper()
	src, want := "/web/app.2.js", []string{"boot", "view"}
	if screen == shared.ScreenCheck {
		src, want = "/web/check.6.js", []string{"boot", "view", "check"}
	}
	var ids []string
	for _, n := range p.all("script") {
		id, _ := attrOf(n, "id")
		ids = append(ids, id)
	}
	if !slices.Equal(ids, want) {
		p.Fatalf("scripts %q", ids)
	}
	boot := p.one("script", "id", "boot")
	if got, _ := attrOf(boot, "src"); got != src || textOf(boot) != "" {
		p.Errorf("boot: src %q, %q", got, textOf(boot))
	}
	for _, id := range want[1:] {
		data := p.one("script", "id", id)
		if kind, _ := attrOf(data, "type"); kind != "application/json" || !json.Valid([]byte(textOf(data))) {
			p.Errorf("%s: type %q", id, kind)
		}
	}
}

// Every element of these kinds is one that the app draws: names make none.
func TestNamesMakeNoElements(t *testing.T) {
	plain := views("Ada")
	for _, name := range hostile[1:] {
		for screen, v := range views(name) {
			want, got := tags(render(t, allBuilt, plain[screen])), tags(render(t, allBuilt, v))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s with %q: %s", screen, name, diff)
			}
		}
	}
}

func tags(p page) []string {
	var list []string
	for _, n := range p.all("*") {
		names := make([]string, 0, len(n.Attr))
		for _, a := range n.Attr {
			names = append(names, a.Key)
		}
		slices.Sort(names)
		list = append(list, n.Data+" "+strings.Join(names, " "))
	}
	return list
}

func TestEveryControlHasAName(t *testing.T) {
	everyPage(t, func(p page, _ string, _ shared.View) {
		for _, n := range slices.Concat(p.all("input"), p.all("textarea"), p.all("select")) {
			if kind, _ := attrOf(n, "type"); kind == "hidden" {
				continue
			}
			id, _ := attrOf(n, "id")
			aria, _ := attrOf(n, "aria-label")
			labels := p.all("label", "for", id)
			if aria == "" && (id == "" || len(labels) != 1 || strings.TrimSpace(textOf(labels[0])) == "") {
				p.Errorf("<%s id=%q> has no label", n.Data, id)
			}
			if hint, ok := attrOf(n, "aria-describedby"); ok {
				p.one("p", "id", hint)
			}
		}
		for _, n := range slices.Concat(p.all("button"), p.all("a")) {
			aria, _ := attrOf(n, "aria-label")
			if aria == "" && strings.TrimSpace(textOf(n)) == "" {
				p.Errorf("a %s %v has no name", n.Data, n.Attr)
			}
		}
	})
}

func TestNamesComeBackAsTheyAre(t *testing.T) {
	for _, name := range hostile {
		t.Run(name, func(t *testing.T) {
			all := views(name)
			text := i18n.For("en")
			for _, screen := range []string{"setup", "setup refused", "setup failed"} {
				p := render(t, allBuilt, all[screen])
				for _, field := range []string{"token", "server", "name", "handle"} {
					p.has(name, "input", "value", "name", field)
				}
			}
			for _, screen := range []string{"invite", "invite refused"} {
				p := render(t, allBuilt, all[screen])
				p.has(name, "input", "value", "name", "name")
				p.has(name, "input", "value", "name", "handle")
				p.says(i18n.Fill(text.JoinTitle, name), "h1")
			}
			render(t, allBuilt, all["invite, signed in"]).says(i18n.Fill(text.JoinAs, name), "button")
			p := render(t, allBuilt, all["sign in refused"])
			p.has("/r/x?"+name, "input", "value", "name", "next")
			p.has(name, "input", "value", "name", "handle")
			p.says(text.Error(shared.Errorf("teapot", "%s", name)), "p", "role", "alert")
			checkRoom(render(t, allBuilt, all["chat"]), name)
			if got := textOf(render(t, allBuilt, all["post refused"]).one("textarea")); got != all["post refused"].Form["text"] {
				t.Errorf("what was not sent comes back as %q, want %q", got, all["post refused"].Form["text"])
			}
		})
	}
}

func checkRoom(p page, name string) {
	p.Helper()
	text := i18n.For("en")
	p.says("# "+name, "h1")
	p.says(name, "p", "class", "topic")
	p.has(name, "p", "title", "class", "topic")
	p.says(name, "span", "class", "name")
	p.says(name, "div", "class", "text", "dir", "auto")
	for _, attr := range []string{"placeholder", "aria-label"} {
		p.has(i18n.Fill(text.MessageTo, name), "textarea", attr)
	}
	p.has(name+" 20:03", "article", "aria-label", "id", "e4")
	p.says(i18n.Fill(text.WasCreated, name), "p", "id", "e1")
	p.says(i18n.Fill(text.WasAdded, name, name), "p", "id", "e2")
	p.says(i18n.Fill(text.WasRemoved, name, name), "p", "id", "e7")
	p.says(i18n.Fill(text.DidLeave, name), "p", "id", "e9")
}

// asked is what a form sends, and where.
type asked struct {
	action string
	fields map[string]string // their types, by name
}

func TestFormsAskForWhatTheServerReads(t *testing.T) {
	all := views("Ada")
	all["sign in, no errors"] = shared.View{Screen: shared.ScreenSignIn}
	for screen, want := range map[string]asked{
		"setup":             {"/setup", map[string]string{"token": "hidden", "server": "text", "name": "text", "handle": "text", "password": "password"}},
		"invite":            {"/join/code-1", map[string]string{"name": "text", "handle": "text", "password": "password"}},
		"invite, signed in": {"/join/code-1", map[string]string{}},
		"sign in":           {"/signin", map[string]string{"next": "hidden", "handle": "text", "password": "password"}},
		"chat":              {"/r/here", map[string]string{"key": "hidden", "text": "textarea"}},
		"post refused":      {"/r/here", map[string]string{"key": "hidden", "text": "textarea"}},
	} {
		t.Run(screen, func(t *testing.T) {
			p := render(t, allBuilt, all[screen])
			p.one("form", "method", "post", "action", want.action)
			p.one("form")
			p.one("button", "type", "submit")
			got := map[string]string{}
			for _, n := range slices.Concat(p.all("input"), p.all("textarea")) {
				name, _ := attrOf(n, "name")
				got[name], _ = attrOf(n, "type")
				if n.Data == "textarea" {
					got[name] = "textarea"
				}
			}
			if diff := cmp.Diff(want.fields, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, screen := range []string{"notice", "archived room", "no room"} {
		if n := len(render(t, allBuilt, all[screen]).all("form")); n > 0 {
			t.Errorf("%s: %d forms", screen, n)
		}
	}
}

func TestThePostOfAPageCarriesItsKey(t *testing.T) {
	render(t, allBuilt, chatView("Ada")).has("key-1", "input", "value", "name", "key")
}

func TestWhatIsWrongWithAFieldStandsAtIt(t *testing.T) {
	for screen, field := range map[string]string{"setup refused": "handle", "invite refused": "name"} {
		p := render(t, allBuilt, views("Ada")[screen])
		p.has("true", "input", "aria-invalid", "name", field)
		p.one("p", "id", "field-"+field+"-hint", "role", "alert")
		if n := len(p.all("*", "autofocus", "")); n != 1 {
			t.Errorf("%s: %d fields want the focus", screen, n)
		}
	}
}

func TestAPasswordNeverComesBack(t *testing.T) {
	for screen, v := range views("Ada") {
		for _, n := range render(t, allBuilt, v).all("input", "type", "password") {
			if value, has := attrOf(n, "value"); has {
				t.Errorf("%s: %q", screen, value)
			}
		}
	}
}

func TestLanguageAndThemeAreOfAFixedSet(t *testing.T) {
	for _, bad := range []string{"", "xx", `"><script>`, "Dark"} {
		p := render(t, allBuilt, shared.View{Screen: shared.ScreenSignIn, Lang: bad, Theme: bad})
		root := p.one("html")
		lang, _ := attrOf(root, "lang")
		theme, _ := attrOf(root, "data-theme")
		if lang != "en" || theme != "system" {
			t.Errorf("%q: lang %q, theme %q", bad, lang, theme)
		}
	}
}

// A program without the app draws the same pages; nothing is asked for that
// does not exist.
func TestPagesWorkWithoutTheApp(t *testing.T) {
	for screen, v := range views("Ada") {
		p := render(t, built{}, v)
		p.one("main")
		if n := len(p.all("link")); n > 0 {
			t.Errorf("%s: %d links", screen, n)
		}
		data := 1
		if v.Screen == shared.ScreenCheck {
			data++
		}
		if n := len(p.all("script")); n != data {
			t.Errorf("%s: %d scripts", screen, n)
		}
	}
}

func TestOnlyTheConversationStartsTheApp(t *testing.T) {
	for screen, v := range views("Ada") {
		p := render(t, allBuilt, v)
		boot := p.one("script", "id", "boot")
		wasm, starts := attrOf(boot, "data-wasm")
		chat := v.Screen == shared.ScreenChat
		if starts != chat || chat && wasm != "/web/app.3.wasm" {
			t.Errorf("%s: starts %v %q", screen, starts, wasm)
		}
		if n := len(p.all("link", "rel", "preload", "href", "/web/app.3.wasm")); (n == 1) != chat {
			t.Errorf("%s: %d preloads", screen, n)
		}
	}
}
