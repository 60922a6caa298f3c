package markup

import "strings"

// plain reports that a text has nothing in it that could be markup or a
// mention. Most messages are so, and cost no more than this look.
func plain(source string) bool {
	begins := true // only white space so far in this line
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch c {
		case '*', '_', '~', '`', '[', '\\', '<', '|', '@', '#':
			return false
		case ':':
			if strings.HasPrefix(source[i:], "://") || strings.HasPrefix(source[i:], ":\\") {
				return false
			}
		case '.':
			if i >= 3 && strings.EqualFold(source[i-3:i], "www") {
				return false
			}
		case '\n':
			begins = true
			continue
		case ' ', '\t', '\r':
			continue
		}
		if begins && (c == '>' || c == '-' || c == '+' || '0' <= c && c <= '9') {
			return false
		}
		begins = false
	}
	return true
}
