package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// A third of a Go program for the browser, once compressed, is memory as it is
// at the start, and a third of that is lines of source files, which only the
// text of a panic shows, and the many small pieces that the linker cuts the
// memory into to leave out zeros. Compressed, zeros cost nothing.

const (
	wasmData   = 11  // the section of what memory holds at the start
	sparse     = 256 // so many zeros are worth a new segment
	pageWidth  = 8   // of a pcHeader in memory, which is aligned
	funcHeader = 44  // bytes of a runtime._func before its tables
	mostMemory = 1 << 26
)

// lean is wasm without source lines and in few segments. Functions keep their
// names.
func lean(wasm []byte) ([]byte, error) {
	out := append([]byte(nil), wasm[:min(8, len(wasm))]...) // magic and version
	found := false
	for r := (reader{b: wasm, at: 8}); r.at < len(wasm); {
		id := r.byte()
		body := r.bytes(int(r.unsigned()))
		if r.err != nil {
			return nil, r.err
		}
		if id == wasmData {
			found = true
			memory, err := flatten(body)
			if err != nil {
				return nil, err
			}
			if err := forgetLines(memory); err != nil {
				return nil, err
			}
			body = segments(memory)
		}
		out = append(out, id)
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	if !found {
		return nil, errors.New("no data section")
	}
	return out, nil
}

// flatten is the memory that a data section makes (WebAssembly Core 2.0, 5.5.14).
func flatten(section []byte) ([]byte, error) {
	var memory []byte
	r := reader{b: section}
	for n := r.unsigned(); n > 0 && r.err == nil; n-- {
		if flags, op := r.unsigned(), r.byte(); flags != 0 || op != 0x41 { // of memory 0, at an i32.const
			return nil, fmt.Errorf("a data segment of another kind: %d, %#x", flags, op)
		}
		at := int(r.signed())
		r.byte() // end of the expression
		content := r.bytes(int(r.unsigned()))
		if at < 0 || at > mostMemory {
			return nil, fmt.Errorf("a data segment at %d", at)
		}
		if grown := at + len(content); grown > len(memory) {
			memory = append(memory, make([]byte, grown-len(memory))...)
		}
		copy(memory[at:], content)
	}
	return memory, r.err
}

// segments is a data section that makes memory.
func segments(memory []byte) []byte {
	var out []byte
	n := 0
	zeros := make([]byte, sparse)
	for at := 0; at < len(memory); {
		if memory[at] == 0 {
			at++
			continue
		}
		end := len(memory)
		if i := bytes.Index(memory[at:], zeros); i >= 0 {
			end = at + i
		}
		n++
		out = append(out, 0, 0x41)
		out = appendSigned(out, int64(at))
		out = append(out, 0x0b)
		out = binary.AppendUvarint(out, uint64(end-at))
		out = append(out, memory[at:end]...)
		at = end
	}
	return append(binary.AppendUvarint(nil, uint64(n)), out...)
}

// pclntab is where a program's table of functions is in its memory, as
// runtime.pcHeader of Go 1.26 says.
type pclntab struct {
	memory                            []byte
	start, funcs                      int
	units, files, tables, descriptors int // offsets from start
}

// forgetLines clears which line of which file each instruction came from, and
// what no function's tables use then.
func forgetLines(memory []byte) error {
	t, err := findTable(memory)
	if err != nil {
		return err
	}
	used := make([]bool, t.descriptors-t.tables)
	for i := range t.funcs {
		f, err := t.function(i)
		if err != nil {
			return err
		}
		clear(f[20:28]) // pcfile, pcln
		clear(f[32:40]) // cuOffset, startLine
		npc := int(binary.LittleEndian.Uint32(f[28:]))
		offsets := append([]byte(nil), f[16:20]...) // pcsp
		offsets = append(offsets, f[funcHeader:funcHeader+4*npc]...)
		for ; len(offsets) > 0; offsets = offsets[4:] {
			if err := t.mark(used, int(binary.LittleEndian.Uint32(offsets))); err != nil {
				return err
			}
		}
	}
	for i, u := range used {
		if !u {
			memory[t.start+t.tables+i] = 0
		}
	}
	clear(memory[t.start+t.units : t.start+t.tables])
	return nil
}

func findTable(memory []byte) (*pclntab, error) {
	magic := []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8} // abi.Go120PCLnTabMagic, for wasm
	for at := 0; ; at += pageWidth {
		i := bytes.Index(memory[min(at, len(memory)):], magic)
		if i < 0 {
			return nil, errors.New("no table of functions as Go 1.26 has it: web/build/lean.go must learn the new form")
		}
		at += i
		if at%pageWidth != 0 || at+72 > len(memory) {
			continue
		}
		word := func(n int) int { return int(binary.LittleEndian.Uint64(memory[at+8*n:])) }
		t := &pclntab{memory, at, word(1), word(5), word(6), word(7), word(8)}
		ordered := 72 <= t.units && t.units <= t.files && t.files <= t.tables && t.tables < t.descriptors
		if room := len(memory) - at; ordered && t.descriptors < room && t.funcs > 0 && t.funcs <= (room-t.descriptors)/8 {
			return t, nil
		}
	}
}

// function is the runtime._func of the i-th function, with its tables.
func (t *pclntab) function(i int) ([]byte, error) {
	list := t.start + t.descriptors
	at := list + int(binary.LittleEndian.Uint32(t.memory[list+8*i+4:]))
	if at+funcHeader > len(t.memory) {
		return nil, fmt.Errorf("function %d lies outside of memory", i)
	}
	f := t.memory[at:]
	if size := funcHeader + 4*int(binary.LittleEndian.Uint32(f[28:])); size > len(f) {
		return nil, fmt.Errorf("function %d has more tables than memory", i)
	}
	return f, nil
}

// mark notes the bytes of a table of pairs: a value's difference, until which
// instruction. A difference of 0 after the first ends it.
func (t *pclntab) mark(used []bool, offset int) error {
	if offset == 0 {
		return nil // none
	}
	if offset >= len(used) {
		return fmt.Errorf("a table at %d of %d", offset, len(used))
	}
	r := reader{b: t.memory[t.start+t.tables : t.start+t.descriptors], at: offset}
	for first := true; r.unsigned() != 0 || first; first = false {
		r.unsigned()
	}
	for i := offset; i < r.at; i++ {
		used[i] = true
	}
	return r.err
}

// reader reads what WebAssembly and Go's tables are made of.
type reader struct {
	b   []byte
	at  int
	err error
}

func (r *reader) byte() byte {
	if r.at >= len(r.b) {
		r.err = errors.New("cut short")
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > len(r.b)-r.at {
		r.err = errors.New("cut short")
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

func (r *reader) unsigned() uint64 {
	v, n := binary.Uvarint(r.b[min(r.at, len(r.b)):])
	if n <= 0 {
		r.err = errors.New("cut short")
		return 0
	}
	r.at += n
	return v
}

// signed is a number in signed LEB128, as WebAssembly writes constants.
func (r *reader) signed() int64 {
	var v int64
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7f) << shift
		if b < 0x80 {
			if b&0x40 != 0 && shift+7 < 64 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
	r.err = errors.New("a number without end")
	return 0
}

func appendSigned(b []byte, v int64) []byte {
	for {
		low := byte(v & 0x7f)
		v >>= 7
		if v == 0 && low&0x40 == 0 || v == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
