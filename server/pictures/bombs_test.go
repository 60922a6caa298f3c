package pictures_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// pngBomb is a PNG of w × h pixels, with as many rows of them, all black.
func pngBomb(t *testing.T, w, h, rows, depth, colours int) []byte {
	t.Helper()
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	head = append(head, byte(depth), byte(colours), 0, 0, 0)
	samples := map[int]int{0: 1, 6: 4}[colours]
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	row := make([]byte, 1+(w*depth*samples+7)/8)
	for range rows {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b := []byte("\x89PNG\r\n\x1a\n")
	for _, chunk := range []struct {
		name string
		data []byte
	}{{"IHDR", head}, {"IDAT", pixels.Bytes()}, {"IEND", nil}} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(chunk.data)))
		named := append([]byte(chunk.name), chunk.data...)
		b = binary.BigEndian.AppendUint32(append(b, named...), crc32.ChecksumIEEE(named))
	}
	return b
}

// frameHeader is a JPEG whose frame says that it is another kind and size. The
// sampling becomes the one that takes most.
func frameHeader(file []byte, marker byte, w, h int) []byte {
	file = bytes.Clone(file)
	at := bytes.Index(file, []byte{0xff, 0xc0})
	file[at+1] = marker
	binary.BigEndian.PutUint16(file[at+5:], uint16(h))
	binary.BigEndian.PutUint16(file[at+7:], uint16(w))
	for i := range 3 {
		file[at+11+3*i] = 0x11
	}
	return file
}
