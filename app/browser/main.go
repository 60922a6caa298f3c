//go:build js

// Command browser is the program that runs in the browser, as WebAssembly.
package main

import "hubbub/app"

func main() { app.Main() }
