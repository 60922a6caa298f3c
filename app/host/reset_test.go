//go:build !js

package host

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// hubbubReset runs hubbub reset and returns its exit code and what it prints.
func hubbubReset(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Run(t.Context(), append([]string{"reset"}, args...), &out, &err)
	return code, strings.TrimSpace(out.String()), strings.TrimSpace(err.String())
}

func TestAnOwnerWhoForgotTheirPasswordGetsALinkOnTheMachine(t *testing.T) {
	data := t.TempDir()
	p, site := owned(t, data)
	code, link, said := hubbubReset(t, "@ada", "--data", data)
	if code != 0 || said != "" || !strings.HasPrefix(link, "http://"+site.Host+"/recover/") {
		t.Fatalf("while the server runs: exit code %d, %q, %q", code, link, said)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	use := func() int {
		resp, err := client.PostForm(link, url.Values{"password": {"battery staple"}})
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if status := use(); status != http.StatusSeeOther {
		t.Errorf("the link answers %d", status)
	}
	if status := use(); status != http.StatusGone {
		t.Errorf("a second time it answers %d", status)
	}
	if code, _, said := hubbubReset(t, "nobody", "--data", data); code != 1 || !strings.Contains(said, `"nobody"`) {
		t.Errorf("for nobody: exit code %d, %q", code, said)
	}
	if code, _, said := hubbubReset(t, "--data", data); code != 1 || !strings.Contains(said, "whose password") {
		t.Errorf("for no one: exit code %d, %q", code, said)
	}
	p.end()
	code, link, said = hubbubReset(t, "ada", "--data", data, "--url", "https://chat.example.org/")
	if code != 0 || said != "" || !strings.HasPrefix(link, "https://chat.example.org/recover/") {
		t.Errorf("while it does not run: exit code %d, %q, %q", code, link, said)
	}
}
