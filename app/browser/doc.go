//go:build !js

// Command browser is the program that runs in the browser. It is built for
// js/wasm alone: go run ./web/build.
package main

func main() {}
