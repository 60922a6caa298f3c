package apidoc

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"hubbub/shared"
)

const jsonType = "application/json"

// OpenAPI is the API as an OpenAPI 3.1 document, for a server at an address.
func (a API) OpenAPI(address string) ([]byte, error) {
	f, err := readFacts()
	if err != nil {
		return nil, err
	}
	d := newDocument(f)
	paths := object{}
	for _, r := range a.Routes {
		path, ok := paths[r.Path()].(object)
		if !ok {
			path = object{}
			paths[r.Path()] = path
		}
		path[strings.ToLower(r.Method())] = d.operation(r)
	}
	failure := d.body(Content{Go: reflect.TypeFor[shared.Error]()}, "error")
	return json.Marshal(object{
		"openapi": "3.1.0",
		"info":    object{"title": a.Title, "version": a.Version, "description": a.Text},
		"servers": []object{{"url": address}},
		"paths":   paths,
		"components": object{
			"schemas":   d.schemas.named,
			"responses": object{"Error": object{"description": "It was refused, or failed.", "content": failure}},
			"securitySchemes": object{
				"token": object{
					"type": "http", "scheme": "bearer",
					"description": "A token made with the command token, or what POST /api/v1/session answers. A token needs the scope that the operation names.",
				},
				"cookie": object{
					"type": "apiKey", "in": "cookie", "name": "hubbub_session",
					"description": "A browser's own session. Pages of other sites use a token.",
				},
			},
		},
	})
}

type document struct {
	facts   facts
	schemas schemas
}

func newDocument(f facts) document {
	return document{facts: f, schemas: schemas{facts: f, named: make(map[string]object)}}
}

func (d *document) operation(r Route) object {
	text := d.text(r)
	op := object{
		"operationId": r.id(),
		"summary":     sentence(text),
		"description": text,
		"security":    r.security(),
		"responses": object{
			strconv.Itoa(cmp.Or(r.Answer.Status, 200)): object{"description": cmp.Or(r.Answer.Text, "It was carried out."), "content": d.body(r.Answer, "ok."+r.Answer.Field)},
			"default": object{"$ref": "#/components/responses/Error"},
		},
	}
	if len(r.Params) > 0 {
		op["parameters"] = parameters(r.Params)
	}
	if len(r.Body) > 0 {
		content := object{}
		for _, c := range r.Body {
			for kind, body := range d.body(c, r.Verb) {
				content[kind] = body
			}
		}
		op["requestBody"] = object{"required": r.Body[0].needed(), "content": content}
	}
	return op
}

// needed reports whether a request without this body makes no sense.
func (c Content) needed() bool { return c.Go == nil || c.Go.NumField() > 0 }

// text is what is said of a route.
func (d *document) text(r Route) string {
	if r.Verb != "" {
		return strings.TrimSpace(d.facts.Commands[r.Verb] + " " + r.Text)
	}
	return r.Text
}

// id is a name for a route: "post", "getPushId".
func (r Route) id() string {
	if r.Verb != "" {
		return r.Verb
	}
	id := strings.ToLower(r.Method())
	for _, word := range strings.FieldsFunc(r.Path(), func(c rune) bool { return strings.ContainsRune("/{}.", c) }) {
		id += strings.ToUpper(word[:1]) + word[1:]
	}
	return id
}

func (r Route) security() []object {
	if r.Open {
		return []object{}
	}
	roles := []string{}
	if r.Scope != "" {
		roles = append(roles, r.Scope)
	}
	return []object{{"token": roles}, {"cookie": []string{}}}
}

func parameters(params []Param) (all []object) {
	for _, p := range params {
		schema := object{"type": "string"}
		if p.Many {
			schema = object{"type": "array", "items": object{"type": "string"}}
		}
		all = append(all, object{"in": p.In, "name": p.Name, "description": p.Text, "required": p.In == "path", "schema": schema})
	}
	return all
}

// body is a content object with the example of that name, if there is one.
func (d *document) body(c Content, example string) object {
	media := object{"schema": d.schemas.content(c)}
	if e := d.example(c, example); e != nil {
		media["example"] = e
	}
	return object{cmp.Or(c.Type, jsonType): media}
}

func (d *document) example(c Content, name string) any {
	body, ok := d.facts.Examples[name]
	switch {
	case c.Example != "" && cmp.Or(c.Type, jsonType) == jsonType:
		return json.RawMessage(c.Example)
	case c.Example != "":
		return c.Example
	case ok && c.Field != "":
		return object{c.Field: body}
	case ok && c.Go != nil:
		return body
	}
	return nil
}
