//go:build !js

package app

import (
	"strings"
	"testing"

	"hubbub/shared"
)

func TestHTMLIsCompletedForItsReader(t *testing.T) {
	view := chatView("Ada")
	view.Base = "/chat"
	e := &view.Page.Events[4]
	e.Message.Mentions = []shared.UserID{view.Welcome.You.ID}
	e.Message.HTML = `<p><bdi class="mention" data-user="` + string(view.Welcome.You.ID) + `">@me</bdi> <bdi class="mention" data-user="other">@other</bdi> ` +
		`<a class="room" data-room="r1">#design</a> data-room=&#34;x&#34;</p><pre><code>x</code></pre><table><tbody><tr><td>y</td></tr></tbody></table>`
	page := render(t, allBuilt, view).raw
	for _, want := range []string{
		`<bdi class="mention mine" data-user="` + string(view.Welcome.You.ID) + `">@me</bdi> <bdi class="mention" data-user="other">`,
		`<a class="room" href="/chat/r/r1">#design</a> data-room=&#34;x&#34;`, `<pre tabindex="0"><code>x</code></pre></div>`, `<div class="wide" tabindex="0"><table>`, "calls-me",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

func TestCallingEverybodyIsNoticed(t *testing.T) {
	for text, want := range map[string]bool{
		"@room": true, "hey @ROOM, tea": true, "好@room好": true, "(@room)": true, "@rooms @room": true,
		"@rooms": false, "x@room": false, "@room_": false, "@@room": false, "the room": false, "@roomé": false,
	} {
		if got := callsAll(text); got != want {
			t.Errorf("%q calls everybody: %v, want %v", text, got, want)
		}
	}
}
