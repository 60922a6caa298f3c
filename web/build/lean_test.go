package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// program is the wasm of testdata/program.
func program(t testing.TB) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "program.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./testdata/program")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	wasm, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return wasm
}

// run is what a program says, and how it ends, in node.
func runProgram(t *testing.T, wasm []byte) (said, died string) {
	t.Helper()
	root, err := goroot()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "run.wasm")
	if err := os.WriteFile(file, wasm, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command("node", filepath.Join(root, "lib", "wasm", "wasm_exec_node.js"), file)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 2 {
		t.Fatalf("it should panic at its end: %v\n%s%s", err, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func TestALeanProgramDoesTheSameAndForgetsItsLines(t *testing.T) {
	before := program(t)
	after, err := lean(before)
	if err != nil {
		t.Fatal(err)
	}
	want, died := runProgram(t, before)
	if !strings.Contains(died, "main.go:") || !strings.Contains(want, "main.named main.main") {
		t.Fatalf("nothing to compare with: %s%s", want, died)
	}
	got, died := runProgram(t, after)
	if got != want {
		t.Errorf("it says\n%s\nand said\n%s", got, want)
	}
	if !strings.Contains(died, "panic: the end") || !strings.Contains(died, "main.main") {
		t.Errorf("its last words are no use:\n%s", died)
	}
	if regexp.MustCompile(`\w\.go:\d`).MatchString(died) {
		t.Errorf("it knows its lines:\n%s", died)
	}
	small, err := compressBrotli(after, brotliFast)
	if err != nil {
		t.Fatal(err)
	}
	large, err := compressBrotli(before, brotliFast)
	if err != nil {
		t.Fatal(err)
	}
	if len(small) > len(large)*9/10 {
		t.Errorf("%d bytes, compressed, of %d: little is gained", len(small), len(large))
	}
}

func TestMemoryIsTheSameInFewerSegments(t *testing.T) {
	memory := make([]byte, 5000)
	for _, at := range []int{3, 4, 90, 1000, 1255, 4743, 4999} {
		memory[at] = byte(at) | 1
	}
	section := segments(memory)
	if got, err := flatten(section); err != nil || !bytes.Equal(got, memory) {
		t.Errorf("%v, or other memory", err)
	}
	if n, _ := binary.Uvarint(section); n != 3 {
		t.Errorf("%d segments, want 3", n)
	}
}

func TestSignedNumbersAreReadAsTheyAreWritten(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 63, 64, -64, -65, 8191, 8192, 1 << 20, -1 << 40, 1<<63 - 1, -1 << 63} {
		r := reader{b: appendSigned(nil, n)}
		if got := r.signed(); got != n || r.err != nil || r.at != len(r.b) {
			t.Errorf("%d is read as %d (%v)", n, got, r.err)
		}
	}
}

func FuzzLean(f *testing.F) {
	whole := program(f)
	for _, n := range []int{0, 8, 9, 100, len(whole) / 2, len(whole)} {
		f.Add(whole[:n])
	}
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x0b\x06\x01\x00\x41\x00\x0b\x00"))
	f.Fuzz(func(_ *testing.T, wasm []byte) { _, _ = lean(wasm) }) // an error, not a panic
}
