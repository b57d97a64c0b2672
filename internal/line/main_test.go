package line

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// at returns an Editor of a text, with its cursor where a bar stands.
func at(text string) *Editor {
	before, after, _ := strings.Cut(text, "|")
	e := new(Editor)
	e.Set(before+after, len(before))
	return e
}

// state returns an Editor's text with a bar for its cursor.
func (e *Editor) state() string { return e.text[:e.cursor] + "|" + e.text[e.cursor:] }
