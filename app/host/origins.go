//go:build !js

package host

import "strings"

// origins is a setting: what browsers send as Origin, with commas between. The
// server says which is none.
type origins []string

// String implements flag.Value.
func (o origins) String() string { return strings.Join(o, ",") }

// Set implements flag.Value. What is set replaces what was.
func (o *origins) Set(text string) error {
	*o = nil
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*o = append(*o, word)
		}
	}
	return nil
}
