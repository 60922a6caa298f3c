package i18n

import (
	"reflect"
	"strings"
	"testing"
)

func TestEveryLanguageSaysEverything(t *testing.T) {
	for _, text := range All() {
		v := reflect.ValueOf(*text)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s lacks %s", text.Code, v.Type().Field(i).Name)
			}
		}
	}
}

func TestEveryLanguageFillsTheSameBlanks(t *testing.T) {
	english := reflect.ValueOf(*English())
	for _, text := range All()[1:] {
		v := reflect.ValueOf(*text)
		for i := range v.NumField() {
			if v.Field(i).Kind() != reflect.String {
				continue
			}
			got, want := strings.Count(v.Field(i).String(), "%"), strings.Count(english.Field(i).String(), "%")
			if got != want {
				t.Errorf("%s %s has %d blanks, English %d", text.Code, v.Type().Field(i).Name, got, want)
			}
		}
	}
}

func TestFill(t *testing.T) {
	cases := []struct {
		sentence string
		values   []string
		want     string
	}{
		{"% joined", []string{"Ada"}, "Ada joined"},
		{"% added %", []string{"100%", "Li"}, "100% added Li"},
		{"nothing", []string{"Ada"}, "nothing"},
		{"% and %", []string{"one"}, "one and %"},
	}
	for _, c := range cases {
		if got := Fill(c.sentence, c.values...); got != c.want {
			t.Errorf("Fill(%q, %q) = %q, want %q", c.sentence, c.values, got, c.want)
		}
	}
}
