package pictures

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"image"
	"image/gif"
	"io"
)

// What a GIF that moves may be: pictures one after the other, and the pixels of
// all of them, which take a byte each while they are read.
const (
	maxFrames = 2000
	maxMotion = 100e6
)

// readGIF reads a GIF with all that moves in it. One that would take too much
// memory keeps still: its first frame is the picture.
func readGIF(r io.ReadSeeker) (*Picture, error) {
	frames, pixels, err := countFrames(r)
	if err == nil {
		err = rewind(r)
	}
	if err != nil {
		return nil, unreadable(err)
	}
	if frames < 2 || frames > maxFrames || pixels > maxMotion {
		img, err := gif.Decode(r)
		if err != nil {
			return nil, unreadable(err)
		}
		return &Picture{img: img}, nil
	}
	all, err := gif.DecodeAll(r)
	if err != nil {
		return nil, unreadable(err)
	}
	return &Picture{img: firstFrame(all), anim: all}, nil
}

// firstFrame is the first frame on the GIF's whole canvas, which it need not
// fill.
func firstFrame(all *gif.GIF) image.Image {
	canvas := image.Rect(0, 0, all.Config.Width, all.Config.Height)
	if first := all.Image[0]; first.Rect == canvas {
		return first
	}
	img := image.NewRGBA(canvas)
	for y := all.Image[0].Rect.Min.Y; y < all.Image[0].Rect.Max.Y; y++ {
		for x := all.Image[0].Rect.Min.X; x < all.Image[0].Rect.Max.X; x++ {
			img.Set(x, y, all.Image[0].At(x, y))
		}
	}
	return img
}

// The blocks of a GIF.
const (
	gifExtension = 0x21
	gifImage     = 0x2c
	gifTrailer   = 0x3b
)

// countFrames walks over a GIF's blocks, without reading their pixels.
func countFrames(r io.ReadSeeker) (frames, pixels int, err error) {
	if err := rewind(r); err != nil {
		return 0, 0, err
	}
	in := bufio.NewReader(r)
	var head [13]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, 0, err
	}
	if err := skipPalette(in, head[10]); err != nil {
		return 0, 0, err
	}
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return frames, pixels, err
		}
		switch kind {
		case gifTrailer:
			return frames, pixels, nil
		case gifExtension:
			_, err = in.Discard(1) // its label
		case gifImage:
			var n int
			n, err = frame(in)
			frames, pixels = frames+1, pixels+n
		case 0: // between blocks, some programs leave one
			continue
		default:
			return frames, pixels, fmt.Errorf("a GIF's block of kind %#x", kind)
		}
		if err == nil {
			err = skipBlocks(in)
		}
		if err != nil {
			return frames, pixels, err
		}
	}
}

// frame reads an image's head and returns how many pixels it has.
func frame(in *bufio.Reader) (pixels int, err error) {
	var head [9]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, err
	}
	if err := skipPalette(in, head[8]); err != nil {
		return 0, err
	}
	_, err = in.Discard(1) // the size of its codes
	return int(binary.LittleEndian.Uint16(head[4:])) * int(binary.LittleEndian.Uint16(head[6:])), err
}

func skipPalette(in *bufio.Reader, flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := in.Discard(3 << (flags&7 + 1))
	return err
}

// skipBlocks passes over blocks of data up to the empty one.
func skipBlocks(in *bufio.Reader) error {
	for {
		n, err := in.ReadByte()
		if err != nil || n == 0 {
			return err
		}
		if _, err := in.Discard(int(n)); err != nil {
			return err
		}
	}
}
