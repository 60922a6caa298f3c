package server

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hubbub/server/pictures"
	"hubbub/shared"
)

// filePolicy is the Content-Security-Policy of a file: should a browser make a
// page of it after all, that page can do nothing and belongs to nobody.
const filePolicy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"

// fileRoutes is what people upload, and how they get it.
func (s *Server) fileRoutes(mux *router) {
	mux.Handle("POST /files", s.raw(s.takeFile))
	mux.Handle("GET /files/{id}/{name}", s.raw(s.serveFile))
	mux.Handle("DELETE /files/{id}", s.raw(s.dropFile))
	for _, pattern := range []string{"/files", "/files/"} {
		mux.Handle(pattern, s.raw(func(http.ResponseWriter, *http.Request) error { return errNoFile() }))
	}
}

// raw serves h without compressing: a part of a file is asked for by its place.
func (s *Server) raw(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.writeError(w, r, err)
		}
	})
}

// fileSilence is how long the other side of a file may be silent. That a file
// takes long is no reason to end it.
const fileSilence = time.Minute

// takeFile is POST /files?room=…&name=…: the file as the body, or as the one
// file of a form.
func (s *Server) takeFile(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopePost)
	if err != nil {
		return err
	}
	if err := s.limits.upload.allow(string(a.user.ID)); err != nil {
		return err
	}
	q := r.URL.Query()
	o := offer{room: shared.RoomID(q.Get("room")), name: q.Get("name"), size: r.ContentLength}
	o.body = &waiting{r.Body, http.NewResponseController(w)}
	if err := o.unwrap(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	f, err := s.chat.upload(r.Context(), a, o)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, f)
}

// unwrap finds the file in a form.
func (o *offer) unwrap(contentType string) error {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return nil
	}
	form := multipart.NewReader(o.body, params["boundary"])
	part, err := nextFile(form)
	if err == io.EOF {
		return shared.Invalidf("file", "there is no file in this form")
	}
	if err != nil {
		return err
	}
	if o.name == "" {
		o.name = part.FileName()
	}
	o.size, o.body = -1, &onlyFile{Reader: part, form: form}
	return nil
}

// nextFile passes over the fields of a form.
func nextFile(form *multipart.Reader) (*multipart.Part, error) {
	for {
		part, err := form.NextPart()
		if err != nil && err != io.EOF {
			err = shared.Errorf(shared.CodeMalformed, "the form could not be read: %v", err)
		}
		if err != nil || part.FileName() != "" {
			return part, err
		}
	}
}

// onlyFile reads a file of a form that has no other.
type onlyFile struct {
	io.Reader
	form  *multipart.Reader
	ended bool
}

func (f *onlyFile) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err != io.EOF || f.ended {
		return n, err
	}
	f.ended = true
	if _, err := nextFile(f.form); err != io.EOF {
		if err == nil {
			err = shared.Invalidf("file", "there is more than one file in this form: upload each by itself")
		}
		return n, err
	}
	return n, io.EOF
}

// waiting reads a body as long as it goes on coming.
type waiting struct {
	io.Reader
	conn *http.ResponseController
}

func (w *waiting) Read(b []byte) (int, error) {
	_ = w.conn.SetReadDeadline(time.Now().Add(fileSilence)) // without it the server's own ends it
	return w.Reader.Read(b)
}

// serveFile is GET /files/{id}/{name}: all of a file or a part, ?thumb a
// smaller picture.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopeRead)
	if err != nil {
		return err
	}
	if s.opts.Files == nil {
		return errNoFile()
	}
	f, err := s.chat.fileFor(r.Context(), a, shared.FileID(r.PathValue("id")))
	if err != nil {
		return err
	}
	blob, etag := string(f.ID), `"`+string(f.ID)+`"`
	if r.URL.Query().Has("thumb") && f.Thumb {
		blob = thumbOf(f.ID)
		etag = `"` + blob + `"`
	}
	content, err := s.opts.Files.Open(r.Context(), blob)
	if err != nil {
		return s.chat.tell(r.Context(), err, errNoFile)
	}
	defer content.Close()
	if blob != string(f.ID) {
		if f.Type, err = pictures.Sniff(content); err == nil {
			_, err = content.Seek(0, io.SeekStart)
		}
		if err != nil {
			return s.chat.tell(r.Context(), err, errNoFile)
		}
	}
	setFileHeaders(w.Header(), f.File)
	w.Header().Set("ETag", etag)
	http.ServeContent(&sending{w, http.NewResponseController(w)}, r, "", f.Created, content)
	return nil
}

// setFileHeaders says what a browser may make of a file. What was drawn anew,
// and what can be played, it shows; all else it only saves.
func setFileHeaders(h http.Header, f shared.File) {
	kind, how := "application/octet-stream", "attachment"
	if f.Picture() || f.Playable() != "" {
		kind, how = f.Type, "inline"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", how+"; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(f.Name), "+", "%20"))
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
}

// sending writes as long as the other side goes on taking.
type sending struct {
	http.ResponseWriter
	conn *http.ResponseController
}

func (s *sending) Write(b []byte) (int, error) {
	_ = s.conn.SetWriteDeadline(time.Now().Add(fileSilence))
	return s.ResponseWriter.Write(b)
}

// dropFile is DELETE /files/{id}: its owner does not want to post it after all.
func (s *Server) dropFile(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authenticate(r, shared.ScopePost)
	if err != nil {
		return err
	}
	if s.opts.Files == nil {
		return errNoFile()
	}
	id := shared.FileID(r.PathValue("id"))
	if err := s.chat.store.RemoveFile(context.WithoutCancel(r.Context()), id, a.user.ID); err != nil {
		return s.chat.tell(r.Context(), err, errNoFile)
	}
	s.chat.uploads.remove(r.Context(), id)
	return writeJSON(w, http.StatusOK, shared.Nothing{})
}

// fileFor finds a file that the actor may see now: who reads its room, or,
// before it is posted, its owner. To anybody else it is not there.
func (c *chat) fileFor(ctx context.Context, a actor, id shared.FileID) (File, error) {
	f, err := c.store.File(ctx, id)
	if err != nil {
		return f, c.tell(ctx, err, errNoFile)
	}
	if f.Seq == 0 {
		if f.Owner != a.user.ID {
			return f, errNoFile()
		}
		return f, nil
	}
	if _, err := c.enter(ctx, a, readRoom, f.Room); err != nil {
		if errors.Is(err, &shared.Error{Code: shared.CodeUnavailable}) {
			return f, err
		}
		return f, errNoFile()
	}
	return f, nil
}

// attached is what is known of the files that the actor wants to post.
func (c *chat) attached(ctx context.Context, a actor, p shared.Post) ([]shared.File, error) {
	var files []shared.File
	for _, id := range p.Files {
		f, err := c.store.File(ctx, id)
		if errors.Is(err, ErrNotFound) || err == nil && (f.Owner != a.user.ID || f.Room != p.Room) {
			err = ErrNoFile
		}
		if err != nil {
			return nil, c.tell(ctx, err, errNoFile)
		}
		files = append(files, f.File)
	}
	return files, nil
}
