package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuidesNameWhatIsThere: each name and file between backquotes in a guide exists.
func TestGuidesNameWhatIsThere(t *testing.T) {
	code := map[string]string{} // by the package's name
	for _, depth := range []string{"*/*.go", "*/*/*.go", "*/*/*/*.go"} {
		files, _ := filepath.Glob(depth)
		for _, file := range files {
			data, _ := os.ReadFile(file)
			code[filepath.Base(filepath.Dir(file))] += string(data)
		}
	}
	named := regexp.MustCompile("`([\\w/.]+)(?:\\(\\))?`")
	for _, guide := range []string{"docs/architecture.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(text, -1) {
			name := string(m[1])
			_, err := os.Stat(name)
			if parts := strings.Split(name, "."); err != nil && strings.ContainsAny(name, "./") && !declares(code[parts[0]], parts[1:]) {
				t.Errorf("%s names %s, which is not there", guide, name)
			}
		}
	}
}

// declares reports whether code has a name, or a type with a method or field.
func declares(code string, name []string) bool {
	if len(name) != 2 {
		has := func(before string) bool { return strings.Contains(code, "\n"+before+name[0]) }
		return len(name) == 1 && (has("func ") || has("type ") || has("var ") || has("\t"))
	}
	fields := code[max(0, strings.Index(code, "\ntype "+name[0]+" ")):]
	return strings.Contains(code, name[0]+") "+name[1]+"(") || strings.Contains(fields[:strings.Index(fields, "\n}")], "\n\t"+name[1])
}
