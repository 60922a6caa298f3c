package server_test

import (
	"testing"

	"hubbub/server"
	"hubbub/shared"
)

func TestANotificationOfFilesSaysWhatTheyAreCalled(t *testing.T) {
	p := newRingTown(t)
	bob, b, _ := p.browser("bob")
	bob.involve(shared.InEverything)
	said := server.Said{Post: shared.Post{Room: lobby, Key: "k1"}}
	for _, name := range []string{"harbour_at_*night*.jpg", "notes.txt"} {
		f := server.File{
			File:  shared.File{ID: shared.FileID(shared.NewID()), Name: name, Type: "text/plain", Size: 1},
			Owner: "ada", Room: lobby, Created: p.clock.Now(),
		}
		if err := p.store.AddFile(t.Context(), f, 0); err != nil {
			t.Fatal(err)
		}
		said.Files, said.Attached = append(said.Files, f.ID), append(said.Attached, f.File)
	}
	if _, _, err := p.store.Post(t.Context(), shared.Author{ID: "ada", Name: "ada"}, said, p.clock.Now()); err != nil {
		t.Fatal(err)
	}
	p.stir()
	if _, n := p.news(b); n.Message != "harbour_at_*night*.jpg, notes.txt" {
		t.Errorf("it says %q", n.Message)
	}
}
