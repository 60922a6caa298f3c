package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hubbub/shared"
)

var update = flag.Bool("update", false, "write apidoc/facts.json anew")

// facts is what apidoc/facts.json holds.
type facts struct {
	Types    map[string]string          `json:"types"`
	Values   map[string][]value         `json:"values"`
	Commands map[string]string          `json:"commands"`
	Examples map[string]json.RawMessage `json:"examples"`
}

type value struct {
	Value string `json:"value"`
	Text  string `json:"text,omitempty"`
}

func TestTheFactsAreWhatTheSourceSays(t *testing.T) {
	b := &book{t: t, set: token.NewFileSet(), methods: make(map[string]string), facts: facts{
		Types: make(map[string]string), Values: make(map[string][]value),
		Commands: make(map[string]string), Examples: make(map[string]json.RawMessage),
	}}
	for _, path := range b.sources("../shared/*.go") {
		b.types(b.parse(path), ast.IsExported)
	}
	var commands *ast.File
	for _, path := range b.sources("*.go") {
		file := b.parse(path)
		b.functions(file)
		switch filepath.Base(path) {
		case "commands.go":
			commands = file
		case "api.go", "apipages.go":
			b.types(file, func(string) bool { return true })
		}
	}
	b.commands(commands)
	b.examples("../shared/testdata/frames/*.json")

	b.prune(dig(readOpenAPI(t, newSite(t).visitor()).doc, "components", "schemas").(map[string]any))

	want, err := json.MarshalIndent(b.facts, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("apidoc/facts.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("apidoc/facts.json"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("facts.json is not what the source says: run make golden (%v)", err)
	}
}

// book reads sources.
type book struct {
	t       *testing.T
	set     *token.FileSet
	methods map[string]string // comments of chat's, by name
	facts   facts
}

func (b *book) sources(pattern string) (paths []string) {
	b.t.Helper()
	all, err := filepath.Glob(pattern)
	if err != nil || len(all) == 0 {
		b.t.Fatalf("%s: no files, %v", pattern, err)
	}
	for _, path := range all {
		if !strings.HasSuffix(path, "_test.go") {
			paths = append(paths, path)
		}
	}
	return paths
}

func (b *book) parse(path string) *ast.File {
	b.t.Helper()
	file, err := parser.ParseFile(b.set, path, nil, parser.ParseComments)
	if err != nil {
		b.t.Fatal(err)
	}
	return file
}

// types takes the comments of a file's types, their fields and their values.
func (b *book) types(file *ast.File, wanted func(name string) bool) {
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if wanted(spec.Name.Name) {
					b.define(spec.Name.Name, line(spec.Doc, group.Doc, spec.Comment), spec.Type)
				}
			case *ast.ValueSpec:
				b.value(spec)
			}
		}
	}
}

func (b *book) define(name, comment string, of ast.Expr) {
	name = capital(name)
	comment = capital(comment)
	if comment != "" {
		b.facts.Types[name] = comment
	}
	shape, ok := of.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range shape.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			b.t.Fatal(err)
		}
		field, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if text := line(f.Doc, f.Comment); text != "" && field != "" {
			b.facts.Types[name+"."+field] = text
		}
	}
}

// value takes a constant of a type with a name.
func (b *book) value(spec *ast.ValueSpec) {
	of, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		b.t.Fatal(err)
	}
	b.facts.Values[of.Name] = append(b.facts.Values[of.Name], value{Value: text, Text: line(spec.Comment, spec.Doc)})
}

// functions takes the comments of chat's methods.
func (b *book) functions(file *ast.File) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil {
			continue
		}
		if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
			if of, ok := star.X.(*ast.Ident); ok && of.Name == "chat" {
				b.methods[f.Name.Name] = line(f.Doc)
			}
		}
	}
}

// commands finds which method carries out which command, in the table of them,
// and says what it does as its comment does.
func (b *book) commands(table *ast.File) {
	ast.Inspect(table, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name, isText := call.Args[0].(*ast.BasicLit)
		method, isMethod := call.Args[len(call.Args)-1].(*ast.SelectorExpr)
		if !isText || !isMethod {
			return true
		}
		verb, err := strconv.Unquote(name.Value)
		if err != nil {
			b.t.Fatal(err)
		}
		_, text, _ := strings.Cut(b.methods[method.Sel.Name], " ")
		if text == "" {
			b.t.Errorf("the command %s has no comment on its method %s", verb, method.Sel.Name)
			return true
		}
		b.facts.Commands[verb] = capital(strings.ReplaceAll(text, "actor", "caller"))
		return true
	})
}

// prune keeps what is told of types that are in the description.
func (b *book) prune(described map[string]any) {
	other := func(name string) bool {
		of, _, _ := strings.Cut(name, ".")
		return described[of] == nil && of != "Scope"
	}
	maps.DeleteFunc(b.facts.Types, func(name, _ string) bool { return other(name) })
	maps.DeleteFunc(b.facts.Values, func(name string, _ []value) bool { return other(name) })
	maps.DeleteFunc(b.facts.Examples, func(name string, _ json.RawMessage) bool {
		verb, field, _ := strings.Cut(name, ".")
		return name != "error" && verb != "ok" && (field != "" || b.facts.Commands[verb] == "")
	})
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// examples takes the bodies of the golden frames.
func (b *book) examples(pattern string) {
	b.t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		b.t.Fatalf("%s: no files, %v", pattern, err)
	}
	for _, path := range paths {
		frame, err := os.ReadFile(path)
		if err != nil {
			b.t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		kind, field, _ := strings.Cut(name, ".")
		var outer, inner map[string]json.RawMessage
		if err := json.Unmarshal(frame, &outer); err != nil {
			b.t.Fatal(err)
		}
		body := outer[kind]
		if kind == "ok" && field != "" {
			if err := json.Unmarshal(body, &inner); err != nil {
				b.t.Fatal(err)
			}
			body = inner[field]
		}
		b.facts.Examples[name] = body
	}
}

// line is the first comment there is, in one line, with numbers in the place of
// constants.
func line(comments ...*ast.CommentGroup) string {
	number := func(name string, n int64) []string { return []string{name, strconv.FormatInt(n, 10)} }
	numbers := slices.Concat(
		number("DefaultPage", shared.DefaultPage), number("MaxPage", shared.MaxPage), number("MaxSeq", int64(shared.MaxSeq)),
		number("MaxUnread", shared.MaxUnread), number("DefaultPushTTL", int64(shared.DefaultPushTTL/time.Second)),
	)
	for _, c := range comments {
		if text := strings.Join(strings.Fields(c.Text()), " "); text != "" {
			return strings.NewReplacer(numbers...).Replace(text)
		}
	}
	return ""
}
