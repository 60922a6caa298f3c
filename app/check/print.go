//go:build !js

package check

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"hubbub/app/i18n"
	"hubbub/app/i18n/checks"
	"hubbub/shared"
)

// line is what a check found.
type line struct {
	Check   checks.Check   `json:"check"`
	State   checks.State   `json:"state"`
	Figure  string         `json:"figure,omitempty"`
	Finding checks.Finding `json:"finding,omitempty"`
	Means   string         `json:"means,omitempty"`
	Do      string         `json:"do,omitempty"`
	Bars    []bar          `json:"histogram,omitempty"`

	last bool // nothing further can be tried
}

// bar counts the round trips of a length.
type bar struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

func (r *run) ok(figure string) line { return line{State: checks.OK, Figure: figure} }

// found is a line with its advice; values fill its blanks.
func (r *run) found(state checks.State, f checks.Finding, figure string, values ...string) line {
	a := r.text.Findings[f]
	blanks := strings.Count(a.Means, "%")
	l := line{State: state, Figure: figure, Finding: f, Means: i18n.Fill(a.Means, values...)}
	l.Do = i18n.Fill(a.Do, values[min(blanks, len(values)):]...)
	return l
}

func (r *run) fail(f checks.Finding, figure string, values ...string) line {
	return r.found(checks.Fail, f, figure, values...)
}

func (r *run) warn(f checks.Finding, figure string, values ...string) line {
	return r.found(checks.Warn, f, figure, values...)
}

// end is l when nothing after it can be tried.
func (l line) end() line {
	l.last = true
	return l
}

// printer says lines as they come, or all at the end as JSON.
type printer struct {
	run   *run
	w     io.Writer
	lines []line
}

func newPrinter(r *run, w io.Writer) *printer { return &printer{run: r, w: w} }

// printf is to a terminal: nobody could be told that it failed.
func (p *printer) printf(format string, args ...any) {
	if !p.run.json {
		fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) begin() {
	p.printf("%s\n", p.run.site)
	if p.run.idle > 0 {
		p.printf("The last line takes %s; --quick leaves it out.\n", p.run.idle)
	}
	p.printf("\n")
}

// word is a state as reports write it.
func word(s checks.State) string {
	if s == checks.Fail {
		return "FAIL"
	}
	return string(s)
}

func (p *printer) add(l line) {
	p.lines = append(p.lines, l)
	p.printf("%-6s%-15s%s\n", word(l.State), p.run.text.Names[l.Check], l.Figure)
	for _, b := range l.Bars {
		p.printf("%33s  %s %d\n", b.Label, strings.Repeat("#", (b.Count+1)/2), b.Count)
	}
	for _, sentence := range []string{l.Means, l.Do} {
		for _, part := range wrap(sentence, 72) {
			p.printf("      %s\n", part)
		}
	}
}

// end says how it all went and returns the exit code.
func (p *printer) end() int {
	code, says := 0, p.run.text.AllFine
	for _, l := range p.lines {
		switch l.State {
		case checks.Fail:
			code, says = 1, p.run.text.Broke
		case checks.Warn:
			if code == 0 {
				says = p.run.text.SomeWarn
			}
		}
	}
	if !p.run.json {
		p.printf("\n%s\n", says)
		return code
	}
	enc := json.NewEncoder(p.w)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		URL   string       `json:"url"`
		Lines []line       `json:"lines"`
		Facts shared.Facts `json:"facts"`
	}{p.run.site.String(), p.lines, p.run.facts})
	if err != nil {
		return 2
	}
	return code
}

// wrap breaks text into parts of at most so many characters, where it can.
func wrap(text string, width int) (parts []string) {
	now := ""
	for word := range strings.FieldsSeq(text) {
		if now != "" && utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) > width {
			parts, now = append(parts, now), ""
		}
		if now != "" {
			now += " "
		}
		now += word
	}
	if now != "" {
		parts = append(parts, now)
	}
	return parts
}
