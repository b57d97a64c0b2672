package state_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a deterministic machine has no use for.
var (
	impureImports = []string{"sync", "context", "math/rand", "crypto/rand", "os", "net", "io", "log", "runtime", "unsafe", "hash/maphash", "testing"}
	impureTime    = []string{"Now", "Since", "Until", "Local", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep", "LoadLocation"}
)

// TestStateIsPure reads the package: no clock, no lock, no goroutine, no chance.
func TestStateIsPure(t *testing.T) {
	for name, f := range sources(t) {
		for _, i := range f.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			if slices.ContainsFunc(impureImports, func(not string) bool { return path == not || strings.HasPrefix(path, not+"/") }) && path != "net/netip" {
				t.Errorf("%s imports %s", name, path)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if what := impure(n); what != "" {
				t.Errorf("%s has %s", name, what)
			}
			return true
		})
	}
}

// impure says what a piece of code is that has no place in the package; "" for all else.
func impure(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "a go statement"
	case *ast.SelectStmt:
		return "a select"
	case *ast.ChanType, *ast.SendStmt:
		return "a channel"
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			return "a channel"
		}
	case *ast.SelectorExpr:
		if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "time" && slices.Contains(impureTime, n.Sel.Name) || n.Sel.Name == "Local" {
			return "the clock or the local time: " + n.Sel.Name
		}
	}
	return ""
}
