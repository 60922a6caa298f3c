package server

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"hubbub/server/pictures"
	"hubbub/shared"
)

const (
	thumbSide   = 720      // pixels that a thumbnail has at most, on either side: twice what is shown
	sniffed     = 3072     // bytes by which a file's type is told
	uploadsEach = 4        // files that one user uploads at the same time
	thumbSuffix = "-thumb" // what a thumbnail's id has after its file's
)

// uploads takes what people upload: streamed to where it is kept, never whole
// in memory, and pictures drawn anew.
type uploads struct {
	files  Files // nil: no files are taken
	studio *pictures.Studio
	limit  int64 // bytes in a file
	quota  int64 // bytes of all of a user's; 0: as many as there is room for

	mu   sync.Mutex
	busy map[shared.UserID]int // guarded by mu: uploads under way
}

func newUploads(o Options, studio *pictures.Studio) *uploads {
	return &uploads{
		files: o.Files, studio: studio, limit: o.FileLimit, quota: o.FileQuota,
		busy: make(map[shared.UserID]int),
	}
}

// limits is what clients are told.
func (u *uploads) limits() shared.Limits {
	l := shared.DefaultLimits()
	if u.files != nil {
		l.File, l.Files = u.limit, shared.MaxFiles
	}
	return l
}

// begin counts an upload of a user's; the caller calls end once it is over.
func (u *uploads) begin(user shared.UserID) (end func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.busy[user] >= uploadsEach {
		e := shared.Errorf(shared.CodeTooFast, "%d of your files are being uploaded already; wait until one has arrived", uploadsEach)
		e.RetryAfter = 2
		return nil, e
	}
	u.busy[user]++
	return func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.busy[user]--; u.busy[user] == 0 {
			delete(u.busy, user)
		}
	}, nil
}

// offer is a file that somebody wants to put into a room.
type offer struct {
	id   shared.FileID // that it is to have; "" for any. What has it already is that file
	room shared.RoomID
	name string
	size int64 // bytes, or -1 where nobody says
	body io.Reader
}

// upload takes a file for a message that is to be posted.
func (c *chat) upload(ctx context.Context, a actor, o offer) (shared.File, error) {
	if err := c.mayUpload(ctx, a, o); err != nil {
		return shared.File{}, err
	}
	if o.id != "" {
		f, err := c.store.File(ctx, o.id)
		if err == nil && f.Owner == a.user.ID && f.Room == o.room {
			return f.File, nil
		}
	}
	end, err := c.uploads.begin(a.user.ID)
	if err != nil {
		return shared.File{}, err
	}
	defer end()
	file, err := c.uploads.take(ctx, o)
	if err != nil {
		return shared.File{}, c.tellUpload(ctx, err)
	}
	row := File{File: file, Owner: a.user.ID, Room: o.room, Created: c.now()}
	err = c.store.AddFile(context.WithoutCancel(ctx), row, c.uploads.quota)
	if errors.Is(err, ErrTaken) {
		return file, nil // by the same file of the same sender, a moment ago
	}
	if err != nil {
		c.uploads.remove(ctx, file.ID)
		return shared.File{}, c.tellUpload(ctx, err)
	}
	return file, nil
}

// mayUpload is everything that can be said before a byte has come.
func (c *chat) mayUpload(ctx context.Context, a actor, o offer) error {
	if c.uploads.files == nil {
		return shared.Errorf(shared.CodeUnsupported, "this server takes no files")
	}
	if a.room != "" && o.room != a.room {
		return forbidden("this webhook speaks in another room")
	}
	if _, err := c.enter(ctx, a, postToRoom, o.room); err != nil {
		return err
	}
	if o.size > c.uploads.limit {
		return errFileTooLarge(c.uploads.limit)
	}
	if c.uploads.quota <= 0 {
		return nil
	}
	used, err := c.store.FileUsage(ctx, a.user.ID)
	if err == nil && used+max(o.size, 1) > c.uploads.quota {
		err = ErrQuota
	}
	return c.tellUpload(ctx, err)
}

// tellUpload is tell for what goes wrong with uploads.
func (c *chat) tellUpload(ctx context.Context, err error) error {
	if errors.Is(err, ErrQuota) {
		return shared.Errorf(shared.CodeTooLarge, "your files would take more room than the %s that you have on this server; "+
			"delete messages with files that nobody needs any more", byteSize(c.uploads.quota))
	}
	return c.tell(ctx, err, errNoFile)
}

// take keeps the bytes of a file and finds out what it is.
func (u *uploads) take(ctx context.Context, o offer) (shared.File, error) {
	in := bufio.NewReaderSize(&limited{r: o.body, limit: u.limit}, sniffed)
	head, err := in.Peek(sniffed)
	if err != nil && err != io.EOF {
		return shared.File{}, err
	}
	if len(head) == 0 {
		return shared.File{}, shared.Invalidf("file", "the file is empty")
	}
	kind, err := pictures.Sniff(bytes.NewReader(head))
	if err != nil {
		return shared.File{}, err
	}
	id := cmp.Or(o.id, shared.FileID(shared.NewID()))
	f := shared.File{ID: id, Name: cleanFileName(o.name), Type: kind}
	if pictures.Readable(kind) {
		f.ID = shared.FileID(shared.NewID()) // what is drawn of it has the other
	}
	f.Size, err = u.files.Put(ctx, string(f.ID), func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
	if err != nil || !pictures.Readable(kind) {
		return f, err
	}
	drawn, err := u.draw(ctx, f, id)
	switch {
	case err == nil:
		u.remove(ctx, f.ID)
		return drawn, nil
	case errors.Is(err, pictures.ErrNotPicture), errors.Is(err, pictures.ErrTooLarge):
		return f, nil // a file like any other: it is kept as it is, and never shown
	}
	u.remove(ctx, f.ID)
	return f, err
}

// draw makes a picture anew, as another file, with a thumbnail where it is
// large.
func (u *uploads) draw(ctx context.Context, f shared.File, id shared.FileID) (drawn shared.File, err error) {
	in, err := u.files.Open(ctx, string(f.ID))
	if err != nil {
		return drawn, err
	}
	defer in.Close()
	drawn = shared.File{ID: id, Name: f.Name}
	err = u.studio.Open(ctx, in, func(p *pictures.Picture) (err error) {
		drawn.Type = p.Type()
		drawn.Width, drawn.Height = p.Size()
		if drawn.Size, err = u.files.Put(ctx, string(drawn.ID), p.Encode); err != nil {
			return err
		}
		if small := p.Fit(thumbSide, thumbSide); small != p {
			drawn.Thumb = true
			_, err = u.files.Put(ctx, thumbOf(drawn.ID), small.Encode)
		}
		return err
	})
	if err != nil {
		u.remove(ctx, drawn.ID)
	}
	return drawn, err
}

func thumbOf(id shared.FileID) string { return string(id) + thumbSuffix }

// remove removes the bytes of a file that no row names. What it cannot remove
// now, the collector finds.
func (u *uploads) remove(ctx context.Context, id shared.FileID) {
	ctx = context.WithoutCancel(ctx)
	for _, blob := range []string{string(id), thumbOf(id)} {
		_ = u.files.Remove(ctx, blob)
	}
}

// limited reads what comes from outside. More than limit bytes are an error,
// and so is an end that comes too early.
type limited struct {
	r     io.Reader
	limit int64
	n     int64
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	l.n += int64(n)
	if l.n > l.limit {
		return 0, errFileTooLarge(l.limit)
	}
	var said *shared.Error
	if err != nil && err != io.EOF && !errors.As(err, &said) {
		err = shared.Errorf(shared.CodeMalformed, "the file did not come to its end: %v", err)
	}
	return n, err
}

func errFileTooLarge(limit int64) *shared.Error {
	return &shared.Error{
		Code: shared.CodeTooLarge, Field: "file",
		Message: fmt.Sprintf("the file is too large: at most %s", byteSize(limit)),
	}
}

func errNoFile() *shared.Error {
	return shared.Errorf(shared.CodeNotFound, "there is no such file, or not any more")
}

// byteSize is a size for people.
func byteSize(n int64) string {
	for _, unit := range []struct {
		name string
		size int64
	}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if n >= unit.size {
			return fmt.Sprintf("%.4g %s", float64(n)/float64(unit.size), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
