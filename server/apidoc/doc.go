// Package apidoc describes an HTTP API that is written in Go: as an OpenAPI 3.1
// document and as a page to read. Shapes come from the types by reflection,
// sentences from their comments, which facts.json holds: a binary has no
// comments. A test of the server's writes that file (make golden), and fails
// when it is not up to date.
//
// It describes and decides nothing: routes, scopes and statuses are told to it.
package apidoc

import (
	"embed"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// API is what there is to describe.
type API struct {
	Title   string
	Version string
	Text    string // what to know first, in Markdown
	Routes  []Route
	Status  func(code string) int // of an error
}

// Route is a method and a path, and what is said there.
type Route struct {
	Pattern string // as http.ServeMux has it: "GET /push/{id}"
	Verb    string // of a command; else empty
	Text    string // in sentences; of a command: its function's comment
	Scope   string // that a token needs; Open needs none, and no token
	Open    bool
	Params  []Param
	Body    []Content // one of these
	Answer  Content
}

// Param is something in the path, the query or a header.
type Param struct {
	In, Name, Text string
	Example        string // of one in the path
	Many           bool   // it may be given several times
}

// Content is a body of a media type, "application/json" when that is empty.
type Content struct {
	Type    string
	Go      reflect.Type // or nil: text
	Field   string       // it is an object with this field of Go's, or without
	Without string       // it does not have this field of Go's
	Text    string
	Example string // as it is sent; of JSON, the frames' when empty
	Status  int    // 200 when 0
}

// Method and Path are the two parts of the pattern.
func (r Route) Method() string { method, _, _ := strings.Cut(r.Pattern, " "); return method }

// Path of the pattern.
func (r Route) Path() string { _, path, _ := strings.Cut(r.Pattern, " "); return path }

//go:embed facts.json page.html style.css
var files embed.FS

// Style is the page's style sheet.
func Style() []byte {
	b, _ := files.ReadFile("style.css") // it is embedded
	return b
}

// facts are what the source says and reflection cannot.
type facts struct {
	Types    map[string]string          `json:"types"`    // comments: of "Post" and "Post.key"
	Values   map[string][]value         `json:"values"`   // of types like Code
	Commands map[string]string          `json:"commands"` // comments of their functions
	Examples map[string]json.RawMessage `json:"examples"` // golden frames' bodies: "post", "ok.event"
}

// value is one of those that a type has.
type value struct {
	Value string `json:"value"`
	Text  string `json:"text,omitempty"`
}

func readFacts() (facts, error) {
	var f facts
	b, err := files.ReadFile("facts.json")
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		return f, fmt.Errorf("apidoc: %w", err)
	}
	return f, nil
}

// sentence is the first of a text.
func sentence(text string) string {
	first, _, more := strings.Cut(text, ". ")
	if more {
		return first + "."
	}
	return text
}
