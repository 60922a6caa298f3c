package pictures

import (
	"image"
	"image/draw"
)

// strips hands img to yield in strips of n rows, the last one perhaps lower, so
// that its colours need never be in memory whole as RGBA. y is where a strip
// begins; its own bounds begin at 0, 0, and it is yield's until yield returns.
func strips(img image.Image, n int, yield func(strip *image.RGBA, y int)) {
	b := img.Bounds()
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), n))
	for y := 0; y < b.Dy(); y += n {
		part := strip.SubImage(image.Rect(0, 0, b.Dx(), min(n, b.Dy()-y))).(*image.RGBA)
		draw.Draw(part, part.Rect, img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		yield(part, y)
	}
}

// shrink returns img with each n × n of its pixels as one, their mean. What is
// left at the right and at the bottom is less than a pixel, and is dropped.
func shrink(img image.Image, n int) image.Image {
	w, h := img.Bounds().Dx()/n, img.Bounds().Dy()/n
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	strips(img, n, func(strip *image.RGBA, y int) {
		if strip.Rect.Dy() < n {
			return
		}
		row := to.Pix[to.PixOffset(0, y/n):]
		for x := range w {
			copy(row[4*x:], mean(strip, x*n, n))
		}
	})
	return to
}

// mean is the mean colour of the square of n × n at x.
func mean(strip *image.RGBA, x, n int) []byte {
	var sum [4]int
	for y := range n {
		row := strip.Pix[strip.PixOffset(x, y):][:4*n]
		for i, v := range row {
			sum[i&3] += int(v)
		}
	}
	half := n * n / 2
	return []byte{
		byte((sum[0] + half) / (n * n)), byte((sum[1] + half) / (n * n)),
		byte((sum[2] + half) / (n * n)), byte((sum[3] + half) / (n * n)),
	}
}
