package server_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/server/filestore"
	"hubbub/shared"
)

// cabinet is a site that takes files.
type cabinet struct {
	*site
	ada  *visitor
	room shared.RoomID
	root string // where the bytes are
}

func newCabinet(t *testing.T, change ...func(*server.Options)) *cabinet {
	t.Helper()
	c := &cabinet{root: filepath.Join(t.TempDir(), "files")}
	files, err := filestore.Open(c.root)
	if err != nil {
		t.Fatal(err)
	}
	change = append([]func(*server.Options){func(o *server.Options) { o.Files = files }}, change...)
	c.site = newSite(t, change...)
	c.ada, c.room = c.site.owner()
	return c
}

// bytesKept counts the files in the folder, half ones too.
func (c *cabinet) bytesKept() (n int) {
	c.t.Helper()
	err := filepath.WalkDir(c.root, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// eventuallyKept waits until the folder has so many files.
func (c *cabinet) eventuallyKept(want int) {
	c.t.Helper()
	for end := time.Now().Add(patience); c.bytesKept() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("%d files are kept, want %d", c.bytesKept(), want)
		}
	}
}

func (c *cabinet) path(room shared.RoomID, name string) string {
	return "/files?" + url.Values{"room": {string(room)}, "name": {name}}.Encode()
}

func (c *cabinet) upload(v *visitor, name, content string) shared.File {
	c.t.Helper()
	var f shared.File
	v.do("POST", c.path(c.room, name), "", content).want(c.t, 200).decode(c.t, &f)
	return f
}

// post says something with files in the room.
func (c *cabinet) post(v *visitor, key string, files ...shared.File) shared.Event {
	c.t.Helper()
	p := shared.Post{Room: c.room, Key: key}
	for _, f := range files {
		p.Files = append(p.Files, f.ID)
	}
	return *v.must("post", p).Event
}

func address(f shared.File) string { return "/files/" + string(f.ID) + "/" + url.PathEscape(f.Name) }

func (c *cabinet) wantError(a *answer, status int, code shared.Code, words string) {
	c.t.Helper()
	(&hooked{site: c.site}).wantError(a, status, code, words)
}

// photo is a JPEG of red that says where it was taken.
func photo(t *testing.T, w, h int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = []byte{255, 0, 0, 255}[i%4]
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00GPS 52.5200N 13.4050E"
	return b.String()[:2] + "\xff\xe1\x00" + string(rune(len(exif)+2)) + exif + b.String()[2:]
}

// clip is what looks like a video to who looks at its beginning.
func clip(n int) string {
	head := "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
	var b strings.Builder
	b.WriteString(head)
	for i := b.Len(); i < n; i++ {
		b.WriteByte(byte('a' + i%26))
	}
	return b.String()
}

func TestAPictureIsUploadedPostedAndSeen(t *testing.T) {
	c := newCabinet(t)
	bob := c.member("Bob", "bob")
	f := c.upload(c.ada, "Grüße 🙂.jpg", photo(t, 1000, 500))
	if f.Name != "Grüße 🙂.jpg" || f.Type != "image/jpeg" || f.Width != 1000 || f.Height != 500 || !f.Thumb || f.Size == 0 {
		t.Errorf("it is known as %+v", f)
	}
	ev := c.post(c.ada, "k1", f)
	if len(ev.Message.Files) != 1 || ev.Message.Files[0] != f || ev.Message.Text != "" {
		t.Errorf("the message is %+v", ev.Message)
	}
	page := bob.must("history", shared.HistoryQuery{Room: c.room, Before: shared.MaxSeq, Limit: 1}).Page
	if got := page.Events[0].Message.Files; len(got) != 1 || got[0] != f {
		t.Errorf("Bob reads %+v", got)
	}
	whole, thumb := bob.get(address(f)).want(t, 200), bob.get(address(f)+"?thumb").want(t, 200)
	for _, a := range []*answer{whole, thumb} {
		if strings.Contains(a.body, "GPS") || a.Header.Get("Content-Type") != "image/jpeg" ||
			a.Header.Get("Content-Disposition") != "inline; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%F0%9F%99%82.jpg" ||
			a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") ||
			a.Header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
			t.Errorf("it comes with %v", a.Header)
		}
	}
	if size, _, err := image.DecodeConfig(strings.NewReader(whole.body)); err != nil || size.Width != 1000 || len(whole.body) != int(f.Size) {
		t.Errorf("it is %+v, %v, %d bytes", size, err, len(whole.body))
	}
	if size, _, err := image.DecodeConfig(strings.NewReader(thumb.body)); err != nil || size.Width != 720 || size.Height != 360 {
		t.Errorf("the thumbnail is %+v, %v", size, err)
	}
	if etag := whole.Header.Get("ETag"); etag == thumb.Header.Get("ETag") {
		t.Error("a cache cannot tell it from its thumbnail")
	}
	if n := c.bytesKept(); n != 2 {
		t.Errorf("%d files are kept, want the picture and its thumbnail", n)
	}
}

func TestAThumbnailHasATypeOfItsOwn(t *testing.T) {
	c := newCabinet(t)
	var b bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 800, 800))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	f := c.upload(c.ada, "screenshot.png", b.String())
	if got := c.ada.get(address(f)).Header.Get("Content-Type"); got != "image/png" {
		t.Errorf("it is %s", got)
	}
	if got := c.ada.get(address(f) + "?thumb").Header.Get("Content-Type"); got != "image/jpeg" {
		t.Errorf("its thumbnail is %s", got)
	}
	img = image.NewRGBA(image.Rect(0, 0, 8, 8))
	img.Set(1, 1, color.White)
	b.Reset()
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if f := c.upload(c.ada, "dot.png", b.String()); f.Thumb {
		t.Errorf("a small one is %+v", f)
	}
}

func TestOnlyWhoReadsTheRoomNowGetsItsFiles(t *testing.T) {
	c := newCabinet(t)
	bob, eve, nobody := c.member("Bob", "bob"), c.member("Eve", "eve"), c.visitor()
	me := bob.me().ID
	f := c.upload(bob, "notes.txt", "secret plans")
	see := func(when string, v *visitor, want int) {
		t.Helper()
		if a := v.get(address(f)); a.StatusCode != want || want != 200 && strings.Contains(a.body, "secret") {
			t.Errorf("%s: %d %s, want %d", when, a.StatusCode, a.body, want)
		}
	}
	see("before it is posted, its owner", bob, 200)
	see("before it is posted, another", c.ada, 404)
	see("before it is posted, a stranger", nobody, 401)
	c.post(bob, "k1", f)
	see("a member", c.ada, 200)
	see("another member", eve, 200)
	eve.must("leave", shared.RoomRef{Room: c.room})
	see("who has left", eve, 404)
	eve.must("join", shared.RoomRef{Room: c.room})
	see("who came back", eve, 200)
	c.ada.must("remove", shared.MemberRef{Room: c.room, User: me})
	see("its owner, who was removed", bob, 404)
	see("a member, still", c.ada, 200)
	see("a stranger", nobody, 401)
	if a := c.ada.get("/files/nothing/x"); a.StatusCode != 404 {
		t.Errorf("a file that is not there: %d", a.StatusCode)
	}
	eve.refused(shared.CodeNotFound, "post", shared.Post{Room: c.room, Key: "k1", Files: []shared.FileID{f.ID}})
}

func TestWhatABrowserMightRunIsOnlySaved(t *testing.T) {
	c := newCabinet(t)
	for name, content := range map[string]string{
		"page.html":   "<!doctype html><script>alert(1)</script>",
		"drawing.svg": `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"photo.jpg":   "<html><script>alert(1)</script>",
		"paper.pdf":   "%PDF-1.4\n",
		"code.js":     "alert(1)",
		"broken.png":  "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR<script>alert(1)</script>",
	} {
		f := c.upload(c.ada, name, content)
		a := c.ada.get(address(f)).want(t, 200)
		if a.body != content || f.Picture() || a.Header.Get("Content-Type") != "application/octet-stream" ||
			!strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%s: %+v, with %v", name, f, a.Header)
		}
	}
}

func TestAVideoIsPlayedFromAnyPlace(t *testing.T) {
	c := newCabinet(t)
	content := clip(300_000)
	f := c.upload(c.ada, "holiday.mp4", content)
	if f.Playable() != "video" || f.Size != 300_000 {
		t.Errorf("it is %+v", f)
	}
	c.ada.header.Set("Range", "bytes=200000-200009")
	a := c.ada.get(address(f)).want(t, http.StatusPartialContent)
	if a.body != content[200_000:200_010] || a.Header.Get("Content-Range") != "bytes 200000-200009/300000" ||
		a.Header.Get("Content-Type") != "video/mp4" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "inline") {
		t.Errorf("%q with %v", a.body, a.Header)
	}
	c.ada.header.Set("Range", "bytes=300000-")
	c.ada.get(address(f)).want(t, http.StatusRequestedRangeNotSatisfiable)
	c.ada.header.Set("Range", "bytes=0-4")
	c.ada.header.Set("If-Range", `"another"`)
	if a := c.ada.get(address(f)).want(t, 200); len(a.body) != 300_000 {
		t.Errorf("%d bytes", len(a.body))
	}
}

func TestALimitIsToldBeforeAndHeldWhileStreaming(t *testing.T) {
	c := newCabinet(t, func(o *server.Options) { o.FileLimit = 10_000 })
	view := c.ada.get("/r/" + string(c.room)).view(t)
	if l := view.Welcome.Limits; l.File != 10_000 || l.Files != shared.MaxFiles {
		t.Errorf("the limits are %+v", l)
	}
	c.upload(c.ada, "just right", strings.Repeat("x", 10_000))
	kept := c.bytesKept()
	c.wantError(c.ada.do("POST", c.path(c.room, "x"), "", strings.Repeat("x", 10_001)), 413, shared.CodeTooLarge, "at most 9.766 KB")
	for _, n := range []int{10_001, 50_000, 900_000} { // of unknown length
		a := c.send(c.ada, io.MultiReader(strings.NewReader(strings.Repeat("x", n))))
		c.wantError(a, 413, shared.CodeTooLarge, "at most")
	}
	if n := c.bytesKept(); n != kept {
		t.Errorf("%d files are kept, want %d", n, kept)
	}
}

// send uploads what a reader gives, without saying how much it is.
func (c *cabinet) send(v *visitor, body io.Reader) *answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), "POST", c.url+c.path(c.room, "x"), struct{ io.Reader }{body})
	if err != nil {
		c.t.Fatal(err)
	}
	resp, err := v.client.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return &answer{resp, string(b)}
}

func TestAQuotaIsOfAllOfAUsersFiles(t *testing.T) {
	c := newCabinet(t, func(o *server.Options) { o.FileQuota = 1000 })
	bob := c.member("Bob", "bob")
	first := c.upload(c.ada, "a", strings.Repeat("x", 600))
	kept := c.bytesKept()
	c.wantError(c.ada.do("POST", c.path(c.room, "b"), "", strings.Repeat("x", 401)), 413, shared.CodeTooLarge, "1000 bytes that you have")
	c.wantError(c.send(c.ada, strings.NewReader(strings.Repeat("x", 401))), 413, shared.CodeTooLarge, "1000 bytes that you have")
	if n := c.bytesKept(); n != kept {
		t.Errorf("%d files are kept, want %d", n, kept)
	}
	c.upload(bob, "another's", strings.Repeat("x", 900))
	c.upload(c.ada, "b", strings.Repeat("x", 400))
	ev := c.post(c.ada, "k1", first)
	c.ada.must("delete", shared.MessageRef{Room: c.room, Seq: ev.Seq})
	c.upload(c.ada, "c", strings.Repeat("x", 600))
}

func TestAFileOfADeletedMessageIsGone(t *testing.T) {
	c := newCabinet(t)
	f, other := c.upload(c.ada, "a.jpg", photo(t, 1000, 500)), c.upload(c.ada, "b.txt", "stays")
	ev := c.post(c.ada, "k1", f)
	c.post(c.ada, "k2", other)
	c.ada.get(address(f)).want(t, 200)
	c.ada.must("delete", shared.MessageRef{Room: c.room, Seq: ev.Seq})
	c.ada.get(address(f)).want(t, 404)
	c.ada.get(address(f)+"?thumb").want(t, 404)
	c.eventuallyKept(1)
	c.ada.get(address(other)).want(t, 200)
	again := c.ada.must("post", shared.Post{Room: c.room, Key: "k1", Files: []shared.FileID{f.ID}}).Event
	if again.Seq != ev.Seq || !again.Message.Deleted {
		t.Errorf("a resend of it is %+v", again)
	}
}

func TestAFileThatIsNotPostedAfterAllIsGone(t *testing.T) {
	c := newCabinet(t)
	bob := c.member("Bob", "bob")
	f, posted := c.upload(c.ada, "a.jpg", photo(t, 1000, 500)), c.upload(c.ada, "b.txt", "x")
	c.post(c.ada, "k1", posted)
	path := "/files/" + string(f.ID)
	bob.do("DELETE", path, "", "").want(t, 404)
	c.ada.do("DELETE", "/files/"+string(posted.ID), "", "").want(t, 404)
	c.ada.do("DELETE", path, "", "").want(t, 200)
	c.ada.do("DELETE", path, "", "").want(t, 404)
	c.ada.get(address(f)).want(t, 404)
	if n := c.bytesKept(); n != 1 {
		t.Errorf("%d files are kept", n)
	}
}

func TestWhatNobodyCanAskForIsCollected(t *testing.T) {
	c := newCabinet(t)
	c.clock.advance(time.Since(c.clock.Now())) // the disk's
	lost, posted := c.upload(c.ada, "a.jpg", photo(t, 1000, 500)), c.upload(c.ada, "b.jpg", photo(t, 1000, 500))
	c.post(c.ada, "k1", posted)
	stray, err := filestore.Open(c.root)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"stray", "stray-thumb"} { // a crash has left them
		if _, err := stray.Put(t.Context(), id, func(w io.Writer) error { _, err := w.Write([]byte("x")); return err }); err != nil {
			t.Fatal(err)
		}
	}
	collect := func() {
		t.Helper()
		if err := c.chat.CollectFiles(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	collect()
	if n := c.bytesKept(); n != 6 {
		t.Errorf("at once, %d files are kept, want all", n)
	}
	c.clock.advance(2 * time.Hour)
	collect()
	if n := c.bytesKept(); n != 4 {
		t.Errorf("after two hours, %d files are kept: the stray ones should be gone", n)
	}
	c.clock.advance(23 * time.Hour)
	collect()
	if n := c.bytesKept(); n != 2 {
		t.Errorf("after a day, %d files are kept", n)
	}
	c.ada.get(address(lost)).want(t, 404)
	c.ada.get(address(posted)).want(t, 200)
	if err := os.RemoveAll(c.root); err != nil { // a disk that is not mounted
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.root, 0o700); err != nil {
		t.Fatal(err)
	}
	collect()
	if _, err := c.store.File(t.Context(), posted.ID); err != nil || !strings.Contains(c.log.String(), "bytes of a file are missing") {
		t.Errorf("a file whose bytes are missing: %v, and the log is\n%s", err, c.log)
	}
}

func TestAFileInAFormIsTaken(t *testing.T) {
	c := newCabinet(t)
	form := func(files ...string) (contentType, body string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("comment", "not a file")
		for _, name := range files {
			part, err := w.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(part, "content of "+name)
		}
		_ = w.Close()
		return w.FormDataContentType(), b.String()
	}
	path := "/files?room=" + string(c.room)
	kind, body := form("notes.txt")
	var f shared.File
	c.ada.do("POST", path, kind, body).want(t, 200).decode(t, &f)
	if f.Name != "notes.txt" || c.ada.get(address(f)).body != "content of notes.txt" {
		t.Errorf("it is %+v", f)
	}
	kind, body = form("a", "b")
	c.wantError(c.ada.do("POST", path, kind, body), 400, shared.CodeInvalid, "more than one file")
	kind, body = form()
	c.wantError(c.ada.do("POST", path, kind, body), 400, shared.CodeInvalid, "no file")
	kind, body = form("notes.txt")
	c.wantError(c.ada.do("POST", path, kind, body[:len(body)-30]), 400, shared.CodeMalformed, "end")
	if n := c.bytesKept(); n != 1 {
		t.Errorf("%d files are kept", n)
	}
}

func TestAnUploadRefusesInWords(t *testing.T) {
	c := newCabinet(t)
	bob := c.member("Bob", "bob")
	c.wantError(c.ada.do("POST", c.path(c.room, "x"), "", ""), 400, shared.CodeInvalid, "empty")
	c.wantError(c.ada.do("POST", c.path("nowhere", "x"), "", "x"), 404, shared.CodeNotFound, "no such room")
	c.wantError(c.visitor().do("POST", c.path(c.room, "x"), "", "x"), 401, shared.CodeUnauthorized, "sign in")
	bob.must("leave", shared.RoomRef{Room: c.room})
	c.wantError(bob.do("POST", c.path(c.room, "x"), "", "x"), 403, shared.CodeForbidden, "not a member")
	f := c.upload(c.ada, "../../etc/pass\x00wd\u202etxt", "x")
	if f.Name != "passwdtxt" {
		t.Errorf("the name is %q", f.Name)
	}
	c.ada.refused(shared.CodeInvalid, "post", shared.Post{Room: c.room, Key: "k1", Files: []shared.FileID{f.ID, f.ID}})
	c.ada.refused(shared.CodeInvalid, "post", shared.Post{Room: c.room, Key: "k1", Files: make([]shared.FileID, 30)})
	c.ada.refused(shared.CodeNotFound, "post", shared.Post{Room: c.room, Key: "k1", Files: []shared.FileID{"nothing"}})
	c.post(c.ada, "k1", f)
	c.ada.refused(shared.CodeNotFound, "post", shared.Post{Room: c.room, Key: "k2", Files: []shared.FileID{f.ID}})
	c.ada.refused(shared.CodeKeyReused, "post", shared.Post{Room: c.room, Key: "k1", Text: "x", Files: []shared.FileID{f.ID}})
}

func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	c := newCabinet(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	token := c.session(c.ada.me().ID)
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100000\r\n\r\n%s",
		c.path(c.room, "x"), token, strings.Repeat("x", 50_000))
	if err != nil {
		t.Fatal(err)
	}
	c.eventuallyKept(1) // what is half written
	conn.Close()
	c.eventuallyKept(0)
	if used, err := c.store.FileUsage(t.Context(), c.ada.me().ID); used != 0 || err != nil {
		t.Errorf("%d bytes are used, %v", used, err)
	}
}

func TestSomebodyUploadsAFewAtATime(t *testing.T) {
	c := newCabinet(t)
	token := c.session(c.ada.me().ID)
	var open []net.Conn
	for range 4 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100000\r\n\r\n%s",
			c.path(c.room, "x"), token, strings.Repeat("x", 50_000))
		open = append(open, conn)
	}
	c.eventuallyKept(4)
	c.wantError(c.ada.do("POST", c.path(c.room, "x"), "", "x"), 429, shared.CodeTooFast, "4 of your files")
	c.upload(c.member("Bob", "bob"), "another's", "x")
	for _, conn := range open {
		conn.Close()
	}
	c.eventuallyKept(1)
	c.upload(c.ada, "then", "x")
}

func TestAServerWithoutAPlaceForFilesTakesNone(t *testing.T) {
	s := newSite(t)
	ada, room := s.owner()
	ada.do("POST", "/files?room="+string(room), "", "x").want(t, 415)
	if l := ada.get("/r/" + string(room)).view(t).Welcome.Limits; l.File != 0 {
		t.Errorf("the limits are %+v", l)
	}
}
