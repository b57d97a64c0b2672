package logtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// TestBodiesAreAllThatALogOrders fails for a new kind of event until the suite
// has one, so that no log can forget how to write it down.
func TestBodiesAreAllThatALogOrders(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../state/event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{"state.Whispered": true, "state.Gathered": true, "state.Gap": true} // never in a log
	for _, b := range Bodies() {
		have[fmt.Sprintf("%T", b)] = true
	}
	kinds := 0
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "body" {
			kinds++
			if name := "state." + f.Recv.List[0].Type.(*ast.Ident).Name; !have[name] {
				t.Errorf("Bodies has no %s", name)
			}
		}
	}
	if kinds != len(have) {
		t.Errorf("event.go has %d kinds of event, the suite %d", kinds, len(have))
	}
}
