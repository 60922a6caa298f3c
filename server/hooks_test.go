package server_test

import (
	"strings"
	"testing"

	"hubbub/shared"
)

// hooked is a site with a webhook in its first room.
type hooked struct {
	*site
	ada    *visitor
	room   shared.RoomID
	token  shared.Token
	sender *visitor // knows the address and nothing else
}

func newHooked(t *testing.T) *hooked {
	s := newSite(t)
	ada, room := s.owner()
	token := ada.must("hook", shared.NewHook{Room: room, Name: "CI"}).Token
	return &hooked{site: s, ada: ada, room: room, token: *token, sender: s.visitor()}
}

func (h *hooked) send(contentType, body string) *answer {
	h.t.Helper()
	return h.sender.do("POST", "/hooks/"+h.token.Secret, contentType, body)
}

// last is the newest event of the room.
func (h *hooked) last() shared.Event {
	h.t.Helper()
	page := h.ada.must("history", shared.HistoryQuery{Room: h.room, Before: shared.MaxSeq, Limit: 1}).Page
	return page.Events[0]
}

func (h *hooked) wantError(a *answer, status int, code shared.Code, words string) {
	h.t.Helper()
	a.want(h.t, status)
	var e shared.Error
	a.decode(h.t, &e)
	if e.Code != code || !strings.Contains(e.Message, words) {
		h.t.Errorf("it says %+v, want %s with %q", e, code, words)
	}
}

func TestAWebhookSpeaksInItsRoomAsItsBot(t *testing.T) {
	h := newHooked(t)
	a := h.send("application/x-www-form-urlencoded", "Backup done & dusted").want(t, 200)
	if a.body != "ok" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("the answer is %q (%s)", a.body, a.Header.Get("Content-Type"))
	}
	if ev := h.last(); ev.Message == nil || ev.Message.Text != "Backup done & dusted" || ev.By != h.token.User || ev.By.Name != "CI" {
		t.Errorf("the room heard %+v", ev)
	}
	h.send("application/json", `{"text":"<https://ci.example.org|build> &amp; more"}`).want(t, 200)
	if ev := h.last(); ev.Message.Text != "build (https://ci.example.org) & more" {
		t.Errorf("the room heard %+v", ev.Message)
	}
}

func TestAWebhookSaysTheSameOnceForAnIdempotencyKey(t *testing.T) {
	h := newHooked(t)
	h.send("text/plain", "twice").want(t, 200)
	first := h.last()
	h.send("text/plain", "twice").want(t, 200)
	if again := h.last(); again.Seq != first.Seq+1 {
		t.Errorf("without a key, the same text again is event %d after %d", again.Seq, first.Seq)
	}
	h.sender.header.Set("Idempotency-Key", "build-7")
	h.send("text/plain", "once").want(t, 200)
	h.send("text/plain", "once").want(t, 200)
	if ev := h.last(); ev.Seq != first.Seq+2 || ev.Message.Key != "build-7" {
		t.Errorf("the newest is %+v, want one more", ev)
	}
	h.wantError(h.send("text/plain", "other"), 409, shared.CodeKeyReused, "Idempotency-Key")
	h.sender.header.Set("Idempotency-Key", strings.Repeat("x", 65))
	h.wantError(h.send("text/plain", "other"), 400, shared.CodeInvalid, "1 to 64")
}

func TestAWebhookRefusesInWords(t *testing.T) {
	h := newHooked(t)
	h.wantError(h.send("application/json", `{}`), 400, shared.CodeInvalid, "there is no text")
	h.wantError(h.send("text/plain", ""), 400, shared.CodeInvalid, "there is no text")
	h.wantError(h.send("application/json", `hi`), 400, shared.CodeMalformed, "not the JSON")
	h.wantError(h.send("image/png", "\x89PNG\x00"), 415, shared.CodeUnsupported, "curl -F")
	h.wantError(h.send("text/plain", strings.Repeat("x", 1<<20+1)), 413, shared.CodeTooLarge, "at most 1048576 bytes")
	h.send("text/plain", strings.Repeat("x", 1<<20)).want(t, 200)
	if text := h.last().Message.Text; !strings.HasSuffix(text, "characters left out)") {
		t.Errorf("it ends with %q", text[len(text)-60:])
	}
}

func TestAWebhookThatIsTooFastIsToldWhenToComeBack(t *testing.T) {
	h := newHooked(t)
	for range 60 {
		h.send("text/plain", "x").want(t, 200)
	}
	a := h.send("text/plain", "x")
	h.wantError(a, 429, shared.CodeTooFast, "wait")
	if a.Header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
	other := *h
	other.token = *h.ada.must("hook", shared.NewHook{Room: h.room, Name: "CD"}).Token
	other.send("text/plain", "another webhook is not slowed").want(t, 200)
	h.clock.advance(2e9)
	h.send("text/plain", "x").want(t, 200)
}

func TestAWebhookWorksUntilItIsWithdrawn(t *testing.T) {
	h := newHooked(t)
	yes, no := true, false
	h.ada.must("update", shared.RoomUpdate{Room: h.room, RoomChange: shared.RoomChange{Archived: &yes}})
	h.wantError(h.send("text/plain", "x"), 409, shared.CodeArchived, "archived")
	h.ada.must("update", shared.RoomUpdate{Room: h.room, RoomChange: shared.RoomChange{Archived: &no}})
	h.send("text/plain", "x").want(t, 200)

	bot := h.token.User.ID
	h.ada.must("remove", shared.MemberRef{Room: h.room, User: bot})
	h.wantError(h.send("text/plain", "x"), 410, shared.CodeGone, "not in its room")
	h.ada.must("add", shared.MemberRef{Room: h.room, User: bot})
	h.send("text/plain", "x").want(t, 200)

	h.ada.must("withdraw", shared.TokenRef{ID: h.token.ID})
	h.wantError(h.send("text/plain", "x"), 404, shared.CodeNotFound, "withdrawn")
}

func TestAWebhookEndsWithItsBot(t *testing.T) {
	h := newHooked(t)
	h.ada.must("dismiss", shared.UserRef{User: h.token.User.ID})
	h.wantError(h.send("text/plain", "x"), 404, shared.CodeNotFound, "withdrawn")
}

func TestAWebhooksSecretIsForItsRoomAlone(t *testing.T) {
	h := newHooked(t)
	other := h.ada.must("create", shared.NewRoom{Name: "plans"}).Room.ID
	h.ada.must("add", shared.MemberRef{Room: other, User: h.token.User.ID})
	bearer := h.visitor()
	bearer.header.Set("Authorization", "Bearer "+h.token.Secret)
	bearer.must("post", shared.Post{Room: h.room, Key: "k1", Text: "a token, too"})
	bearer.refused(shared.CodeForbidden, "post", shared.Post{Room: other, Key: "k1", Text: "elsewhere"})
	bearer.refused(shared.CodeForbidden, "history", shared.HistoryQuery{Room: h.room, Before: shared.MaxSeq})
}

func TestOtherTokensAreNoWebhooks(t *testing.T) {
	h := newHooked(t)
	for _, secret := range []string{h.session(h.ada.me().ID), "nothing", shared.NewSecret()} {
		h.wantError(h.sender.do("POST", "/hooks/"+secret, "text/plain", "x"), 404, shared.CodeNotFound, "no webhook")
	}
	h.sender.do("GET", "/hooks/"+h.token.Secret, "", "").want(t, 404)
}

func TestASecretIsNeverLogged(t *testing.T) {
	h := newHooked(t)
	h.send("text/plain", "x").want(t, 200)
	h.send("application/json", "not JSON").want(t, 400)
	h.ada.must("withdraw", shared.TokenRef{ID: h.token.ID})
	h.send("text/plain", "x").want(t, 404)
	if log := h.log.String(); strings.Contains(log, h.token.Secret) || !strings.Contains(log, "/hooks/{secret}") {
		t.Errorf("the log is\n%s", log)
	}
}

func TestWhenAWebhookWasUsedIsKnown(t *testing.T) {
	h := newHooked(t)
	h.clock.advance(2 * 3600e9)
	h.send("text/plain", "x").want(t, 200)
	for _, k := range h.ada.must("tokens", shared.Nothing{}).Tokens {
		if k.ID == h.token.ID && (k.Seen == 0 || k.Room != h.room || k.Secret != "" || k.Expires != 0) {
			t.Errorf("the token is %+v", k)
		}
	}
}
