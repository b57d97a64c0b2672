//go:build unix

package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// schemaTypes are what types of Go are in JSON.
var schemaTypes = map[string]map[string]any{
	"string": {"type": "string"}, "bool": {"type": "boolean"}, "float64": {"type": "number", "minimum": 0},
	"int": {"type": "integer", "minimum": 0}, "state.Seq": {"type": "integer", "minimum": 0}, "time.Time": {"type": "string", "format": "date-time"},
	"Object": {"$ref": "#/$defs/object"}, "Place": {"$ref": "#/$defs/room"},
}

// jsonSchema describes the lines that programs read, by the types that they are made from.
func jsonSchema(t *testing.T, _ string) string {
	protocol, export := parsed(t, "room/lang/json.go"), parsed(t, "room/history/export.go")
	object := schemaOf(t, protocol, "Object")
	kinds := map[string]bool{}
	for _, file := range []*ast.File{protocol, parsed(t, "room/lang/erase.go")} {
		collectKinds(file, kinds)
	}
	object["properties"].(map[string]any)["type"].(map[string]any)["enum"] = slices.Sorted(maps.Keys(kinds))
	schema := map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "salon",
		"description": "A line of /json and of --json. Lines of salon export are $defs/exported. More fields and types may come: skip those that you do not know. Written by go generate ./...",
		"$ref":        "#/$defs/object",
		"$defs":       map[string]any{"object": object, "room": schemaOf(t, protocol, "Place"), "exported": schemaOf(t, export, "exported")},
	}
	data, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data) + "\n"
}

func parsed(t *testing.T, file string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// schemaOf describes a struct: its fields with their comments.
func schemaOf(t *testing.T, file *ast.File, name string) map[string]any {
	t.Helper()
	properties, required := map[string]any{}, []string{}
	of, ok := file.Scope.Lookup(name).Decl.(*ast.TypeSpec)
	if !ok {
		t.Fatalf("no type %s", name)
	}
	for _, field := range of.Type.(*ast.StructType).Fields.List {
		tag, _ := strconv.Unquote(field.Tag.Value)
		key, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		property := schemaType(t, field.Type)
		if about := strings.TrimSpace(field.Comment.Text()); about != "" {
			property["description"] = about
		}
		properties[key] = property
		if options == "" {
			required = append(required, key)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

func schemaType(t *testing.T, x ast.Expr) map[string]any {
	t.Helper()
	switch x := x.(type) {
	case *ast.ArrayType:
		return map[string]any{"type": "array", "items": schemaType(t, x.Elt)}
	case *ast.SelectorExpr:
		return schemaNamed(t, x.X.(*ast.Ident).Name+"."+x.Sel.Name)
	case *ast.Ident:
		return schemaNamed(t, x.Name)
	}
	t.Fatalf("the schema has nothing for %T", x)
	return nil
}

func schemaNamed(t *testing.T, name string) map[string]any {
	t.Helper()
	if schemaTypes[name] == nil {
		t.Fatalf("the schema has nothing for the type %s", name)
	}
	return maps.Clone(schemaTypes[name])
}

// collectKinds finds what an Object's Type may be: what is assigned to it.
func collectKinds(file *ast.File, kinds map[string]bool) {
	add := func(x ast.Expr) {
		if call, ok := x.(*ast.CallExpr); ok { // pick(which, "a", "b")
			for _, arg := range call.Args {
				if word, ok := arg.(*ast.BasicLit); ok {
					kinds[strings.Trim(word.Value, `"`)] = true
				}
			}
		} else if word, ok := x.(*ast.BasicLit); ok {
			kinds[strings.Trim(word.Value, `"`)] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if to, ok := n.Lhs[0].(*ast.SelectorExpr); ok && to.Sel.Name == "Type" {
				add(n.Rhs[0])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Type" {
				add(n.Value)
			}
		}
		return true
	})
}
