package pictures

import (
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
)

// The types of what is drawn.
const (
	JPEG = "image/jpeg"
	PNG  = "image/png"
	GIF  = "image/gif"
)

const quality = 88 // of a JPEG: no difference to be seen at a photograph's own size

// Picture is one that was read: pixels, and nothing of the file they came from.
type Picture struct {
	img   image.Image
	anim  *gif.GIF // all frames of what moves; img is the first
	photo bool     // nothing shows through it, and no detail in it must be kept exactly
}

// Size returns width and height in pixels.
func (p *Picture) Size() (width, height int) { return p.img.Bounds().Dx(), p.img.Bounds().Dy() }

// Type is what Encode writes: GIF for what moves, JPEG for photographs, PNG for
// the rest, so that a screenshot stays sharp.
func (p *Picture) Type() string {
	switch {
	case p.anim != nil:
		return GIF
	case p.photo:
		return JPEG
	}
	return PNG
}

// Encode writes the picture as a file of Type.
func (p *Picture) Encode(w io.Writer) error {
	switch p.Type() {
	case GIF:
		return gif.EncodeAll(w, p.anim)
	case JPEG:
		return jpeg.Encode(w, p.img, &jpeg.Options{Quality: quality})
	}
	return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, p.img)
}

// Fit returns the picture scaled down into width × height, or as it is when it
// fits. What was scaled does not move.
func (p *Picture) Fit(width, height int) *Picture {
	w, h := p.Size()
	if w <= width && h <= height {
		return p
	}
	if w*height > h*width {
		height = max(1, h*width/w)
	} else {
		width = max(1, w*height/h)
	}
	return p.scale(width, height, p.img.Bounds())
}

// Square returns the middle of the picture, scaled to side × side. It does not
// move.
func (p *Picture) Square(side int) *Picture {
	b := p.img.Bounds()
	edge := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-edge)/2, (b.Dy()-edge)/2))
	return p.scale(side, side, image.Rectangle{corner, corner.Add(image.Pt(edge, edge))})
}

// scale draws a part of the picture at width × height. What is much larger is
// first shrunk by a whole number: the scaler would take 32 bytes for each row's
// pixels.
func (p *Picture) scale(width, height int, from image.Rectangle) *Picture {
	img := p.img
	if n := min(from.Dx()/width, from.Dy()/height) / 2; n > 1 {
		part := subImage(img, from)
		img = shrink(part, n)
		from = img.Bounds()
	}
	to := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.BiLinear.Scale(to, to.Bounds(), img, from, draw.Src, nil)
	return &Picture{img: to, photo: to.Opaque()}
}

// subImage is a part of img, which shares its pixels.
func subImage(img image.Image, part image.Rectangle) image.Image {
	if whole, ok := img.(interface {
		SubImage(r image.Rectangle) image.Image
	}); ok {
		return whole.SubImage(part)
	}
	return img // every decoder's image can; a test sees it
}

// isPhoto reports whether img has colours as only JPEG and lossy WebP keep them.
func isPhoto(img image.Image) bool {
	switch img.(type) {
	case *image.YCbCr, *image.CMYK:
		return true
	case *image.Gray:
		return false // a JPEG without colours, or a PNG: nothing is lost as one
	}
	return false
}
