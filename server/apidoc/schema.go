package apidoc

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// object is one of JSON.
type object map[string]any

// schemas makes JSON Schemas (2020-12) of Go types, as encoding/json writes
// them. Each named type is described once.
type schemas struct {
	facts facts
	named map[string]object
}

// of is the schema of t: of a named type, a reference.
func (s *schemas) of(t reflect.Type) object {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name := typeName(t); name != "" {
		if s.named[name] == nil {
			s.named[name] = object{} // it may have itself in it
			s.named[name] = s.name(t)
		}
		return object{"$ref": "#/components/schemas/" + name}
	}
	return s.shape(t)
}

// typeName is what a type is called here: in capitals, like those that are
// everybody's. A type of Go's own has none.
func typeName(t reflect.Type) string {
	name := t.Name()
	if name == "" || t.PkgPath() == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// name is shape with what the source says of the type.
func (s *schemas) name(t reflect.Type) object {
	schema := s.shape(t)
	describe(schema, s.facts.Types[typeName(t)])
	if values := s.facts.Values[typeName(t)]; len(values) > 0 {
		var all []string
		for _, v := range values {
			all = append(all, v.Value)
		}
		schema["enum"] = all
	}
	return schema
}

func describe(schema object, text string) {
	if text != "" {
		schema["description"] = text
	}
}

func (s *schemas) shape(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Struct:
		return s.structure(t)
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Interface:
		return object{} // anything
	}
	return object{"type": "integer", "format": "int64"} // the API has no other numbers
}

func (s *schemas) structure(t reflect.Type) object {
	schema := object{"type": "object"}
	properties, required := object{}, []string{}
	for _, f := range s.fields(t) {
		property := s.of(f.Type)
		describe(property, f.Text)
		properties[f.Name] = property
		if f.Required {
			required = append(required, f.Name)
		}
	}
	if len(properties) > 0 {
		schema["properties"] = properties
	}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// field is one of a struct, as JSON has it.
type field struct {
	Name     string
	Type     reflect.Type
	Text     string
	Required bool
}

// fields are those of a struct, embedded ones' too.
func (s *schemas) fields(t reflect.Type) (all []field) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			all = append(all, s.fields(f.Type)...)
		case f.IsExported() && name != "-":
			name = cmp.Or(name, f.Name)
			all = append(all, field{
				Name: name, Type: f.Type, Text: s.facts.Types[typeName(t)+"."+name],
				Required: !strings.Contains(options, "omitempty"),
			})
		}
	}
	return all
}

// content is the schema of a body.
func (s *schemas) content(c Content) object {
	switch {
	case c.Go == nil:
		return object{"type": "string"}
	case c.Field != "":
		return s.part(c)
	case c.Without != "":
		whole := s.structure(c.Go)
		delete(whole["properties"].(object), c.Without)
		if required, ok := whole["required"].([]string); ok {
			whole["required"] = slices.DeleteFunc(required, func(name string) bool { return name == c.Without })
		}
		if len(whole["required"].([]string)) == 0 {
			delete(whole, "required")
		}
		return whole
	}
	return s.of(c.Go)
}

// part is an object with one field of a type's: what of OK a command answers.
func (s *schemas) part(c Content) object {
	for _, f := range s.fields(c.Go) {
		if f.Name == c.Field {
			return object{"type": "object", "properties": object{f.Name: s.of(f.Type)}}
		}
	}
	return object{"type": "object"}
}
