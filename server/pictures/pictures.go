// Package pictures draws what people upload anew, so that what is shown to
// others is made of pixels alone: nothing hides behind them, no place where a
// photograph was taken, no script, no second file.
//
// What a picture would cost is known before its pixels are read, and at most
// two are worked on at once: a file of 100 KB can be one of 30,000² pixels.
//
// It takes JPEG, PNG, GIF and WebP. What it cannot read whole is not a picture:
// an animated WebP, a truncated file, a drawing in SVG.
package pictures

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"

	_ "image/gif" // the formats that are read
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// What Open returns, bare or wrapped.
var (
	ErrNotPicture = errors.New("not a picture that can be read")
	ErrTooLarge   = errors.New("a picture of too many pixels")
)

// The most that a picture may be.
const (
	MaxPixels = 50e6      // what telephones take
	MaxSide   = 16_384    // on either side; browsers show no more
	maxMemory = 288 << 20 // bytes while it is read
)

// atOnce is how many pictures are worked on at the same time.
const atOnce = 2

// Studio is where pictures are worked on. New makes one; one serves a program.
type Studio struct{ places chan struct{} }

// New returns an empty studio.
func New() *Studio { return &Studio{places: make(chan struct{}, atOnce)} }

// Open reads the picture in r, upright, and hands it to work. Until work has
// returned the picture takes up one of the studio's places; ctx bounds how long
// to wait for one. Open returns what work returns.
func (s *Studio) Open(ctx context.Context, r io.ReadSeeker, work func(*Picture) error) error {
	select {
	case s.places <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-s.places }()
	p, err := read(r)
	if err != nil {
		return err
	}
	return work(p)
}

// read decodes the picture in r. A decoder that panics has found no picture.
func read(r io.ReadSeeker) (p *Picture, err error) {
	defer func() {
		if x := recover(); x != nil {
			p, err = nil, fmt.Errorf("%w: %v", ErrNotPicture, x)
		}
	}()
	format, turn, err := measure(r)
	if err != nil {
		return nil, err
	}
	if format == "gif" {
		return readGIF(r)
	}
	if err := rewind(r); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(r)
	if err != nil {
		return nil, unreadable(err)
	}
	return &Picture{img: turn.apply(img), photo: isPhoto(img)}, nil
}

// measure returns the format of the picture in r and how it must be turned. It
// does not read the pixels, but says ErrTooLarge when there are too many.
func measure(r io.ReadSeeker) (format string, turn turning, err error) {
	if err := rewind(r); err != nil {
		return "", 0, err
	}
	c, format, err := image.DecodeConfig(r)
	if err != nil {
		return "", 0, unreadable(err)
	}
	if err := withinSize(c.Width, c.Height); err != nil {
		return "", 0, err
	}
	each, err := bytesPerPixel(r, format, c.ColorModel)
	if err != nil {
		return "", 0, err
	}
	if turn, err = orientation(r, format); err != nil {
		return "", 0, err
	}
	if turn != upright {
		each += 4
	}
	if float64(c.Width)*float64(c.Height)*each > maxMemory {
		return "", 0, fmt.Errorf("%w: %d × %d would take more than %d MiB", ErrTooLarge, c.Width, c.Height, maxMemory>>20)
	}
	return format, turn, nil
}

// withinSize reports whether a picture may be that large.
func withinSize(width, height int) error {
	switch {
	case width <= 0 || height <= 0:
		return fmt.Errorf("%w: it has no pixels", ErrNotPicture)
	case width > MaxSide || height > MaxSide || width*height > MaxPixels:
		return fmt.Errorf("%w: %d × %d", ErrTooLarge, width, height)
	}
	return nil
}

func unreadable(err error) error { return fmt.Errorf("%w: %w", ErrNotPicture, err) }

func rewind(r io.Seeker) error {
	_, err := r.Seek(0, io.SeekStart)
	return err
}
