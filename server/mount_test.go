package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/shared"
)

// pathAssets answer with the path that they see, and where they are.
type pathAssets struct{ base string }

func (a pathAssets) Under(base string) http.Handler { return pathAssets{base} }

func (a pathAssets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, a.base, " ", r.URL.Path)
}

// mountSites puts servers of their own on one mux, as embedding programs do, and
// returns a site for each path.
func mountSites(t *testing.T, paths ...string) []*site {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "somebody else's") })
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	var sites []*site
	for _, path := range paths {
		store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s := &site{t: t, store: store, url: web.URL + path, base: path, clock: &clock{now: time.Now()}}
		chat, err := server.New(t.Context(), server.Options{
			Store: store, Pages: jsonPages{}, Assets: pathAssets{}, SetupToken: setupToken, Path: path, Now: s.clock.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := chat.Shutdown(ctx); err != nil {
				t.Error(err)
			}
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		mux.Handle(path+"/", chat)
		sites = append(sites, s)
	}
	return sites
}

func TestUnderAPathEverythingIsUnderIt(t *testing.T) {
	const base = "/chat"
	s := mountSites(t, base)[0]
	ada, lobby := s.owner()

	t.Run("the path alone leads to the one with a slash", func(t *testing.T) {
		root := &site{t: t, url: strings.TrimSuffix(s.url, base)}
		for path, want := range map[string]string{
			"/chat": "/chat/", "/chat?x=1": "/chat/?x=1", "/chat//r/x": "/chat/r/x", "/chat/x/../signin": "/chat/signin",
		} {
			if a := root.visitor().get(path); a.StatusCode/100 != 3 || a.Header.Get("Location") != want {
				t.Errorf("%s answers %d to %q, want %q", path, a.StatusCode, a.Header.Get("Location"), want)
			}
		}
		if a := root.visitor().get("/chatter"); a.body != "somebody else's" {
			t.Errorf("/chatter answers %s", a.body)
		}
	})

	t.Run("no redirect leaves it", func(t *testing.T) {
		ada.get("/").wantTo(t, "/chat/r/"+string(lobby))
		ada.form("/r/"+string(lobby), "key", "k", "text", "hi").wantTo(t, "/chat/r/"+string(lobby))
		ada.get("/signin").wantTo(t, "/chat/")
		ada.get("/signin?next=/r/x").wantTo(t, "/chat/r/x")
		ada.get("/signin?next=/../elsewhere").wantTo(t, "/chat/")
		s.visitor().get("/").wantTo(t, "/chat/signin")
		to := s.visitor().get("/r/"+string(lobby)+"/3?a=b").wantTo(t, "/chat/signin?next=").Header.Get("Location")
		if next := mustURL(t, to).Query().Get("next"); next != "/r/"+string(lobby)+"/3?a=b" {
			t.Errorf("after signing in it goes on to %s", next)
		}
		eve := s.visitor()
		eve.form("/join/"+ada.must("invite", shared.NewInvite{}).Invite.Code, "name", "Eve").wantTo(t, "/chat/r/")
		eve.form("/signout").wantTo(t, "/chat/signin")
		for _, path := range []string{"/web", "/api", "/r", "/join", "/healthz/", "/ws/"} {
			if to := ada.get(path).Header.Get("Location"); to != "" && !strings.HasPrefix(to, "/chat/") {
				t.Errorf("%s leads to %s", path, to)
			}
		}
	})

	t.Run("pages know it", func(t *testing.T) {
		for _, path := range []string{"/r/" + string(lobby), "/nowhere", "/join/none"} {
			if v := ada.get(path).view(t); v.Base != base || v.Path != path {
				t.Errorf("%s: the view has base %q and path %q", path, v.Base, v.Path)
			}
		}
	})

	t.Run("cookies are sent nowhere else", func(t *testing.T) {
		v := s.visitor()
		answers := []*answer{
			v.form("/signin", "handle", "ada", "password", "correct horse").wantTo(t, "/chat/"),
			v.get("/r/" + string(lobby)), v.form("/signout"),
		}
		for _, a := range answers {
			if len(a.Cookies()) == 0 {
				t.Errorf("%s sets none", a.Request.URL)
			}
			for _, c := range a.Cookies() {
				if c.Path != base {
					t.Errorf("%s sets %s for %s", a.Request.URL, c.Name, c.Path)
				}
			}
		}
	})

	t.Run("the files are found and know it", func(t *testing.T) {
		for path, want := range map[string]string{"/web/app.1.js": "/chat /web/app.1.js", "/sw.js": "/chat /sw.js"} {
			if a := ada.get(path); a.body != want {
				t.Errorf("%s answers %q, want %q", path, a.body, want)
			}
		}
	})

	t.Run("so are sockets and health", func(t *testing.T) {
		ada.get("/healthz").want(t, http.StatusOK)
		for _, path := range []string{"/ws", "/echo"} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.url, "http")+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = ws.CloseNow()
		}
	})

	t.Run("the API says where it is", func(t *testing.T) {
		if page := ada.get("/api").want(t, http.StatusOK); !strings.Contains(page.body, s.url+"/api/v1/post") {
			t.Error("the page of the API has other addresses")
		}
		if doc := ada.get("/api/openapi.json").want(t, http.StatusOK); !strings.Contains(doc.body, `"url":"`+s.url+`"`) {
			t.Error("the document of the API has another server")
		}
	})

	t.Run("programs are answered in JSON", func(t *testing.T) {
		for _, path := range []string{"/api/v1/nothing", "/api/nothing"} {
			var e shared.Error
			ada.get(path).decode(t, &e)
			if e.Code != shared.CodeUnknown {
				t.Errorf("%s: %+v", path, e)
			}
		}
	})
}

func TestOutsideItsPathAServerSaysWhereItIs(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.URL = "https://example.org/chat/" })
	v := s.visitor()
	if a := v.get("/signin").want(t, http.StatusNotFound); !strings.Contains(a.body, "/chat/") {
		t.Errorf("it says %q", a.body)
	}
	v.get("/chat/healthz").want(t, http.StatusOK)
}

func TestServersUnderTwoPathsOfAHostDoNotDisturbEachOther(t *testing.T) {
	sites := mountSites(t, "/one", "/two", "/two/three")
	ada, _ := sites[0].owner() // one browser
	for i, base := range []string{"/two", "/two/three"} {
		sites[i+1].owner()
		there := *ada
		there.site = sites[i+1]
		there.get("/").wantTo(t, base+"/signin")
		there.form("/signin", "handle", "ada", "password", "correct horse").wantTo(t, base+"/")
	}
	ada.get("/").wantTo(t, "/one/r/")
	for i, base := range []string{"/one", "/two", "/two/three"} {
		there := *ada
		there.site = sites[i]
		there.get("/").wantTo(t, base+"/r/")
		there.form("/signout").wantTo(t, base+"/signin")
		there.get("/").wantTo(t, base+"/signin")
	}
}
