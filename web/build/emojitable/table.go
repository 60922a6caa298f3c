package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// component is the group of parts of emoji, which are none themselves.
const component = "component"

// table is the text of web/emoji.txt, whose first lines explain it.
func (d *data) table() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "# Made by web/build/emojitable from emojibase-data %s, (c) 2017-2019 Miles Johnson, MIT licence.\n", d.version)
	b.WriteString("# Emoji, group, 1 if it has skin tones, Emoji version, shortcodes, English name and keywords, Chinese name and keywords.\n")
	number := make(map[int]int) // of the groups without the components
	for i, g := range d.messages.Groups {
		if g.Key != component {
			number[i] = len(number)
		}
	}
	chinese := make(map[string]emoji)
	for _, e := range d.zh {
		chinese[e.Hexcode] = e
	}
	bases := d.modifierBases()
	for _, e := range d.listed() {
		if err := checkTones(e, bases); err != nil {
			return "", err
		}
		zh, names := chinese[e.Hexcode], d.shortcodes(e)
		if len(names) == 0 || zh.Label == "" {
			return "", fmt.Errorf("%s has no shortcode or no Chinese name", e.Emoji)
		}
		said := " " + e.Label + " " + strings.NewReplacer("_", " ", "-", " ").Replace(strings.Join(names, " ")) + " "
		line := []string{
			e.Emoji, fmt.Sprint(number[*e.Group]), fmt.Sprint(min(len(e.Skins), 1)), fmt.Sprint(e.Version), strings.Join(names, " "),
			e.Label, without(e.Tags, func(tag string) bool { return strings.Contains(said, " "+tag+" ") }),
			zh.Label, without(zh.Tags, func(tag string) bool { return strings.Contains(zh.Label, tag) }),
		}
		b.WriteString(strings.Join(line, "\t") + "\n")
	}
	return b.String(), nil
}

// without joins the tags that say something new.
func without(tags []string, known func(string) bool) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(tags), known), ",")
}

// listed is every emoji that a picker offers, in its order: one entry for all
// skin tones.
func (d *data) listed() []emoji {
	listed := slices.DeleteFunc(slices.Clone(d.en), func(e emoji) bool {
		return e.Group == nil || d.messages.Groups[*e.Group].Key == component
	})
	slices.SortFunc(listed, func(a, b emoji) int { return cmp.Compare(a.Order, b.Order) })
	return listed
}

// all is every emoji that there is.
func (d *data) all() []string {
	var all []string
	for _, e := range d.listed() {
		all = append(all, e.Emoji)
		for _, skin := range e.Skins {
			all = append(all, skin.Emoji)
		}
	}
	return all
}

// shortcodes are what people type between colons, those of GitHub first, then
// what Slack calls it. Newer emoji only have the source's own.
func (d *data) shortcodes(e emoji) []string {
	var names []string
	for i, known := range d.codes {
		if i == len(d.codes)-1 && len(names) > 0 {
			break
		}
		for _, name := range known[e.Hexcode] {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// modifierBases are the characters that a skin tone follows.
func (d *data) modifierBases() map[rune]bool {
	bases := make(map[rune]bool)
	for _, e := range d.listed() {
		for _, skin := range e.Skins {
			var before rune
			for _, r := range skin.Emoji {
				if isTone(r) {
					bases[before] = true
				}
				before = r
			}
		}
	}
	return bases
}

func isTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// checkTones makes sure that the table need not list the tones: the rule by
// which web/script/emoji.js makes them is true for e.
func checkTones(e emoji, bases map[rune]bool) error {
	for _, skin := range e.Skins {
		if len(skin.Tone) > 1 {
			continue // everybody another: the picker does not offer these
		}
		tone := rune(0x1f3fb - 1 + int(skin.Tone[0][0]-'0'))
		if got := withTone(e.Emoji, tone, bases); got != skin.Emoji {
			return errors.New(e.Emoji + " in another skin tone is " + skin.Emoji + ", but by the rule it is " + got)
		}
	}
	return nil
}

// withTone puts the tone after every base, in place of the mark that it is to
// be drawn in colour. Hands that people hold have none.
func withTone(text string, tone rune, bases map[rune]bool) string {
	const joiner, colour, handshake = '\u200d', '\ufe0f', '🤝'
	var out []rune
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		out = append(out, runes[i])
		held := runes[i] == handshake && i+1 < len(runes) && runes[i+1] == joiner
		if !bases[runes[i]] || held {
			continue
		}
		out = append(out, tone)
		if i+1 < len(runes) && runes[i+1] == colour {
			i++
		}
	}
	return string(out)
}
