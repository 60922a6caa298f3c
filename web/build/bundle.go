package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"

	"hubbub/web"
)

const out = "web/built"

// bundle is what will be written.
type bundle struct {
	level   int
	version string // set by the last step, addWorker
	assets  []web.Asset
	bytes   map[string][]byte // by file
}

func newBundle(level int) *bundle {
	return &bundle{level: level, bytes: make(map[string][]byte)}
}

// add takes an asset under a name with its content's hash in it.
func (b *bundle) add(name, contentType string, content []byte) {
	ext := path.Ext(name)
	sum := sha256.Sum256(content)
	file := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	b.put(web.Asset{Name: name, File: file, Path: "/web/" + file, Type: contentType, Immutable: true}, content)
}

// addAt takes an asset that browsers look for at a fixed path.
func (b *bundle) addAt(urlPath, contentType string, content []byte) {
	name := strings.TrimPrefix(urlPath, "/")
	b.put(web.Asset{Name: name, File: name, Path: urlPath, Type: contentType}, content)
}

func (b *bundle) put(a web.Asset, content []byte) {
	atRoot := bytes.ReplaceAll(content, []byte(web.BasePlace), nil)
	a.Size, a.Based = len(atRoot), len(atRoot) < len(content)
	b.assets = append(b.assets, a)
	b.bytes[a.File] = content
}

func (b *bundle) find(name string) *web.Asset {
	for i := range b.assets {
		if b.assets[i].Name == name {
			return &b.assets[i]
		}
	}
	return &web.Asset{}
}

// hash is one of everything taken so far, and of more.
func (b *bundle) hash(more []byte) string {
	h := sha256.New()
	for _, a := range b.assets {
		fmt.Fprintf(h, "%s %x\n", a.Name, sha256.Sum256(b.bytes[a.File]))
	}
	h.Write(more)
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// write puts everything into web/built, the index last, so that a build that
// was cut short is seen as none.
func (b *bundle) write(inputs string) error {
	if err := clean(); err != nil {
		return err
	}
	for i := range b.assets {
		if err := b.writeAsset(&b.assets[i]); err != nil {
			return err
		}
	}
	index, err := json.MarshalIndent(web.Index{
		Inputs: inputs, Level: b.level, Version: b.version, Assets: b.assets,
	}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, web.IndexFile), index, 0o644)
}

// clean removes what an earlier build left, but not the placeholder. The index
// goes first: a build that is cut short here must not look whole either.
func clean() error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(out, web.IndexFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, err := os.ReadDir(out)
	if err != nil {
		return err
	}
	for _, f := range old {
		if f.Name() == "README" {
			continue
		}
		if err := os.Remove(filepath.Join(out, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundle) writeAsset(a *web.Asset) error {
	content := b.bytes[a.File]
	if err := os.WriteFile(filepath.Join(out, a.File), content, 0o644); err != nil {
		return err
	}
	if a.Based || strings.HasPrefix(a.Type, "image/png") {
		return nil // not as it will be, or compressed already
	}
	br, err := compressBrotli(content, b.level)
	if err != nil {
		return err
	}
	gz, err := compressGzip(content)
	if err != nil {
		return err
	}
	a.Brotli, a.Gzip = len(br), len(gz)
	if err := os.WriteFile(filepath.Join(out, a.File+".br"), br, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, a.File+".gz"), gz, 0o644)
}

func compressBrotli(p []byte, level int) ([]byte, error) {
	var buf bytes.Buffer
	w := brotli.NewWriterOptions(&buf, brotli.WriterOptions{Quality: level, LGWin: 24})
	if _, err := w.Write(p); err != nil {
		return nil, err
	}
	err := w.Close()
	return buf.Bytes(), err
}

func compressGzip(p []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(p); err != nil {
		return nil, err
	}
	err = w.Close()
	return buf.Bytes(), err
}
