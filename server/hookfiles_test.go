package server_test

import (
	"strings"
	"testing"

	"hubbub/shared"
)

func TestAWebhookTakesAnyFile(t *testing.T) {
	c := newCabinet(t)
	token := c.ada.must("hook", shared.NewHook{Room: c.room, Name: "CI"}).Token
	h := &hooked{site: c.site, ada: c.ada, room: c.room, token: *token, sender: c.visitor()}
	part := func(header, body string) string {
		return "--x\r\nContent-Disposition: form-data; " + header + "\r\n\r\n" + body + "\r\n"
	}
	picture, long := photo(t, 1000, 500), strings.Repeat("a line of a log\n", 100_000)
	form := part(`name="text"`, "The build failed") + part(`name="a"; filename="screen.jpg"`, picture) +
		part(`name="b"; filename="short.txt"`, "short") + part(`name="c"; filename="long.txt"`, long) + "--x--"

	t.Run("in a form, beside text", func(t *testing.T) {
		h.send("multipart/form-data; boundary=x", form).want(t, 200)
		m := h.last().Message
		if m.Text != "The build failed\nshort.txt\n```\nshort\n```" || len(m.Files) != 2 ||
			!m.Files[0].Picture() || m.Files[1].Name != "long.txt" || m.Files[1].Size != int64(len(long)) {
			t.Errorf("the room heard %q with %+v", m.Text, m.Files)
		}
		if got := c.ada.get(address(m.Files[1])).want(t, 200).body; got != long {
			t.Errorf("the file has %d bytes", len(got))
		}
	})
	t.Run("as it is", func(t *testing.T) {
		c.sendAs(h, "screen.jpg", picture)
		if m := h.last().Message; m.Text != "" || len(m.Files) != 1 || m.Files[0].Name != "screen.jpg" {
			t.Errorf("the room heard %+v", m)
		}
	})
	t.Run("once for an Idempotency-Key", func(t *testing.T) {
		h.sender.header.Set("Idempotency-Key", "build-7")
		h.send("multipart/form-data; boundary=x", form).want(t, 200)
		first, kept := h.last(), c.bytesKept()
		h.send("multipart/form-data; boundary=x", form).want(t, 200)
		if again := h.last(); again.Seq != first.Seq || c.bytesKept() != kept {
			t.Errorf("a resend is event %d after %d, and %d files are kept after %d", again.Seq, first.Seq, c.bytesKept(), kept)
		}
		h.wantError(h.send("text/plain", "The build failed"), 409, shared.CodeKeyReused, "Idempotency-Key")
	})
}

// sendAs sends a file with nothing around it.
func (c *cabinet) sendAs(h *hooked, name, content string) {
	c.t.Helper()
	h.sender.do("POST", "/hooks/"+h.token.Secret+"?name="+name, "application/octet-stream", content).want(c.t, 200)
}
