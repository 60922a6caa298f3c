//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hubbub/shared"
)

// tryPush is POST /push with a token, and what the server answers.
func (h *hubbub) tryPush(token string, n shared.NewPush) (status int, said string) {
	h.t.Helper()
	raw, err := json.Marshal(n)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", h.url("/push"), bytes.NewReader(raw))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// escape closes the dialog, and waits until it is.
func (p *person) escape() {
	p.t.Helper()
	p.key("\u001b")
	p.wait("the dialog to close", `!document.querySelector("#dialog").open && !document.querySelector("#dialog h2")`)
}

// tokens opens the dialog about bots and tokens.
func (p *person) tokens() {
	p.t.Helper()
	p.openDrawer()
	p.click(".me")
	p.press("#dialog", "", "Bots and tokens")
	p.sees("#dialog h2", "Bots and tokens")
}

// secret is the secret that the dialog shows.
func (p *person) secret() string {
	p.t.Helper()
	p.wait("the secret", `!!document.querySelector("#secret")`)
	return eval[string](p, `document.querySelector("#secret").value`)
}

func TestATokenIsMadePushesAndIsRevokedAtOnce(t *testing.T) {
	h := start(t)
	p := h.setUp(t)
	p.tokens()
	p.sees("#dialog", "No program acts for you yet")
	p.fill("#token-name", "CI")
	p.choose("#token-user", "new")
	p.fill("#token-bot", "Builder")
	p.press("#dialog", "", "Make a token")
	p.sees("#dialog .error", "Choose what the token may do")
	p.click(`label[for="scope-push"]`)
	p.press("#dialog", "", "Make a token")
	token := p.secret()
	p.sees("#dialog", "will not be shown again")
	p.sees("#dialog .person", "for Builder")
	p.sees("#dialog .person", "bot of")
	p.axe("a token that was just made")
	p.save("token-made")
	if try := eval[string](p, `document.querySelector("#try-it").value`); !strings.Contains(try, token) || !strings.Contains(try, "/push") {
		t.Errorf("the line to try is %q", try)
	}
	me := h.welcome(h.session("ada", "correct horse")).You.ID
	h.push(token, shared.NewPush{UserID: me, Message: "It works"})
	p.sees(".toast", "Builder")
	p.sees(".toast", "It works")

	p.escape()
	p.tokens()
	p.sees("#dialog .person", "CI")
	p.sees("#dialog .person", "last used")
	p.wait("no secret", `!document.querySelector("#secret") && !document.querySelector("#dialog").innerHTML.includes(%s)`, token)
	p.press("#dialog .person", "CI", "Revoke")
	if status, _ := h.tryPush(token, shared.NewPush{UserID: me, Message: "still works"}); status != 200 {
		t.Errorf("one press revoked it: %d", status)
	}
	p.press("#dialog .person", "CI", "Revoke now")
	p.sees("#dialog", "No program acts for you yet")
	if status, said := h.tryPush(token, shared.NewPush{UserID: me, Message: "too late"}); status != http.StatusUnauthorized {
		t.Errorf("a revoked token is answered %d: %s", status, said)
	}
	p.press("#dialog .person", "Builder", "End")
	p.press("#dialog .person", "Builder", "End it and its tokens")
	p.axe("bots and tokens")
}

func TestAMemberIsOfferedWhatMembersMay(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	eve := h.signedIn(t, "eve", h.join(token, "Eve"))
	eve.open("/r/" + string(lobby))
	eve.ready()
	eve.click(".me")
	eve.sees("#dialog h2", "Profile")
	if said := eve.text("#dialog"); strings.Contains(said, "Bots and tokens") {
		t.Errorf("a guest is offered tokens: %s", said)
	}
	eve.click("#dialog summary")
	eve.fill("#my-handle", "eve")
	eve.fill("#my-new", "long enough")
	eve.key("\r")
	eve.sees(".me .detail", "@eve")
	eve.escape()
	eve.tokens()
	eve.wait("two scopes", `[...document.querySelectorAll(".scopes input")].map(e => e.id).join() === "scope-post,scope-read"`)
}

func TestAWebhookIsMadeForARoomAndSpeaksAsABot(t *testing.T) {
	h := start(t)
	token, lobby := h.furnish()
	p := h.signedIn(t, "ada", token)
	p.open("/r/" + string(lobby))
	p.ready()
	p.click(`.head button[aria-label="Settings of this room"]`)
	p.press("#dialog", "", "Webhooks")
	p.sees("#dialog", "This room has no webhook yet")
	p.fill("#hook-name", "Greenhouse")
	p.press("#dialog", "", "Make a webhook")
	address := p.secret()
	if !regexp.MustCompile(`^` + h.url("/hooks/") + `\S{20,}$`).MatchString(address) {
		t.Errorf("the address is %q", address)
	}
	if try := eval[string](p, `document.querySelector("#try-it").value`); try != "curl -d 'Hello' "+address {
		t.Errorf("the line to try is %q", try)
	}
	p.sees("#dialog .person", "Greenhouse")
	p.axe("a webhook that was just made")
	p.save("webhook-made")
	p.escape()
	p.sees(".system", "added Greenhouse")
	p.click(".members-button")
	p.sees(".pane .person", "bot of Ada Lovelace")

	if status := say(t, address, "It is 31 °C in here"); status != http.StatusOK {
		t.Errorf("the address answered %d", status)
	}
	p.reads("It is 31 °C in here")
	p.sees(".msg .by", "Greenhouse")
	p.sees(".msg .by .tag", "bot")
	p.click(`.head button[aria-label="Settings of this room"]`)
	p.press("#dialog", "", "Webhooks")
	p.press("#dialog .person", "Greenhouse", "Revoke")
	p.press("#dialog .person", "Greenhouse", "Revoke now")
	p.sees("#dialog", "This room has no webhook yet")
	if status := say(t, address, "still here"); status == http.StatusOK {
		t.Error("a revoked webhook still speaks")
	}
}

// say posts text to an address, as curl -d does.
func say(t *testing.T, address, text string) (status int) {
	t.Helper()
	resp, err := http.Post(address, "application/x-www-form-urlencoded", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
