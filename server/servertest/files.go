package servertest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hubbub/server"
	"hubbub/shared"
	"hubbub/shared/tokens"
)

// upload adds a file of somebody's for the lobby.
func (w *world) upload(id shared.FileID, of shared.UserID, size int64) server.File {
	w.t.Helper()
	f := server.File{
		File:  shared.File{ID: id, Name: "a photo.jpg", Type: "image/jpeg", Size: size, Width: 30, Height: 20, Thumb: true},
		Owner: of, Room: w.lobby, Created: w.tick(),
	}
	w.must(w.s.AddFile(w.ctx, f, 0))
	return f
}

// attach posts with files.
func (w *world) attach(by shared.User, key, text string, files ...server.File) (shared.Event, bool, error) {
	w.t.Helper()
	said := server.Said{Post: shared.Post{Room: w.lobby, Key: key, Text: text}}
	for _, f := range files {
		said.Files = append(said.Files, f.ID)
		said.Attached = append(said.Attached, f.File)
	}
	return w.s.Post(w.ctx, by.Author(), said, w.tick())
}

func (w *world) wantUsage(t *testing.T, of shared.UserID, want int64) {
	t.Helper()
	if got, err := w.s.FileUsage(w.ctx, of); got != want || err != nil {
		t.Errorf("%s has %d bytes, %v; want %d", of, got, err, want)
	}
}

// discard forgets files and returns which, in order.
func (w *world) discard(hoursAgo int) string {
	w.t.Helper()
	ids, err := w.s.DiscardFiles(w.ctx, w.now.Add(-hours(hoursAgo)))
	w.must(err)
	slices.Sort(ids)
	return fmt.Sprint(ids)
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

func testFiles(t *testing.T, w *world) {
	eve := w.guest("eve")
	a, b := w.upload("aa1", w.owner.ID, 100), w.upload("ab2", w.owner.ID, 50)
	c := w.upload("ba3", eve.ID, 7)
	t.Run("a file is known as it was added, and is of no message", func(t *testing.T) {
		got, err := w.s.File(w.ctx, "aa1")
		if err != nil || got.File != a.File || got.Owner != w.owner.ID || got.Room != w.lobby || got.Seq != 0 || !got.Created.Equal(a.Created) {
			t.Errorf("got %+v, %v", got, err)
		}
		_, err = w.s.File(w.ctx, "nothing")
		w.wants(err, server.ErrNotFound)
	})
	t.Run("an id is a file's for ever", func(*testing.T) {
		w.wants(w.s.AddFile(w.ctx, a, 0), server.ErrTaken)
	})
	t.Run("usage is what an owner's files have together", func(t *testing.T) {
		w.wantUsage(t, w.owner.ID, 150)
		w.wantUsage(t, eve.ID, 7)
		w.wantUsage(t, "nobody", 0)
	})
	t.Run("the quota is the owner's own, and may be used up", func(t *testing.T) {
		f := server.File{File: shared.File{ID: "big", Name: "x", Size: 3}, Owner: eve.ID, Room: w.lobby, Created: w.tick()}
		w.wants(w.s.AddFile(w.ctx, f, 9), server.ErrQuota)
		_, err := w.s.File(w.ctx, "big")
		w.wants(err, server.ErrNotFound)
		w.must(w.s.AddFile(w.ctx, f, 10))
		w.must(w.s.RemoveFile(w.ctx, "big", eve.ID))
		w.wantUsage(t, eve.ID, 7)
	})
	t.Run("ids are found by how they begin", func(t *testing.T) {
		for prefix, want := range map[string]string{"a": "[aa1 ab2]", "ab": "[ab2]", "b": "[ba3]", "c": "[]", "%": "[]"} {
			ids, err := w.s.FileIDs(w.ctx, prefix)
			slices.Sort(ids)
			if got := fmt.Sprint(ids); got != want || err != nil {
				t.Errorf("%q: %s, %v", prefix, got, err)
			}
		}
	})
	var said shared.Event
	t.Run("a message has its files, in its order", func(t *testing.T) {
		ev, fresh, err := w.attach(w.owner, "k1", "", b, a)
		w.must(err)
		said = ev
		want := []shared.File{b.File, a.File}
		if !fresh || !slices.Equal(ev.Message.Files, want) || ev.Message.Text != "" {
			t.Errorf("got %+v", ev.Message)
		}
		log := w.log(w.lobby)
		if got := log[len(log)-1]; !slices.Equal(got.Message.Files, want) {
			t.Errorf("the log has %+v", got.Message)
		}
		if f, err := w.s.File(w.ctx, "aa1"); err != nil || f.Seq != ev.Seq {
			t.Errorf("it belongs to %d, %v", f.Seq, err)
		}
		w.wantUsage(t, w.owner.ID, 150)
	})
	t.Run("it is found by their names, and by that it has some", func(*testing.T) {
		w.finds(w.owner.ID, words("photo"), said)
		w.finds(w.owner.ID, server.Query{Marks: []string{tokens.File}}, said)
	})
	t.Run("a resend finds the same; with other files the key was used", func(t *testing.T) {
		again, fresh, err := w.attach(w.owner, "k1", "", b, a)
		if err != nil || fresh || again.Seq != said.Seq || len(again.Message.Files) != 2 {
			t.Errorf("got %+v, %v, %v", again, fresh, err)
		}
		p := shared.Post{Room: w.lobby, Key: "k1", Files: []shared.FileID{"ab2", "aa1"}}
		if got, err := w.s.Posted(w.ctx, w.owner.Author(), p); err != nil || got.Seq != said.Seq {
			t.Errorf("posted: %+v, %v", got, err)
		}
		_, _, err = w.attach(w.owner, "k1", "", a, b)
		w.wants(err, server.ErrKeyUsed)
		_, _, err = w.attach(w.owner, "k1", "")
		w.wants(err, server.ErrKeyUsed)
		p.Files = p.Files[:1]
		_, err = w.s.Posted(w.ctx, w.owner.Author(), p)
		w.wants(err, server.ErrKeyUsed)
	})
	t.Run("a file that cannot be had leaves no message behind", func(t *testing.T) {
		last, err := w.s.Last(w.ctx, w.lobby)
		w.must(err)
		d := w.upload("da4", w.owner.ID, 1)
		none, elsewhere := d, d
		none.ID = "nothing"
		w.room("other")
		elsewhere.ID, elsewhere.Room = "da5", "other"
		w.must(w.s.AddFile(w.ctx, elsewhere, 0))
		for name, f := range map[string]server.File{"another's": c, "one that was posted": a, "none": none, "one for another room": elsewhere} {
			_, _, err := w.attach(w.owner, "k2", "hi", d, f)
			if !errors.Is(err, server.ErrNoFile) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if f, err := w.s.File(w.ctx, "da4"); err != nil || f.Seq != 0 {
			t.Errorf("the file that was there belongs to %d, %v", f.Seq, err)
		}
		ev, fresh, err := w.attach(w.owner, "k2", "hi", d)
		if err != nil || !fresh || ev.Seq != last+1 {
			t.Errorf("then it is posted as %+v, %v, %v; want %d", ev, fresh, err, last+1)
		}
		w.log(w.lobby)
		w.must(w.s.RemoveFile(w.ctx, "da5", w.owner.ID))
	})
	t.Run("only its owner removes a file, and only before it is posted", func(t *testing.T) {
		w.wants(w.s.RemoveFile(w.ctx, "ba3", w.owner.ID), server.ErrNotFound)
		w.wants(w.s.RemoveFile(w.ctx, "aa1", w.owner.ID), server.ErrNotFound)
		w.wants(w.s.RemoveFile(w.ctx, "nothing", w.owner.ID), server.ErrNotFound)
	})
	t.Run("what was never posted is discarded after a while", func(t *testing.T) {
		if got := w.discard(1); got != "[]" {
			t.Errorf("discarded %s", got)
		}
		w.now = w.now.Add(hours(25))
		e := w.upload("ea5", eve.ID, 1)
		if got := w.discard(24); got != "[ba3]" {
			t.Errorf("discarded %s", got)
		}
		_, _, err := w.attach(eve, "k1", "", c)
		w.wants(err, server.ErrNoFile)
		if _, _, err := w.attach(eve, "k1", "", e); err != nil {
			t.Error(err)
		}
	})
	t.Run("an edit keeps them", func(t *testing.T) {
		w.edit(shared.MessageRef{Room: w.lobby, Seq: said.Seq}, "with words")
		if m := w.message(shared.MessageRef{Room: w.lobby, Seq: said.Seq}); len(m.Files) != 2 {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("a message that is deleted has none, and they are discarded", func(t *testing.T) {
		m := shared.MessageRef{Room: w.lobby, Seq: said.Seq}
		_, err := w.s.Delete(w.ctx, w.owner.Author(), m, w.tick())
		w.must(err)
		if got := w.message(m); len(got.Files) != 0 || !got.Deleted {
			t.Errorf("got %+v", got)
		}
		_, err = w.s.File(w.ctx, "aa1")
		w.wants(err, server.ErrNotFound)
		w.wantUsage(t, w.owner.ID, 1)
		if again, fresh, err := w.attach(w.owner, "k1", "", b, a); err != nil || fresh || again.Seq != said.Seq {
			t.Errorf("a resend: %+v, %v, %v", again, fresh, err)
		}
		if got := w.discard(24); got != "[aa1 ab2]" {
			t.Errorf("discarded %s", got)
		}
		if got := w.discard(24); got != "[]" {
			t.Errorf("discarded again %s", got)
		}
	})
}

// TestFiles states what a server.Files must do. open returns an empty one.
func TestFiles(t *testing.T, open func(t *testing.T) server.Files) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, server.Files)
	}{
		{"what was put can be read, from anywhere", testReadingFiles},
		{"a file is there whole or not at all", testHalfFiles},
		{"what is removed is gone, twice", testRemovingFiles},
		{"a list has what begins so", testListingFiles},
		{"what is no id is the id of nothing", testStrangeIDs},
		{"many at once", testManyFiles},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func put(t *testing.T, f server.Files, id, content string) {
	t.Helper()
	size, err := f.Put(t.Context(), id, func(w io.Writer) error {
		_, err := io.Copy(w, strings.NewReader(content))
		return err
	})
	if err != nil || size != int64(len(content)) {
		t.Fatalf("put %s: %d bytes, %v", id, size, err)
	}
}

// has returns what is stored, or "" for nothing.
func has(t *testing.T, f server.Files, id string) string {
	t.Helper()
	r, err := f.Open(t.Context(), id)
	if errors.Is(err, server.ErrNotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func testReadingFiles(t *testing.T, f server.Files) {
	put(t, f, "abc", "hello, files")
	r, err := f.Open(t.Context(), "abc")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if end, err := r.Seek(0, io.SeekEnd); end != 12 || err != nil {
		t.Errorf("it ends at %d, %v", end, err)
	}
	if _, err := r.Seek(7, io.SeekStart); err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(r); string(rest) != "files" || err != nil {
		t.Errorf("from 7 on it is %q, %v", rest, err)
	}
	put(t, f, "abc", "another")
	if got := has(t, f, "abc"); got != "another" {
		t.Errorf("then it is %q", got)
	}
}

func testHalfFiles(t *testing.T, f server.Files) {
	broke := errors.New("the line broke")
	_, err := f.Put(t.Context(), "abc", func(w io.Writer) error {
		if _, err := io.Copy(w, bytes.NewReader(make([]byte, 1<<20))); err != nil {
			return err
		}
		if got := has(t, f, "abc"); got != "" {
			t.Errorf("there is something before it is whole: %d bytes", len(got))
		}
		return broke
	})
	if !errors.Is(err, broke) || errors.Is(err, server.ErrUnavailable) {
		t.Errorf("put: %v", err)
	}
	if got := has(t, f, "abc"); got != "" {
		t.Errorf("there are %d bytes", len(got))
	}
	if all, err := f.List(t.Context(), ""); len(all) != 0 || err != nil {
		t.Errorf("the list has %v, %v", all, err)
	}
}

func testRemovingFiles(t *testing.T, f server.Files) {
	put(t, f, "abc", "x")
	for range 2 {
		if err := f.Remove(t.Context(), "abc"); err != nil {
			t.Error(err)
		}
		if got := has(t, f, "abc"); got != "" {
			t.Errorf("it is %q", got)
		}
	}
}

func testListingFiles(t *testing.T, f server.Files) {
	for _, id := range []string{"abc", "abc-thumb", "abd", "bcd", "xyz"} {
		put(t, f, id, "x")
	}
	for prefix, want := range map[string]string{
		"": "abc abc-thumb abd bcd xyz", "a": "abc abc-thumb abd", "ab": "abc abc-thumb abd", "abc": "abc abc-thumb", "c": "",
	} {
		all, err := f.List(t.Context(), prefix)
		var ids []string
		for _, s := range all {
			ids = append(ids, s.ID)
			if s.At.IsZero() {
				t.Errorf("nobody knows when %s came", s.ID)
			}
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != want || err != nil {
			t.Errorf("%q: %q, %v", prefix, got, err)
		}
	}
}

func testStrangeIDs(t *testing.T, f server.Files) {
	for _, id := range []string{"", ".", "..", "../../etc/passwd", "a/b/c", "/abc", "ABC", "a\x00b", "tmp/x", strings.Repeat("a", 300)} {
		if _, err := f.Open(t.Context(), id); !errors.Is(err, server.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func testManyFiles(t *testing.T, f server.Files) {
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			id, content := fmt.Sprintf("file%02d", i), strings.Repeat("x", 1000*i+1)
			put(t, f, id, content)
			if has(t, f, id) != content {
				t.Errorf("%s is not what it was", id)
			}
		})
	}
	all.Wait()
}
