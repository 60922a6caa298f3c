package checks

import (
	"os"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// sentences lists everything that a language says, by what it is called.
func sentences(t *Text) map[string]string {
	all := map[string]string{}
	v := reflect.ValueOf(*t)
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.String {
			all[v.Type().Field(i).Name] = v.Field(i).String()
		}
	}
	for name, s := range t.States {
		all["state "+string(name)] = s
	}
	for name, s := range t.Names {
		all["name of "+string(name)] = s
	}
	for name, a := range t.Findings {
		all[string(name)+" means"], all[string(name)+" do"] = a.Means, a.Do
	}
	return all
}

func TestEveryLanguageSaysTheSameWithTheSameBlanks(t *testing.T) {
	english, chinese := sentences(English()), sentences(Chinese())
	for name, en := range english {
		zh := chinese[name]
		if en == "" || zh == "" {
			t.Errorf("%s: %q, %q", name, en, zh)
		}
		if strings.Count(en, "%") != strings.Count(zh, "%") {
			t.Errorf("%s has other blanks: %q, %q", name, en, zh)
		}
	}
	for name := range chinese {
		if _, ok := english[name]; !ok {
			t.Errorf("only Chinese has %s", name)
		}
	}
}

func TestWhereAProxyMayBeToBlameIsTheSameInEveryLanguage(t *testing.T) {
	for name, a := range English().Findings {
		if Chinese().Findings[name].Proxy != a.Proxy {
			t.Error(name)
		}
	}
}

func TestEveryCheckHasAName(t *testing.T) {
	for _, c := range slices.Concat(Page(), Terminal()) {
		if English().Names[c] == "" {
			t.Errorf("%s has none", c)
		}
	}
}

// The page's script names findings and sentences by their keys.
func TestTheScriptSaysOnlyWhatThereIs(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("reads a file")
	}
	var script []byte
	for _, name := range []string{"checkpage", "checkway", "check"} {
		part, err := os.ReadFile("../../../web/script/" + name + ".js")
		if err != nil {
			t.Fatal(err)
		}
		script = append(script, part...)
	}
	english := English()
	for _, m := range regexp.MustCompile(`finding: "([^"]*)"`).FindAllStringSubmatch(string(script), -1) {
		if _, ok := english.Findings[Finding(m[1])]; !ok {
			t.Errorf("there is no finding %q", m[1])
		}
	}
	fields := reflect.TypeFor[Text]()
	for _, m := range regexp.MustCompile(`\btext\.([A-Z]\w*)`).FindAllStringSubmatch(string(script), -1) {
		if f, ok := fields.FieldByName(m[1]); !ok || f.Tag.Get("json") == "-" {
			t.Errorf("there is no sentence %q", m[1])
		}
	}
}

// docs/proxies.md is what the tests run.
func TestTheSettingsOfProxiesAreThoseOfTheDocument(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("reads a file")
	}
	document, err := os.ReadFile("../../../docs/proxies.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(document)) {
		known[strings.TrimSpace(line)] = true
	}
	for _, p := range Proxies() {
		for line := range strings.Lines(p.Settings) {
			line = strings.TrimSpace(line)
			if line != "" && !strings.HasPrefix(line, "#") && !known[line] && p.ID != "cloudflare" {
				t.Errorf("%s: docs/proxies.md does not say %q", p.Name, line)
			}
		}
	}
}
