package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

func TestABannedUserIsOutAtOnceAndStaysOut(t *testing.T) {
	s := newSite(t)
	ada, room := s.owner()
	bob := s.guest(ada, "Bob")
	bob.must("password", shared.NewPassword{Handle: "bob", New: "battery staple"})
	me := bob.me()
	token := bob.must("token", shared.TokenRequest{Name: "t", Scopes: []shared.Scope{shared.ScopeRead}}).Token.Secret
	hook := bob.must("hook", shared.NewHook{Room: room, Name: "h"}).Token.Secret
	link := bob.must("invite", shared.NewInvite{}).Invite.Code
	live := bob.socket(s.session(me.ID))
	program := bob.socket(token)
	ok := ada.must("ban", shared.UserRef{User: me.ID})
	if ok.Person == nil || ok.Person.Standing != shared.StandingBanned {
		t.Errorf("the answer is %+v", ok.Person)
	}
	for _, ws := range []*socket{live, program} {
		for {
			f, err := ws.next()
			if err != nil {
				if websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
					t.Errorf("the connection ends with %v", err)
				}
				break
			}
			if f.Event != nil && f.Event.Left == nil {
				t.Errorf("it still hears %+v", f)
			}
		}
	}
	if _, e := bob.api("directory", shared.Nothing{}); e == nil || e.Code != shared.CodeUnauthorized {
		t.Errorf("the cookie still counts: %v", e)
	}
	s.visitor().do("POST", "/hooks/"+hook, "text/plain", "hi").want(t, http.StatusNotFound)
	a := s.visitor().form("/signin", "handle", "bob", "password", "battery staple").want(t, http.StatusForbidden)
	if e := a.view(t).Error; !strings.Contains(e.Message, "banned") {
		t.Errorf("it is said like %q", e.Message)
	}
	s.visitor().get("/join/"+link).want(t, http.StatusGone)
	ada.refused(shared.CodeNotFound, "add", shared.MemberRef{Room: room, User: me.ID})
	if users := ada.must("people", shared.Nothing{}).Users; len(users) != 1 {
		t.Errorf("the people are %+v", users)
	}

	ada.must("readmit", shared.UserRef{User: me.ID})
	s.visitor().form("/signin", "handle", "bob", "password", "battery staple").wantTo(t, "/")
}

func TestEndingALoginClosesItsConnectionsAndNoOthers(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	here, there := s.session(ada.me().ID), s.session(ada.me().ID)
	phone, laptop := ada.socket(there), ada.socket(here)
	v := s.visitor()
	v.header.Set("Authorization", "Bearer "+here)
	list := v.must("sessions", shared.Nothing{}).Sessions
	if len(list) != 3 || len(slices.DeleteFunc(slices.Clone(list), func(l shared.Session) bool { return !l.Here })) != 1 {
		t.Fatalf("the logins are %+v", list)
	}
	v.must("end", shared.SessionRef{Others: true})
	for {
		if _, err := phone.next(); err != nil {
			break
		}
	}
	laptop.say(shared.Frame{ID: 2, Ping: &shared.Nothing{}})
	if _, err := laptop.next(); err != nil {
		t.Errorf("the one that stays: %v", err)
	}
	if list := v.must("sessions", shared.Nothing{}).Sessions; len(list) != 1 || !list[0].Here {
		t.Errorf("left are %+v", list)
	}
	v.refused(shared.CodeNotFound, "end", shared.SessionRef{ID: "none"})
	v.must("end", shared.SessionRef{ID: v.must("sessions", shared.Nothing{}).Sessions[0].ID})
	v.refused(shared.CodeUnauthorized, "sessions", shared.Nothing{})
}

func TestARecoveryLinkWorksOnceAndForADay(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	bob := s.member("Bob", "bob")
	first := ada.must("recover", shared.UserRef{User: bob.me().ID}).Recovery
	link := ada.must("recover", shared.UserRef{User: bob.me().ID}).Recovery
	s.visitor().get(first.Path).want(t, http.StatusGone) // the newer one ended it
	page := s.visitor().get(link.Path).want(t, http.StatusOK).view(t)
	if page.Screen != shared.ScreenRecover || page.Form["handle"] != "bob" {
		t.Errorf("the page is %+v", page)
	}
	s.visitor().form(link.Path, "handle", "bob", "password", "short").want(t, http.StatusBadRequest)
	v := s.visitor()
	v.form(link.Path, "handle", "mallory", "password", "battery staple").wantTo(t, "/")
	if me := v.me(); me.Handle != "bob" {
		t.Errorf("signed in as %+v: the handle is theirs", me)
	}
	bob.refused(shared.CodeUnauthorized, "directory", shared.Nothing{})
	s.visitor().form(link.Path, "handle", "bob", "password", "battery staple").want(t, http.StatusGone)
	s.visitor().form("/signin", "handle", "bob", "password", "battery staple").wantTo(t, "/")

	late := ada.must("recover", shared.UserRef{User: v.me().ID}).Recovery
	s.clock.advance(25 * time.Hour)
	s.visitor().get(late.Path).want(t, http.StatusGone)
}

func TestTheServerIsHandedOverAndNeverWithoutAnOwner(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	bob := s.member("Bob", "bob")
	ada.refused(shared.CodeForbidden, "role", shared.RoleChange{User: ada.me().ID, Role: shared.RoleMember})
	ada.must("role", shared.RoleChange{User: bob.me().ID, Role: shared.RoleOwner})
	bob.must("role", shared.RoleChange{User: ada.me().ID, Role: shared.RoleMember})
	if role := ada.me().Role; role != shared.RoleMember {
		t.Errorf("ada is %q", role)
	}
	ada.refused(shared.CodeForbidden, "accounts", shared.Nothing{})
	ada.refused(shared.CodeForbidden, "role", shared.RoleChange{User: ada.me().ID, Role: shared.RoleOwner})
}

func TestGuestsHearOfThoseWhomTheyMeetAlone(t *testing.T) {
	tn := newTown(t, server.Options{})
	tn.moveIn("bob", "cy")
	guest := server.Account{User: shared.User{ID: "gus", Name: "gus", Role: shared.RoleGuest}}
	if err := tn.store.AddInvite(t.Context(), shared.Invite{Code: "gus", By: shared.Author{ID: "ada"}, Room: lobby}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := tn.store.Accept(t.Context(), "gus", guest, time.Now()); err != nil {
		t.Fatal(err)
	}
	tn.moveOut("cy")
	gus, ada := tn.call("gus"), tn.call("ada")
	bob, cy := tn.call("bob"), tn.call("cy")
	rename := func(c *caller, name string) { c.do(shared.Frame{Profile: &shared.Profile{Name: name}}) }
	rename(cy, "Cy the Stranger")
	rename(bob, "Bob the Neighbour")
	heard := func(c *caller, name string) {
		t.Helper()
		for {
			if f := c.hear(); f.User != nil {
				if f.User.Name != name {
					t.Errorf("%s hears of %q, want %q", c.name, f.User.Name, name)
				}
				return
			}
		}
	}
	heard(gus, "Bob the Neighbour")
	heard(ada, "Cy the Stranger")
	heard(ada, "Bob the Neighbour")
	gus.hearNothing()
}

func TestOnesLanguageFollowsToEveryDevice(t *testing.T) {
	s := newSite(t)
	ada, room := s.owner()
	zh, klingon := "zh", "tlh"
	ada.refused(shared.CodeInvalid, "profile", shared.Profile{Lang: &klingon})
	ada.must("profile", shared.Profile{Lang: &zh})
	other := s.visitor()
	other.header.Set("Authorization", "Bearer "+s.session(ada.me().ID))
	other.header.Set("Accept-Language", "en")
	other.header.Set("Cookie", "hubbub_lang=en")
	if lang := other.get("/r/" + string(room)).view(t).Lang; lang != "zh" {
		t.Errorf("the other device speaks %q", lang)
	}
	bob := s.member("Bob", "bob")
	if p := bob.must("person", shared.UserRef{User: ada.me().ID}).Person; p.Lang != "" || p.Seen != 0 || p.Since != 0 {
		t.Errorf("a member sees %+v", p)
	}
	if p := ada.must("person", shared.UserRef{User: bob.me().ID}).Person; p.Seen == 0 || p.Since == 0 {
		t.Errorf("the owner sees %+v", p)
	}
}

func TestAUserHasSoManyConnectionsAndNoMore(t *testing.T) {
	tn := newTown(t, server.Options{Live: server.LiveOptions{UserConns: 2}})
	tn.moveIn("bob")
	first := tn.call("ada")
	tn.call("ada")
	third := tn.dial("ada", tn.token("ada"))
	_, err := third.try(shared.Frame{Hello: &shared.Hello{}})
	if e := shared.AsError(err); e.Code != shared.CodeTooFast || e.RetryAfter == 0 {
		t.Errorf("the third is told %v", err)
	}
	third.hearClose(websocket.StatusInternalError)
	tn.call("bob")
	first.ws.CloseNow()
	until := time.Now().Add(patience)
	for {
		again := tn.dial("ada", tn.token("ada"))
		if _, err := again.try(shared.Frame{Hello: &shared.Hello{}}); err == nil {
			break
		}
		if time.Now().After(until) {
			t.Fatal("a place that was left is not given away")
		}
	}
}

// drawing is a PNG of a colour.
func drawing(t *testing.T, c color.Color) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range img.Bounds().Dx() * img.Bounds().Dy() {
		img.Set(i%300, i/300, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPictureIsDrawnAnewAsASquare(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	you := new(shared.OK)
	ada.do("POST", "/pictures", "image/png", drawing(t, color.RGBA{200, 30, 30, 255})).want(t, http.StatusOK).decode(t, you)
	if you.You == nil || you.You.Picture == "" {
		t.Fatalf("the answer is %+v", you)
	}
	bob := s.member("Bob", "bob")
	a := bob.get("/pictures/"+string(you.You.ID)+"/"+you.You.Picture).want(t, http.StatusOK)
	drawn, err := png.Decode(strings.NewReader(a.body))
	if a.Header.Get("Content-Type") == "image/jpeg" {
		drawn, _, err = image.Decode(strings.NewReader(a.body))
	}
	if err != nil || drawn.Bounds().Dx() != drawn.Bounds().Dy() {
		t.Errorf("it is %v, %v", drawn.Bounds(), err)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=31536000, immutable",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, no := range []string{"", "hello", "<svg xmlns='http://www.w3.org/2000/svg'/>"} {
		ada.do("POST", "/pictures", "image/png", no).want(t, http.StatusUnsupportedMediaType)
	}
	if me := ada.me(); me.Picture != you.You.Picture {
		t.Errorf("what was refused left %+v", me)
	}
	ada.do("DELETE", "/pictures", "", "").want(t, http.StatusOK)
	bob.get("/pictures/"+string(you.You.ID)+"/"+you.You.Picture).want(t, http.StatusNotFound)
}

// gravatarStub answers as Gravatar does.
type gravatarStub struct {
	asked   []string
	picture string
}

func (g *gravatarStub) RoundTrip(r *http.Request) (*http.Response, error) {
	g.asked = append(g.asked, r.URL.String())
	resp := &http.Response{StatusCode: http.StatusNotFound, Body: io.NopCloser(strings.NewReader("")), Request: r}
	if strings.Contains(r.URL.Path, hexOf("ada@example.org")) {
		resp.StatusCode, resp.Body = http.StatusOK, io.NopCloser(strings.NewReader(g.picture))
	}
	return resp, nil
}

func TestGravatarIsAskedByTheServerAndLearnsAHashAlone(t *testing.T) {
	g := &gravatarStub{picture: drawing(t, color.RGBA{30, 90, 200, 255})}
	s := newSite(t, func(o *server.Options) { o.Gravatar = &http.Client{Transport: g} })
	ada, _ := s.owner()
	if p := ada.must("person", shared.UserRef{User: ada.me().ID}).Person; !p.Gravatar {
		t.Error("it is not offered")
	}
	ada.refused(shared.CodeInvalid, "gravatar", shared.GravatarQuery{Email: "nobody@example.org"})
	ada.refused(shared.CodeInvalid, "gravatar", shared.GravatarQuery{Email: "no address"})
	if you := ada.must("gravatar", shared.GravatarQuery{Email: " Ada@Example.org "}).You; you.Picture == "" {
		t.Errorf("got %+v", you)
	}
	for _, address := range g.asked {
		if !strings.HasPrefix(address, "https://gravatar.com/avatar/") || strings.Contains(address, "@") || strings.Contains(address, "%40") {
			t.Errorf("it was asked for %s", address)
		}
	}
	if len(g.asked) != 2 {
		t.Errorf("it was asked %d times", len(g.asked))
	}
}

func hexOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestWhatABannedUserSaidIsErasedAsEventsOfTheLogs(t *testing.T) {
	s := newSite(t)
	ada, room := s.owner()
	bob := s.member("Bob", "bob")
	me := bob.me()
	other := bob.must("create", shared.NewRoom{Name: "den"}).Room.ID
	ada.must("join", shared.RoomRef{Room: other})
	for i := range 300 { // more than are looked for at once
		where := []shared.RoomID{room, other}[i%2]
		p := server.Said{Post: shared.Post{Room: where, Key: shared.NewID(), Text: "spam"}}
		if _, _, err := s.store.Post(t.Context(), me.Author(), p, s.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	ada.must("post", shared.Post{Room: room, Key: "mine", Text: "stays"})
	ada.refused(shared.CodeForbidden, "erase", shared.UserRef{User: me.ID})
	ada.must("ban", shared.UserRef{User: me.ID})
	ada.must("erase", shared.UserRef{User: me.ID})
	for _, where := range []shared.RoomID{room, other} {
		deleted, said := 0, 0
		var after shared.Seq
		for {
			events, err := s.store.After(t.Context(), where, after, shared.MaxPage)
			if err != nil {
				t.Fatal(err)
			}
			if len(events) == 0 {
				break
			}
			after = events[len(events)-1].Seq
			for _, ev := range events {
				switch {
				case ev.Deleted != nil && ev.By.ID == ada.me().ID:
					deleted++
				case ev.Message != nil && !ev.Message.Deleted && ev.By.ID == me.ID:
					said++
				}
			}
		}
		if deleted != 150 || said != 0 {
			t.Errorf("in %s %d were deleted, and %d are there", where, deleted, said)
		}
	}
	if page := ada.must("history", shared.HistoryQuery{Room: room, Before: shared.MaxSeq, Limit: 200}).Page; !slices.ContainsFunc(page.Events, func(ev shared.Event) bool {
		return ev.Message != nil && ev.Message.Text == "stays"
	}) {
		t.Error("what others said is gone, too")
	}
}
