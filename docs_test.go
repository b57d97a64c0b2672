package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGuidesNameWhatIsThere: each `package.Name`, `package.Type.Method` and file that a
// guide names between backquotes exists, so that a name that changes changes there too.
func TestGuidesNameWhatIsThere(t *testing.T) {
	t.Parallel()
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
	expr := `(?m)^(func|type|var|const|\t)\s*%\b`
	if len(name) == 2 {
		expr = `(?ms)^func \(\w+ \*?` + name[0] + `(\[\w+\])?\) %\(|^type ` + name[0] + ` (interface|struct) \{[^}]*^\t%\b`
	}
	return len(name) > 0 && regexp.MustCompile(strings.ReplaceAll(expr, "%", name[len(name)-1])).MatchString(code)
}
