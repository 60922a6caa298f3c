package app

import "testing"

func TestWhichKeysSend(t *testing.T) {
	enter := press{key: "Enter"}
	with := func(change func(*press)) press {
		p := enter
		change(&p)
		return p
	}
	shift := with(func(p *press) { p.shift = true })
	ctrl := with(func(p *press) { p.ctrl = true })
	alt := with(func(p *press) { p.alt = true })
	composing := with(func(p *press) { p.composing = true })
	processed := with(func(p *press) { p.processed = true })
	cases := []struct {
		name                        string
		press                       press
		plain, swapped, touch, both bool // as set: as it comes, Enter breaks lines, fingers, the last two
	}{
		{"Enter", enter, true, false, false, false},
		{"Shift+Enter", shift, false, true, false, false},
		{"Ctrl+Enter", ctrl, true, true, true, true},
		{"Ctrl+Shift+Enter", with(func(p *press) { p.ctrl, p.shift = true, true }), true, true, true, true},
		{"Alt+Enter", alt, false, false, false, false},
		{"Ctrl+Alt+Enter (AltGr)", with(func(p *press) { p.ctrl, p.alt = true, true }), false, false, false, false},
		{"Enter that picks a candidate", composing, false, false, false, false},
		{"Enter that ends a composition (Safari)", processed, false, false, false, false},
		{"Ctrl+Enter in a composition", with(func(p *press) { p.ctrl, p.composing = true, true }), false, false, false, false},
		{"Ctrl+Enter with the input method", with(func(p *press) { p.ctrl, p.processed = true, true }), false, false, false, false},
		{"Shift+Enter in a composition", with(func(p *press) { p.shift, p.composing = true, true }), false, false, false, false},
		{"a key the input method has", press{key: "Process", processed: true}, false, false, false, false},
		{"a letter", press{key: "a"}, false, false, false, false},
		{"Ctrl and a letter", press{key: "a", ctrl: true}, false, false, false, false},
		{"NumpadEnter is Enter", press{key: "Enter"}, true, false, false, false},
		{"no key", press{}, false, false, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range []struct {
				setting              string
				swapped, touch, want bool
			}{
				{"as it comes", false, false, c.plain},
				{"swapped", true, false, c.swapped},
				{"on touch", false, true, c.touch},
				{"swapped, on touch", true, true, c.both},
			} {
				if got := sends(c.press, s.swapped, s.touch); got != s.want {
					t.Errorf("%s: got %v, want %v", s.setting, got, s.want)
				}
			}
		})
	}
}
