package pictures_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"strings"
	"testing"

	"hubbub/server/pictures"
)

// open reads a file and returns what work makes of the picture.
func open(t *testing.T, file []byte, work func(*pictures.Picture) error) error {
	t.Helper()
	return pictures.New().Open(t.Context(), bytes.NewReader(file), work)
}

// redrawn is the file as it is drawn anew.
func redrawn(t *testing.T, file []byte) (drawn []byte, mediaType string) {
	t.Helper()
	var b bytes.Buffer
	err := open(t, file, func(p *pictures.Picture) error {
		mediaType = p.Type()
		return p.Encode(&b)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), mediaType
}

// quarters is a picture whose corners are red, green, blue and white, from the
// top left one clockwise.
func quarters(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, [2][2]color.RGBA{
				{{255, 0, 0, 255}, {0, 255, 0, 255}},
				{{255, 255, 255, 255}, {0, 0, 255, 255}},
			}[2*y/h][2*x/w])
		}
	}
	return img
}

// corners names the colours of a picture's corners, as quarters has them: RGBW.
func corners(img image.Image) string {
	b := img.Bounds()
	name := ""
	for _, p := range []image.Point{
		b.Min.Add(image.Pt(2, 2)),
		{b.Max.X - 3, b.Min.Y + 2},
		b.Max.Sub(image.Pt(3, 3)),
		{b.Min.X + 2, b.Max.Y - 3},
	} {
		r, g, bl, _ := img.At(p.X, p.Y).RGBA()
		switch r, g, bl := r > 0x8000, g > 0x8000, bl > 0x8000; {
		case r && g && bl:
			name += "W"
		case r:
			name += "R"
		case g:
			name += "G"
		case bl:
			name += "B"
		default:
			name += "-"
		}
	}
	return name
}

func asJPEG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is data that says how a picture must be turned and where it was taken.
func exif(order binary.AppendByteOrder, mark string, orientation uint16) []byte {
	b := []byte("Exif\x00\x00" + mark)
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	for _, entry := range [][2]uint16{{0x010f, 7}, {0x0112, orientation}} {
		b = order.AppendUint16(b, entry[0])
		b = order.AppendUint16(b, 3)
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, entry[1])
		b = append(b, 0, 0)
	}
	return append(b, "GPS 52.5200N 13.4050E"...)
}

// withSegment is a JPEG with one more segment in front.
func withSegment(file []byte, marker byte, data []byte) []byte {
	b := append([]byte{}, file[:2]...)
	b = append(b, 0xff, marker)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)+2))
	return append(append(b, data...), file[2:]...)
}

func TestAPictureStandsUprightAndNobodySeesWhereItWasTaken(t *testing.T) {
	source := asJPEG(t, quarters(64, 32))
	orders := map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian}
	for mark, order := range orders {
		for orientation, want := range []string{"RGBW", "RGBW", "GRWB", "BWRG", "WBGR", "RWBG", "WRGB", "BGRW", "GBWR", "RGBW"} {
			file := withSegment(source, 0xe1, exif(order, mark, uint16(orientation)))
			drawn, mediaType := redrawn(t, file)
			img, err := jpeg.Decode(bytes.NewReader(drawn))
			if err != nil || mediaType != pictures.JPEG {
				t.Fatal(mediaType, err)
			}
			if got := corners(img); got != want {
				t.Errorf("%s, orientation %d: the corners are %s, want %s", mark, orientation, got, want)
			}
			lies := orientation >= 5 && orientation <= 8
			if b := img.Bounds(); lies != (b.Dy() == 64) {
				t.Errorf("%s, orientation %d: it is %v", mark, orientation, b)
			}
			if bytes.Contains(drawn, []byte("GPS")) || bytes.Contains(drawn, []byte("Exif")) {
				t.Error("the place is still in it")
			}
		}
	}
}

func TestExifThatIsBrokenTurnsNothing(t *testing.T) {
	source := asJPEG(t, quarters(64, 32))
	whole := exif(binary.LittleEndian, "II", 6)
	for n := range len(whole) - 24 { // up to the entry that says it
		drawn, _ := redrawn(t, withSegment(source, 0xe1, whole[:n]))
		if c, _ := jpeg.DecodeConfig(bytes.NewReader(drawn)); c.Width != 64 {
			t.Errorf("with %d bytes it is %d wide", n, c.Width)
		}
	}
}

func TestWhatIsDrawnHoldsNothingElse(t *testing.T) {
	const secret = "<script>alert(1)</script>"
	var moving bytes.Buffer
	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{5, 7}}); err != nil {
		t.Fatal(err)
	}
	comment := append(append([]byte{0x21, 0xfe, byte(len(secret))}, secret...), 0)
	png := asPNG(t, quarters(8, 8))
	photo := asJPEG(t, quarters(8, 8))
	files := map[string][]byte{
		"a PNG with more behind it":  append(bytes.Clone(png), secret...),
		"a JPEG with more behind it": append(bytes.Clone(photo), secret...),
		"a JPEG with a comment":      withSegment(photo, 0xfe, []byte(secret)),
		"a GIF with more behind it":  append(bytes.Clone(moving.Bytes()), secret...),
		"a GIF with a comment":       append(append(bytes.Clone(moving.Bytes()[:moving.Len()-1]), comment...), 0x3b),
	}
	for name, file := range files {
		drawn, _ := redrawn(t, file)
		if !bytes.Contains(file, []byte(secret)) || bytes.Contains(drawn, []byte("script")) {
			t.Errorf("%s: %q", name, drawn)
		}
	}
}

func TestWhatMovesGoesOnMoving(t *testing.T) {
	palette := color.Palette{color.Transparent, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}}
	first := image.NewPaletted(image.Rect(0, 0, 20, 10), palette)
	second := image.NewPaletted(image.Rect(5, 5, 10, 10), palette)
	second.Pix[3] = 2
	in := &gif.GIF{
		Image: []*image.Paletted{first, second}, Delay: []int{5, 70},
		Disposal: []byte{gif.DisposalNone, gif.DisposalPrevious}, LoopCount: 3,
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, in); err != nil {
		t.Fatal(err)
	}
	drawn, mediaType := redrawn(t, b.Bytes())
	out, err := gif.DecodeAll(bytes.NewReader(drawn))
	if err != nil || mediaType != pictures.GIF {
		t.Fatal(mediaType, err)
	}
	if len(out.Image) != 2 || out.Delay[1] != 70 || out.Disposal[1] != gif.DisposalPrevious || out.LoopCount != 3 ||
		out.Image[1].Rect != second.Rect || out.Image[1].Pix[3] != second.Pix[3] {
		t.Errorf("it became %+v", out)
	}
}

func TestAGIFOfTooManyFramesKeepsStill(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.Black, color.White})
	in := &gif.GIF{}
	for range 2001 {
		in.Image, in.Delay = append(in.Image, frame), append(in.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, in); err != nil {
		t.Fatal(err)
	}
	if _, mediaType := redrawn(t, b.Bytes()); mediaType != pictures.PNG {
		t.Errorf("it is drawn as %s", mediaType)
	}
}

const (
	lossyWebP    = "RIFF\x22\x00\x00\x00WEBPVP8 \x16\x00\x00\x000\x01\x00\x9d\x01*\x01\x00\x01\x00\x0e\xc0\xfe%\xa4\x00\x03p\x00\x00\x00\x00"
	losslessWebP = "RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
)

func TestEachFormatKeepsWhatItIsGoodAt(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"a photograph":           {asJPEG(t, quarters(4, 4)), pictures.JPEG},
		"a screenshot":           {asPNG(t, quarters(4, 4)), pictures.PNG},
		"one with a hole":        {asPNG(t, clear), pictures.PNG},
		"WebP, with losses":      {[]byte(lossyWebP), pictures.JPEG},
		"WebP, without any loss": {[]byte(losslessWebP), pictures.PNG},
	} {
		if _, got := redrawn(t, c.file); got != c.want {
			t.Errorf("%s is drawn as %s", name, got)
		}
		if got, err := pictures.Sniff(bytes.NewReader(c.file)); err != nil || !pictures.Readable(got) {
			t.Errorf("%s is %s, %v", name, got, err)
		}
	}
}

func TestAWebPStandsUprightToo(t *testing.T) {
	data := exif(binary.LittleEndian, "II", 6)[6:]
	extended := "VP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	chunk := append(binary.LittleEndian.AppendUint32([]byte("EXIF"), uint32(len(data))), data...)
	body := "WEBP" + extended + lossyWebP[12:] + string(chunk)
	file := string(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)))) + body
	if turn, err := pictures.Orientation([]byte(file), "webp"); turn != 6 || err != nil {
		t.Errorf("it must be turned by %d, %v", turn, err)
	}
	redrawn(t, []byte(file))
}

func TestNothingIsReadOfAPictureThatWouldTakeTooMuchMemory(t *testing.T) {
	wide := image.NewGray16(image.Rect(0, 0, 1, 1))
	for name, file := range map[string][]byte{
		"30,000 × 30,000 in 109 KB": pngBomb(t, 30_000, 30_000, 30_000, 1, 0),
		"too wide":                  pngBomb(t, 40_000, 8, 8, 1, 0),
		"16 bits, four colours":     pngBomb(t, 7000, 7000, 7, 16, 6),
		"a progressive JPEG":        frameHeader(asJPEG(t, quarters(8, 8)), 0xc2, 7000, 7000),
		"a WebP of 16,383²":         []byte(strings.Replace(lossyWebP, "\x9d\x01*\x01\x00\x01\x00", "\x9d\x01*\xff\x3f\xff\x3f", 1)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := open(t, file, func(*pictures.Picture) error { return nil })
		runtime.ReadMemStats(&after)
		if !errors.Is(err, pictures.ErrTooLarge) {
			t.Errorf("%s (%d bytes): %v", name, len(file), err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 4<<20 {
			t.Errorf("%s took %d bytes to refuse", name, grown)
		}
	}
	if err := open(t, asPNG(t, wide), func(*pictures.Picture) error { return nil }); err != nil {
		t.Errorf("a small one with 16 bits: %v", err)
	}
}

func TestWhatIsNotWholeIsNoPicture(t *testing.T) {
	var moving bytes.Buffer
	if err := gif.Encode(&moving, quarters(40, 40), nil); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"PNG": asPNG(t, quarters(40, 40)), "JPEG": asJPEG(t, quarters(40, 40)),
		"GIF": moving.Bytes(), "WebP": []byte(losslessWebP),
	} {
		for _, n := range []int{0, 1, 5, 12, 20, len(file) / 2, len(file) - 4} {
			if n > len(file) {
				continue
			}
			err := open(t, file[:n], func(*pictures.Picture) error { return nil })
			if !errors.Is(err, pictures.ErrNotPicture) {
				t.Errorf("%d bytes of %d of a %s: %v", n, len(file), name, err)
			}
		}
	}
	for _, text := range []string{"<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "hello", "%PDF-1.4"} {
		err := open(t, []byte(text), func(*pictures.Picture) error { return nil })
		if sniffed, _ := pictures.Sniff(strings.NewReader(text)); !errors.Is(err, pictures.ErrNotPicture) || pictures.Readable(sniffed) {
			t.Errorf("%q is %s: %v", text, sniffed, err)
		}
	}
}

func TestAPictureIsScaledIntoItsBox(t *testing.T) {
	for _, c := range []struct{ w, h, boxW, boxH, wantW, wantH int }{
		{100, 50, 200, 200, 100, 50}, // never larger
		{1000, 500, 200, 200, 200, 100},
		{500, 1000, 200, 200, 100, 200},
		{4000, 10, 200, 200, 200, 1},
		{333, 250, 100, 100, 100, 75},
	} {
		for format, file := range map[string][]byte{"JPEG": asJPEG(t, quarters(c.w, c.h)), "PNG": asPNG(t, quarters(c.w, c.h))} {
			err := open(t, file, func(p *pictures.Picture) error {
				fit := p.Fit(c.boxW, c.boxH)
				if w, h := fit.Size(); w != c.wantW || h != c.wantH {
					t.Errorf("%s of %d × %d in %d × %d: %d × %d", format, c.w, c.h, c.boxW, c.boxH, w, h)
				}
				var b bytes.Buffer
				if err := fit.Encode(&b); err != nil {
					return err
				}
				img, _, err := image.Decode(&b)
				if c.wantH > 5 && corners(img) != "RGBW" {
					t.Errorf("%s of %d × %d: the corners are %s", format, c.w, c.h, corners(img))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func TestASquareIsTheMiddle(t *testing.T) {
	for _, size := range [][2]int{{900, 300}, {300, 900}, {30, 10}, {64, 64}} {
		err := open(t, asPNG(t, quarters(size[0], size[1])), func(p *pictures.Picture) error {
			var b bytes.Buffer
			square := p.Square(64)
			if w, h := square.Size(); w != 64 || h != 64 {
				t.Errorf("it is %d × %d", w, h)
			}
			if err := square.Encode(&b); err != nil {
				return err
			}
			img, _, err := image.Decode(&b)
			if corners(img) != "RGBW" {
				t.Errorf("of %v the corners are %s", size, corners(img))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTransparencyStays(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 900, 900))
	err := open(t, asPNG(t, clear), func(p *pictures.Picture) error {
		small := p.Fit(100, 100)
		if small.Type() != pictures.PNG {
			t.Errorf("it is drawn as %s", small.Type())
		}
		var b bytes.Buffer
		if err := small.Encode(&b); err != nil {
			return err
		}
		img, err := png.Decode(&b)
		if _, _, _, a := img.At(50, 50).RGBA(); a != 0 {
			t.Errorf("alpha %d", a)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTwoAreWorkedOnAtOnce(t *testing.T) {
	studio, file := pictures.New(), asPNG(t, quarters(4, 4))
	inside, leave, left := make(chan bool), make(chan bool), make(chan error)
	for range 2 {
		go func() {
			left <- studio.Open(t.Context(), bytes.NewReader(file), func(*pictures.Picture) error {
				inside <- true
				<-leave
				return nil
			})
		}()
		<-inside
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	third := func() error {
		return studio.Open(ctx, bytes.NewReader(file), func(*pictures.Picture) error { return nil })
	}
	if err := third(); !errors.Is(err, context.Canceled) {
		t.Errorf("the third: %v", err)
	}
	leave <- true
	if err := <-left; err != nil {
		t.Error(err)
	}
	ctx = t.Context()
	if err := third(); err != nil {
		t.Errorf("the third, after one has left: %v", err)
	}
	leave <- true
	<-left
}

func TestAnErrorOfTheWorkIsToldAsItIs(t *testing.T) {
	err := open(t, asPNG(t, quarters(4, 4)), func(*pictures.Picture) error { return io.ErrShortWrite })
	if !errors.Is(err, io.ErrShortWrite) || errors.Is(err, pictures.ErrNotPicture) {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, seed := range []string{lossyWebP, losslessWebP, "GIF89a", "\xff\xd8\xff", "\x89PNG\r\n\x1a\n"} {
		f.Add([]byte(seed))
	}
	studio := pictures.New()
	f.Fuzz(func(t *testing.T, file []byte) {
		err := studio.Open(t.Context(), bytes.NewReader(file), func(p *pictures.Picture) error {
			return p.Fit(9, 9).Encode(io.Discard)
		})
		if err != nil && !errors.Is(err, pictures.ErrNotPicture) && !errors.Is(err, pictures.ErrTooLarge) {
			t.Error(err)
		}
	})
}
