package main_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityNamesTestsThatExist: each test that docs/security.md names is there, and each
// script that it names in one.
func TestSecurityNamesTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	err = filepath.WalkDir(".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		code, err := os.ReadFile(name)
		for _, m := range declared.FindAllSubmatch(code, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	scripts := map[string]string{"TestConversations": "testdata/script", "TestTheTalkGoesOnWithoutADisk": "testdata/trouble"}
	named := regexp.MustCompile(`\b((?:Test|Fuzz|Benchmark)[A-Z]\w+)(?:/(\w+))?`).FindAllStringSubmatch(string(text), -1)
	if len(named) == 0 {
		t.Error("docs/security.md names no test")
	}
	for _, m := range named {
		if !tests[m[1]] {
			t.Errorf("docs/security.md names %s, which is not there", m[1])
		}
		if dir := scripts[m[1]]; dir != "" && m[2] != "" {
			if _, err := os.Stat(filepath.Join(dir, m[2]+".txtar")); err != nil {
				t.Errorf("docs/security.md names %s: %v", m[0], err)
			}
		}
	}
}
