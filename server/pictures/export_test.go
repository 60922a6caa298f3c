package pictures

import "bytes"

// Orientation is how a file says that it must be turned, 1 to 8.
func Orientation(file []byte, format string) (int, error) {
	t, err := orientation(bytes.NewReader(file), format)
	return int(t), err
}
