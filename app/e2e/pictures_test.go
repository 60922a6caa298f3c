//go:build e2e

package e2e

import (
	"strconv"
	"testing"

	"hubbub/shared"
)

// furnish fills a server with what people say, and returns the owner's token
// and the first room.
func (h *hubbub) furnish() (token string, lobby shared.RoomID) {
	h.t.Helper()
	token = h.own()
	var ok shared.OK
	h.api(token, "create", shared.NewRoom{Name: "design", Topic: "Colours and corners"}, &ok)
	h.api(token, "create", shared.NewRoom{Name: "发布计划"}, nil)
	h.api(token, "create", shared.NewRoom{Name: "leads", Closed: true}, nil)
	lobby = h.room(token, "lobby")
	topic := "Everything and nothing · deploys on Thursday"
	h.api(token, "update", shared.RoomUpdate{Room: lobby, RoomChange: shared.RoomChange{Topic: &topic}}, nil)
	return token, lobby
}

// room finds a room of the token's owner by name.
func (h *hubbub) room(token, name string) shared.RoomID {
	h.t.Helper()
	for _, r := range h.welcome(token).Rooms {
		if r.Name == name {
			return r.ID
		}
	}
	h.t.Fatalf("there is no room %q", name)
	return ""
}

// post says something over HTTP.
func (h *hubbub) post(token string, room shared.RoomID, text string) {
	h.t.Helper()
	h.api(token, "post", shared.Post{Room: room, Key: shared.NewID(), Text: text}, nil)
}

// say says something over HTTP and returns its position.
func (h *hubbub) say(token string, p shared.Post) shared.Seq {
	h.t.Helper()
	p.Key = shared.NewID()
	var ok shared.OK
	h.api(token, "post", p, &ok)
	return ok.Event.Seq
}

// postMany says n numbered lines.
func (h *hubbub) postMany(token string, room shared.RoomID, what string, n int) {
	h.t.Helper()
	for i := range n {
		h.post(token, room, what+" "+strconv.Itoa(i+1))
	}
}

// join makes a guest over HTTP and returns their token.
func (h *hubbub) join(token, name string) string {
	h.t.Helper()
	var ok shared.OK
	h.api(token, "invite", shared.NewInvite{MaxUses: 1}, &ok)
	return h.form("/join/"+ok.Invite.Code, "name="+name)
}

// signedIn opens the server in a fresh profile with a session that exists.
func (h *hubbub) signedIn(t *testing.T, name, token string) *person {
	t.Helper()
	p := h.visitor(t, name)
	p.cookie("hubbub_session", token)
	return p
}

// conversation is what the pictures show.
func (h *hubbub) conversation() (ada string, lobby shared.RoomID) {
	h.t.Helper()
	ada, lobby = h.furnish()
	li, maya, tomas := h.join(ada, "李文+Li+Wen"), h.join(ada, "Maya+Okafor"), h.join(ada, "Tomás+Braga")
	h.post(maya, lobby, "The new resume path is in. A client that was away says where it stopped and gets the rest.")
	h.post(maya, lobby, "Edits and deletions come along, they are entries in the **same log**: https://example.org/design#log")
	h.post(li, lobby, "太好了！明天会议室见，@Maya Okafor 我带上测试结果。\n```go\nclient.Resume(room, after) // and nothing is lost\n```")
	tunnel := h.say(tomas, shared.Post{Room: lobby, Text: "I wrote this in a tunnel. Did it arrive?"})
	h.say(ada, shared.Post{Room: lobby, Text: "The moment you were out of it. That is the whole point.", Reply: tunnel})
	for _, who := range []string{ada, maya, li} {
		h.api(who, "react", shared.React{Room: lobby, Seq: tunnel, Emoji: "🎉", On: true}, nil)
	}
	h.api(maya, "react", shared.React{Room: lobby, Seq: tunnel, Emoji: "🚇", On: true}, nil)
	h.post(tomas, lobby, "🥳")
	var pair shared.OK
	h.api(li, "direct", shared.Circle{Users: []shared.UserID{h.welcome(ada).You.ID}}, &pair)
	h.post(li, pair.Room.ID, "测试结果都在这里了。")
	design := h.room(ada, "design")
	h.api(ada, "add", shared.MemberRef{Room: design, User: h.welcome(maya).You.ID}, nil)
	h.postMany(maya, design, "A new corner radius, number", 2)
	return ada, lobby
}

// TestEveryPageIsAccessibleAndInThePictures proves that every page, at both sizes and in
// both themes, breaks no rule of accessibility.
func TestEveryPageIsAccessibleAndInThePictures(t *testing.T) {
	h := start(t)
	unclaimed := h.visitor(t, "nobody")
	unclaimed.eachLook("setup", func() { unclaimed.open(h.link) })
	unclaimed.eachLook("notice-unclaimed", func() { unclaimed.open("/") })

	ada, lobby := h.conversation()
	h.post(h.join(ada, "Bo"), h.room(ada, "lobby"), "hi all")
	var ok shared.OK
	h.api(ada, "invite", shared.NewInvite{}, &ok)
	stranger := h.visitor(t, "stranger")
	stranger.eachLook("signin", func() { stranger.open("/signin") })
	stranger.eachLook("join", func() { stranger.open("/join/" + ok.Invite.Code) })
	stranger.eachLook("join-gone", func() { stranger.open("/join/nosuchlink") })

	p := h.signedIn(t, "ada", ada)
	p.eachLook("room", func() {
		p.open("/r/" + string(lobby))
		p.ready()
		p.reads("hi all")
	})
	p.eachLook("members", func() {
		p.open("/r/" + string(lobby))
		p.ready()
		p.click(".members-button")
		p.sees(".pane .name", "Maya Okafor")
	})
	dialogs := map[string]string{
		"dialog-rooms":  `button[aria-label="Create or find a room"]`,
		"dialog-me":     `button.me`,
		"dialog-invite": `.head button[aria-label="Invite people"]`,
		"dialog-room":   `.head button[aria-label="Settings of this room"]`,
	}
	for name, button := range dialogs {
		p.eachLook(name, func() {
			p.open("/r/" + string(lobby))
			p.ready()
			p.openDrawer()
			p.clickHidden(button)
			p.wait("the dialog", `document.querySelector("#dialog").open`)
			if name == "dialog-invite" {
				p.wait("the QR code", `(document.querySelector(".qr") || {}).naturalWidth > 0`)
			}
		})
	}
}
