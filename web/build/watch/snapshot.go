package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// snapshot changes when a file changes that the program is made of.
func snapshot(tree fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // an editor renamed it just now
		case err != nil:
			return err
		case d.IsDir() && notSource(name):
			return fs.SkipDir
		case d.IsDir() || !isSource(name):
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(h, name, info.Size(), info.ModTime().UnixNano())
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// notSource tells the folders to leave out: what is built, kept or hidden.
func notSource(dir string) bool {
	switch dir {
	case ".":
		return false
	case "bin", "data", "dist", "docs", "tools", "web/built":
		return true
	}
	base := path.Base(dir)
	return base == "testdata" || strings.HasPrefix(base, ".")
}

func isSource(name string) bool {
	if strings.HasSuffix(name, "_test.go") {
		return false
	}
	switch path.Ext(name) {
	case ".go", ".mod", ".sum", ".sql", ".css", ".js", ".html", ".svg", ".png", ".webmanifest", ".txt":
		return true
	}
	return false
}
