package pictures

import (
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// Sniff returns the media type of the file that begins in r, by its content
// alone and without parameters. Its name and what a browser called it may lie.
func Sniff(r io.Reader) (string, error) {
	m, err := mimetype.DetectReader(r)
	if err != nil {
		return "", err
	}
	name, _, _ := strings.Cut(m.String(), ";")
	return name, nil
}

// Readable reports whether a file of that type may be a picture that Open reads.
func Readable(mediaType string) bool {
	switch mediaType {
	case JPEG, PNG, GIF, "image/webp", "image/vnd.mozilla.apng":
		return true
	}
	return false
}
