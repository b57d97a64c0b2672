package lang_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"salon/room/lang"
)

// TestEveryErrorHasACode that docs/json.md names, and none that is said to be the server's
// fault.
func TestEveryErrorHasACode(t *testing.T) {
	for _, test := range complaints {
		if code := lang.Code(test.err); (code == "internal") != (test.name == "anything else") {
			t.Errorf("%s has the code %q", test.name, code)
		}
	}
	if got := lang.Code(context.Canceled); got != "ended" {
		t.Errorf("a session that ended has the code %q", got)
	}
	guide, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	once := map[string]bool{}
	for _, code := range lang.Codes() {
		if once[code] {
			t.Errorf("%q stands twice", code)
		}
		if once[code] = true; !strings.Contains(string(guide), "`"+code+"`") {
			t.Errorf("docs/json.md does not name %q", code)
		}
	}
}
