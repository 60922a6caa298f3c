package app

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"hubbub/app/client"
	"hubbub/app/i18n"
	"hubbub/shared"
)

// Files on their way are web/script/files.js's affair, bytes and progress: what
// is drawn here are its elements, by key. Files of messages are plain markup.

// What a picture takes at most, in CSS pixels.
const (
	pictureWidth  = 420
	pictureHeight = 320
)

// tray is what the next message is to have, above the composer.
func (c *composer) tray() app.UI {
	l := c.M.client.State().Limits
	return app.Elem("hubbub-tray").Attr("room", attr(string(c.Room))).Attr("limit", strconv.FormatInt(l.File, 10)).
		Attr("most", itoa(l.Files)).DataSet("drop", c.M.text.DropFiles)
}

// attach lets one choose files, or take a photograph where there are fingers.
// The stylesheet hides both until the app is there.
func (m *model) attach() app.UI {
	if m.client.State().Limits.File == 0 {
		return app.Span()
	}
	choose := func(class, label, more, icon string) string {
		label = escape(label)
		return `<label class="icon attach ` + class + `" title="` + label + `"><input type="file" class="visually-hidden" aria-label="` + label + `"` + more +
			`><svg class="i" viewBox="0 0 20 20" aria-hidden="true" focusable="false">` + icon + `</svg></label>`
	}
	return element(`<span class="attaches">` +
		choose("camera", m.text.TakePhoto, ` accept="image/*" capture="environment"`, `<path d="M3 6.500h3L7.500 4.500h5L14 6.500h3v9H3z"/><circle cx="10" cy="10.800" r="2.800"/>`) +
		choose("", m.text.AddFiles, ` multiple`, `<path d="M15.500 9.500l-5.800 5.800a3.500 3.500 0 0 1-5-5l6.300-6.300a2.300 2.300 0 0 1 3.300 3.300l-6.200 6.200a1.100 1.100 0 0 1-1.600-1.600l5.300-5.300"/>`) +
		`</span>`)
}

// tellFiles gives the scripts the sentences they say.
func (m *model) tellFiles() {
	if files := browserFiles(); files.Truthy() {
		t := m.text
		files.Call("words", map[string]any{
			"remove": t.RemoveFile, "retry": t.Retry, "large": t.FileTooLarge, "many": t.TooManyFiles, "failed": t.UploadFailed, "waits": t.WaitsForNetwork, "gone": t.FileGone,
			"close": t.Close, "before": t.PictureBefore, "after": t.PictureAfter, "zoom": t.Zoom, "save": t.Download,
		})
	}
}

func browserFiles() app.Value { return app.Window().Get("hubbubFiles") }

// chosen is what the next message of a room is to have; kept is false while
// that is not safe yet.
func chosen(room shared.RoomID) (files []shared.FileID, kept bool) {
	if !browserFiles().Truthy() {
		return nil, true
	}
	keys := browserFiles().Call("waiting", string(room))
	if !keys.Truthy() {
		return nil, false
	}
	for i := range keys.Length() {
		files = append(files, shared.FileID(keys.Index(i).String()))
	}
	return files, true
}

// posted says that files are in a message now.
func posted(files []shared.FileID) {
	if len(files) > 0 {
		browserFiles().Call("sent", client.Keys(files))
	}
}

// unsentFiles are those of a message that is not in the log yet.
func unsentFiles(p *client.Pending) app.UI {
	if len(p.Files) == 0 {
		return app.Span()
	}
	parts := make([]app.UI, len(p.Files))
	for i, f := range p.Files {
		parts[i] = app.Elem("hubbub-file").Attr("key", string(f))
	}
	return app.Div().Class("files").Body(parts...)
}

// files are those of a message: pictures in the size that they will have,
// what can be played, and cards.
func (m *model) files(files []shared.File) app.UI {
	var b strings.Builder
	b.WriteString(`<div class="files">`)
	for i := range files {
		m.file(&b, &files[i])
	}
	b.WriteString(`</div>`)
	return element(b.String())
}

func (m *model) file(b *strings.Builder, f *shared.File) {
	name := escape(f.Name)
	address := m.path("/files/" + string(f.ID) + "/" + pathName(f.Name))
	link := ` href="` + address + `"`
	switch player := f.Playable(); {
	case f.Picture():
		w, h := fitInto(f.Width, f.Height)
		small := address
		if f.Thumb {
			small += "?thumb"
		}
		b.WriteString(`<a class="picture" target="_blank"` + link + `><img src="` + small + `" width="` + itoa(w) + `" height="` + itoa(h) +
			`" alt="` + name + `" loading="lazy" decoding="async"></a>`)
	case player != "":
		b.WriteString(`<figure class="` + player + `"><` + player + ` controls playsinline preload="metadata" src="` + address + `" aria-label="` + name + `"></` + player +
			`><figcaption><a download` + link + ` dir="auto">` + name + `</a> <span class="size">` + byteSize(f.Size) + `</span></figcaption></figure>`)
	default:
		b.WriteString(`<a class="file-card" download` + link + ` title="` + escape(i18n.Fill(m.text.DownloadFile, f.Name)) + `"><span class="kind" aria-hidden="true">` +
			escape(ending(f.Name)) + `</span><span class="name" dir="auto">` + name + `</span><span class="size">` + byteSize(f.Size) + `</span></a>`)
	}
}

// fitInto scales a picture's size down to what it takes here.
func fitInto(w, h int) (int, int) {
	if w > pictureWidth {
		w, h = pictureWidth, max(1, h*pictureWidth/w)
	}
	if h > pictureHeight {
		w, h = max(1, w*pictureHeight/h), pictureHeight
	}
	return w, h
}

// ending is what a file's name says of its kind, in a few letters.
func ending(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || len(name)-i > 6 {
		return ""
	}
	return strings.ToUpper(name[i+1:])
}

// pathName is a name as part of an address.
func pathName(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte("0123456789ABCDEF"[c>>4])
		b.WriteByte("0123456789ABCDEF"[c&15])
	}
	return b.String()
}

// byteSize is a size for people.
func byteSize(n int64) string {
	unit := 0
	rest := int64(0)
	for ; n >= 1024 && unit < 4; unit++ {
		n, rest = n/1024, n%1024
	}
	s := strconv.FormatInt(n, 10)
	if unit > 0 && n < 10 {
		s += "." + strconv.FormatInt(rest*10/1024, 10)
	}
	return s + " " + [...]string{"B", "KB", "MB", "GB", "TB"}[unit]
}
