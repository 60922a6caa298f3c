package pictures

import (
	"image/color"
	"io"
)

// bytesPerPixel is how much memory reading a picture takes, by the models that
// the decoders give their images.
func bytesPerPixel(r io.ReadSeeker, format string, model color.Model) (float64, error) {
	switch {
	case format == "jpeg":
		return jpegCost(r)
	case format == "webp":
		return 6, nil // lossy: 1.5 and as much again for what it is predicted from, with transparency 1 more and 4 on the way
	case model == color.RGBA64Model || model == color.NRGBA64Model:
		return 8, nil
	}
	return 4, nil
}

// jpegCost is bytesPerPixel of a JPEG. A progressive one keeps 4 bytes for
// each sample until its last scan, besides the sample.
func jpegCost(r io.ReadSeeker) (float64, error) {
	cost := 0.0
	err := segments(r, func(marker byte, data []byte) bool {
		if !isFrameHeader(marker) {
			return true
		}
		cost = frameCost(marker == progressive, data)
		return false
	})
	if cost == 0 {
		cost = 16 // no header where one must be: as much as there can be
	}
	return cost, err
}

// frameCost reads a frame header: 6 bytes, then 3 for each component, whose
// second has the sampling.
func frameCost(progressive bool, data []byte) float64 {
	if len(data) < 6 || len(data) < 6+3*int(data[5]) {
		return 0
	}
	components := data[6 : 6+3*int(data[5])]
	most, all := 0, 0
	for i := 1; i < len(components); i += 3 {
		samples := int(components[i]>>4) * int(components[i]&15)
		most, all = max(most, samples), all+samples
	}
	if most == 0 {
		return 0
	}
	each := float64(all) / float64(most)
	if progressive {
		return 5 * each
	}
	return each
}
