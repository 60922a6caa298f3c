package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/net/html"

	"hubbub/server"
)

// openAPI is a server's description of itself, with which its answers can be
// compared.
type openAPI struct {
	t        *testing.T
	doc      map[string]any
	compiler *jsonschema.Compiler
}

const documentURL = "https://hubbub.test/openapi.json"

// readOpenAPI asks a server for it. What is not in it must not be in answers
// either, so that nothing is forgotten.
func readOpenAPI(t *testing.T, v *visitor) *openAPI {
	t.Helper()
	o := &openAPI{t: t, compiler: jsonschema.NewCompiler()}
	v.get("/api/openapi.json").want(t, 200).decode(t, &o.doc)
	strict := clone(t, o.doc)
	tighten(strict)
	if err := o.compiler.AddResource(documentURL, strict); err != nil {
		t.Fatal(err)
	}
	return o
}

// tighten forbids in every schema what it does not name.
func tighten(doc any) {
	object, _ := doc.(map[string]any)
	if object["type"] == "object" && object["additionalProperties"] == nil {
		object["additionalProperties"] = false
	}
	for _, part := range object {
		tighten(part)
	}
}

// clone is a document as the schema compiler wants it.
func clone(t *testing.T, doc any) any {
	t.Helper()
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return fromJSON(t, string(b))
}

func fromJSON(t *testing.T, text string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func dig(doc any, keys ...string) any {
	for _, k := range keys {
		object, _ := doc.(map[string]any)
		doc = object[k]
	}
	return doc
}

// operations are the routes that it describes, as the mux writes them.
func (o *openAPI) operations() (all []string) {
	for path, methods := range dig(o.doc, "paths").(map[string]any) {
		for method := range methods.(map[string]any) {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(all)
	return all
}

// check compares an answer with what is said of its route.
func (o *openAPI) check(t *testing.T, pattern string, a *answer) {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	at := []string{"paths", path, strings.ToLower(method), "responses", fmt.Sprint(a.StatusCode)}
	if a.StatusCode != http.StatusOK {
		at = []string{"components", "responses", "Error"}
	}
	at = append(at, "content", "application/json", "schema")
	if dig(o.doc, at...) == nil {
		t.Errorf("%s answered %d, which is not described", pattern, a.StatusCode)
		return
	}
	o.validate(t, pattern, at, a.body)
}

func (o *openAPI) validate(t *testing.T, pattern string, at []string, body string) {
	t.Helper()
	escaped := make([]string, len(at))
	for i, key := range at {
		escaped[i] = strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	schema, err := o.compiler.Compile(documentURL + "#/" + strings.Join(escaped, "/"))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(fromJSON(t, body)); err != nil {
		t.Errorf("%s: %s is not as described: %v", pattern, body, err)
	}
}

func TestTheDocumentIsOpenAPI(t *testing.T) {
	o := readOpenAPI(t, newSite(t).visitor())
	meta, err := os.ReadFile("testdata/openapi-3.1.json")
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	official := fromJSON(t, string(meta))
	// It leaves open what a schema is; here it is JSON Schema.
	dig(official, "$defs").(map[string]any)["schema"] = map[string]any{"$ref": "https://json-schema.org/draft/2020-12/schema"}
	if err := c.AddResource(dig(official, "$id").(string), official); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(dig(official, "$id").(string))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(clone(t, o.doc)); err != nil {
		t.Errorf("%v", err)
	}
	t.Run("the check finds a schema that is none", func(t *testing.T) {
		doc := clone(t, o.doc)
		dig(doc, "components", "schemas", "Post").(map[string]any)["type"] = "objekt"
		if schema.Validate(doc) == nil {
			t.Error("it found nothing")
		}
	})
}

// pagesForPeople are the routes that no program needs to know. What has no
// method only says no.
var pagesForPeople = []string{
	"GET /api", "GET /api/style.css", "POST /api/v1/{verb}", "GET /check", "GET /check/facts", "POST /check/push",
	"GET /{$}", "GET /setup", "POST /setup", "GET /join/{code}", "POST /join/{code}", "GET /join/{code}/qr.png",
	"GET /signin", "POST /signin", "POST /signout", "GET /recover/{code}", "POST /recover/{code}", "GET /r/{room}", "GET /r/{room}/{seq}", "POST /r/{room}",
}

func TestEveryRouteForProgramsIsDescribed(t *testing.T) {
	s := newSite(t)
	described := readOpenAPI(t, s.visitor()).operations()
	var want []string
	for _, verb := range server.Verbs() {
		want = append(want, "POST /api/v1/"+verb)
	}
	for _, pattern := range s.chat.Patterns() {
		if strings.Contains(pattern, " ") && !slices.Contains(pagesForPeople, pattern) {
			want = append(want, pattern)
		}
	}
	for _, route := range want {
		if !slices.Contains(described, route) {
			t.Errorf("%s is not described: add it to otherRoutes, or to pagesForPeople here", route)
		}
	}
	for _, route := range described {
		if !slices.Contains(want, route) {
			t.Errorf("%s is described, and is no route", route)
		}
	}
	for verb := range server.Answers() {
		if !slices.Contains(server.Verbs(), verb) {
			t.Errorf("%q is no command", verb)
		}
	}
	for _, verb := range server.Verbs() {
		if _, ok := server.Answers()[verb]; !ok {
			t.Errorf("it is not said what %q answers", verb)
		}
	}
}

func TestAnswersAreAsDescribed(t *testing.T) {
	s := newSite(t)
	ada, _ := s.owner()
	o := readOpenAPI(t, ada)
	you := string(ada.me().ID)
	for _, c := range []struct{ method, path, pattern, body string }{
		{"POST", "/push", "POST /push", `{"userId":"` + you + `","id":"b1","event":"deploy","message":"v1","title":"T","url":"/"}`},
		{"POST", "/api/v1/ack", "POST /api/v1/ack", `{"push":"b1"}`},
		{"GET", "/push/b1", "GET /push/{id}", ""},
		{"PATCH", "/push/b1", "PATCH /push/{id}", `{"message":"v2"}`},
		{"POST", "/api/v1/pushes", "POST /api/v1/pushes", `{}`},
		{"POST", "/api/v1/receipts", "POST /api/v1/receipts", `{"id":"b1"}`},
		{"DELETE", "/push/b1", "DELETE /push/{id}", ""},
		{"GET", "/push/none", "GET /push/{id}", ""},
		{"POST", "/api/v1/session", "POST /api/v1/session", `{"handle":"ada","password":"correct horse"}`},
		{"POST", "/api/v1/session", "POST /api/v1/session", `{"handle":"ada","password":"wrong horse"}`},
		{"DELETE", "/api/v1/session", "DELETE /api/v1/session", ""},
	} {
		o.check(t, c.pattern, ada.do(c.method, c.path, "application/json", c.body))
	}
}

func TestEveryExampleIsAsItsSchemaSays(t *testing.T) {
	o := readOpenAPI(t, newSite(t).visitor())
	examples := 0
	for path, methods := range dig(o.doc, "paths").(map[string]any) {
		for method, op := range methods.(map[string]any) {
			for _, at := range [][]string{{"requestBody"}, {"responses", "200"}} {
				content, _ := dig(op, append(slices.Clone(at), "content")...).(map[string]any)
				for kind, media := range content {
					example := dig(media, "example")
					if example == nil || kind != "application/json" {
						continue
					}
					examples++
					b, err := json.Marshal(example)
					if err != nil {
						t.Fatal(err)
					}
					where := slices.Concat([]string{"paths", path, method}, at, []string{"content", kind, "schema"})
					o.validate(t, method+" "+path, where, string(b))
				}
			}
		}
	}
	if examples < 2*len(server.Verbs())-10 {
		t.Errorf("there are only %d examples", examples)
	}
}

func TestThePageOfTheAPIHasEverythingAndNeedsNoScript(t *testing.T) {
	s := newSite(t)
	v := s.visitor()
	a := v.get("/api").want(t, 200)
	if got := a.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("its type is %q", got)
	}
	page, err := html.Parse(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	ids, links := make(map[string]bool), []string{}
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" || n.Data == "style" {
			t.Errorf("it has a %s", n.Data)
		}
		for _, attr := range n.Attr {
			switch attr.Key {
			case "id":
				if ids[attr.Val] {
					t.Errorf("two elements are %q", attr.Val)
				}
				ids[attr.Val] = true
			case "href":
				links = append(links, attr.Val)
			case "style":
				t.Errorf("it has an inline style: %s", attr.Val)
			}
		}
	}
	for _, link := range links {
		if id, ok := strings.CutPrefix(link, "#"); ok {
			if !ids[id] {
				t.Errorf("%s leads nowhere", link)
			}
			continue
		}
		v.get("/"+link).want(t, 200)
	}
	for _, op := range readOpenAPI(t, v).operations() {
		if !strings.Contains(a.body, op) && !strings.Contains(a.body, html.EscapeString(op)) {
			t.Errorf("it does not have %s", op)
		}
	}
	for _, words := range []string{
		"Says something in a room.", `curl -H &#34;Authorization: Bearer $TOKEN&#34; -d`, s.url + "/api/v1/post", "key_reused",
	} {
		if !strings.Contains(a.body, words) {
			t.Errorf("it does not say %s", words)
		}
	}
}
