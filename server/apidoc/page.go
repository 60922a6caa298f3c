package apidoc

import (
	"cmp"
	"encoding/json"
	"html/template"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"hubbub/shared"
)

// page is the API as page.html shows it.
type page struct {
	Title, Version string
	Intro          []string // paragraphs
	Commands       []entry
	Routes         []entry
	Types          []shape
	Scopes         []value
	Errors         []failure
}

// entry is a route.
type entry struct {
	ID, Method, Path, Text, Scope string
	Open                          bool
	Params                        []Param
	Bodies                        []shape
	Answer                        shape
	Curl                          string
}

// shape is a body, or a type of its own.
type shape struct {
	Name   string // of the type, or the media type
	Kind   kind
	Field  string // that the answer has
	Text   string
	Fields []row
	Values []value
}

// row is a field.
type row struct {
	Name     string
	Kind     kind
	Required bool
	Text     string
}

// kind is a type in words: "list of Event", with what to link to.
type kind struct{ Before, Type, Link string }

type failure struct {
	value
	Status int
}

// Page writes the API as an HTML page, for a server at an address.
func (a API) Page(w io.Writer, address string) error {
	f, err := readFacts()
	if err != nil {
		return err
	}
	tmpl, err := template.ParseFS(files, "page.html")
	if err != nil {
		return err
	}
	d := &drawing{document: newDocument(f), address: address, types: make(map[string]reflect.Type)}
	p := page{Title: a.Title, Version: a.Version, Intro: strings.Split(a.Text, "\n\n"), Scopes: f.Values["Scope"]}
	for _, r := range a.Routes {
		if r.Verb != "" {
			p.Commands = append(p.Commands, d.entry(r))
		} else {
			p.Routes = append(p.Routes, d.entry(r))
		}
	}
	for _, v := range f.Values["Code"] {
		p.Errors = append(p.Errors, failure{v, a.Status(v.Value)})
	}
	d.kind(reflect.TypeFor[shared.Error]())
	p.Types = d.shapes()
	return tmpl.Execute(w, p)
}

type drawing struct {
	document
	address string
	types   map[string]reflect.Type // the named ones that were met
}

func (d *drawing) entry(r Route) entry {
	e := entry{
		ID: r.id(), Method: r.Method(), Path: r.Path(), Text: d.text(r), Scope: r.Scope, Open: r.Open, Params: r.Params,
		Answer: d.answer(r.Answer), Curl: d.curl(r),
	}
	for _, c := range r.Body {
		e.Bodies = append(e.Bodies, d.bodyShape(c))
	}
	return e
}

func (d *drawing) bodyShape(c Content) shape {
	s := shape{Name: cmp.Or(c.Type, jsonType), Text: c.Text}
	if c.Go != nil && c.needed() {
		s.Text = cmp.Or(s.Text, d.facts.Types[typeName(c.Go)])
		s.Fields = d.rows(c.Go)
		s.Fields = slices.DeleteFunc(s.Fields, func(r row) bool { return r.Name == c.Without })
	}
	return s
}

func (d *drawing) answer(c Content) shape {
	s := shape{Name: cmp.Or(c.Type, jsonType), Field: c.Field, Text: c.Text}
	if c.Go == nil {
		return s
	}
	if c.Field == "" && c.Go.NumField() > 0 {
		s.Kind = d.kind(c.Go)
	}
	for _, f := range d.schemas.fields(c.Go) {
		if c.Field != "" && f.Name == c.Field {
			s.Kind = d.kind(f.Type)
		}
	}
	return s
}

// kind is a type in words.
func (d *drawing) kind(t reflect.Type) kind {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name := typeName(t); name != "" {
		d.types[name] = t
		return kind{Type: name, Link: name}
	}
	switch t.Kind() {
	case reflect.Slice:
		of := d.kind(t.Elem())
		of.Before = "list of " + of.Before
		return of
	case reflect.Map:
		of := d.kind(t.Elem())
		of.Before = "object of " + of.Before
		return of
	case reflect.Bool:
		return kind{Type: "boolean"}
	case reflect.String:
		return kind{Type: "string"}
	case reflect.Interface:
		return kind{Type: "anything"}
	}
	return kind{Type: "integer"}
}

func (d *drawing) rows(t reflect.Type) (rows []row) {
	for _, f := range d.schemas.fields(t) {
		rows = append(rows, row{Name: f.Name, Kind: d.kind(f.Type), Required: f.Required, Text: f.Text})
	}
	return rows
}

// shapes are the named types that were met, and those in them.
func (d *drawing) shapes() (all []shape) {
	done := make(map[string]shape)
	for len(done) < len(d.types) {
		for _, name := range slices.Collect(maps.Keys(d.types)) {
			t := d.types[name]
			s := shape{Name: name, Text: d.facts.Types[name], Values: d.facts.Values[name]}
			if t.Kind() == reflect.Struct {
				s.Fields = d.rows(t)
			}
			done[name] = s
		}
	}
	for _, name := range slices.Sorted(maps.Keys(done)) {
		all = append(all, done[name])
	}
	return all
}

// curl is a line for a shell that asks for a route.
func (d *drawing) curl(r Route) string {
	words := []string{"curl"}
	if method := r.Method(); method != "GET" && (method != "POST" || len(r.Body) == 0) {
		words = append(words, "-X", method)
	}
	if !r.Open {
		words = append(words, "-H", `"Authorization: Bearer $TOKEN"`)
	}
	if len(r.Body) > 0 {
		if body := d.exampleText(r.Body[0], r.Verb); body != "" {
			words = append(words, "-d", "'"+strings.ReplaceAll(body, "'", `'\''`)+"'")
		}
	}
	path := r.Path()
	for _, p := range r.Params {
		if p.In == "path" {
			path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Example)
		}
	}
	return strings.Join(append(words, d.address+path), " ")
}

func (d *drawing) exampleText(c Content, name string) string {
	e := d.example(c, name)
	if text, ok := e.(string); ok || e == nil {
		return text
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}
