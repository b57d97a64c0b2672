package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	for _, guide := range []string{"docs/architecture.md", "docs/fr.md", "CONTRIBUTING.md"} {
		text, err := os.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(m[1])
			command := strings.HasPrefix(m[1], "/")
			if parts := strings.Split(m[1], "."); err != nil && !command && strings.ContainsAny(m[1], "./") && !declares(code[parts[0]], parts[1:]) {
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

// TestLinksLead: each link of a page to another of the repository leads to a file that is
// there, and to a heading in it.
func TestLinksLead(t *testing.T) {
	pages, _ := filepath.Glob("docs/*.md")
	for _, page := range append(pages, "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:\]\(|(?:src|srcset)=")([^)":]+)[)"]`).FindAllStringSubmatch(string(text), -1) {
			file, heading, _ := strings.Cut(m[1], "#")
			target := filepath.Join(filepath.Dir(page), file)
			if file == "" {
				target = page
			}
			found, err := os.ReadFile(target)
			if info, dir := os.Stat(target); dir == nil && info.IsDir() {
				err = nil
			}
			if err != nil || heading != "" && !slices.Contains(headings(string(found)), heading) {
				t.Errorf("%s links to %s, which is not there", page, m[1])
			}
		}
	}
}

// headings are what the headings of a page are linked by.
func headings(page string) (list []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, strings.ReplaceAll(kept, " ", "-"))
	}
	return list
}
