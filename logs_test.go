package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// logged is an event of the technical log: its level, "" if the code chooses it, and the names
// of its fields that stand in the call.
type logged struct {
	level  string
	fields []string
}

// TestTheTableOfEventsIsWhatTheCodeLogs, so that names do not change unseen.
func TestTheTableOfEventsIsWhatTheCodeLogs(t *testing.T) {
	code, table := loggedByCode(t), loggedByTable(t)
	for _, event := range slices.Sorted(maps.Keys(code)) {
		said, ok := table[event]
		if !ok {
			t.Errorf("docs/logs.md has no row for %q (%+v)", event, code[event])
			continue
		}
		if level := code[event].level; level != "" && !strings.Contains(said.level, level) {
			t.Errorf("docs/logs.md: %q is of level %q, not %q", event, level, said.level)
		}
		for _, field := range code[event].fields {
			if !slices.Contains(said.fields, field) {
				t.Errorf("docs/logs.md: %q has the field %q too", event, field)
			}
		}
	}
	for event := range table {
		if _, ok := code[event]; !ok {
			t.Errorf("docs/logs.md has a row for %q, which nothing logs", event)
		}
	}
}

// loggedByTable reads the rows of docs/logs.md.
func loggedByTable(t *testing.T) map[string]logged {
	t.Helper()
	text, err := os.ReadFile("docs/logs.md")
	if err != nil {
		t.Fatal(err)
	}
	table, quoted := map[string]logged{}, regexp.MustCompile("`([^`]+)`")
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| ([A-Z, ]+) \\| ([^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		var fields []string
		for _, f := range quoted.FindAllStringSubmatch(row[3], -1) {
			fields = append(fields, f[1])
		}
		for _, event := range quoted.FindAllStringSubmatch(row[1], -1) {
			table[event[1]] = logged{row[2], fields}
		}
	}
	return table
}

// loggedByCode finds all that the program logs.
func loggedByCode(t *testing.T) map[string]logged {
	t.Helper()
	found := map[string]logged{}
	for _, dir := range []string{"internal/server", "internal/front", "sshui", "rawtcp", "room"} {
		err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					noteCall(found, n)
				case *ast.AssignStmt: // event := "login failed"
					if name, ok := n.Lhs[0].(*ast.Ident); ok && name.Name == "event" {
						note(found, n.Rhs[0], logged{"INFO", nil})
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// noteCall adds what a call logs, if it logs.
func noteCall(found map[string]logged, call *ast.CallExpr) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	switch name := method.Sel.Name; {
	case name == "note" && len(call.Args) >= 3:
		note(found, call.Args[2], logged{"INFO", []string{"front", "addr"}})
	case name == "fail" && len(call.Args) == 4:
		note(found, call.Args[2], logged{"INFO", []string{"front", "addr", "why"}})
	case name == "Log" && len(call.Args) >= 3:
		note(found, call.Args[2], logged{"", keys(call.Args[3:])})
	case slices.Contains([]string{"Info", "Warn", "Error"}, name) && logs(method.X) && len(call.Args) >= 1:
		note(found, call.Args[0], logged{strings.ToUpper(name), keys(call.Args[1:])})
	}
}

// logs reports whether an expression is a logger, by its name, or one that is just made.
func logs(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return strings.HasSuffix(strings.ToLower(x.Name), "log")
	case *ast.SelectorExpr:
		return strings.HasSuffix(strings.ToLower(x.Sel.Name), "log")
	case *ast.CallExpr:
		of, ok := x.Fun.(*ast.SelectorExpr)
		return ok && of.Sel.Name == "New"
	}
	return false
}

// note adds an event, by the literal that names it; one that begins with the name of a front is
// one for each.
func note(found map[string]logged, event ast.Expr, l logged) {
	fronts := []string{""}
	if sum, ok := event.(*ast.BinaryExpr); ok {
		fronts, event = []string{"ssh", "tcp"}, sum.Y
	}
	if name, ok := literal(event); ok {
		for _, front := range fronts {
			found[front+name] = logged{l.level, append(found[front+name].fields, l.fields...)}
		}
	}
}

// keys are the names of fields among pairs of arguments.
func keys(args []ast.Expr) (names []string) {
	for i := 0; i < len(args); i += 2 {
		if name, ok := literal(args[i]); ok {
			names = append(names, name)
		}
	}
	return names
}

func literal(x ast.Expr) (string, bool) {
	lit, ok := x.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
