// Command pinyintable makes web/pinyin.txt, how Chinese characters are said,
// which browsers fetch when they first need it, from the Go module go-pinyin.
// Run it from the repository's root when Unicode's data changed:
//
//	go mod download -json github.com/mozillazg/go-pinyin@v0.21.0 # says its Dir
//	go run ./web/build/pinyintable Dir
//
// The table's first line says where it is from, its second lists the syllables,
// without tones. The third has two letters for each character from U+4E00 on,
// the number of its syllable in base 26, or two spaces; the last one further
// syllables of characters in names.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pinyintable:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("name the folder of the Go module go-pinyin")
	}
	source, err := os.ReadFile(filepath.Join(args[0], "pinyin_dict.go"))
	if err != nil {
		return err
	}
	said, err := read(string(source))
	if err != nil {
		return err
	}
	return os.WriteFile("web/pinyin.txt", []byte(table(said)), 0o644)
}

const (
	first = 0x4e00
	last  = 0x9fff
)

// several are characters of names that are said in several ways there.
const several = "曾单解仇查区朴翟盖任华纪缪乐种洗车万俟长重朝行晟柏卜藏尉覃隗卓员宿祭"

// read returns the syllables of each character, the usual one first.
func read(source string) (map[rune][]string, error) {
	said := make(map[rune][]string)
	for _, line := range regexp.MustCompile(`(?m)^\s*0x([0-9A-F]+):\s*"([^"]+)"`).FindAllStringSubmatch(source, -1) {
		code, err := strconv.ParseInt(line[1], 16, 32)
		if err != nil {
			return nil, err
		}
		for _, syllable := range strings.Split(line[2], ",") {
			plain, err := toneless(syllable)
			if err != nil {
				return nil, fmt.Errorf("U+%04X: %w", code, err)
			}
			if r := rune(code); plain != "" && !slices.Contains(said[r], plain) {
				said[r] = append(said[r], plain)
			}
		}
	}
	if len(said['李']) == 0 {
		return nil, errors.New("pinyin_dict.go is not as it was")
	}
	return said, nil
}

// toneless is a syllable as people type it. What is said without a vowel is none.
func toneless(syllable string) (string, error) {
	const marked = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿếềê̄̌̀"
	const bare = "aaaaeeeeiiiioooouuuuvvvvvnnnmeee"
	plain := []rune(bare)
	var b strings.Builder
	for _, r := range syllable {
		i := slices.Index([]rune(marked), r)
		switch {
		case 'a' <= r && r <= 'z':
			b.WriteRune(r)
		case i >= len(plain): // a tone by itself
		case i >= 0:
			b.WriteRune(plain[i])
		default:
			return "", fmt.Errorf("%q has a letter that is not known: %q", syllable, r)
		}
	}
	if !strings.ContainsAny(b.String(), "aeiouv") {
		return "", nil
	}
	return b.String(), nil
}

func table(said map[rune][]string) string {
	var syllables []string
	for r, all := range said {
		if first <= r && r <= last {
			syllables = append(syllables, all...)
		}
	}
	slices.Sort(syllables)
	syllables = slices.Compact(syllables)
	number := func(syllable string) string {
		n := slices.Index(syllables, syllable)
		return string(rune('a'+n/26)) + string(rune('a'+n%26))
	}
	var b strings.Builder
	b.WriteString("# from github.com/mozillazg/go-pinyin, MIT, by pinyintable\n" + strings.Join(syllables, " ") + "\n")
	for r := rune(first); r <= last; r++ {
		if len(said[r]) == 0 {
			b.WriteString("  ")
			continue
		}
		b.WriteString(number(said[r][0]))
	}
	b.WriteString("\n")
	for _, r := range several {
		b.WriteString(string(r) + strings.Join(said[r], ",") + " ")
	}
	b.WriteString("\n")
	return b.String()
}
