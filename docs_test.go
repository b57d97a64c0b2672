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
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(m[1])
			if parts := strings.Split(m[1], "."); err != nil && strings.ContainsAny(m[1], "./") && !declares(code[parts[0]], parts[1:]) {
				t.Errorf("%s names %s, which is not there", guide, m[1])
			}
		}
	}
}

// declares reports whether code has a name, or a type with a method or field.
func declares(code string, name []string) bool {
	if len(name) == 2 {
		_, fields, _ := strings.Cut(code, "\ntype "+name[0]+" ")
		fields, _, _ = strings.Cut(fields, "\n}")
		return strings.Contains(code, name[0]+") "+name[1]+"(") || strings.Contains(fields, "\n\t"+name[1])
	}
	has := func(before string) bool { return strings.Contains(code, "\n"+before+name[0]) }
	return len(name) == 1 && (has("func ") || has("type ") || has("var ") || has("\t"))
}
