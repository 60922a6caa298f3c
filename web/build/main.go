// Command build makes what browsers get: the app as wasm, one script, one
// stylesheet, icons, manifest and service worker, named by their content,
// compressed, in web/built, where package web embeds them. Run it from the
// repository's root; it does nothing when nothing changed.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	fast := flag.Bool("fast", false, "compress less: for development")
	flag.Parse()
	if err := run(*fast); err != nil {
		fmt.Fprintln(os.Stderr, "web/build:", err)
		os.Exit(1)
	}
}

const (
	brotliBest = 11
	brotliFast = 5
)

func run(fast bool) error {
	level := brotliBest
	if fast {
		level = brotliFast
	}
	inputs, err := hashInputs()
	if err != nil {
		return err
	}
	if upToDate(inputs, level) {
		return nil
	}
	return build(inputs, level)
}

func build(inputs string, level int) error {
	tmp, err := os.MkdirTemp("", "hubbub-build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	wasm, err := buildWasm(tmp)
	if err != nil {
		return err
	}
	if level == brotliBest { // who develops wants to read where a panic was
		if wasm, err = lean(wasm); err != nil {
			return fmt.Errorf("make app.wasm lean: %w", err)
		}
	}
	b := newBundle(level)
	b.add("app.wasm", "application/wasm", wasm)
	if err := b.addParts(); err != nil {
		return err
	}
	if err := b.write(inputs); err != nil {
		return err
	}
	a := b.find("app.wasm")
	fmt.Printf("app.wasm %.2f MB, brotli %d %.2f MB\n", mb(a.Size), level, mb(a.Brotli))
	return nil
}

func mb(n int) float64 { return float64(n) / 1e6 }
