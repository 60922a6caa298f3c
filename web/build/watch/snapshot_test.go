package main

import (
	"testing"
	"testing/fstest"
	"time"
)

func TestOnlyWhatTheProgramIsMadeOfMakesItBuildAgain(t *testing.T) {
	tree := func() fstest.MapFS {
		return fstest.MapFS{
			"main.go":              {Data: []byte("package main")},
			"app/app.go":           {Data: []byte("package app")},
			"app/app_test.go":      {Data: []byte("package app")},
			"web/style/base.css":   {Data: []byte("body{}")},
			"web/built/app.css":    {Data: []byte("body{}")},
			"data/hubbub.db":       {Data: []byte("x")},
			".git/index":           {Data: []byte("x")},
			"server/testdata/a.go": {Data: []byte("x")},
		}
	}
	before, err := snapshot(tree())
	if err != nil {
		t.Fatal(err)
	}
	touched := &fstest.MapFile{Data: []byte("changed!"), ModTime: time.Unix(1, 0)}
	for name, want := range map[string]bool{
		"main.go":              true,
		"app/app.go":           true,
		"app/new.go":           true,
		"web/style/base.css":   true,
		"app/app_test.go":      false,
		"web/built/app.css":    false,
		"data/hubbub.db":       false,
		".git/index":           false,
		"server/testdata/a.go": false,
	} {
		changed := tree()
		changed[name] = touched
		after, err := snapshot(changed)
		if err != nil {
			t.Fatal(err)
		}
		if got := after != before; got != want {
			t.Errorf("%s changed: builds again = %v, want %v", name, got, want)
		}
	}
	gone := tree()
	delete(gone, "app/app.go")
	if after, _ := snapshot(gone); after == before {
		t.Error("a removed file went unnoticed")
	}
}
