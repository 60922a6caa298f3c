package server_test

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"

	"hubbub/server"
	"hubbub/shared"
)

func TestJoin(t *testing.T) {
	s := newSite(t)
	ada, lobby := s.owner()
	code := ada.must("invite", shared.NewInvite{Room: lobby}).Invite.Code

	t.Run("needs just a name", func(t *testing.T) {
		v := s.visitor()
		page := v.get("/join/"+code).want(t, http.StatusOK).view(t)
		if page.Screen != shared.ScreenInvite || page.InviteRoom != "lobby" || page.Invite.By.Name != "Ada" || page.Server != "Riverside" {
			t.Errorf("the page is %+v", page)
		}
		v.form("/join/"+code, "name", "  Bob  ").wantTo(t, "/r/"+string(lobby))
		if you := v.me(); you.Name != "Bob" || you.Role != shared.RoleGuest || you.ID == "" {
			t.Errorf("the guest is %+v", you)
		}
	})

	t.Run("with a handle and a password makes a member", func(t *testing.T) {
		v := s.visitor()
		v.form("/join/"+code, "name", "Cleo", "handle", "cleo", "password", "correct horse").wantTo(t, "/r/")
		if you := v.me(); you.Role != shared.RoleMember || you.Handle != "cleo" {
			t.Errorf("the member is %+v", you)
		}
	})

	t.Run("shows the form again without the password", func(t *testing.T) {
		again := s.visitor().form("/join/"+code, "name", "Eve", "handle", "ada", "password", "correct horse").want(t, http.StatusConflict)
		page := again.view(t)
		if page.Error.Code != shared.CodeTaken || page.Form["name"] != "Eve" || page.Form["handle"] != "ada" || page.Invite == nil {
			t.Errorf("the page is %+v", page)
		}
		if strings.Contains(again.body, "correct horse") {
			t.Error("the password is in the page")
		}
		s.visitor().form("/join/"+code, "name", " ").want(t, http.StatusBadRequest)
		s.visitor().form("/join/"+code, "name", "Eve", "password", "correct horse").want(t, http.StatusBadRequest)
	})

	t.Run("is heard in the room", func(t *testing.T) {
		line := ada.socket("")
		s.visitor().form("/join/"+code, "name", "Dan").wantTo(t, "/r/")
		line.hear(func(f shared.Frame) bool {
			return f.Event != nil && f.Event.Joined != nil && f.Event.Joined.Name == "Dan"
		})
	})

	t.Run("lets in who is here already as themselves", func(t *testing.T) {
		room := ada.must("create", shared.NewRoom{Name: "plans", Closed: true}).Room.ID
		closed := ada.must("invite", shared.NewInvite{Room: room}).Invite.Code
		fay := s.member("Fay", "fay")
		line := fay.socket("")
		if page := fay.get("/join/" + closed).view(t); page.Welcome == nil || page.Welcome.You.Name != "Fay" {
			t.Errorf("the page does not know Fay: %+v", page)
		}
		fay.form("/join/"+closed).wantTo(t, "/r/"+string(room))
		line.hear(func(f shared.Frame) bool { return f.Room != nil && f.Room.ID == room })
		line.hear(func(f shared.Frame) bool { return f.Event != nil && f.Event.Joined != nil })
		fay.form("/join/"+closed).wantTo(t, "/r/"+string(room))
	})
}

func TestAnInviteThatNoLongerWorksSaysSo(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	revoked := ada.must("invite", shared.NewInvite{}).Invite.Code
	ada.must("revoke", shared.InviteRef{Code: revoked})
	used := ada.must("invite", shared.NewInvite{MaxUses: 1}).Invite.Code
	s.visitor().form("/join/"+used, "name", "Bob").wantTo(t, "/r/")
	expired := ada.must("invite", shared.NewInvite{TTL: 60}).Invite.Code
	s.clock.advance(2 * time.Minute)

	for name, code := range map[string]string{"unknown": "nosuchcode", "revoked": revoked, "used up": used, "expired": expired} {
		t.Run(name, func(t *testing.T) {
			v := s.visitor()
			page := v.get("/join/"+code).want(t, http.StatusGone).view(t)
			if page.Screen != shared.ScreenNotice || page.Error.Code != shared.CodeGone {
				t.Errorf("the page is %+v", page)
			}
			v.form("/join/"+code, "name", "Eve").want(t, http.StatusGone)
			v.get("/join/"+code+"/qr.png").want(t, http.StatusGone)
		})
	}
}

func TestTheQRCodeIsAPicture(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.URL = "https://chat.example.org" })
	ada := s.visitor()
	ada.header.Set("Origin", "https://chat.example.org")
	ada.form("/setup", "token", setupToken, "name", "Ada", "handle", "ada", "password", "correct horse").wantTo(t, "/r/")
	a := ada.get("/join/"+s.invite().Code+"/qr.png").want(t, http.StatusOK)
	if _, err := png.Decode(bytes.NewReader([]byte(a.body))); err != nil || a.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%s: %v", a.Header.Get("Content-Type"), err)
	}
}

func TestTheQRCodeIsOfTheLinkThatPeopleReach(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.URL = "https://example.org/chat" })
	ada := s.visitor()
	ada.header.Set("Origin", "https://example.org")
	ada.form("/chat/setup", "token", setupToken, "name", "Ada", "handle", "ada", "password", "correct horse").wantTo(t, "/chat/r/")
	code := s.invite().Code
	a := ada.get("/chat/join/"+code+"/qr.png").want(t, http.StatusOK)
	want, err := qr.Encode("https://example.org/chat/join/"+code, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	if a.body != string(want.PNG()) {
		t.Error("the picture is of another address")
	}
}
