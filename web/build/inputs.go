package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"hubbub/web"
)

// hashInputs is the hash of all that the build reads.
func hashInputs() (string, error) {
	h := sha256.New()
	version, err := exec.Command("go", "version").Output()
	if err != nil {
		return "", fmt.Errorf("go version: %w", err)
	}
	h.Write(version)
	for _, root := range []string{"app", "shared", "web", "go.mod", "go.sum"} {
		if err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (path == out || d.Name() == "testdata"):
				return filepath.SkipDir
			case d.IsDir() || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			return hashFile(h, path)
		}); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashFile(w io.Writer, path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s %d\n%s", path, len(content), content)
	return err
}

// readIndex returns what the last build wrote.
func readIndex() (web.Index, error) {
	var i web.Index
	b, err := os.ReadFile(filepath.Join(out, web.IndexFile))
	if err != nil {
		return i, err
	}
	return i, json.Unmarshal(b, &i)
}

// upToDate reports whether web/built holds what a build would write.
func upToDate(inputs string, level int) bool {
	old, err := readIndex()
	if err != nil || old.Inputs != inputs || old.Level < level {
		return false
	}
	for _, a := range old.Assets {
		files := []string{a.File}
		if a.Brotli > 0 {
			files = append(files, a.File+".br", a.File+".gz")
		}
		for _, f := range files {
			if _, err := os.Stat(filepath.Join(out, f)); err != nil {
				return false
			}
		}
	}
	return true
}
