package server_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/shared"
)

const (
	shop     = "https://shop.example.org"
	stranger = "https://evil.example.org"
)

func listShop(o *server.Options) { o.Origins = []string{"HTTPS://Shop.Example.org:443/"} }

// from is a browser's request of a page elsewhere.
func (v *visitor) from(origin, method, path, body string, more ...string) *answer {
	v.t.Helper()
	v.header.Set("Origin", origin)
	v.header.Set("Sec-Fetch-Site", "same-site") // shop.example.org and chat.example.org
	for i := 0; i < len(more); i += 2 {
		v.header.Set(more[i], more[i+1])
	}
	defer func() {
		for _, name := range append([]string{"Origin", "Sec-Fetch-Site"}, more...) {
			v.header.Del(name)
		}
	}()
	return v.do(method, path, "application/json", body)
}

func TestABrowserAsksWhetherAPageElsewhereMay(t *testing.T) {
	s := newSite(t, listShop)
	v := s.visitor()
	ask := []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization"}

	a := v.from(shop, "OPTIONS", "/push", "", ask...).want(t, http.StatusNoContent)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":  shop,
		"Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
		"Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
		"Vary":                         "Origin",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := a.Header.Get("Access-Control-Allow-Credentials"); got != "" {
		t.Errorf("credentials are allowed: %q", got)
	}
	for _, origin := range []string{stranger, "null", shop + ".evil.test", "http://shop.example.org", shop + ":8443"} {
		if got := v.from(origin, "OPTIONS", "/push", "", ask...).Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s may: %q", origin, got)
		}
	}
	for _, path := range []string{"/", "/signin", "/r/x"} {
		if got := v.from(shop, "OPTIONS", path, "", ask...).Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("%s is for pages elsewhere: %q", path, got)
		}
	}
}

func TestAPageElsewhereActsByTokenAlone(t *testing.T) {
	s := newSite(t, listShop)
	ada, room := s.owner()
	page := s.program(ada.must("token", shared.TokenRequest{Name: "page", Scopes: []shared.Scope{"read", "push"}}).Token.Secret)
	body := `{"userId":"` + string(ada.me().ID) + `","message":"hi"}`

	t.Run("with one it may, if it is listed", func(t *testing.T) {
		a := page.from(shop, "POST", "/push", body).want(t, http.StatusOK)
		if a.Header.Get("Access-Control-Allow-Origin") != shop || a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("it cannot read the answer: %v", a.Header)
		}
		page.from(stranger, "POST", "/push", body).want(t, http.StatusForbidden)
		page.from(stranger, "GET", "/events", "").want(t, http.StatusForbidden)
		a = page.from(shop, "POST", "/push", "{").want(t, http.StatusBadRequest)
		if a.Header.Get("Access-Control-Allow-Origin") != shop {
			t.Error("it cannot read what is wrong")
		}
	})

	// The attack: shop.example.org is listed, and of the same site as
	// chat.example.org, so that a reader's browser sends her cookie with it.
	t.Run("a reader's cookie is not the page's to use", func(t *testing.T) {
		posted := url.Values{"key": {"k"}, "text": {"owned"}}.Encode()
		for _, r := range [][3]string{
			{"POST", "/push", body},
			{"GET", "/events", ""},
			{"POST", "/api/v1/token", `{"name":"x","scopes":["admin"]}`},
			{"POST", "/api/v1/post", `{"room":"` + string(room) + `","key":"k","text":"owned"}`},
			{"DELETE", "/api/v1/session", ""},
		} {
			a := ada.from(shop, r[0], r[1], r[2]).want(t, http.StatusUnauthorized)
			if strings.Contains(a.body, "token") && a.StatusCode == http.StatusOK {
				t.Errorf("%s gives %s", r[1], a.body)
			}
		}
		ada.from(shop, "POST", "/r/"+string(room), posted, "Content-Type", "application/x-www-form-urlencoded").
			want(t, http.StatusForbidden)
		if got := ada.from(shop, "GET", "/r/"+string(room), "").Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("the page can read the room: %q", got)
		}
	})
	t.Run("nor does it sign its reader in as somebody", func(t *testing.T) {
		form := url.Values{"handle": {"ada"}, "password": {"correct horse"}}.Encode()
		a := s.visitor().from(shop, "POST", "/signin", form, "Content-Type", "application/x-www-form-urlencoded")
		if a.StatusCode != http.StatusForbidden || a.sessionCookie() != nil {
			t.Errorf("answered %d, with %v", a.StatusCode, a.Cookies())
		}
	})
	t.Run("this site's own pages go on as ever", func(t *testing.T) {
		ada.from(s.url, "POST", "/push", body, "Sec-Fetch-Site", "same-origin").want(t, http.StatusOK)
	})
}

func TestASocketFromAPageElsewhere(t *testing.T) {
	tn := newTown(t, server.Options{Origins: []string{shop}})
	token := tn.token("ada")
	dial := func(origin, cookie string) (*caller, error) {
		h := http.Header{"Origin": {origin}}
		if cookie != "" {
			h.Set("Cookie", "hubbub_session="+cookie)
		}
		return tn.tryDial("page", "", &websocket.DialOptions{HTTPHeader: h})
	}
	for _, origin := range []string{stranger, "null", shop + ":444"} {
		if _, err := dial(origin, token); err == nil {
			t.Errorf("%s is let in", origin)
		}
	}
	page, err := dial(shop, "")
	if err != nil {
		t.Fatal(err)
	}
	page.do(shared.Frame{Register: &shared.Register{Token: token}})

	riding, err := dial(shop, token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := riding.try(shared.Frame{Register: &shared.Register{}}); !errors.Is(err, &shared.Error{Code: shared.CodeUnauthorized}) {
		t.Errorf("with its reader's cookie alone it is told %v", err)
	}
	riding.hearClose(websocket.StatusPolicyViolation)

	own, err := dial(tn.http.URL, token)
	if err != nil {
		t.Fatal(err)
	}
	own.do(shared.Frame{Register: &shared.Register{}})
}

func TestOriginsAreSchemesAndHosts(t *testing.T) {
	for _, origin := range []string{
		"", "shop.example.org", "*", "https://*.example.org", "https://shop.example.org/path", "https://u@shop.example.org",
		"ftp://shop.example.org", "null", "https://büro.example.org", "https://shop.example.org:x",
	} {
		_, err := server.New(t.Context(), server.Options{Store: struct{ server.Store }{}, Origins: []string{shop, origin}})
		if !errors.Is(err, server.ErrBadOrigin) {
			t.Errorf("%q: %v", origin, err)
		}
	}
}
