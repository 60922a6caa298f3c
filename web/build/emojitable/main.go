// Command emojitable makes web/emoji.txt, the table of all emoji that browsers
// fetch when they first need it, from the npm package emojibase-data; and beside
// it web/testdata/emoji.txt, every emoji in every skin tone, for tests. Run it
// from the repository's root when Unicode has new emoji:
//
//	npm pack emojibase-data@17.0.0 && tar xzf emojibase-data-17.0.0.tgz
//	go run ./web/build/emojitable package
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "emojitable:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("name the folder of the unpacked npm package emojibase-data")
	}
	d, err := read(args[0])
	if err != nil {
		return err
	}
	table, err := d.table()
	if err != nil {
		return err
	}
	if err := os.WriteFile("web/emoji.txt", []byte(table), 0o644); err != nil {
		return err
	}
	return os.WriteFile("web/testdata/emoji.txt", []byte(strings.Join(d.all(), "\n")+"\n"), 0o644)
}

// data is what the package says in two languages.
type data struct {
	version  string
	en, zh   []emoji
	messages messages
	codes    []map[string]codes // by hexcode: of GitHub, of Slack, of emojibase
}

type emoji struct {
	Label   string
	Hexcode string
	Emoji   string
	Type    int // 1: drawn in colour without being told
	Tags    []string
	Order   int
	Group   *int
	Version float64
	Skins   []emoji
	Tone    codes // one, or one for each person
}

type messages struct {
	Groups []struct{ Key string }
}

// codes is one word or several.
type codes []string

// UnmarshalJSON takes a string, a number, or an array of them.
func (c *codes) UnmarshalJSON(b []byte) error {
	var many []any
	if err := json.Unmarshal(b, &many); err != nil {
		var one any
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		many = []any{one}
	}
	for _, word := range many {
		*c = append(*c, fmt.Sprint(word))
	}
	return nil
}

func read(dir string) (*data, error) {
	var d data
	var about struct{ Version string }
	d.codes = make([]map[string]codes, 3)
	for name, into := range map[string]any{
		"package.json":                 &about,
		"en/data.json":                 &d.en,
		"zh/data.json":                 &d.zh,
		"en/messages.json":             &d.messages,
		"en/shortcodes/github.json":    &d.codes[0],
		"en/shortcodes/iamcal.json":    &d.codes[1],
		"en/shortcodes/emojibase.json": &d.codes[2],
	} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	d.version = about.Version
	for i := range d.en {
		d.en[i].strip()
		for j := range d.en[i].Skins {
			d.en[i].Skins[j].strip()
		}
	}
	return &d, nil
}

// strip leaves out the mark for colour where Unicode recommends none: written
// in two ways, an emoji would be two.
func (e *emoji) strip() {
	if e.Type == 1 && strings.Count(e.Hexcode, "-") == 0 {
		e.Emoji = strings.TrimSuffix(e.Emoji, "\ufe0f")
	}
}
