package markup

import "strings"

// Any reports whether a text has anything in it that could be markup or a
// mention. Most messages do not, and cost no more than this look.
func Any(source string) bool {
	begins := true // only white space so far in this line
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch c {
		case '*', '_', '~', '`', '[', '\\', '<', '|', '@', '#':
			return true
		case ':':
			if strings.HasPrefix(source[i:], "://") || strings.HasPrefix(source[i:], ":\\") {
				return true
			}
		case '.':
			if i >= 3 && strings.EqualFold(source[i-3:i], "www") {
				return true
			}
		case '\n':
			begins = true
			continue
		case ' ', '\t', '\r':
			continue
		}
		if begins && (c == '>' || c == '-' || c == '+' || '0' <= c && c <= '9') {
			return true
		}
		begins = false
	}
	return false
}
