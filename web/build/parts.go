package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hubbub/app/i18n"
)

// addParts adds everything but the wasm.
func (b *bundle) addParts() error {
	for _, step := range []func(*bundle) error{addStyles, addTables, addScripts, addListener, addIcons, addShell, addManifest, addWorker} {
		if err := step(b); err != nil {
			return err
		}
	}
	return nil
}

// styles in the order of the cascade.
var styles = []string{"tokens", "base", "shell", "forms", "dialogs", "timeline", "markup", "composer", "files", "emoji", "presence", "search", "pushes", "people", "talk", "levels", "check", "boot"}

func addStyles(b *bundle) error {
	var css bytes.Buffer
	for _, name := range styles {
		part, err := os.ReadFile("web/style/" + name + ".css")
		if err != nil {
			return err
		}
		css.Write(part)
		css.WriteByte('\n')
	}
	b.add("app.css", "text/css; charset=utf-8", css.Bytes())
	return nil
}

// addTables adds what is fetched when it is first needed: whoever needs none
// never loads it. Scripts name its path, so it comes before them.
func addTables(b *bundle) error {
	for _, name := range []string{"emoji.txt", "pinyin.txt"} {
		table, err := os.ReadFile("web/" + name)
		if err != nil {
			return err
		}
		b.add(name, "text/plain; charset=utf-8", table)
		b.assets[len(b.assets)-1].Later = true
	}
	return nil
}

// addScripts joins Go's own support script and ours. The connection check works
// without either, so it is one by itself.
func addScripts(b *bundle) error {
	root, err := goroot()
	if err != nil {
		return err
	}
	err = b.join(
		"app.js", filepath.Join(root, "lib", "wasm", "wasm_exec.js"), "web/script/base.js",
		"web/script/socket.js", "web/script/storage.js", "web/script/alone.js", "web/script/dates.js", "web/script/plain.js",
		"web/script/notify.js", "web/script/presence.js", "web/script/profile.js", "web/script/files.js", "web/script/lightbox.js",
		"web/script/emoji.js", "web/script/picker.js", "web/script/complete.js", "web/script/pinyin.js", "web/script/message.js",
		"web/script/marks.js", "web/script/boot.js",
	)
	if err != nil {
		return err
	}
	return b.join("check.js", "web/script/checkpage.js", "web/script/checkway.js", "web/script/check.js")
}

// join makes one script of several files, which may name assets.
func (b *bundle) join(name string, paths ...string) error {
	var js bytes.Buffer
	for _, path := range paths {
		part, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		js.Write(part)
		js.WriteByte('\n')
	}
	b.add(name, "text/javascript; charset=utf-8", []byte(b.link(js.String())))
	return nil
}

// addListener adds what pages of other sites load. Its path is in their code,
// so it never changes; nor is it the app's to keep.
func addListener(b *bundle) error {
	script, err := os.ReadFile("web/script/hubbub.js")
	if err != nil {
		return err
	}
	b.addAt("/hubbub.js", "text/javascript; charset=utf-8", script)
	b.assets[len(b.assets)-1].Anywhere = true
	return nil
}

func addIcons(b *bundle) error {
	for _, name := range []string{
		"icon.svg", "icon-dot.svg", "icon-mono.svg", "icon-192.png", "icon-512.png", "icon-maskable-512.png", "apple-touch-icon.png",
	} {
		content, err := os.ReadFile("web/icons/" + name)
		if err != nil {
			return err
		}
		kind := "image/png"
		if strings.HasSuffix(name, ".svg") {
			kind = "image/svg+xml"
		}
		b.add(name, kind, content)
		if name == "icon-192.png" {
			b.addAt("/favicon.ico", kind, content)
		}
	}
	return nil
}

// addShell adds what a navigation gets while the server is out of reach: the
// app, which shows what this browser keeps.
func addShell(b *bundle) error {
	page, err := os.ReadFile("web/shell.html")
	if err != nil {
		return err
	}
	b.add("shell.html", "text/html; charset=utf-8", []byte(b.link(string(page))))
	return nil
}

func addManifest(b *bundle) error {
	manifest, err := os.ReadFile("web/manifest.webmanifest")
	if err != nil {
		return err
	}
	linked := []byte(b.link(string(manifest)))
	if !json.Valid(linked) {
		return fmt.Errorf("web/manifest.webmanifest is not JSON")
	}
	b.addAt("/manifest.webmanifest", "application/manifest+json", linked)
	return nil
}

// addWorker adds the service worker with the list of what it keeps. It comes
// last: it names the build.
func addWorker(b *bundle) error {
	var worker []byte
	for _, name := range []string{"sw", "sw-push"} {
		part, err := os.ReadFile("web/script/" + name + ".js")
		if err != nil {
			return err
		}
		worker = append(worker, part...)
	}
	words := make(map[string]map[string]string) // of notifications
	for _, text := range i18n.All() {
		words[text.Code] = map[string]string{
			"blank": text.NotifyBlank, "message": text.NotifyMessage, "from": text.NotifyFrom, "many": text.NotifyMany,
		}
	}
	b.version = b.hash(worker)
	var keep []string
	later := []string{}
	for _, a := range b.assets {
		switch {
		case a.Later:
			later = append(later, a.Path)
		case a.Immutable:
			keep = append(keep, a.Path)
		}
	}
	list, err := json.Marshal(map[string]any{
		"version": b.version, "keep": keep, "later": later, "shell": b.find("shell.html").Path,
		"icon": b.find("icon-192.png").Path, "words": words,
	})
	if err != nil {
		return err
	}
	js := strings.Replace(string(worker), "/* BUILD */ null", string(list), 1)
	if js == string(worker) {
		return fmt.Errorf("web/script/sw.js has no place for the list of assets")
	}
	b.addAt("/sw.js", "text/javascript; charset=utf-8", []byte(js))
	return nil
}

// link replaces "{{name}}" by the path of the asset with that name.
func (b *bundle) link(text string) string {
	for _, a := range b.assets {
		text = strings.ReplaceAll(text, "{{"+a.Name+"}}", a.Path)
	}
	return text
}
