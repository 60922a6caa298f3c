package pictures

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// The markers of JPEG segments that matter here.
const (
	progressive = 0xc2
	startOfScan = 0xda
	app1        = 0xe1 // EXIF, among others
)

// isFrameHeader reports whether a segment begins a frame: C0 to CF, without
// what is not for frames.
func isFrameHeader(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// segments hands the segments in front of a JPEG's pixels to yield until it
// returns false. Where there is no such segment it ends.
func segments(r io.ReadSeeker, yield func(marker byte, data []byte) bool) error {
	if err := rewind(r); err != nil {
		return err
	}
	in := bufio.NewReader(r)
	if _, err := in.Discard(2); err != nil {
		return ended(err)
	}
	for {
		marker, data, err := segment(in)
		if err != nil || marker == startOfScan || !yield(marker, data) {
			return ended(err)
		}
	}
}

var errNoSegment = errors.New("no segment")

// segment reads the next one: FF, perhaps more of them, marker, length, data.
func segment(in *bufio.Reader) (marker byte, data []byte, err error) {
	if first, err := in.ReadByte(); err != nil || first != 0xff {
		return 0, nil, errors.Join(err, errNoSegment)
	}
	for marker = 0xff; marker == 0xff; {
		if marker, err = in.ReadByte(); err != nil {
			return 0, nil, err
		}
	}
	var length [2]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint16(length[:]))
	if n < 2 {
		return 0, nil, errNoSegment
	}
	data = make([]byte, n-2)
	_, err = io.ReadFull(in, data)
	return marker, data, err
}

// ended is err, unless it only says that there is nothing more: the decoder
// judges whether what there is makes a picture.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errNoSegment) {
		return nil
	}
	return err
}

// exifOf returns the EXIF data of a picture, or nil.
func exifOf(r io.ReadSeeker, format string) (exif []byte, err error) {
	switch format {
	case "jpeg":
		err = segments(r, func(marker byte, data []byte) bool {
			if marker == app1 && bytes.HasPrefix(data, []byte("Exif\x00\x00")) {
				exif = data[6:]
			}
			return exif == nil
		})
	case "webp":
		exif, err = riffChunk(r, "EXIF")
	}
	return exif, err
}

const maxExif = 1 << 20

// riffChunk returns a chunk of a RIFF file, or nil. EXIF stands behind the
// pixels.
func riffChunk(r io.ReadSeeker, name string) ([]byte, error) {
	if _, err := r.Seek(12, io.SeekStart); err != nil {
		return nil, err
	}
	var head [8]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil, ended(err)
		}
		n := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) == name {
			if n > maxExif {
				return nil, nil
			}
			data := make([]byte, n)
			_, err := io.ReadFull(r, data)
			return bytes.TrimPrefix(data, []byte("Exif\x00\x00")), ended(err)
		}
		if _, err := r.Seek(n+n&1, io.SeekCurrent); err != nil {
			return nil, err
		}
	}
}
