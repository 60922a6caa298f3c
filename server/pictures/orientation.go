package pictures

import (
	"encoding/binary"
	"image"
	"io"
)

// turning is how a picture must be turned to stand upright: EXIF's Orientation,
// 1 to 8.
type turning uint16

const upright turning = 1

const orientationTag = 0x0112

// orientation reads how the picture in r must be turned.
func orientation(r io.ReadSeeker, format string) (turning, error) {
	exif, err := exifOf(r, format)
	if err != nil {
		return upright, err
	}
	return turningOf(exif), nil
}

// turningOf finds the orientation in EXIF: a TIFF header with the byte order
// and the place of the first directory, whose entries have 12 bytes. What is
// not there stands upright.
func turningOf(exif []byte) turning {
	if len(exif) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if exif[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(exif[4:]))
	if at+2 > uint64(len(exif)) {
		return upright
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < 12 {
			break
		}
		if order.Uint16(entries) == orientationTag {
			if t := turning(order.Uint16(entries[8:])); t >= 1 && t <= 8 {
				return t
			}
			break
		}
		entries = entries[12:]
	}
	return upright
}

// turnStrip is how many rows are turned at a time.
const turnStrip = 64

// apply returns img upright.
func (t turning) apply(img image.Image) image.Image {
	if t == upright {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	if t >= 5 {
		to = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	strips(img, turnStrip, func(strip *image.RGBA, top int) {
		for y := range strip.Rect.Dy() {
			row := strip.Pix[strip.PixOffset(0, y):]
			for x := range w {
				copy(to.Pix[to.PixOffset(t.place(x, top+y, w, h)):], row[4*x:4*x+4])
			}
		}
	})
	return to
}

// place is where the pixel at x, y of a picture of w × h belongs.
func (t turning) place(x, y, w, h int) (int, int) {
	switch t {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4: // upside down and mirrored
		return x, h - 1 - y
	case 5: // its top is at the left, mirrored
		return y, x
	case 6: // its top is at the left
		return h - 1 - y, x
	case 7: // its top is at the right, mirrored
		return h - 1 - y, w - 1 - x
	case 8: // its top is at the right
		return y, w - 1 - x
	}
	return x, y
}
