// Package hostile is what people type who mean harm, as text files to read and
// to add to. Tests show that it does nothing.
package hostile

import (
	_ "embed" // the files
	"regexp"
	"strconv"
	"strings"
)

var (
	//go:embed messages.txt
	messages string
	//go:embed names.txt
	names string
	//go:embed bombs.txt
	bombs string
)

// Messages returns texts of messages.
func Messages() []string { return lines(messages) }

// Names returns what may be a name of a person, a room or a file, or a topic.
func Names() []string { return lines(names) }

// Bombs returns what makes parsers slow when it is repeated.
func Bombs() []string { return lines(bombs) }

// lines reads a file: an input a line, remarks after "// ".
func lines(file string) []string {
	var inputs []string
	for _, line := range strings.Split(strings.TrimSuffix(file, "\n"), "\n") {
		if !strings.HasPrefix(line, "// ") {
			inputs = append(inputs, read(line))
		}
	}
	return inputs
}

var escaped = regexp.MustCompile(`\\(n|r|t|"|\\|u\{[0-9a-f]+\})`)

func read(line string) string {
	return escaped.ReplaceAllStringFunc(line, func(e string) string {
		switch e[1] {
		case 'n':
			return "\n"
		case 'r':
			return "\r"
		case 't':
			return "\t"
		case 'u':
			n, _ := strconv.ParseInt(e[3:len(e)-1], 16, 32)
			return string(rune(n))
		}
		return e[1:]
	})
}
