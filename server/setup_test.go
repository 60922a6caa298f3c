package server_test

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func hash(token string) [32]byte { return sha256.Sum256([]byte(token)) }

func TestSetup(t *testing.T) {
	t.Run("makes the owner and the first room, and signs in", func(t *testing.T) {
		s := newSite(t)
		v := s.visitor()
		v.get("/").want(t, http.StatusNotFound)
		form := v.get("/setup?token="+setupToken).want(t, http.StatusOK).view(t)
		if form.Screen != shared.ScreenSetup || form.Form["token"] != setupToken || form.Form["server"] != "Hubbub" {
			t.Errorf("the form is %+v", form)
		}
		done := v.form("/setup", "token", setupToken, "server", " Riverside ", "name", "Ada", "handle", "@Ada", "password", "correct horse").
			wantTo(t, "/r/")
		to := done.Header.Get("Location")
		if !strings.HasSuffix(to, "?welcome=1") {
			t.Errorf("it leads to %s", to)
		}
		page := v.get(to).want(t, http.StatusOK).view(t)
		if !page.FirstTime || page.Server != "Riverside" || page.Welcome.Rooms[0].Name != "lobby" {
			t.Errorf("the first page is %+v", page)
		}
		you := page.Welcome.You
		if you.Role != shared.RoleOwner || you.Handle != "ada" || you.Name != "Ada" {
			t.Errorf("the owner is %+v", you)
		}
		v.get("/").wantTo(t, "/r/"+string(page.Room))
	})

	t.Run("works once", func(t *testing.T) {
		s := newSite(t)
		s.owner()
		late := s.visitor()
		late.get("/setup?token="+setupToken).want(t, http.StatusGone)
		late.form("/setup", "token", setupToken, "name", "Eve", "handle", "eve", "password", "correct horse").want(t, http.StatusGone)
	})

	t.Run("has one winner when two race", func(t *testing.T) {
		s := newSite(t)
		var racers sync.WaitGroup
		answers := make([]*answer, 2)
		for i, name := range []string{"ada", "eve"} {
			v := s.visitor()
			racers.Go(func() {
				answers[i] = v.form("/setup", "token", setupToken, "name", name, "handle", name, "password", "correct horse")
			})
		}
		racers.Wait()
		a, b := answers[0].StatusCode, answers[1].StatusCode
		if !(a == http.StatusSeeOther && b == http.StatusGone || a == http.StatusGone && b == http.StatusSeeOther) {
			t.Errorf("the two got %d and %d, want one 303 and one 410", a, b)
		}
	})

	t.Run("needs the token", func(t *testing.T) {
		s := newSite(t)
		s.visitor().get("/setup?token=guess").want(t, http.StatusForbidden)
		s.visitor().form("/setup", "token", "", "name", "Eve", "handle", "eve", "password", "correct horse").want(t, http.StatusForbidden)
	})

	t.Run("is closed without a token to know", func(t *testing.T) {
		s := newSite(t, func(o *server.Options) { o.SetupToken = "" })
		s.visitor().get("/setup?token=").want(t, http.StatusForbidden)
	})

	t.Run("shows the form again without the password", func(t *testing.T) {
		s := newSite(t)
		again := s.visitor().form("/setup", "token", setupToken, "server", "Riverside", "name", "Ada", "handle", "a b", "password", "correct horse").
			want(t, http.StatusBadRequest)
		page := again.view(t)
		if page.Screen != shared.ScreenSetup || page.Error.Field != "handle" {
			t.Errorf("the page is %+v", page)
		}
		if page.Form["name"] != "Ada" || page.Form["server"] != "Riverside" || page.Form["token"] != setupToken {
			t.Errorf("what was typed is lost: %v", page.Form)
		}
		if strings.Contains(again.body, "correct horse") {
			t.Error("the password is in the page")
		}
	})

	t.Run("cannot be guessed for long", func(t *testing.T) {
		s := newSite(t)
		v := s.visitor()
		for range 20 {
			v.get("/setup?token=guess").want(t, http.StatusForbidden)
		}
		if a := v.get("/setup?token=guess").want(t, http.StatusTooManyRequests); a.Header.Get("Retry-After") == "" {
			t.Error("it does not say when to come back")
		}
	})
}
