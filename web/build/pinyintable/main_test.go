package main

import (
	"os"
	"strings"
	"testing"
)

func TestSyllablesLoseTheirTones(t *testing.T) {
	for marked, want := range map[string]string{"lǐ": "li", "nǚ": "nv", "lüè": "lve", "zhòng": "zhong", "ńg": "", "ê̄": "e"} {
		if got, err := toneless(marked); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", marked, got, err, want)
		}
	}
	if got, err := toneless("x7"); err == nil {
		t.Errorf("x7 became %q", got)
	}
}

// The script reads what is written here.
func TestTheTableHasTwoLettersForEveryCharacter(t *testing.T) {
	text, err := os.ReadFile("../../pinyin.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) != 5 || len(lines[2]) != 2*(last-first+1) {
		t.Fatalf("%d lines, the third of %d bytes", len(lines), len(lines[2]))
	}
	syllables := strings.Fields(lines[1])
	for r, want := range map[rune]string{'李': "li", '文': "wen", '龙': "long", '一': "yi"} {
		at := 2 * int(r-first)
		if got := syllables[int(lines[2][at]-'a')*26+int(lines[2][at+1]-'a')]; got != want {
			t.Errorf("%c is said %q, want %q", r, got, want)
		}
	}
	if !strings.Contains(lines[3], "单dan,chan,shan ") {
		t.Errorf("names are said %s", lines[3])
	}
}
